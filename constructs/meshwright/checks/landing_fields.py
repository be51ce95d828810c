"""The fields of a stream's records: their types, and whether they fit the table that they land in."""

from collections.abc import Iterator
from typing import NamedTuple

from meshwright.checks.sentences import quoted
from meshwright.checks.tables import type_of
from meshwright.config.base import Column
from meshwright.config.column_types import ColumnType, walk
from meshwright.config.domain_file import Table
from meshwright.config.problems import Finding, Path
from meshwright.config.streams_file import Delivery, Stream
from meshwright.config.suggest import meant
from meshwright.mesh.parts.landing import layout_of
from meshwright.texts import said


def schema_findings(file: str, stream: Path, spec: Stream, table: Table | None) -> Iterator[Finding]:
    """What is wrong with the fields; `table` is where they land, if it is one that can be written."""
    fields: dict[str, Column] = spec.schema or {}
    landing = None
    if table is not None and spec.lands_in is not None:
        landing = _Landing(table, frozenset(table.partition_by), spec.lands_in)
    for name, field in fields.items():
        path = (*stream, "schema", name)
        kind = type_of(field.type)
        if not isinstance(kind, ColumnType):
            yield Finding(file, (*path, "type"), "unknown-type", kind.what, kind.fix, offset=kind.offset)
        elif landing is not None:
            yield from _field(file, path, name, field, kind, landing)
    if landing is None:
        return
    yield from _unwritable(file, stream, landing.table, landing.delivery)
    if spec.schema is not None:
        yield from _unfilled(file, stream, fields, landing.table, landing.delivery)


class _Landing(NamedTuple):
    table: Table
    partitions: frozenset[str]
    delivery: Delivery


def _field(
    file: str, path: Path, name: str, field: Column, kind: ColumnType, landing: _Landing
) -> Iterator[Finding]:
    table, partitions, delivery = landing
    column = table.columns.get(name)
    if column is None:
        what = f"`{delivery.table}` has no column `{name}`, so that this field would be lost"
        meant_column = meant(name, table.columns, "Add the column, or take the field out.")
        yield Finding(file, path, "unknown-column", what, meant_column, at_key=True)
        return
    if name in partitions and layout_of(table, delivery) == "arrival":
        what = f"`{name}` is filled with the day of arrival, so that this field would be lost"
        fix = "Take it out, or use `partitions: record`."
        yield Finding(file, path, "bad-landing", what, fix, at_key=True)
        return
    there = type_of(column.type)
    if isinstance(there, ColumnType) and not _same(kind, there):
        wanted = said(column.type)
        what = f"it is `{said(field.type)}` here and `{wanted}` in `{delivery.table}`"
        yield Finding(file, (*path, "type"), "other-type", what, f"Use `{wanted}`, or change the column.")
    if field.pii and not column.pii:
        what = f"it is personal data here, but not in `{delivery.table}`, where others would see it"
        yield Finding(file, (*path, "pii"), "lost-pii", what, "Say `pii: true` at the column too.")
    if name in partitions and field.optional and layout_of(table, delivery) == "record":
        what = f"`{delivery.table}` is partitioned by it, so that no record may be without it"
        yield Finding(file, (*path, "optional"), "bad-landing", what, "Remove `optional`.")


def _unwritable(file: str, stream: Path, table: Table, delivery: Delivery) -> Iterator[Finding]:
    """Types that JSON has no values for.

    Bytes come as text: Firehose decodes them for Iceberg tables alone
    (https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination-supp.html).
    """
    for name, column in table.columns.items():
        kind = type_of(column.type)
        for part in walk(kind) if isinstance(kind, ColumnType) else []:
            what = None
            if part.name == "binary" and table.format == "parquet":
                what, fix = "`binary`, for which JSON has no values", "Use string, or format iceberg."
            elif part.name == "map" and part.inner[0][1].name != "string":
                what, fix = "a map with keys that are no text, as those of JSON are", "Use map<string,…>."
            if what is not None:
                what = f"the column `{name}` of `{delivery.table}` has {what}"
                yield Finding(file, (*stream, "lands_in", "table"), "unsupported-type", what, fix)
                break


def _unfilled(
    file: str, stream: Path, fields: dict[str, Column], table: Table, delivery: Delivery
) -> Iterator[Finding]:
    by_arrival = set(table.partition_by) if layout_of(table, delivery) == "arrival" else set()
    empty = [
        name
        for name, column in table.columns.items()
        if name not in fields and name not in by_arrival and not column.optional
    ]
    if empty:
        what = f"no field fills {quoted(empty)} of `{delivery.table}`"
        fix = "Add the missing fields, or say `optional: true` at the columns."
        yield Finding(file, (*stream, "schema"), "unfilled-column", what, fix, at_key=True)


def _same(one: ColumnType, other: ColumnType) -> bool:
    """Whether both are the same type, wherever they stand in their texts."""
    return (
        (one.name, one.sizes) == (other.name, other.sizes)
        and [name for name, _ in one.inner] == [name for name, _ in other.inner]
        and all(_same(mine, theirs) for (_, mine), (_, theirs) in zip(one.inner, other.inner, strict=True))
    )
