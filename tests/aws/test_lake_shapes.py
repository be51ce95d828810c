"""Every shape of Lake Formation's API, and what it is in the access model."""

from datetime import UTC, datetime
from typing import Any

import pytest

from meshwright.access.resources import Kind, Resource
from meshwright.access.state import Filter, Grant, Location, Settings
from meshwright.aws.lake_shapes import (
    filter_of,
    grants_of,
    is_outlived,
    location_of,
    made_in,
    resource_of,
    settings_of,
    tags_of,
)

OWN, OTHER = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{OWN}:role/Analyst"
SALES = {"DatabaseName": "sales", "Name": "orders"}
SAVED = {"ours": {"domain": frozenset({"orders"})}}

RESOURCES: dict[str, tuple[dict[str, Any], Resource | None]] = {
    "catalog": ({"Catalog": {}}, Resource(OWN, Kind.CATALOG)),
    "catalog of another account": ({"Catalog": {"Id": OTHER}}, Resource(OTHER, Kind.CATALOG)),
    "database": ({"Database": {"Name": "sales"}}, Resource(OWN, Kind.DATABASE, ("sales",))),
    "database of another account": (
        {"Database": {"CatalogId": OTHER, "Name": "sales"}},
        Resource(OTHER, Kind.DATABASE, ("sales",)),
    ),
    "table": ({"Table": SALES}, Resource(OWN, Kind.TABLE, ("sales", "orders"))),
    "table wildcard": (
        {"Table": {"DatabaseName": "sales", "TableWildcard": {}}},
        Resource(OWN, Kind.TABLE, ("sales", "*")),
    ),
    "table wildcard as listed": (
        {"Table": {"CatalogId": OWN, "DatabaseName": "sales", "Name": "ALL_TABLES", "TableWildcard": {}}},
        Resource(OWN, Kind.TABLE, ("sales", "*")),
    ),
    "SELECT on a table as listed": (
        {"TableWithColumns": {**SALES, "ColumnWildcard": {}}},
        Resource(OWN, Kind.TABLE, ("sales", "orders")),
    ),
    "SELECT on all tables as listed": (
        {"TableWithColumns": {"DatabaseName": "sales", "Name": "ALL_TABLES", "ColumnWildcard": {}}},
        Resource(OWN, Kind.TABLE, ("sales", "*")),
    ),
    "included columns": (
        {"TableWithColumns": {**SALES, "ColumnNames": ["total", "country"]}},
        Resource(OWN, Kind.COLUMNS, ("sales", "orders"), included=frozenset({"country", "total"})),
    ),
    "excluded columns": (
        {"TableWithColumns": {**SALES, "ColumnWildcard": {"ExcludedColumnNames": ["email"]}}},
        Resource(OWN, Kind.COLUMNS, ("sales", "orders"), excluded=frozenset({"email"})),
    ),
    "location": (
        {"DataLocation": {"CatalogId": OTHER, "ResourceArn": "arn:aws:s3:::bucket/sales/"}},
        Resource(OTHER, Kind.LOCATION, ("bucket/sales",)),
    ),
    "filter": (
        {
            "DataCellsFilter": {
                "TableCatalogId": OTHER,
                "DatabaseName": "sales",
                "TableName": "orders",
                "Name": "few",
            }
        },
        Resource(OTHER, Kind.FILTER, ("sales", "orders", "few")),
    ),
    "LF-Tag": (
        {"LFTag": {"TagKey": "Domain", "TagValues": ["Payments", "orders"]}},
        Resource(OWN, Kind.TAG, ("domain", "orders", "payments")),
    ),
    "LF-Tag policy": (
        {
            "LFTagPolicy": {
                "ResourceType": "TABLE",
                "Expression": [
                    {"TagKey": "domain", "TagValues": ["orders", "Payments"]},
                    {"TagKey": "classification", "TagValues": ["public"]},
                ],
            }
        },
        Resource(
            OWN,
            Kind.TAG_POLICY,
            ("TABLE",),
            expression=(
                ("classification", frozenset({"public"})),
                ("domain", frozenset({"orders", "payments"})),
            ),
        ),
    ),
    "saved LF-Tag expression": (
        {"LFTagPolicy": {"ResourceType": "DATABASE", "ExpressionName": "ours"}},
        Resource(OWN, Kind.TAG_POLICY, ("DATABASE",), expression=(("domain", frozenset({"orders"})),)),
    ),
    "saved LF-Tag expression that is not known": (
        {"LFTagPolicy": {"ResourceType": "DATABASE", "ExpressionName": "theirs"}},
        None,
    ),
    "what the model does not have": ({"LFTagExpression": {"Name": "ours"}}, None),
    "what AWS may add": ({"Moon": {"Phase": "full"}}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("shape", "expected"), RESOURCES.values(), ids=RESOURCES)
def test_resources(shape: dict[str, Any], expected: Resource | None) -> None:
    assert resource_of(shape, OWN, SAVED) == expected


def row(principal: str, resource: dict[str, Any], *permissions: str, **more: Any) -> dict[str, Any]:
    return {
        "Principal": {"DataLakePrincipalIdentifier": principal},
        "Resource": resource,
        "Permissions": list(permissions),
        "PermissionsWithGrantOption": [],
        **more,
    }


def test_rows_of_one_principal_and_resource_are_one_grant() -> None:
    rows = [
        row(ROLE, {"Table": SALES}, "DESCRIBE", PermissionsWithGrantOption=["DESCRIBE"]),
        row(ROLE, {"TableWithColumns": {**SALES, "ColumnWildcard": {}}}, "SELECT"),
        row(ROLE, {"TableWithColumns": {**SALES, "ColumnNames": ["id"]}}, "SELECT"),
        row(ROLE, {"Moon": {}}, "SELECT"),
        row(ROLE, {"Table": SALES}, "SELECT", Condition={"Expression": 'context.team == "a"'}),
    ]
    table = Resource(OWN, Kind.TABLE, ("sales", "orders"))
    columns = Resource(OWN, Kind.COLUMNS, ("sales", "orders"), included=frozenset({"id"}))
    assert list(grants_of(rows, OWN, {})) == [
        Grant(ROLE, table, frozenset({"DESCRIBE", "SELECT"}), frozenset({"DESCRIBE"})),
        Grant(ROLE, columns, frozenset({"SELECT"})),
        Grant(ROLE, table, frozenset({"SELECT"}), condition='context.team == "a"'),
    ]


@pytest.mark.parametrize(
    ("principal", "catalog", "made"),
    [
        (ROLE, OWN, True),
        (OTHER, OWN, True),
        (f"arn:aws:iam::{OTHER}:role/Reader", OWN, True),
        ("IAM_ALLOWED_PRINCIPALS", OWN, True),
        (ROLE, OTHER, True),
        (f"{OWN}:IAMPrincipals", OTHER, True),
        (OWN, OTHER, False),
        ("arn:aws:organizations::333333333333:organization/o-abc", OTHER, False),
        (f"arn:aws:iam::{OTHER}:role/Reader", OTHER, False),
    ],
)
def test_what_another_account_granted_does_not_count_as_made_here(
    principal: str, catalog: str, made: bool
) -> None:
    assert made_in(OWN, principal, Resource(catalog, Kind.DATABASE, ("sales",))) is made


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            {"ColumnNames": ["id"], "RowFilter": {"FilterExpression": "country = 'DE'"}},
            Filter(columns=frozenset({"id"}), rows="country = 'DE'"),
        ),
        ({"ColumnWildcard": {}, "RowFilter": {"AllRowsWildcard": {}}}, Filter()),
        (
            {"ColumnWildcard": {"ExcludedColumnNames": ["email"]}, "RowFilter": {"AllRowsWildcard": {}}},
            Filter(excluded=frozenset({"email"})),
        ),
    ],
)
def test_filters(shape: dict[str, Any], expected: Filter) -> None:
    assert filter_of(shape) == expected


def test_settings() -> None:
    everybody = [
        {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    ]
    shape = {
        "DataLakeAdmins": [{"DataLakePrincipalIdentifier": ROLE}],
        "ReadOnlyAdmins": [{"DataLakePrincipalIdentifier": "arn:aws:iam::111111111111:role/Auditor"}],
        "CreateDatabaseDefaultPermissions": everybody,
        "CreateTableDefaultPermissions": [],
        "Parameters": {"CROSS_ACCOUNT_VERSION": "3"},
    }
    assert settings_of(shape) == Settings(
        admins=frozenset({ROLE}),
        read_only_admins=frozenset({"arn:aws:iam::111111111111:role/Auditor"}),
        database_defaults=frozenset({"IAM_ALLOWED_PRINCIPALS"}),
        cross_account_version=3,
    )
    assert settings_of({}) == Settings(cross_account_version=1)


def test_locations() -> None:
    shape = {"ResourceArn": "arn:aws:s3:::bucket/prefix/", "RoleArn": ROLE, "HybridAccessEnabled": True}
    assert location_of(shape) == ("bucket/prefix", Location(role=ROLE, hybrid=True))


def test_tags() -> None:
    pair = [{"CatalogId": OWN, "TagKey": "Sensitivity", "TagValues": ["PII"]}]
    table = Resource(OWN, Kind.TABLE, ("sales", "orders"))
    shape = {"LFTagsOnColumns": [{"Name": "email", "LFTags": pair}, {"Name": "id", "LFTags": []}]}
    email = Resource(OWN, Kind.COLUMNS, ("sales", "orders"), included=frozenset({"email"}))
    assert dict(tags_of(shape, table)) == {email: {"sensitivity": "pii"}}
    assert dict(tags_of({**shape, "LFTagsOnTable": pair}, table)) == {
        table: {"sensitivity": "pii"},
        email: {"sensitivity": "pii"},
    }
    database = Resource(OWN, Kind.DATABASE, ("sales",))
    assert dict(tags_of({"LFTagOnDatabase": pair}, database)) == {database: {"sensitivity": "pii"}}
    # What a table inherits from its database is not put on it.
    assert dict(tags_of({"LFTagOnDatabase": pair}, table)) == {}


def test_a_grant_older_than_its_table_is_one_on_another() -> None:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html"""
    on = {"Table": {"CatalogId": "111111111111", "DatabaseName": "d", "Name": "t"}}
    row = {"Resource": on, "LastUpdated": datetime(2027, 1, 1, tzinfo=UTC)}
    then = row["LastUpdated"].timestamp()
    made = ("111111111111", "d", "t")
    assert is_outlived(row, "111111111111", {made: then + 3600})
    assert not is_outlived(row, "111111111111", {made: then - 3600})
    assert not is_outlived(row, "111111111111", {made: then + 1})
    assert not is_outlived(row, "111111111111", {("111111111111", "d", "other"): then + 3600})
    assert not is_outlived({"Resource": on}, "111111111111", {made: then + 3600})
    database = {"Database": {"CatalogId": "111111111111", "Name": "d"}}
    assert not is_outlived({**row, "Resource": database}, "111111111111", {made: then + 3600})


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({"FilterExpression": "TRUE"}, None),
        ({"FilterExpression": " true "}, None),
        ({"AllRowsWildcard": {}}, None),
        ({"FilterExpression": "true_price = 1"}, "true_price = 1"),
    ],
)
def test_a_filter_of_all_rows_has_no_condition(given: dict[str, Any], rows: str | None) -> None:
    assert filter_of({"RowFilter": given, "ColumnWildcard": {}}).rows == rows
