"""What Lake Formation lists, and to whom; opt-ins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Aws


@dataclass(frozen=True)
class Pair:
    """An owner with a database `sales` of one table, and another account."""

    aws: Aws
    owner: str
    other: str

    def lake(self, account: str, role: str = "Admin") -> Any:
        return self.aws.client("lakeformation", account, role)

    def grant(self, by: str, principal: str, resource: dict[str, Any], *permissions: str) -> None:
        self.lake(by).grant_permissions(
            Principal={"DataLakePrincipalIdentifier": principal},
            Resource=resource,
            Permissions=list(permissions),
            PermissionsWithGrantOption=list(permissions),
        )

    def principals(self, account: str, role: str, **asked: Any) -> set[str]:
        """Whose grants a role sees, without those of whoever made the database."""
        rows = self.lake(account, role).list_permissions(**asked)["PrincipalResourcePermissions"]
        return {row["Principal"]["DataLakePrincipalIdentifier"] for row in rows} - {arn(account, "Admin")}


def arn(account: str, role: str) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


@pytest.fixture
def pair(aws: Aws, account: Callable[[], str]) -> Pair:
    made = Pair(aws, account(), account())
    for one in (made.owner, made.other):
        for role in ("Admin", "Auditor", "Analyst", "Reader"):
            aws.role(one, role)
        made.lake(one).put_data_lake_settings(
            DataLakeSettings={
                "DataLakeAdmins": [{"DataLakePrincipalIdentifier": arn(one, "Admin")}],
                "ReadOnlyAdmins": [{"DataLakePrincipalIdentifier": arn(one, "Auditor")}],
            }
        )
    glue = aws.client("glue", made.owner, "Admin")
    glue.create_database(DatabaseInput={"Name": "sales"})
    columns = {"Columns": [{"Name": "id", "Type": "string"}]}
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", "StorageDescriptor": columns})
    return made


def test_only_administrators_see_the_grants_of_others(pair: Pair) -> None:
    sales = {"Database": {"Name": "sales"}}
    analyst, reader = arn(pair.owner, "Analyst"), arn(pair.owner, "Reader")
    for principal in (analyst, reader):
        pair.grant(pair.owner, principal, sales, "DESCRIBE")
    assert pair.principals(pair.owner, "Admin") == {analyst, reader}
    assert pair.principals(pair.owner, "Auditor") == {analyst, reader}
    assert pair.principals(pair.owner, "Analyst") == {analyst}
    assert pair.principals(pair.owner, "Stranger") == set()


def test_a_grant_of_another_account_to_a_principal_is_seen_by_that_principal_alone(pair: Pair) -> None:
    sales = {"Database": {"Name": "sales"}}
    pair.grant(pair.owner, pair.other, sales, "DESCRIBE")
    pair.grant(pair.owner, arn(pair.other, "Analyst"), sales, "DESCRIBE")
    assert pair.principals(pair.owner, "Admin") == {pair.other, arn(pair.other, "Analyst")}
    assert pair.principals(pair.other, "Admin", CatalogId=pair.owner) == {pair.other}
    assert pair.principals(pair.other, "Analyst", CatalogId=pair.owner) == {arn(pair.other, "Analyst")}
    assert pair.principals(pair.other, "Reader", CatalogId=pair.owner) == set()


def test_rows_on_the_filters_of_a_table_are_listed_when_asked_for(pair: Pair) -> None:
    few = {
        "TableCatalogId": pair.owner,
        "DatabaseName": "sales",
        "TableName": "orders",
        "Name": "few",
    }
    pair.lake(pair.owner).create_data_cells_filter(
        TableData={**few, "ColumnNames": ["id"], "RowFilter": {"AllRowsWildcard": {}}}
    )
    analyst = arn(pair.owner, "Analyst")
    pair.grant(pair.owner, analyst, {"DataCellsFilter": few}, "SELECT")
    table = {"Resource": {"Table": {"DatabaseName": "sales", "Name": "orders"}}}
    assert pair.principals(pair.owner, "Admin", **table) == set()
    assert pair.principals(pair.owner, "Admin", **table, IncludeRelated="TRUE") == {analyst}
    with pytest.raises(ClientError, match="Principal must not be specified"):
        pair.lake(pair.owner).list_permissions(
            **table, IncludeRelated="TRUE", Principal={"DataLakePrincipalIdentifier": analyst}
        )


def opt_in(principal: str, **resource: Any) -> dict[str, Any]:
    return {"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": resource}


def test_opt_ins_are_made_listed_and_withdrawn(pair: Pair) -> None:
    lake, analyst = pair.lake(pair.owner), arn(pair.owner, "Analyst")
    on_table = opt_in(analyst, Table={"DatabaseName": "sales", "Name": "orders"})
    on_database = opt_in(pair.other, Database={"Name": "sales"})
    for one in (on_table, on_database):
        lake.create_lake_formation_opt_in(**one)
        lake.create_lake_formation_opt_in(**one)

    def listed(**asked: Any) -> list[tuple[str, Any]]:
        rows = lake.list_lake_formation_opt_ins(**asked)["LakeFormationOptInsInfoList"]
        return [(row["Principal"]["DataLakePrincipalIdentifier"], row["Resource"]) for row in rows]

    table = {"Table": {"CatalogId": pair.owner, "DatabaseName": "sales", "Name": "orders"}}
    database = {"Database": {"CatalogId": pair.owner, "Name": "sales"}}
    assert listed() == [(pair.other, database), (analyst, table)]
    assert listed(Principal=on_table["Principal"]) == listed(Resource=table) == [(analyst, table)]
    lake.delete_lake_formation_opt_in(**on_database)
    assert listed() == [(analyst, table)]
    assert pair.lake(pair.other).list_lake_formation_opt_ins()["LakeFormationOptInsInfoList"] == []
    pair.aws.client("glue", pair.owner, "Admin").delete_table(DatabaseName="sales", Name="orders")
    assert listed() == []


@pytest.mark.parametrize(
    ("role", "principal", "resource", "expected"),
    [
        ("Analyst", "Analyst", {"Database": {"Name": "sales"}}, "AccessDeniedException"),
        ("Auditor", "Analyst", {"Database": {"Name": "sales"}}, "AccessDeniedException"),
        ("Admin", "Ghost", {"Database": {"Name": "sales"}}, "InvalidInputException"),
        ("Admin", "Analyst", {"Database": {"Name": "none"}}, "EntityNotFoundException"),
        (
            "Admin",
            "Analyst",
            {"DataLocation": {"ResourceArn": "arn:aws:s3:::bucket"}},
            "InvalidInputException",
        ),
    ],
)
def test_opt_ins_that_are_refused(
    pair: Pair, role: str, principal: str, resource: dict[str, Any], expected: str
) -> None:
    lake, given = pair.lake(pair.owner, role), opt_in(arn(pair.owner, principal), **resource)
    with pytest.raises(ClientError) as caught:
        lake.create_lake_formation_opt_in(**given)
    assert caught.value.response["Error"]["Code"] == expected
    assert pair.lake(pair.owner).list_lake_formation_opt_ins()["LakeFormationOptInsInfoList"] == []


def test_an_opt_in_that_is_not_there_cannot_be_withdrawn(pair: Pair) -> None:
    given = opt_in(arn(pair.owner, "Analyst"), Database={"Name": "sales"})
    with pytest.raises(ClientError, match="has not opted in"):
        pair.lake(pair.owner).delete_lake_formation_opt_in(**given)
