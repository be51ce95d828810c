"""What Lake Formation's API answers, as values of the access model. Pure.

The shapes: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_Resource.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshwright.access.principals import account_of
from meshwright.access.resources import (
    ALL_TABLES,
    Kind,
    Resource,
    database,
    filter_on,
    location,
    table,
    tag_policy,
)
from meshwright.access.state import Filter, Grant, Location, Settings

Expressions = Mapping[str, Mapping[str, frozenset[str]]]
"""Saved LF-Tag expressions by name."""
ALL_ROWS = "TRUE"
CLOCKS_DIFFER = 5.0
"""Seconds by which the times of two services may differ."""
SHOWN_AS_ALL = "ALL_TABLES"
"""Name of the table in a listed grant on the table wildcard."""


def resource_of(shape: Mapping[str, Any], own: str, expressions: Expressions) -> Resource | None:
    """The resource of a listed grant in account `own`; None for a kind that the model does not have."""
    kind = shape_name(shape)
    value = shape.get(kind) or {}
    catalog = value.get("CatalogId") or own
    match kind:
        case "Catalog":
            return Resource(value.get("Id") or own, Kind.CATALOG)
        case "Database":
            return database(catalog, value["Name"])
        case "Table":
            return table(catalog, value["DatabaseName"], _table_name(value))
        case "TableWithColumns":
            return _columns(value, catalog)
        case "DataLocation":
            return location(catalog, path_of(value["ResourceArn"]))
        case "DataCellsFilter":
            owner = value.get("TableCatalogId") or own
            return filter_on(owner, value["DatabaseName"], value["TableName"], value["Name"])
        case "LFTag":
            values = sorted(each.lower() for each in value["TagValues"])
            return Resource(catalog, Kind.TAG, (value["TagKey"].lower(), *values))
        case "LFTagPolicy":
            expression: Mapping[str, frozenset[str]] = expression_of(value.get("Expression") or [])
            if value.get("ExpressionName"):
                if value["ExpressionName"] not in expressions:
                    return None
                expression = expressions[value["ExpressionName"]]
            return tag_policy(catalog, value["ResourceType"], expression)
    return None


def shape_name(shape: Mapping[str, Any]) -> str:
    """The one member that a resource of the API has: `Database`."""
    return next((name for name, value in shape.items() if value is not None), "")


def table_shape(on: Resource) -> dict[str, str]:
    """A table as the API's requests name it."""
    return {"CatalogId": on.catalog, "DatabaseName": on.path[0], "Name": on.path[1]}


def expression_of(pairs: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """An LF-Tag expression: the values of each key."""
    return {each["TagKey"]: frozenset(each["TagValues"]) for each in pairs}


def expression_name(shape: Mapping[str, Any]) -> str:
    """The saved expression that a resource refers to; empty without one."""
    return (shape.get("LFTagPolicy") or {}).get("ExpressionName") or ""


def _table_name(value: Mapping[str, Any]) -> str:
    wildcard = value.get("TableWildcard") is not None or value.get("Name") == SHOWN_AS_ALL
    return ALL_TABLES if wildcard else value["Name"]


def _columns(value: Mapping[str, Any], catalog: str) -> Resource:
    """A table's columns; the table itself with a wildcard that excludes none, as SELECT on it is listed."""
    path = (value["DatabaseName"], _table_name(value))
    if value.get("ColumnNames"):
        return Resource(catalog, Kind.COLUMNS, path, frozenset(value["ColumnNames"]))
    excluded = (value.get("ColumnWildcard") or {}).get("ExcludedColumnNames")
    if excluded:
        return Resource(catalog, Kind.COLUMNS, path, excluded=frozenset(excluded))
    return table(catalog, *path)


def grants_of(rows: Iterable[Mapping[str, Any]], own: str, expressions: Expressions) -> Iterator[Grant]:
    """One grant per principal and resource, of those that account `own` made; unknown kinds are left out."""
    held: dict[tuple[str, Resource, str], tuple[set[str], set[str]]] = {}
    for row in rows:
        resource = resource_of(row["Resource"], own, expressions)
        if resource is None:
            continue
        principal = row["Principal"]["DataLakePrincipalIdentifier"]
        condition = (row.get("Condition") or {}).get("Expression") or ""
        permissions, grantable = held.setdefault((principal, resource, condition), (set(), set()))
        permissions.update(row.get("Permissions") or (), row.get("PermissionsWithGrantOption") or ())
        grantable.update(row.get("PermissionsWithGrantOption") or ())
    for (principal, resource, condition), (permissions, grantable) in held.items():
        if made_in(own, principal, resource):
            yield Grant(principal, resource, frozenset(permissions), frozenset(grantable), condition)


def is_outlived(row: Mapping[str, Any], own: str, created: Mapping[tuple[str, str, str], float]) -> bool:
    """Whether a listed grant on a table is older than the table: it was on one of that name that was dropped.

    A grant ends with its table, and does not come back with one of the same name
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html).
    """
    resource = resource_of(row["Resource"], own, {})
    if resource is None or resource.table is None or not row.get("LastUpdated"):
        return False
    database_name, name = resource.path[:2]
    made = created.get((resource.catalog, database_name, name), 0.0)
    return bool(row["LastUpdated"].timestamp() + CLOCKS_DIFFER < made)


def made_in(own: str, principal: str, resource: Resource) -> bool:
    """Whether it was account `own` that granted this; its listings also have what it was granted.

    On another account's resource it grants to its own principals only, one by one or all of them
    (https://docs.aws.amazon.com/lake-formation/latest/dg/regranting-shared-resources.html); what names the
    account as a whole, or an organization, is the other account's. A grant that the other account made
    directly to a principal is listed for that principal alone, and not told apart.
    """
    if resource.catalog == own:
        return True
    return principal != own and account_of(principal) == own


def filter_of(row: Mapping[str, Any]) -> Filter:
    """One of all rows, whose expression Lake Formation gives as TRUE, has no condition
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataCellsFilter.html).
    """
    rows = (row.get("RowFilter") or {}).get("FilterExpression") or None
    rows = None if rows is not None and rows.strip().upper() == ALL_ROWS else rows
    if row.get("ColumnNames"):
        return Filter(columns=frozenset(row["ColumnNames"]), rows=rows)
    excluded = (row.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or ()
    return Filter(excluded=frozenset(excluded), rows=rows)


def settings_of(shape: Mapping[str, Any]) -> Settings:
    """https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html"""
    version = str((shape.get("Parameters") or {}).get("CROSS_ACCOUNT_VERSION", ""))
    return Settings(
        admins=_principals(shape.get("DataLakeAdmins")),
        read_only_admins=_principals(shape.get("ReadOnlyAdmins")),
        database_defaults=defaults_of(shape.get("CreateDatabaseDefaultPermissions")),
        table_defaults=defaults_of(shape.get("CreateTableDefaultPermissions")),
        cross_account_version=int(version) if version.isdigit() else 1,
        external_engines=_principals(shape.get("ExternalDataFilteringAllowList"))
        if shape.get("AllowExternalDataFiltering")
        else frozenset(),
        full_tables=bool(shape.get("AllowFullTableExternalDataAccess")),
    )


def defaults_of(listed: Iterable[Mapping[str, Any]] | None) -> frozenset[str]:
    """The principals that are granted something on what is newly made."""
    return _principals(each["Principal"] for each in listed or () if each.get("Permissions"))


def _principals(listed: Iterable[Mapping[str, Any]] | None) -> frozenset[str]:
    return frozenset(each["DataLakePrincipalIdentifier"] for each in listed or ())


def location_of(shape: Mapping[str, Any]) -> tuple[str, Location]:
    """A registered location, with its path: bucket, or bucket/prefix."""
    found = Location(role=shape.get("RoleArn") or "", hybrid=bool(shape.get("HybridAccessEnabled")))
    return path_of(shape["ResourceArn"]), found


def path_of(arn: str) -> str:
    """The bucket, or bucket/prefix, of an ARN of S3."""
    return arn.split(":::", 1)[-1].rstrip("/")


def tags_of(shape: Mapping[str, Any], on: Resource) -> Iterator[tuple[Resource, Mapping[str, str]]]:
    """The LF-Tags put on a database, or on a table and its columns, of an answer without inherited ones."""
    member = "LFTagOnDatabase" if on.kind is Kind.DATABASE else "LFTagsOnTable"
    found = [(on, shape.get(member))]
    found += [
        (Resource(on.catalog, Kind.COLUMNS, on.path, frozenset({each["Name"]})), each.get("LFTags"))
        for each in shape.get("LFTagsOnColumns") or ()
    ]
    for resource, pairs in found:
        if pairs:
            yield resource, {each["TagKey"].lower(): each["TagValues"][0].lower() for each in pairs}
