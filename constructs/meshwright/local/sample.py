"""A record for a table, made up from its columns; readers with row conditions see it where possible."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlglot
from sqlglot import exp

from meshwright.config.column_types import ColumnType, parse_type
from meshwright.local.files.columns import columns_of
from meshwright.local.files.parquet import json_lines
from meshwright.local.files.values import Json, row

_NUMBERS = frozenset({"tinyint", "smallint", "int", "bigint", "float", "double"})


def sample(
    columns: Mapping[str, str], *, marker: str, marked: str | None, wanted: Mapping[str, Json], now: datetime
) -> dict[str, Json]:
    """A value for each of the columns, given with their types.

    Column `marked` holds `marker`; those in `wanted` hold what is said there.
    """
    made = {name: _value(parse_type(kind), now) for name, kind in columns.items()}
    made |= {name: value for name, value in wanted.items() if name in made}
    return made | ({marked: marker} if marked else {})


def encoded(record: Mapping[str, Json]) -> bytes:
    """The record as JSON."""
    return json.dumps(record, default=str).encode()


def asked_for(conditions: Iterable[str]) -> dict[str, Json]:
    """Values that meet `column = value` and `column IN (value, …)` in row conditions."""
    found: dict[str, Json] = {}
    for condition in conditions:
        for node in sqlglot.parse_one(condition, read="athena").find_all(exp.EQ, exp.In):
            values = node.expressions if isinstance(node, exp.In) else [node.expression]
            if isinstance(node.this, exp.Column) and values and isinstance(values[0], exp.Literal):
                found.setdefault(node.this.name.lower(), str(values[0].this))
    return found


def meets(record: Mapping[str, Json], columns: Mapping[str, str], condition: str) -> bool:
    """Whether a row condition holds for the record; `columns` are those of the table with their types."""
    import duckdb

    described = columns_of({"Name": name, "Type": kind} for name, kind in columns.items())
    translated = sqlglot.transpile(condition, read="athena", write="duckdb")[0]
    with TemporaryDirectory(prefix="meshwright-") as folder, duckdb.connect() as connection:
        file = Path(folder) / "row.json"
        file.write_bytes(encoded(row(record, described)))
        sql = f"SELECT count(*) FROM {json_lines(file, described)} WHERE {translated}"  # noqa: S608
        return connection.execute(sql).fetchall() == [(1,)]


def _value(kind: ColumnType, now: datetime) -> Json:
    if kind.name in _NUMBERS:
        return 1
    if kind.name == "decimal":
        return "1" if kind.sizes[0] > kind.sizes[1] else "0"
    if kind.name == "boolean":
        return True
    if kind.name == "date":
        return now.astimezone(UTC).date().isoformat()
    if kind.name == "timestamp":
        return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind.name == "array":
        return [_value(kind.inner[0][1], now)]
    if kind.name == "map":
        return {"1": _value(kind.inner[1][1], now)}
    if kind.name == "struct":
        return {name: _value(inner, now) for name, inner in kind.inner}
    return "a"
