"""The resources that Lake Formation grants on, as hashable values, and their form in the API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.local.lakeformation.errors import InvalidInputError

ALL_TABLES = "*"
"""Stands for the table wildcard of a database."""

PERMISSIONS = {
    "CATALOG": {
        "ALL",
        "CREATE_DATABASE",
        "DESCRIBE",
        "CREATE_CATALOG",
        "CREATE_LF_TAG",
        "CREATE_LF_TAG_EXPRESSION",
    },
    "DATABASE": {"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"},
    "TABLE": {"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"},
    "COLUMNS": {"SELECT"},
    "DATA_CELLS_FILTER": {"SELECT", "DESCRIBE", "DROP"},
    "DATA_LOCATION": {"DATA_LOCATION_ACCESS"},
    "LF_TAG": {"ALTER", "DROP", "DESCRIBE", "ASSOCIATE", "GRANT_WITH_LF_TAG_EXPRESSION"},
    "LF_TAG_POLICY": {"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP", "SELECT", "INSERT", "DELETE"},
}
"""What can be granted on each kind of resource (Lake Formation permissions reference)."""


@dataclass(frozen=True, order=True)
class Key:
    """One resource: the account whose catalog it is in, its kind, and where it is."""

    catalog: str
    kind: str
    path: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Of a COLUMNS resource: `+` or `-`, then the included or excluded names."""

    @property
    def table(self) -> "Key":
        """The table that a table, columns or filter resource belongs to."""
        return Key(self.catalog, "TABLE", self.path[:2])

    @property
    def database(self) -> "Key":
        return Key(self.catalog, "DATABASE", self.path[:1])


def key_of(resource: Mapping[str, Any], own: str) -> Key:
    """The resource of an API request of account `own`; raises InvalidInput for an unknown form."""
    if len(resource) != 1:
        raise InvalidInputError("Resource must have exactly one of its fields populated.")
    name, value = next(iter(resource.items()))
    catalog = value.get("CatalogId") or own
    if name == "Catalog":
        return Key(value.get("Id") or own, "CATALOG")
    if name == "Database":
        return Key(catalog, "DATABASE", (value["Name"],))
    if name == "Table":
        if value.get("Name") and "TableWildcard" in value and value["Name"] != "ALL_TABLES":
            raise InvalidInputError("Table name and table wildcard cannot both be present.")
        if not value.get("Name") and "TableWildcard" not in value:
            raise InvalidInputError("Table name and table wildcard cannot both be empty.")
        table = ALL_TABLES if "TableWildcard" in value else value["Name"]
        return Key(catalog, "TABLE", (value["DatabaseName"], table))
    if name == "TableWithColumns":
        path = (value["DatabaseName"], value["Name"])
        if value.get("ColumnNames"):
            return Key(catalog, "COLUMNS", path, ("+", *sorted(value["ColumnNames"])))
        excluded = (value.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or []
        return (
            Key(catalog, "COLUMNS", path, ("-", *sorted(excluded)))
            if excluded
            else Key(catalog, "TABLE", path)
        )
    if name == "DataLocation":
        return Key(catalog, "DATA_LOCATION", (value["ResourceArn"].rstrip("/"),))
    if name == "DataCellsFilter":
        path3 = (value["DatabaseName"], value["TableName"], value["Name"])
        return Key(value.get("TableCatalogId") or own, "DATA_CELLS_FILTER", path3)
    if name == "LFTag":
        return Key(
            catalog, "LF_TAG", (value["TagKey"].lower(), *sorted(v.lower() for v in value["TagValues"]))
        )
    if name == "LFTagPolicy":
        expression = sorted(
            (
                {"TagKey": e["TagKey"], "TagValues": sorted(e["TagValues"])}
                for e in value.get("Expression") or []
            ),
            key=lambda e: str(e["TagKey"]),
        )
        return Key(catalog, "LF_TAG_POLICY", (value["ResourceType"], json.dumps(expression)))
    raise InvalidInputError(f"The embedded AWS doesn't emulate permissions on {name}.")


def resource_of(key: Key, permission: str | None = None) -> dict[str, Any]:
    """The form in which the API lists a resource.

    SELECT on a whole table is listed as TableWithColumns with an empty wildcard, apart from the others.
    """
    catalog = {"CatalogId": key.catalog}
    if key.kind == "CATALOG":
        return {"Catalog": {"Id": key.catalog}}
    if key.kind == "DATABASE":
        return {"Database": {**catalog, "Name": key.path[0]}}
    if key.kind == "TABLE":
        database, table = key.path
        named = {**catalog, "DatabaseName": database, "Name": table}
        if table == ALL_TABLES:
            named |= {"Name": "ALL_TABLES"}
        if permission == "SELECT":
            return {"TableWithColumns": {**named, "ColumnWildcard": {}}}
        return {"Table": {**named, "TableWildcard": {}} if table == ALL_TABLES else named}
    if key.kind == "COLUMNS":
        mode, *names = key.columns
        limits = {"ColumnNames": names} if mode == "+" else {"ColumnWildcard": {"ExcludedColumnNames": names}}
        return {"TableWithColumns": {**catalog, "DatabaseName": key.path[0], "Name": key.path[1], **limits}}
    if key.kind == "DATA_LOCATION":
        return {"DataLocation": {**catalog, "ResourceArn": key.path[0]}}
    if key.kind == "DATA_CELLS_FILTER":
        database, table, name = key.path
        where = {"TableCatalogId": key.catalog, "DatabaseName": database, "TableName": table}
        return {"DataCellsFilter": {**where, "Name": name}}
    if key.kind == "LF_TAG":
        return {"LFTag": {**catalog, "TagKey": key.path[0], "TagValues": list(key.path[1:])}}
    kind, expression = key.path
    return {"LFTagPolicy": {**catalog, "ResourceType": kind, "Expression": json.loads(expression)}}
