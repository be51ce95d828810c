"""LF-Tags: the keys of an account, and the values on its databases, tables and columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.glue.models import glue_backends

from meshwright.local.lakeformation.errors import AlreadyExistsError, EntityNotFoundError, InvalidInputError
from meshwright.local.lakeformation.keys import Key, key_of
from meshwright.local.lakeformation.lake import Lake


def create(lake: Lake, catalog: str, key: str, values: Sequence[str]) -> None:
    if not values:
        raise InvalidInputError("TagValues must have at least one value.")
    if (catalog, key.lower()) in lake.tag_keys:
        raise AlreadyExistsError("Tag key already exists")
    lake.tag_keys[catalog, key.lower()] = list(dict.fromkeys(value.lower() for value in values))


def update(lake: Lake, catalog: str, key: str, add: Iterable[str], delete: Iterable[str]) -> None:
    values, gone = get(lake, catalog, key), {value.lower() for value in delete}
    used = {tags.get(key.lower()) for on, tags in lake.tags.items() if on.catalog == catalog}
    if gone & used:
        raise InvalidInputError(
            f"Tag values {sorted(gone & {v for v in used if v})} are assigned to resources."
        )
    kept = [value for value in values if value not in gone]
    lake.tag_keys[catalog, key.lower()] = list(dict.fromkeys([*kept, *(value.lower() for value in add)]))


def get(lake: Lake, catalog: str, key: str) -> list[str]:
    try:
        return lake.tag_keys[catalog, key.lower()]
    except KeyError:
        raise EntityNotFoundError("Tag key does not exist") from None


def delete(lake: Lake, catalog: str, key: str) -> None:
    get(lake, catalog, key)
    del lake.tag_keys[catalog, key.lower()]
    for target in list(lake.tags):
        lake.tags[target].pop(key.lower(), None)


def assign(
    lake: Lake, resource: Mapping[str, Any], own: str, tags: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Adds tags to those that the resource has; one value a key. Returns the failures."""
    targets = _targets(lake, resource, own)
    failures = []
    for tag in tags:
        catalog, key, value = tag.get("CatalogId") or own, tag["TagKey"].lower(), tag["TagValues"][0].lower()
        if value not in lake.tag_keys.get((catalog, key), []):
            failures.append(_failure(tag, "EntityNotFoundException", "Tag or tag value does not exist."))
            continue
        for target in targets:
            lake.tags.setdefault(target, {})[key] = value
    return failures


def unassign(
    lake: Lake, resource: Mapping[str, Any], own: str, tags: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    failures = []
    for target in _targets(lake, resource, own):
        held = lake.tags.get(target, {})
        for tag in tags:
            if held.get(tag["TagKey"].lower()) in [value.lower() for value in tag["TagValues"]]:
                del held[tag["TagKey"].lower()]
            else:
                failures.append(
                    _failure(tag, "EntityNotFoundException", "Tag is not assigned to the resource.")
                )
    return failures


def assigned(lake: Lake, resource: Mapping[str, Any], own: str, *, direct: bool) -> dict[str, Any]:
    """The tags of a resource: with those it inherits, unless `direct`."""
    targets = _targets(lake, resource, own)
    first = targets[0]
    database = dict(lake.tags.get(first.database, {}))
    if first.kind == "DATABASE":
        return {"LFTagOnDatabase": _pairs(own, database)} if database else {}
    table = dict(lake.tags.get(first.table, {}))
    whole = table if direct else {**database, **table}
    answer: dict[str, Any] = {}
    if database and not direct:
        answer["LFTagOnDatabase"] = _pairs(own, database)
    if whole and (first.kind == "TABLE" or not direct):
        answer["LFTagsOnTable"] = _pairs(own, whole)
    columns = []
    names = targets if first.kind == "COLUMN" else [_column(first, n) for n in _column_names(lake, first)]
    for column in names:
        own_tags = lake.tags.get(column, {})
        shown = own_tags if direct else {**whole, **own_tags}
        if shown:
            columns.append({"Name": column.path[2], "LFTags": _pairs(own, shown)})
    if columns:
        answer["LFTagsOnColumns"] = columns
    return answer


def _targets(lake: Lake, resource: Mapping[str, Any], own: str) -> list[Key]:
    """The database, the table, or each of the columns."""
    shape = resource.get("TableWithColumns")
    if shape:
        table = Key(shape.get("CatalogId") or own, "TABLE", (shape["DatabaseName"], shape["Name"]))
        _check(lake, table, own)
        present = _column_names(lake, table)
        names = shape.get("ColumnNames")
        if names is None:
            excluded = (shape.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or []
            names = [name for name in present if name not in excluded]
        missing = [name for name in names if name not in present]
        if missing:
            raise EntityNotFoundError(f"Columns {missing} not found in table {shape['Name']}.")
        return [_column(table, name) for name in names]
    key = key_of(resource, own)
    if key.kind not in ("DATABASE", "TABLE"):
        raise InvalidInputError("LF-Tags can be on databases, tables and columns.")
    _check(lake, key, own)
    return [key]


def _check(lake: Lake, key: Key, own: str) -> None:
    if key.catalog != own:
        raise InvalidInputError("LF-Tags of one account can't be on another account's resources.")
    if not lake.exists(key):
        raise EntityNotFoundError(f"{key.kind.title()} {'/'.join(key.path)} not found.")


def _column(table: Key, name: str) -> Key:
    return Key(table.catalog, "COLUMN", (*table.path, name))


def _column_names(lake: Lake, table: Key) -> list[str]:
    found = glue_backends[table.catalog][lake.region].databases[table.path[0]].tables[table.path[1]].as_dict()
    columns = [*found.get("StorageDescriptor", {}).get("Columns", []), *found.get("PartitionKeys", [])]
    return [column["Name"] for column in columns]


def _pairs(catalog: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"CatalogId": catalog, "TagKey": key, "TagValues": [value]} for key, value in sorted(tags.items())
    ]


def _failure(tag: Mapping[str, Any], code: str, message: str) -> dict[str, Any]:
    return {"LFTag": dict(tag), "Error": {"ErrorCode": code, "ErrorMessage": message}}
