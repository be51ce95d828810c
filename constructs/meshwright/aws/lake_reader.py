"""What Lake Formation of one account says: settings, grants, filters, LF-Tags, locations, opt-ins."""

from collections.abc import Iterable, Mapping
from typing import Any

from meshwright.access.further_state import RowPolicy
from meshwright.access.resources import Kind, Resource, database, filter_on, table
from meshwright.access.state import Database, Filter, Grant, Location, Settings
from meshwright.aws.calls import Calls
from meshwright.aws.lake_shapes import (
    Expressions,
    expression_name,
    expression_of,
    filter_of,
    grants_of,
    location_of,
    resource_of,
    settings_of,
    shape_name,
    table_shape,
    tags_of,
)

PERMISSIONS = "lakeformation:ListPermissions"
DATABASES = "glue:GetDatabases"
OPT_INS = "lakeformation:ListLakeFormationOptIns"
LAKE = "lakeformation"
PAGE = 1000
"""Rows of ListPermissions in one answer, at most."""
GONE = ("EntityNotFoundException",)


def read_settings(calls: Calls) -> Settings | None:
    """None if they could not be read."""
    answer = calls.one(LAKE, "get_data_lake_settings", CatalogId=calls.account)
    return None if answer is None else settings_of(answer["DataLakeSettings"])


def check_caller(calls: Calls, caller: str, settings: Settings) -> None:
    """Note it if Lake Formation may keep rows, and parts of the catalog, from the caller, without an error.

    ListPermissions is "filtered by the permissions of the caller"; administrators and read-only ones see all
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html),
    and Glue lists what the caller has a permission on
    (https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-metadata.html).
    """
    administrators = {_name(each) for each in settings.admins | settings.read_only_admins}
    if _name(caller) not in administrators:
        calls.note(
            PERMISSIONS,
            f"{caller} is neither an administrator nor a read-only administrator of Lake Formation in this "
            "account, so grants may be missing. Make it a read-only administrator, or read the account with "
            "a role that is one",
        )
        calls.note(
            DATABASES,
            f"{caller} does not administer Lake Formation: databases, tables, filters, tags may be missing",
        )


def _name(arn: str) -> tuple[str, str, str]:
    """Account, kind and name: a session's ARN does not tell the path of its role."""
    account, _, rest = arn.partition("::")[2].partition(":")
    kind, *parts = rest.split("/")
    if kind == "assumed-role":
        return account, "role", parts[0]
    return account, kind, parts[-1] if parts else ""


def list_rows(calls: Calls, catalogs: Iterable[str]) -> list[Mapping[str, Any]]:
    """Every row that ListPermissions shows of these accounts' catalogs."""
    return [
        row
        for catalog in dict.fromkeys(catalogs)
        for row in calls.listing(
            LAKE, "list_permissions", "PrincipalResourcePermissions", CatalogId=catalog, MaxResults=PAGE
        )
    ]


def list_rows_of_filters(calls: Calls, tables: Iterable[Resource]) -> list[Mapping[str, Any]]:
    """The rows on the filters of these tables.

    That a listing of the whole catalog has them too is not documented; that one of a table has, is
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html).
    """
    found = calls.each(
        lambda each: calls.listing(
            LAKE,
            "list_permissions",
            "PrincipalResourcePermissions",
            Resource={"Table": table_shape(each)},
            IncludeRelated="TRUE",
            MaxResults=PAGE,
            about=str(each),
            absent=GONE,
        ),
        sorted(set(tables), key=str),
    )
    return [row for rows in found for row in rows if "DataCellsFilter" in row["Resource"]]


def has_filters(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any("DataCellsFilter" in row["Resource"] for row in rows)


def read_grants(calls: Calls, rows: Iterable[Mapping[str, Any]]) -> tuple[Grant, ...]:
    """The grants that this account made, from its rows; a kind of resource that isn't modelled is noted."""
    listed = list(rows)
    expressions: Expressions = {}
    if any(expression_name(row["Resource"]) for row in listed):
        expressions = _expressions(calls)
    unknown = {
        shape_name(row["Resource"])
        for row in listed
        if resource_of(row["Resource"], calls.account, expressions) is None
    }
    for name in sorted(unknown):
        calls.note(PERMISSIONS, f"grants on a resource of kind {name} are not understood, and left out")
    found = grants_of(listed, calls.account, expressions)
    return tuple(sorted(found, key=lambda grant: (str(grant.resource), grant.principal, grant.condition)))


def _expressions(calls: Calls) -> Expressions:
    listed = calls.listing(LAKE, "list_lf_tag_expressions", "LFTagExpressions", CatalogId=calls.account)
    return {each["Name"]: expression_of(each.get("Expression") or []) for each in listed}


def read_filters(calls: Calls, tables: Iterable[Resource]) -> dict[Resource, Filter]:
    """The data-cells filters of these tables."""

    def of(each: Resource) -> list[Any]:
        return calls.listing(
            LAKE,
            "list_data_cells_filter",
            "DataCellsFilters",
            Table=table_shape(each),
            about=str(each),
            absent=GONE,
        )

    found: dict[Resource, Filter] = {}
    for rows in calls.each(of, tables):
        for row in rows:
            on = filter_on(row["TableCatalogId"], row["DatabaseName"], row["TableName"], row["Name"])
            found[on] = filter_of(row)
    return found


def read_row_policies(calls: Calls) -> tuple[RowPolicy, ...]:
    """Row-level security policies as they are attached; what is on a kind that isn't modelled is left out."""
    attached = calls.listing(LAKE, "list_rls_policy_attachments", "RLSPolicyAttachments")
    if not attached:
        return ()
    listed = calls.listing(LAKE, "list_rls_policies", "RLSPolicies")
    rows = {each["Name"].lower(): each.get("FilterExpression") or "" for each in listed}
    found = ((each, resource_of(each["Resource"], calls.account, {})) for each in attached)
    return tuple(
        RowPolicy(
            principal=each["Principal"]["DataLakePrincipalIdentifier"],
            resource=resource,
            rows=rows.get(each["PolicyName"].lower(), ""),
            condition=(each.get("Condition") or {}).get("Expression") or "",
            default=bool(each.get("DefaultRLSPolicy")),
        )
        for each, resource in found
        if resource is not None
    )


def read_tag_keys(calls: Calls) -> dict[str, frozenset[str]]:
    listed = calls.listing(LAKE, "list_lf_tags", "LFTags", CatalogId=calls.account)
    return {
        each["TagKey"].lower(): frozenset(value.lower() for value in each["TagValues"]) for each in listed
    }


def read_tags(calls: Calls, databases: Mapping[str, Database]) -> dict[Resource, Mapping[str, str]]:
    """The LF-Tags put on these databases, their tables and columns."""

    def of(place: Resource) -> dict[Resource, Mapping[str, str]]:
        shape: dict[str, Any] = {"Database": {"CatalogId": place.catalog, "Name": place.path[0]}}
        if place.kind is Kind.TABLE:
            shape = {"Table": table_shape(place)}
        answer = calls.one(
            LAKE,
            "get_resource_lf_tags",
            Resource=shape,
            ShowAssignedLFTags=True,
            about=str(place),
            absent=GONE,
        )
        return dict(tags_of(answer or {}, place))

    places = [
        place
        for name, each in databases.items()
        if each.link is None
        for place in (
            database(calls.account, name),
            *(table(calls.account, name, one) for one in each.tables),
        )
    ]
    return {on: tags for found in calls.each(of, places) for on, tags in found.items()}


def read_locations(calls: Calls) -> dict[str, Location]:
    return dict(location_of(each) for each in calls.listing(LAKE, "list_resources", "ResourceInfoList"))


def read_opt_ins(calls: Calls) -> frozenset[tuple[str, Resource]]:
    listed = calls.listing(LAKE, "list_lake_formation_opt_ins", "LakeFormationOptInsInfoList")
    found = (
        (each["Principal"]["DataLakePrincipalIdentifier"], resource_of(each["Resource"], calls.account, {}))
        for each in listed
    )
    return frozenset((principal, resource) for principal, resource in found if resource is not None)
