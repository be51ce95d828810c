"""Sharing across accounts: grants, invitations, links, filters, and what each caller sees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Aws

Account = Callable[[], str]


@dataclass(frozen=True)
class Mesh:
    """A governance account with a database `sales` of one table, and a consumer account."""

    aws: Aws
    owner: str
    consumer: str

    def client(self, service: str, account: str, role: str = "Admin") -> Any:
        return self.aws.client(service, account, role)

    def share(self, *permissions: str, **resource: Any) -> list[Any]:
        entry = {
            "Id": "1",
            "Principal": {"DataLakePrincipalIdentifier": self.consumer},
            "Resource": resource,
            "Permissions": list(permissions),
            "PermissionsWithGrantOption": list(permissions),
        }
        failures: list[Any] = self.client("lakeformation", self.owner).batch_grant_permissions(
            Entries=[entry]
        )["Failures"]
        return failures

    def accept(self) -> None:
        ram = self.client("ram", self.consumer)
        for invitation in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            ram.accept_resource_share_invitation(
                resourceShareInvitationArn=invitation["resourceShareInvitationArn"]
            )

    def to_analyst(self, *permissions: str, **resource: Any) -> None:
        self.client("lakeformation", self.consumer).grant_permissions(
            Principal={"DataLakePrincipalIdentifier": f"arn:aws:iam::{self.consumer}:role/Analyst"},
            Resource=resource,
            Permissions=list(permissions),
        )

    @property
    def filter(self) -> dict[str, str]:
        return {"TableCatalogId": self.owner, "DatabaseName": "sales", "TableName": "orders", "Name": "few"}


@pytest.fixture
def mesh(aws: Aws, account: Account) -> Mesh:
    made = Mesh(aws, account(), account())
    for one in (made.owner, made.consumer):
        admin = aws.role(one, "Admin")
        aws.role(one, "Analyst")
        aws.client("lakeformation", one).put_data_lake_settings(
            DataLakeSettings={
                "DataLakeAdmins": [{"DataLakePrincipalIdentifier": admin}],
                "CreateDatabaseDefaultPermissions": [],
                "CreateTableDefaultPermissions": [],
                "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
            }
        )
    glue = made.client("glue", made.owner)
    glue.create_database(DatabaseInput={"Name": "sales"})
    columns = [{"Name": name, "Type": "string"} for name in ("id", "total", "email")]
    descriptor = {"Columns": columns, "Location": "s3://bucket/sales/orders"}
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", "StorageDescriptor": descriptor})
    return made


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    found: str = caught.value.response["Error"]["Code"]
    return found


def columns(tables: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {t["Name"]: [c["Name"] for c in t["StorageDescriptor"]["Columns"]] for t in tables}


def test_a_share_is_seen_through_a_link_once_accepted_and_granted_on(mesh: Mesh) -> None:
    lake = mesh.client("lakeformation", mesh.owner)
    lake.create_data_cells_filter(
        TableData={**mesh.filter, "RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": ["id", "total"]}
    )
    assert mesh.share("DESCRIBE", Database={"Name": "sales"}) == []
    assert mesh.share("SELECT", DataCellsFilter=mesh.filter) == []
    admin, analyst = mesh.client("glue", mesh.consumer), mesh.client("glue", mesh.consumer, "Analyst")
    target = {"CatalogId": mesh.owner, "Name": "sales"}
    assert code(admin.get_database, **target) == "AccessDeniedException"
    mesh.accept()
    assert admin.get_database(**target)["Database"]["CatalogId"] == mesh.owner
    link = {"Name": "sales", "TargetDatabase": {"CatalogId": mesh.owner, "DatabaseName": "sales"}}
    admin.create_database(DatabaseInput=link)
    found = admin.get_tables(DatabaseName="sales")["TableList"]
    assert columns(found) == {"orders": ["id", "total"]}
    assert found[0]["CatalogId"] == mesh.owner

    assert code(analyst.get_tables, DatabaseName="sales") == "AccessDeniedException"
    mesh.to_analyst("DESCRIBE", Database={"Name": "sales"})
    assert code(analyst.get_tables, DatabaseName="sales") == "AccessDeniedException"
    mesh.to_analyst("SELECT", DataCellsFilter=mesh.filter)
    assert columns(analyst.get_tables(DatabaseName="sales")["TableList"]) == {"orders": ["id", "total"]}
    lake.update_data_cells_filter(
        TableData={**mesh.filter, "RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": ["id"]}
    )
    assert columns([analyst.get_table(DatabaseName="sales", Name="orders")["Table"]]) == {"orders": ["id"]}

    lake.revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": mesh.consumer},
        Resource={"DataCellsFilter": mesh.filter},
        Permissions=["SELECT"],
    )
    assert code(analyst.get_table, DatabaseName="sales", Name="orders") == "AccessDeniedException"


def test_all_of_a_share_revoked_takes_the_share_away(mesh: Mesh) -> None:
    mesh.share("DESCRIBE", Database={"Name": "sales"})
    ram = mesh.client("ram", mesh.owner)
    shares = ram.get_resource_shares(resourceOwner="SELF")["resourceShares"]
    assert [s["name"][:16] for s in shares] == ["LakeFormation-V4"]
    mesh.client("lakeformation", mesh.owner).revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": mesh.consumer},
        Resource={"Database": {"Name": "sales"}},
        Permissions=["DESCRIBE"],
    )
    assert ram.get_resource_shares(resourceOwner="SELF")["resourceShares"] == []


def test_invitations_come_in_pages(mesh: Mesh, account: Account) -> None:
    mesh.share("DESCRIBE", Database={"Name": "sales"})
    other = account()
    mesh.aws.client("lakeformation", other).put_data_lake_settings(
        DataLakeSettings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": mesh.aws.role(other, "Admin")}]}
    )
    mesh.client("glue", other).create_database(
        DatabaseInput={"Name": "more", "CreateTableDefaultPermissions": []}
    )
    mesh.client("lakeformation", other).grant_permissions(
        Principal={"DataLakePrincipalIdentifier": mesh.consumer},
        Resource={"Database": {"Name": "more"}},
        Permissions=["DESCRIBE"],
    )
    pages = mesh.client("ram", mesh.consumer).get_paginator("get_resource_share_invitations")
    found = [p["resourceShareInvitations"] for p in pages.paginate(PaginationConfig={"PageSize": 1})]
    assert [[i["senderAccountId"] for i in page] for page in found] == [[mesh.owner], [other]]


@pytest.mark.parametrize(
    ("principal", "resource", "permissions", "expected"),
    [
        ("consumer", {"Database": {"Name": "none"}}, ["DESCRIBE"], "EntityNotFoundException"),
        (
            "consumer",
            {"Table": {"DatabaseName": "sales", "Name": "none"}},
            ["SELECT"],
            "EntityNotFoundException",
        ),
        ("consumer", {"Database": {"Name": "sales"}}, ["DROP"], "InvalidInputException"),
        ("consumer", {"Database": {"Name": "sales"}}, ["SELECT"], "InvalidInputException"),
        ("ghost", {"Database": {"Name": "sales"}}, ["DESCRIBE"], "InvalidInputException"),
    ],
)
def test_grants_that_are_refused(
    mesh: Mesh, principal: str, resource: dict[str, Any], permissions: list[str], expected: str
) -> None:
    who = mesh.consumer if principal == "consumer" else f"arn:aws:iam::{mesh.owner}:role/ghost"
    lake = mesh.client("lakeformation", mesh.owner)
    given = {
        "Principal": {"DataLakePrincipalIdentifier": who},
        "Resource": resource,
        "Permissions": permissions,
    }
    assert code(lake.grant_permissions, **given) == expected
    failures = lake.batch_grant_permissions(Entries=[{"Id": "1", **given}])["Failures"]
    assert [f["Error"]["ErrorCode"] for f in failures] == [expected]


def test_only_what_is_held_with_grant_option_can_be_granted_on(mesh: Mesh) -> None:
    grant = mesh.client("lakeformation", mesh.consumer).grant_permissions
    given: dict[str, Any] = {
        "Principal": {"DataLakePrincipalIdentifier": f"arn:aws:iam::{mesh.consumer}:role/Analyst"},
        "Resource": {"Table": {"CatalogId": mesh.owner, "DatabaseName": "sales", "Name": "orders"}},
    }
    mesh.share("DESCRIBE", Table={"DatabaseName": "sales", "Name": "orders"})
    mesh.accept()
    grant(**given, Permissions=["DESCRIBE"])
    assert code(grant, **given, Permissions=["SELECT"]) == "AccessDeniedException"
    given["Principal"]["DataLakePrincipalIdentifier"] = f"arn:aws:iam::{mesh.owner}:role/Analyst"
    assert code(grant, **given, Permissions=["DESCRIBE"]) == "AccessDeniedException"


def test_an_open_database_cannot_be_shared(mesh: Mesh) -> None:
    lake = mesh.client("lakeformation", mesh.owner)
    everyone = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    lake.grant_permissions(Principal=everyone, Resource={"Database": {"Name": "sales"}}, Permissions=["ALL"])
    assert [f["Error"]["ErrorCode"] for f in mesh.share("DESCRIBE", Database={"Name": "sales"})] == [
        "AccessDeniedException"
    ]
    lake.revoke_permissions(Principal=everyone, Resource={"Database": {"Name": "sales"}}, Permissions=["ALL"])
    assert mesh.share("DESCRIBE", Database={"Name": "sales"}) == []


def test_select_on_a_table_is_listed_apart(mesh: Mesh) -> None:
    mesh.share("DESCRIBE", "SELECT", Table={"DatabaseName": "sales", "Name": "orders"})
    table = {"DatabaseName": "sales", "Name": "orders"}
    lake = mesh.client("lakeformation", mesh.owner)
    first = lake.list_permissions(
        Resource={"Table": table}, Principal={"DataLakePrincipalIdentifier": mesh.consumer}, MaxResults=1
    )
    second = lake.list_permissions(
        Resource={"Table": table},
        Principal={"DataLakePrincipalIdentifier": mesh.consumer},
        MaxResults=1,
        NextToken=first["NextToken"],
    )
    rows = first["PrincipalResourcePermissions"] + second["PrincipalResourcePermissions"]
    named = {"CatalogId": mesh.owner, **table}
    assert [(r["Resource"], r["Permissions"], r["PermissionsWithGrantOption"]) for r in rows] == [
        ({"Table": named}, ["DESCRIBE"], ["DESCRIBE"]),
        ({"TableWithColumns": {**named, "ColumnWildcard": {}}}, ["SELECT"], ["SELECT"]),
    ]


def test_administrators_describe_but_create_tables_only_where_they_may(mesh: Mesh) -> None:
    lake = mesh.client("lakeformation", mesh.owner)
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    second = mesh.aws.role(mesh.owner, "Second")
    settings["DataLakeAdmins"].append({"DataLakePrincipalIdentifier": second})
    lake.put_data_lake_settings(DataLakeSettings=settings)
    glue = mesh.client("glue", mesh.owner, "Second")
    assert len(glue.get_tables(DatabaseName="sales")["TableList"]) == 1
    new = {"DatabaseName": "sales", "TableInput": {"Name": "lines"}}
    assert code(glue.create_table, **new) == "AccessDeniedException"
    assert code(glue.delete_table, DatabaseName="sales", Name="orders") == "AccessDeniedException"
    lake.grant_permissions(
        Principal={"DataLakePrincipalIdentifier": second},
        Resource={"Database": {"Name": "sales"}},
        Permissions=["CREATE_TABLE"],
    )
    glue.create_table(**new)


def test_read_only_administrators_describe_everything_and_do_nothing_else(mesh: Mesh) -> None:
    lake, auditor = mesh.client("lakeformation", mesh.owner), mesh.aws.role(mesh.owner, "Auditor")
    glue = mesh.client("glue", mesh.owner, "Auditor")
    before = lake.get_data_lake_settings()["DataLakeSettings"]
    assert code(glue.get_tables, DatabaseName="sales") == "AccessDeniedException"
    readers = [{"DataLakePrincipalIdentifier": auditor}]
    lake.put_data_lake_settings(DataLakeSettings={**before, "ReadOnlyAdmins": readers})
    assert lake.get_data_lake_settings()["DataLakeSettings"] == {**before, "ReadOnlyAdmins": readers}

    assert glue.get_database(Name="sales")["Database"]["Name"] == "sales"
    assert columns(glue.get_tables(DatabaseName="sales")["TableList"]) == {"orders": ["id", "total", "email"]}
    new = {"DatabaseName": "sales", "TableInput": {"Name": "lines"}}
    assert code(glue.create_table, **new) == "AccessDeniedException"
    acting = mesh.client("lakeformation", mesh.owner, "Auditor")
    given = {
        "Principal": {"DataLakePrincipalIdentifier": auditor},
        "Resource": {"Table": {"DatabaseName": "sales", "Name": "orders"}},
        "Permissions": ["SELECT"],
    }
    assert code(acting.grant_permissions, **given) == "AccessDeniedException"
    assert code(acting.create_lf_tag, TagKey="domain", TagValues=["x"]) == "AccessDeniedException"


def test_a_share_is_not_open_to_read_only_administrators_of_its_receiver(mesh: Mesh) -> None:
    mesh.share("DESCRIBE", "SELECT", Table={"DatabaseName": "sales", "Name": "orders"})
    mesh.accept()
    lake = mesh.client("lakeformation", mesh.consumer)
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    readers = [{"DataLakePrincipalIdentifier": f"arn:aws:iam::{mesh.consumer}:role/Analyst"}]
    lake.put_data_lake_settings(DataLakeSettings={**settings, "ReadOnlyAdmins": readers})
    target = {"CatalogId": mesh.owner, "DatabaseName": "sales", "Name": "orders"}
    assert mesh.client("glue", mesh.consumer).get_table(**target)["Table"]["Name"] == "orders"
    analyst = mesh.client("glue", mesh.consumer, "Analyst")
    assert code(analyst.get_table, **target) == "AccessDeniedException"


@pytest.mark.parametrize("kind", ["DataLakeAdmins", "ReadOnlyAdmins"])
def test_a_dead_administrator_fails_the_settings(mesh: Mesh, kind: str) -> None:
    lake = mesh.client("lakeformation", mesh.owner)
    dead = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{mesh.owner}:role/ghost"}
    assert code(lake.put_data_lake_settings, DataLakeSettings={kind: [dead]}) == "InvalidInputException"


def test_tags_merge_and_are_inherited(mesh: Mesh) -> None:
    lake = mesh.client("lakeformation", mesh.owner)
    lake.create_lf_tag(TagKey="Domain", TagValues=["Orders", "payments"])
    lake.create_lf_tag(TagKey="sensitivity", TagValues=["pii", "none"])
    database, table = {"Database": {"Name": "sales"}}, {"DatabaseName": "sales", "Name": "orders"}
    assert lake.get_resource_lf_tags(Resource=database).get("LFTagOnDatabase") is None
    lake.add_lf_tags_to_resource(Resource=database, LFTags=[{"TagKey": "domain", "TagValues": ["orders"]}])
    lake.add_lf_tags_to_resource(Resource=database, LFTags=[{"TagKey": "sensitivity", "TagValues": ["none"]}])
    email = {"TableWithColumns": {**table, "ColumnNames": ["email"]}}
    lake.add_lf_tags_to_resource(Resource=email, LFTags=[{"TagKey": "sensitivity", "TagValues": ["pii"]}])
    found = lake.get_resource_lf_tags(Resource={"Table": table})
    shown = {c["Name"]: {t["TagKey"]: t["TagValues"] for t in c["LFTags"]} for c in found["LFTagsOnColumns"]}
    assert shown == {
        "id": {"domain": ["orders"], "sensitivity": ["none"]},
        "total": {"domain": ["orders"], "sensitivity": ["none"]},
        "email": {"domain": ["orders"], "sensitivity": ["pii"]},
    }
    unknown = lake.add_lf_tags_to_resource(
        Resource=database, LFTags=[{"TagKey": "domain", "TagValues": ["x"]}]
    )
    assert [f["Error"]["ErrorCode"] for f in unknown["Failures"]] == ["EntityNotFoundException"]


def test_iceberg_tables_and_their_versions(mesh: Mesh) -> None:
    glue = mesh.client("glue", mesh.owner)
    descriptor = {"Columns": [{"Name": "id", "Type": "string"}], "Location": "s3://bucket/ice"}
    table = {"Name": "ice", "StorageDescriptor": descriptor}
    iceberg = {"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}}
    glue.create_table(DatabaseName="sales", TableInput=table, OpenTableFormatInput=iceberg)
    found = glue.get_table(DatabaseName="sales", Name="ice")["Table"]
    assert found["Parameters"]["table_type"] == "ICEBERG"
    assert found["Parameters"]["metadata_location"].startswith("s3://bucket/ice/metadata/00000-")
    glue.update_table(DatabaseName="sales", TableInput=table, VersionId=found["VersionId"])
    stale = {"DatabaseName": "sales", "TableInput": table, "VersionId": found["VersionId"]}
    assert code(glue.update_table, **stale) == "ConcurrentModificationException"
