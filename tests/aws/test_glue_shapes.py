"""Databases and tables of Glue's API, and what they are in the access model."""

from typing import Any

import pytest

from meshwright.access.state import Database, Link, Table
from meshwright.aws.glue_reader import database_of, table_of

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
HIVE_TEXT = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


def columns(**types: str) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in types.items()]


def test_partition_keys_come_after_the_other_columns() -> None:
    shape = {
        "Name": "lines",
        "Parameters": {"classification": "parquet"},
        "PartitionKeys": columns(day="date"),
        "StorageDescriptor": {
            "Columns": columns(id="string", price="decimal(12,2)"),
            "Location": "s3://bucket/sales/lines/",
        },
    }
    assert table_of(shape) == Table(
        columns=("id", "price", "day"),
        location="bucket/sales/lines",
        format="parquet",
        types=("string", "decimal(12,2)", "date"),
        partition_by=("day",),
    )


def test_an_iceberg_table_has_all_its_columns_in_one_list() -> None:
    shape = {
        "Name": "orders",
        "Parameters": {"table_type": "ICEBERG", "classification": "parquet"},
        "StorageDescriptor": {
            "Columns": columns(id="string", day="date", total="decimal(12, 2)"),
            "Location": "s3://bucket/sales/orders",
        },
    }
    assert table_of(shape) == Table(
        columns=("id", "day", "total"),
        location="bucket/sales/orders",
        format="iceberg",
        types=("string", "date", "decimal(12,2)"),
    )


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        (PARQUET, "parquet"),
        (HIVE_TEXT, "csv"),
        ("org.apache.hadoop.hive.serde2.OpenCSVSerde", "csv"),
        ("org.openx.data.jsonserde.JsonSerDe", "json"),
        ("org.apache.hadoop.hive.ql.io.orc.OrcSerde", ""),
    ],
)
def test_without_a_classification_the_serde_tells_the_format(library: str, expected: str) -> None:
    shape = {"Name": "t", "StorageDescriptor": {"SerdeInfo": {"SerializationLibrary": library}}}
    assert table_of(shape) == Table(columns=(), format=expected)


def test_a_view_has_no_location() -> None:
    assert table_of({"Name": "v", "TableType": "VIRTUAL_VIEW"}) == Table(columns=())


def test_a_link_to_a_database_says_nothing_of_itself() -> None:
    shape: dict[str, Any] = {
        "Name": "sales",
        "TargetDatabase": {"CatalogId": "111111111111", "DatabaseName": "acme_orders_sales"},
        "Parameters": {"meshwright.domain": "orders"},  # its target's
    }
    assert database_of(shape, []) == Database(link=Link("111111111111", "acme_orders_sales"))


def test_a_database_with_a_table_and_a_link_to_a_table() -> None:
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}}
    shape: dict[str, Any] = {
        "Name": "sales",
        "Parameters": {"meshwright.domain": "orders"},
        "CreateTableDefaultPermissions": [{**everybody, "Permissions": ["ALL"]}],
    }
    target = {"CatalogId": "111111111111", "DatabaseName": "acme_orders_sales", "Name": "orders"}
    tables = [
        {"Name": "own", "StorageDescriptor": {"Columns": columns(id="string")}},
        {"Name": "linked", "TargetTable": target},
    ]
    assert database_of(shape, tables) == Database(
        tables={"own": Table(columns=("id",), types=("string",))},
        links={"linked": Link("111111111111", "acme_orders_sales", "orders")},
        table_defaults=frozenset({"IAM_ALLOWED_PRINCIPALS"}),
        parameters={"meshwright.domain": "orders"},
    )


def test_a_column_that_was_dropped_from_an_iceberg_table() -> None:
    columns = [
        {"Name": "id", "Type": "int", "Parameters": {"iceberg.field.current": "true"}},
        {"Name": "old", "Type": "int", "Parameters": {"iceberg.field.current": "false"}},
    ]
    shape = {"Name": "t", "StorageDescriptor": {"Columns": columns}, "Parameters": {"table_type": "ICEBERG"}}
    assert table_of(shape).columns == ("id",)
