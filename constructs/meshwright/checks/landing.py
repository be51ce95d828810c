"""Streams that land in tables: tables that Firehose can write, and records that fit them."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshwright.checks.landing_fields import schema_findings
from meshwright.checks.sentences import quoted
from meshwright.checks.tables import type_of
from meshwright.config.column_types import ColumnType
from meshwright.config.domain_file import DomainFile, Table
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.config.streams_file import Delivery
from meshwright.config.suggest import suggestion

WRITTEN: Final = ("parquet", "iceberg")
"""Formats in which Firehose writes rows of a table in the catalog
(https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html).
"""


def check(files: Files) -> Iterator[Finding]:
    """Mistakes in `schema` and `lands_in` of every stream."""
    for domain, spec in files.domains.items():
        first: dict[str, tuple[str, Delivery]] = {}
        for name, stream in spec.streams.items():
            path = ("streams", name)
            table = None
            if stream.lands_in is not None:
                table, problems = _table(files.paths[domain], path, spec, stream.lands_in)
                yield from problems
                if table is not None:
                    yield from _shared(files.paths[domain], path, table, name, stream.lands_in, first)
            yield from schema_findings(files.paths[domain], path, stream, table)


def _table(
    file: str, stream: Path, spec: DomainFile, delivery: Delivery
) -> tuple[Table | None, list[Finding]]:
    """The table, and what is wrong with delivering into it; None: it can't be judged further."""
    path = (*stream, "lands_in", "table")
    product_name, _, name = delivery.table.partition(".")
    product = spec.products.get(product_name)
    if product is None:
        what = f"this domain has no product `{product_name}`"
        fix = suggestion(delivery.table, partial(tables_of, spec), "Add it under `products`.")
        return None, [Finding(file, path, "unknown-product", what, fix)]
    table = product.tables.get(name)
    if table is None:
        what = f"the product `{product_name}` has no table `{name}`"
        fix = suggestion(delivery.table, partial(tables_of, spec, product_name), "")
        return None, [Finding(file, path, "unknown-table", what, fix)]
    if table.format not in WRITTEN:
        what = f"`{delivery.table}` is a {table.format} table, which deliveries can't write"
        return None, [Finding(file, path, "bad-landing", what, "Use a table of format parquet or iceberg.")]
    return table, list(_partitions(file, stream, table, delivery))


def tables_of(spec: DomainFile, product: str | None = None) -> list[str]:
    """The tables of the domain, or of one product, as `product.table`."""
    chosen = spec.products if product is None else (product,)
    return [f"{name}.{table}" for name in chosen for table in spec.products[name].tables]


def _partitions(file: str, stream: Path, table: Table, delivery: Delivery) -> Iterator[Finding]:
    explicit = (*stream, "lands_in", "partitions")
    if table.format == "iceberg":
        if "partitions" in delivery.model_fields_set:
            what = f"`{delivery.table}` is an Iceberg table, which partitions records by its own columns"
            yield Finding(file, explicit, "bad-landing", what, "Remove `partitions`.", at_key=True)
        return
    if not table.partition_by:
        if delivery.partitions == "record":
            what = f"`{delivery.table}` has no partitions"
            fix = "Remove `partitions`, or add `partition_by` to the table."
            yield Finding(file, explicit, "bad-landing", what, fix)
        return
    path = (*stream, "lands_in", "table")
    if len(table.partition_by) > 1:
        what = f"`{delivery.table}` is partitioned by {quoted(table.partition_by)}, and deliveries by one day"
        fix = "Partition it by one column of type date, or use format iceberg."
        yield Finding(file, path, "bad-landing", what, fix)
        return
    [name] = table.partition_by
    column = table.columns.get(name)
    kind = type_of(column.type) if column is not None else None
    if isinstance(kind, ColumnType) and kind.name != "date":
        what = f"`{delivery.table}` is partitioned by `{name}`, a {kind.name}, and deliveries by one day"
        fix = "Partition it by a column of type date, or use format iceberg."
        yield Finding(file, path, "bad-landing", what, fix)


def _shared(
    file: str,
    stream: Path,
    table: Table,
    name: str,
    delivery: Delivery,
    first: dict[str, tuple[str, Delivery]],
) -> Iterator[Finding]:
    """Two streams may land in one parquet table, if both mean the same by its partitions.

    Iceberg's commits are optimistic: two that write all the time undo each other's attempts
    (https://iceberg.apache.org/spec/#optimistic-concurrency).
    """
    before, other = first.setdefault(delivery.table, (name, delivery))
    if before == name:
        return
    if table.format == "iceberg":
        what = f"`{before}` lands in `{delivery.table}` too, and two writers of an Iceberg table collide"
        fix = "Give it a table of its own, or use format parquet."
        yield Finding(file, (*stream, "lands_in", "table"), "bad-landing", what, fix)
    elif table.partition_by and other.partitions != delivery.partitions:
        what = (
            f"`{before}` lands in `{delivery.table}` too, with `partitions: {other.partitions}`, so that its "
            "partitions would mean two things"
        )
        yield Finding(file, (*stream, "lands_in"), "bad-landing", what, "Use the same `partitions` for both.")
