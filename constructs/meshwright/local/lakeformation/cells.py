"""Data-cells filters."""

import uuid
from collections.abc import Mapping
from typing import Any

from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.errors import (
    AlreadyExistsError,
    ConcurrentModificationError,
    EntityNotFoundError,
    InvalidInputError,
)
from meshwright.local.lakeformation.keys import Key
from meshwright.local.lakeformation.lake import Lake


def create(lake: Lake, data: Mapping[str, Any]) -> None:
    key = _key(data)
    _check(lake, key, data)
    if key in lake.filters:
        raise AlreadyExistsError(f"Data cells filter {key.path[2]} already exists.")
    lake.filters[key] = _stored(data)


def update(lake: Lake, data: Mapping[str, Any]) -> None:
    """In place; a stale VersionId is a concurrent modification."""
    key = found(lake, data)
    _check(lake, key, data)
    if data.get("VersionId") not in (None, lake.filters[key]["VersionId"]):
        raise ConcurrentModificationError("The filter was modified since.")
    lake.filters[key] = _stored(data)


def delete(lake: Lake, data: Mapping[str, Any]) -> None:
    key = found(lake, data)
    del lake.filters[key]
    lake.grants.keep_only([at for at, grant in lake.grants.items() if grant.key != key])


def found(lake: Lake, data: Mapping[str, Any]) -> Key:
    """The key of a filter that exists."""
    key = _key(data)
    if key not in lake.filters:
        raise EntityNotFoundError(f"Data cells filter {data.get('Name')} not found.")
    return key


def listed(lake: Lake, caller: Caller, table: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The filters of the caller's account, or those of a table."""
    if table is None:
        return [cells for key, cells in sorted(lake.filters.items()) if key.catalog == caller.account]
    catalog = table.get("CatalogId") or caller.account
    wanted = Key(catalog, "TABLE", (table["DatabaseName"], table["Name"]))
    if not lake.exists(wanted):
        raise EntityNotFoundError(f"Table {table['Name']} not found.")
    visible = (k for k in sorted(lake.filters) if k.table == wanted)
    if catalog != caller.account:
        shared = {grant.key for grant in lake.holding({caller.account, caller.principal})}
        visible = (key for key in visible if key in shared)
    return [lake.filters[key] for key in visible]


def _key(data: Mapping[str, Any]) -> Key:
    try:
        path = (data["DatabaseName"], data["TableName"], data["Name"])
        return Key(data["TableCatalogId"], "DATA_CELLS_FILTER", path)
    except KeyError as missing:
        raise InvalidInputError(f"{missing.args[0]} is mandatory.") from missing


def _check(lake: Lake, key: Key, data: Mapping[str, Any]) -> None:
    if not lake.exists(key.table):
        raise EntityNotFoundError(f"Table {key.path[1]} not found.")
    if not data.get("ColumnNames") and data.get("ColumnWildcard") is None:
        raise InvalidInputError("ColumnNames or ColumnWildcard is mandatory.")
    rows = data.get("RowFilter") or {}
    if not rows.get("FilterExpression") and rows.get("AllRowsWildcard") is None:
        raise InvalidInputError("RowFilter needs a FilterExpression or AllRowsWildcard.")


def _stored(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "VersionId": str(uuid.uuid4())}
