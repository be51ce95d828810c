"""Iceberg tables are created once, and from then on only described; on a small model of Glue's tables."""

import copy
import itertools
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.provider.lake_model import Model, client_error

from meshwright.provider.calls import Calls
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch
from meshwright.provider.iceberg import table_input
from meshwright.provider.iceberg_types import iceberg_type
from meshwright.provider.request import Outcome

CATALOG = "111111111111"
LOCATION = "s3://acme-orders-products-222222222221/sales/orders"
NAME = f"{CATALOG}/acme_orders_sales/orders"
numbers = itertools.count()
POINTER = f"{LOCATION}/metadata/00000-1.metadata.json"


def properties(**changes: Any) -> dict[str, Any]:
    return {
        "CatalogId": CATALOG,
        "Database": "acme_orders_sales",
        "Table": "orders",
        "Location": LOCATION,
        "Description": "One row per order.",
        "Columns": [
            {"Name": "order_id", "Type": "string", "Comment": "Unique id of the order."},
            {"Name": "lines", "Type": "array<struct<sku:string,count:int>>"},
            {"Name": "order_date", "Type": "date"},
        ],
        "PartitionBy": ["order_date"],
        "Parameters": {"meshwright.owner": "order-platform"},
        **changes,
    }


class Glue:
    """One table; `commits` are made by an engine just before that many updates."""

    def __init__(self, table: dict[str, Any] | None = None, commits: int = 0) -> None:
        self.table, self.commits = table, commits
        self.refuse_updates = False
        self.model = Model()
        self.store = self.model.client("ssm")
        self.calls: list[str] = []
        self.log: list[str] = []

    def get_table(self, **where: str) -> dict[str, Any]:
        assert where == {"CatalogId": CATALOG, "DatabaseName": "acme_orders_sales", "Name": "orders"}
        self.calls.append("get")
        if self.table is None:
            raise client_error("EntityNotFoundException")
        return {"Table": copy.deepcopy(self.table)}

    def create_table(self, **parameters: Any) -> dict[str, Any]:
        self.calls.append("create")
        iceberg = parameters["OpenTableFormatInput"]["IcebergInput"]["CreateIcebergTableInput"]
        self.table = iceberg_table(Location=iceberg["Location"], **iceberg["Properties"])
        return {}

    def update_table(self, TableInput: dict[str, Any], VersionId: str, **rest: Any) -> dict[str, Any]:  # noqa: N803
        self.calls.append("update")
        if self.refuse_updates:
            raise client_error("AccessDeniedException")
        assert self.table is not None
        assert rest == {"CatalogId": CATALOG, "DatabaseName": "acme_orders_sales", "SkipArchive": True}
        if self.commits:
            self.commits -= 1
            self.table["VersionId"] = str(int(self.table["VersionId"]) + 1)
            self.table["Parameters"]["metadata_location"] += "+"
            self.table["StorageDescriptor"]["Columns"].append({"Name": "evolved", "Type": "int"})
        if VersionId != self.table["VersionId"]:
            raise client_error("ConcurrentModificationException")
        self.table = {**TableInput, "VersionId": str(int(VersionId) + 1), "CatalogId": CATALOG}
        return {}

    def delete_table(self, **where: str) -> dict[str, Any]:
        self.calls.append("delete")
        self.table = None
        return {}


def iceberg_table(*, Location: str = LOCATION, **parameters: str) -> dict[str, Any]:  # noqa: N803
    return {
        "Name": "orders",
        "CatalogId": CATALOG,
        "VersionId": "7",
        "CreatedBy": "arn:aws:iam::111111111111:role/Engine",
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {"Location": Location, "Columns": [{"Name": "order_id", "Type": "string"}]},
        "Parameters": {"table_type": "ICEBERG", "metadata_location": POINTER, **parameters},
    }


def run(glue: Glue, kind: str, declared: dict[str, Any], **more: Any) -> Outcome:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::IcebergTable",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{CATALOG}:stack/acme-orders-share/8b2f",
        "LogicalResourceId": "Table",
        "RequestId": f"request-{next(numbers)}",
        "ResourceProperties": declared,
        **({} if kind == "Create" else {"PhysicalResourceId": NAME}),
        **more,
    }
    return dispatch(
        event,
        Calls(
            client=lambda service: glue.store if service == "ssm" else glue,
            remaining=lambda: 1e6,
            sleep=lambda _: None,
            log=glue.log.append,
        ),
    )


def test_the_table_input_is_what_glue_takes() -> None:
    expected = {
        "Location": LOCATION,
        "Schema": {
            "SchemaId": 0,
            "Type": "struct",
            "Fields": [
                {
                    "Id": 1,
                    "Name": "order_id",
                    "Type": "string",
                    "Required": False,
                    "Doc": "Unique id of the order.",
                },
                {
                    "Id": 2,
                    "Name": "lines",
                    "Type": {
                        "type": "list",
                        "element-id": 4,
                        "element": {
                            "type": "struct",
                            "fields": [
                                {"id": 5, "name": "sku", "required": False, "type": "string"},
                                {"id": 6, "name": "count", "required": False, "type": "int"},
                            ],
                        },
                        "element-required": False,
                    },
                    "Required": False,
                },
                {"Id": 3, "Name": "order_date", "Type": "date", "Required": False},
            ],
        },
        "PartitionSpec": {
            "SpecId": 0,
            "Fields": [{"SourceId": 3, "Transform": "identity", "Name": "order_date", "FieldId": 1000}],
        },
        "Properties": {"format-version": "2", "meshwright.owner": "order-platform"},
    }
    assert table_input(properties()) == expected


def test_botocore_accepts_the_create_call() -> None:
    client = boto3.client("glue", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        iceberg = {
            "MetadataOperation": "CREATE",
            "Version": "2",
            "CreateIcebergTableInput": table_input(properties()),
        }
        stub.add_response("create_table", {})
        client.create_table(DatabaseName="d", Name="t", OpenTableFormatInput={"IcebergInput": iceberg})
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("glue", "iceberg"),
    [
        ("bigint", "long"),
        ("INT", "int"),
        ("tinyint", "int"),
        ("smallint", "int"),
        ("decimal(12,2)", "decimal(12, 2)"),
        ("decimal", "decimal(10, 0)"),
        ("varchar(20)", "string"),
        ("char(3)", "string"),
        ("timestamp", "timestamp"),
        ("double", "double"),
        (
            "map<string,array<decimal(3,1)>>",
            {
                "type": "map",
                "key-id": 1,
                "key": "string",
                "value-id": 2,
                "value": {
                    "type": "list",
                    "element-id": 3,
                    "element": "decimal(3, 1)",
                    "element-required": False,
                },
                "value-required": False,
            },
        ),
        (
            "struct<a:int, B:map<string,int>>",
            {
                "type": "struct",
                "fields": [
                    {"id": 1, "name": "a", "required": False, "type": "int"},
                    {
                        "id": 2,
                        "name": "B",
                        "required": False,
                        "type": {
                            "type": "map",
                            "key-id": 3,
                            "key": "string",
                            "value-id": 4,
                            "value": "int",
                            "value-required": False,
                        },
                    },
                ],
            },
        ),
    ],
)
def test_a_glue_type_becomes_an_iceberg_type(glue: str, iceberg: Any) -> None:
    assert iceberg_type(glue, itertools.count(1).__next__) == iceberg


@pytest.mark.parametrize(
    "glue", ["interval", "int(3)", "array<>", "map<string>", "struct<a>", "uniontype<int>", ""]
)
def test_a_type_iceberg_lacks_is_named(glue: str) -> None:
    with pytest.raises(ProviderError, match="Iceberg has no type for"):
        iceberg_type(glue, itertools.count(1).__next__)


def test_a_missing_table_is_created_and_described() -> None:
    glue = Glue()
    assert run(glue, "Create", properties()) == Outcome(physical_id=NAME)
    assert glue.calls == ["get", "create", "get", "update"]
    assert glue.model.records == {}
    assert glue.table is not None
    assert (glue.table["Description"], glue.table["Parameters"]["metadata_location"]) == (
        "One row per order.",
        POINTER,
    )
    glue.calls.clear()
    run(glue, "Create", properties())  # of a stack that takes over what another left
    assert glue.calls == ["get"]


def test_an_existing_iceberg_table_at_the_location_is_adopted() -> None:
    glue = Glue(iceberg_table(Location=LOCATION + "/", **{"write.format": "orc", "meshwright.old": "x"}))
    run(glue, "Create", properties())
    assert glue.calls == ["get", "update"]
    assert glue.table is not None
    assert glue.table["Parameters"] == {
        "table_type": "ICEBERG",
        "metadata_location": POINTER,
        "write.format": "orc",
        "meshwright.owner": "order-platform",
    }
    assert glue.table["StorageDescriptor"]["Columns"] == [{"Name": "order_id", "Type": "string"}]
    assert "CreatedBy" not in glue.table  # which UpdateTable would refuse


def test_anything_else_of_that_name_is_refused() -> None:
    glue = Glue({"Name": "orders", "TableType": "VIRTUAL_VIEW", "VersionId": "1"})
    with pytest.raises(
        ProviderError, match="exists as VIRTUAL_VIEW at no location, not as Iceberg at s3://acme"
    ):
        run(glue, "Create", properties())
    assert glue.calls == ["get"]


def test_an_update_never_touches_columns_even_while_an_engine_commits() -> None:
    glue = Glue(iceberg_table(), commits=2)
    run(glue, "Update", properties(Columns=[{"Name": "other", "Type": "int"}], Description="New."))
    assert glue.calls == ["get", "update", "get", "update", "get", "update"]
    assert glue.table is not None
    assert [column["Name"] for column in glue.table["StorageDescriptor"]["Columns"]] == [
        "order_id",
        "evolved",
        "evolved",
    ]
    assert glue.table["Parameters"]["metadata_location"] == POINTER + "++"
    assert glue.table["Description"] == "New."


def test_a_move_or_rename_is_refused_and_its_rollback_succeeds() -> None:
    glue = Glue(iceberg_table())
    with pytest.raises(
        ProviderError, match=r"exists as ICEBERG at s3://acme-.*/orders, not as Iceberg at s3://b/new"
    ):
        run(glue, "Update", properties(Location="s3://b/new"), OldResourceProperties=properties())
    run(glue, "Update", properties(), OldResourceProperties=properties(Location="s3://b/new"))
    with pytest.raises(
        ProviderError, match=f"Iceberg table {NAME} cannot become .*/lines: declare it as a new"
    ):
        run(glue, "Update", properties(Table="lines"), OldResourceProperties=properties())
    run(glue, "Update", properties(), OldResourceProperties=properties(Table="lines"))


@pytest.mark.parametrize("there_before", [False, True])
def test_the_delete_of_a_create_that_failed_half_way_takes_the_table_that_it_made(there_before: bool) -> None:
    glue = Glue(iceberg_table() if there_before else None)
    glue.refuse_updates = True
    with pytest.raises(ProviderError, match=r"Could not update Iceberg table .*orders: AccessDenied"):
        run(glue, "Create", properties())
    assert glue.table is not None
    run(glue, "Delete", properties(), PhysicalResourceId="failed-create-of-Table")
    assert (glue.table is not None) == there_before
    assert glue.model.records == {}


def test_a_delete_logs_where_the_metadata_is_and_a_failed_create_deletes_nothing() -> None:
    glue = Glue(iceberg_table())
    run(glue, "Delete", properties(), PhysicalResourceId="failed-create-of-Table")
    assert glue.table is not None
    run(glue, "Delete", properties())
    assert glue.table is None
    assert any(POINTER in line for line in glue.log)
    run(glue, "Delete", properties())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Location": ""}, "needs Location as a non-empty string, got ''"),
        ({"Columns": []}, "orders needs Columns as a list of objects with Name and Type"),
        ({"Columns": [{"Name": "a"}]}, "orders needs Type as a non-empty string, got None"),
        ({"PartitionBy": ["day"]}, "is partitioned by day, which is not one of its columns"),
        ({"Format": "x"}, "unknown property 'Format'"),
    ],
)
def test_malformed_properties_are_named(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProviderError, match=problem):
        run(Glue(), "Create", properties(**change))
