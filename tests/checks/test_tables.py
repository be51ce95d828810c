# ruff: noqa: E501 (whole lines of output)
"""Types of columns, and partitions."""

from pathlib import Path

import pytest

from tests.config.small_mesh import (
    ORDERS_FILE,
    Case,
    edited,
    said_about,
    write_mesh,
)

CASES = (
    Case(
        "unknown type",
        ORDERS_FILE,
        "quantity: int",
        "quantity: integer",
        (
            "domains/orders.yaml:31:21: products.sales.tables.lines.columns.quantity.type: Glue knows no type `integer`. Use `int`.",
        ),
    ),
    Case(
        "unknown type inside",
        ORDERS_FILE,
        "struct<sku:string,tags:array<string>>",
        "struct<sku:string,tags:array<text>>",
        (
            "domains/orders.yaml:30:49: products.sales.tables.lines.columns.article.type: Glue knows no type `text`. Use `string`.",
        ),
    ),
    Case(
        "unknown type, quoted",
        ORDERS_FILE,
        "quantity: int",
        'quantity: {type: "array<struct<a:int,b:datetime>>"}',
        (
            "domains/orders.yaml:31:50: products.sales.tables.lines.columns.quantity.type: Glue knows no type `datetime`. Use `timestamp`.",
        ),
    ),
    Case(
        "type not closed",
        ORDERS_FILE,
        "struct<sku:string,tags:array<string>>",
        "struct<sku:string,tags:array<string>",
        (
            "domains/orders.yaml:30:56: products.sales.tables.lines.columns.article.type: `struct<sku:string,tags:array<string>` is not a type: expected `>`, found the end. Nested types are written array<T>, map<K,V> or struct<a:T,b:T>.",
        ),
    ),
    Case(
        "type with a space",
        ORDERS_FILE,
        "decimal(12,2)",
        "decimal(12, 2)",
        (
            "domains/orders.yaml:23:29: products.sales.tables.orders.columns.total.type: the type `decimal(12, 2)` has a space in it. Leave it out: decimal(12,2)",
        ),
    ),
    Case(
        "decimal without size",
        ORDERS_FILE,
        "decimal(12,2)",
        "decimal",
        (
            "domains/orders.yaml:23:18: products.sales.tables.orders.columns.total.type: `decimal` needs its size. Write it as decimal(12,2).",
        ),
    ),
    Case(
        "decimal with too many digits",
        ORDERS_FILE,
        "decimal(12,2)",
        "decimal(39,2)",
        (
            "domains/orders.yaml:23:26: products.sales.tables.orders.columns.total.type: the size of `decimal` goes from 1 to 38. Choose one within it.",
        ),
    ),
    Case(
        "type that iceberg lacks",
        ORDERS_FILE,
        "country: string",
        "country: varchar(2)",
        (
            "domains/orders.yaml:22:20: products.sales.tables.orders.columns.country.type: Athena's Iceberg tables have no `varchar`. Use `string`.",
        ),
    ),
    Case(
        "nested in csv",
        ORDERS_FILE,
        "format: parquet",
        "format: csv",
        (
            "domains/orders.yaml:30:20: products.sales.tables.lines.columns.article.type: a csv file has no place for `struct`. Use json or parquet, or string.",
        ),
    ),
    Case(
        "partition column unknown",
        ORDERS_FILE,
        "partition_by: [order_date]",
        "partition_by: [order_day]",
        (
            "domains/orders.yaml:18:24: products.sales.tables.orders.partition_by[0]: the table has no column `order_day`. Did you mean `order_date`?",
        ),
    ),
    Case(
        "partition column twice",
        ORDERS_FILE,
        "partition_by: [order_date]",
        "partition_by: [order_date, order_date]",
        (
            "domains/orders.yaml:18:36: products.sales.tables.orders.partition_by[1]: `order_date` is in the list twice. Remove one of the two.",
        ),
    ),
    Case(
        "partition by a struct",
        ORDERS_FILE,
        "        format: parquet\n",
        "        format: parquet\n        partition_by: [article]\n",
        (
            "domains/orders.yaml:28:24: products.sales.tables.lines.partition_by[0]: `article` is of type `struct`, by which data can't be partitioned. Use a column of a simple type.",
        ),
    ),
    Case(
        "all columns are partitions",
        ORDERS_FILE,
        "          article: struct<sku:string,tags:array<string>>\n          quantity: int\n",
        "          quantity: int\n        partition_by: [order_id, quantity]\n",
        (
            "domains/orders.yaml:31:23: products.sales.tables.lines.partition_by: every column is a partition column, so that no data is left for the files. Take one out.",
        ),
    ),
    Case(
        "reserved column",
        ORDERS_FILE,
        "quantity: int",
        "oid: int",
        (
            "domains/orders.yaml:31:11: products.sales.tables.lines.columns.oid: Lake Formation reserves the column name `oid`. Rename the column.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
