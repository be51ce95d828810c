# ruff: noqa: E501 (whole lines of output)
"""What a table is partitioned by can't be hidden, so nothing may be said that would hide it."""

from pathlib import Path

import pytest

from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, TEXTS, said_about, write_mesh

LINES = """\
      lines:
        description: One row per line.
        format: parquet
"""
PARTITIONED = LINES + "        partition_by: [day]\n"
COLUMN = "          order_id: string\n          article"
DAY = "          order_id: string\n          day: {day}\n          article"


def mesh(tmp_path: Path, day: str, *edits: tuple[str, str, str]) -> Path:
    """The small mesh with a parquet table partitioned by `day`, a column of that specification."""
    texts = dict(TEXTS)
    orders = texts[ORDERS_FILE].replace(LINES, PARTITIONED).replace(COLUMN, DAY.format(day=day))
    assert "partition_by: [day]" in orders
    assert f"day: {day}" in orders
    texts[ORDERS_FILE] = orders
    for file, old, new in edits:
        assert texts[file].count(old) == 1
        texts[file] = texts[file].replace(old, new)
    return write_mesh(tmp_path, texts)


def test_personal_data(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "{type: date, pii: true}")) == (
        "domains/orders.yaml:28:24: products.sales.tables.lines.partition_by[0]: `day` is personal data, and a partition column can't be hidden. Partition by another column, or use format iceberg.",
    )


def test_an_iceberg_table_has_no_partition_columns_in_the_catalog(tmp_path: Path) -> None:
    root = mesh(
        tmp_path,
        "{type: date, pii: true}",
        (ORDERS_FILE, "format: parquet", "format: iceberg"),
    )
    assert said_about(root) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        (
            ANALYTICS_FILE,
            "    tables: [orders]\n    where: country = 'DE'\n",
            "    exclude: [day]\n",
            "domains/analytics.yaml:9:15: consumes[0].exclude[0]",
        ),
        (
            ORDERS_FILE,
            "{domain: analytics, until: 2027-12-31}",
            "{domain: analytics, exclude: [email, day]}",
            "domains/orders.yaml:35:46: products.sales.shared_with[0].exclude[1]",
        ),
    ],
    ids=["request", "approval"],
)
def test_excluding_it(tmp_path: Path, file: str, old: str, new: str, place: str) -> None:
    assert said_about(mesh(tmp_path, "date", (file, old, new))) == (
        f"{place}: `day` is a partition column of lines, which can't be hidden. Take it out, name other `tables`, or limit the rows with `where`.",
    )


def test_excluding_a_column_of_that_name_in_another_table(tmp_path: Path) -> None:
    """`order_date` is a partition column of `orders` alone, an Iceberg table."""
    root = mesh(
        tmp_path, "date", (ANALYTICS_FILE, "    where: country = 'DE'\n", "    exclude: [order_date]\n")
    )
    assert said_about(root) == ()
