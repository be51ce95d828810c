# ruff: noqa: E501 (whole lines of output)
"""Streams that land in tables: what Firehose can't write, and records that don't fit."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.config.small_mesh import ORDERS_FILE, TEXTS, said_about, write_mesh

STREAM = "  order-events: {description: One record per change.}\n"
LANDING = """\
  order-events:
    description: One record per change.
    schema:
      order_id: string
      total: {type: "decimal(12,2)", optional: true}
      changed_at: timestamp
    lands_in: {table: sales.changes, partitions: arrival}
"""
"""Lines 9 to 15."""
LAST_COLUMN = "          quantity: int\n"
CHANGES = """\
      changes:
        description: One row per change.
        format: parquet
        partition_by: [day]
        columns:
          order_id: string
          total: {type: "decimal(12,2)", optional: true}
          changed_at: timestamp
          day: date
"""
"""Lines 38 to 46."""

LANDS = "    lands_in: {table: sales.changes, partitions: arrival}\n"
FIELD = "\n      changed_at: timestamp\n"
COLUMN = "\n          changed_at: timestamp\n"
PARTITIONED = "        format: parquet\n        partition_by: [day]\n"
DAY = "          day: date\n"


Edits = tuple[tuple[str, str], ...]


class Case(NamedTuple):
    """Edits of the mesh, and every line that is said about it."""

    name: str
    edits: Edits
    lines: tuple[str, ...]


def mesh(tmp_path: Path, edits: Edits) -> Path:
    """The small mesh with a stream that lands in a table; each edit must apply exactly once."""
    orders = TEXTS[ORDERS_FILE].replace(STREAM, LANDING).replace(LAST_COLUMN, LAST_COLUMN + CHANGES)
    assert LANDING in orders
    assert CHANGES in orders
    for old, new in edits:
        assert orders.count(old) == 1, old
        orders = orders.replace(old, new)
    return write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: orders})


@pytest.mark.parametrize(
    "edits",
    [
        (),
        ((LANDS, "    lands_in: sales.changes\n"),),
        ((LANDING[LANDING.index("    schema") : LANDING.index("    lands_in")], ""),),
        (("        partition_by: [day]\n", ""), (DAY, "")),
        (
            (PARTITIONED, PARTITIONED.replace("parquet", "iceberg")),
            (", partitions: arrival", ""),
            (FIELD, FIELD + "      day: date\n"),
        ),
        (("arrival", "record"), (FIELD, FIELD + "      day: date\n")),
        ((LANDS, LANDS + "  more: {description: More., lands_in: sales.changes}\n"),),
        (
            (PARTITIONED, PARTITIONED.replace("parquet", "iceberg")),
            (", partitions: arrival", ""),
            (FIELD, "\n      changed_at: binary\n      day: date\n"),
            (COLUMN, "\n          changed_at: binary\n"),
        ),
    ],
    ids=[
        "arrival",
        "shorthand",
        "no schema",
        "plain",
        "iceberg",
        "record",
        "two streams",
        "bytes in iceberg",
    ],
)
def test_nothing_is_wrong(edits: Edits, tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, edits)) == ()


AT = "domains/orders.yaml:15:23: streams.order-events.lands_in.table: "
CASES = (
    Case(
        "no such product",
        (("sales.changes", "sale.changes"),),
        (AT + "this domain has no product `sale`. Did you mean `sales.changes`?",),
    ),
    Case(
        "no such table",
        (("sales.changes", "sales.change"),),
        (AT + "the product `sales` has no table `change`. Did you mean `sales.changes`?",),
    ),
    Case(
        "json",
        ((PARTITIONED, PARTITIONED.replace("parquet", "json")),),
        (
            AT
            + "`sales.changes` is a json table, which deliveries can't write. Use a table of format parquet or iceberg.",
        ),
    ),
    Case(
        "partitions of an Iceberg table",
        ((PARTITIONED, PARTITIONED.replace("parquet", "iceberg")),),
        (
            "domains/orders.yaml:11:5: streams.order-events.schema: no field fills `day` of `sales.changes`. Add the missing fields, or say `optional: true` at the columns.",
            "domains/orders.yaml:15:38: streams.order-events.lands_in.partitions: `sales.changes` is an Iceberg table, which partitions records by its own columns. Remove `partitions`.",
        ),
    ),
    Case(
        "by the record, in a table without partitions",
        (
            ("        partition_by: [day]\n", ""),
            ("arrival", "record"),
        ),
        (
            "domains/orders.yaml:11:5: streams.order-events.schema: no field fills `day` of `sales.changes`. Add the missing fields, or say `optional: true` at the columns.",
            "domains/orders.yaml:15:50: streams.order-events.lands_in.partitions: `sales.changes` has no partitions. Remove `partitions`, or add `partition_by` to the table.",
        ),
    ),
    Case(
        "two partition columns",
        (("[day]", "[day, order_id]"),),
        (
            "domains/orders.yaml:12:7: streams.order-events.schema.order_id: `order_id` is filled with the day of arrival, so that this field would be lost. Take it out, or use `partitions: record`.",
            AT
            + "`sales.changes` is partitioned by `day` and `order_id`, and deliveries by one day. Partition it by one column of type date, or use format iceberg.",
        ),
    ),
    Case(
        "partitioned by a string",
        ((DAY, "          day: string\n"),),
        (
            AT
            + "`sales.changes` is partitioned by `day`, a string, and deliveries by one day. Partition it by a column of type date, or use format iceberg.",
        ),
    ),
    Case(
        "a field that the table lacks",
        ((FIELD, FIELD + "      channel: string\n"),),
        (
            "domains/orders.yaml:15:7: streams.order-events.schema.channel: `sales.changes` has no column `channel`, so that this field would be lost. Add the column, or take the field out.",
        ),
    ),
    Case(
        "a field spelled otherwise",
        ((FIELD, FIELD.replace("_", "")),),
        (
            "domains/orders.yaml:11:5: streams.order-events.schema: no field fills `changed_at` of `sales.changes`. Add the missing fields, or say `optional: true` at the columns.",
            "domains/orders.yaml:14:7: streams.order-events.schema.changedat: `sales.changes` has no column `changedat`, so that this field would be lost. Did you mean `changed_at`?",
        ),
    ),
    Case(
        "a field of another type",
        ((FIELD, "\n      changed_at: date\n"),),
        (
            "domains/orders.yaml:14:19: streams.order-events.schema.changed_at.type: it is `date` here and `timestamp` in `sales.changes`. Use `timestamp`, or change the column.",
        ),
    ),
    Case(
        "a field that differs inside",
        (
            (FIELD, "\n      changed_at: array<struct<a:int,b:decimal(4,1)>>\n"),
            (COLUMN, "\n          changed_at: array<struct<a:int,b:decimal(4,2)>>\n"),
        ),
        (
            "domains/orders.yaml:14:19: streams.order-events.schema.changed_at.type: it is `array<struct<a:int,b:decimal(4,1)>>` here and `array<struct<a:int,b:decimal(4,2)>>` in `sales.changes`. Use `array<struct<a:int,b:decimal(4,2)>>`, or change the column.",
        ),
    ),
    Case(
        "a field of a type that there is not",
        ((FIELD, "\n      changed_at: datetime\n"),),
        (
            "domains/orders.yaml:14:19: streams.order-events.schema.changed_at.type: Glue knows no type `datetime`. Use `timestamp`.",
        ),
    ),
    Case(
        "the same in a stream that lands nowhere",
        (
            (FIELD, "\n      changed_at: datetime\n"),
            (LANDS, ""),
        ),
        (
            "domains/orders.yaml:14:19: streams.order-events.schema.changed_at.type: Glue knows no type `datetime`. Use `timestamp`.",
        ),
    ),
    Case(
        "the day of arrival as a field",
        ((FIELD, FIELD + "      day: date\n"),),
        (
            "domains/orders.yaml:15:7: streams.order-events.schema.day: `day` is filled with the day of arrival, so that this field would be lost. Take it out, or use `partitions: record`.",
        ),
    ),
    Case(
        "no field for the partition",
        (("arrival", "record"),),
        (
            "domains/orders.yaml:11:5: streams.order-events.schema: no field fills `day` of `sales.changes`. Add the missing fields, or say `optional: true` at the columns.",
        ),
    ),
    Case(
        "an optional field for the partition",
        (
            ("arrival", "record"),
            (FIELD, FIELD + "      day: {type: date, optional: true}\n"),
        ),
        (
            "domains/orders.yaml:15:35: streams.order-events.schema.day.optional: `sales.changes` is partitioned by it, so that no record may be without it. Remove `optional`.",
        ),
    ),
    Case(
        "personal data in the record only",
        ((FIELD, "\n      changed_at: {type: timestamp, pii: true}\n"),),
        (
            "domains/orders.yaml:14:42: streams.order-events.schema.changed_at.pii: it is personal data here, but not in `sales.changes`, where others would see it. Say `pii: true` at the column too.",
        ),
    ),
    Case(
        "a column for bytes",
        (
            (FIELD, "\n      changed_at: binary\n"),
            (COLUMN, "\n          changed_at: binary\n"),
        ),
        (
            AT
            + "the column `changed_at` of `sales.changes` has `binary`, for which JSON has no values. Use string, or format iceberg.",
        ),
    ),
    Case(
        "a map by numbers",
        (
            (FIELD, "\n      changed_at: map<int,string>\n"),
            (COLUMN, "\n          changed_at: map<int,string>\n"),
        ),
        (
            AT
            + "the column `changed_at` of `sales.changes` has a map with keys that are no text, as those of JSON are. Use map<string,…>.",
        ),
    ),
    Case(
        "two streams that mean different days",
        (
            (
                LANDS,
                LANDS
                + "  more: {description: More., lands_in: {table: sales.changes, partitions: record}}\n",
            ),
        ),
        (
            "domains/orders.yaml:16:40: streams.more.lands_in: `order-events` lands in `sales.changes` too, with `partitions: arrival`, so that its partitions would mean two things. Use the same `partitions` for both.",
        ),
    ),
    Case(
        "two streams into an Iceberg table",
        (
            (PARTITIONED, PARTITIONED.replace("parquet", "iceberg")),
            (FIELD, FIELD + "      day: date\n"),
            (LANDS, "    lands_in: sales.changes\n  more: {description: More., lands_in: sales.changes}\n"),
        ),
        (
            "domains/orders.yaml:17:40: streams.more.lands_in.table: `order-events` lands in `sales.changes` too, and two writers of an Iceberg table collide. Give it a table of its own, or use format parquet.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_these_edits_give_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, case.edits)) == case.lines
