"""Results of queries, as Athena writes them to S3 and returns them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES = {
    "BOOLEAN": ("boolean", 0),
    "TINYINT": ("tinyint", 3),
    "SMALLINT": ("smallint", 5),
    "INTEGER": ("integer", 10),
    "BIGINT": ("bigint", 19),
    "HUGEINT": ("bigint", 19),
    "UBIGINT": ("bigint", 19),
    "FLOAT": ("float", 17),
    "DOUBLE": ("double", 17),
    "VARCHAR": ("varchar", 2147483647),
    "BLOB": ("varbinary", 1073741824),
    "DATE": ("date", 0),
    "TIMESTAMP": ("timestamp", 3),
    "TIMESTAMP WITH TIME ZONE": ("timestamp with time zone", 3),
}
"""Athena's names of duckdb's types, and their precision."""
ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True, slots=True)
class ResultColumn:
    name: str
    type: str
    precision: int
    scale: int

    def described(self) -> dict[str, object]:
        """As in ResultSetMetadata."""
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type == "varchar",
        }


INSERTED = ResultColumn("rows", "bigint", 19, 0)
"""The only column of the result of an INSERT, which has no rows."""


@dataclass(frozen=True, slots=True)
class Result:
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    """Values as text; None: null."""
    files: tuple[str, ...] | None = None
    """Those that an INSERT wrote, as s3:// addresses."""

    def csv(self) -> bytes:
        """What is stored of it: the rows, or the manifest of an INSERT.

        https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
        """
        if self.files is not None:
            return "".join(f"{each}\n" for each in self.files).encode()
        lines = [[column.name for column in self.columns], *self.rows]
        return "".join(",".join(_cell(value) for value in line) + "\n" for line in lines).encode()


def fetched(connection: "DuckDBPyConnection", sql: str) -> Result:
    """Runs the query."""
    relation = connection.sql(sql)
    kinds = [str(kind) for kind in relation.types]
    columns = tuple(_column(name, kind) for name, kind in zip(relation.columns, kinds, strict=True))
    if ZONED in kinds:
        # duckdb hands such values to Python only with a library of time zones.
        names = [f"c{index}" for index in range(len(kinds))]
        texts = [
            f"strftime(timezone('UTC', {name}), '%Y-%m-%d %H:%M:%S.%g UTC')" if kind == ZONED else name
            for name, kind in zip(names, kinds, strict=True)
        ]
        sql = f"SELECT {', '.join(texts)} FROM ({sql}) AS answer({', '.join(names)})"  # noqa: S608
    found = connection.execute(sql).fetchall()
    return Result(columns, tuple(tuple(text_of(value) for value in line) for line in found))


def text_of(value: object) -> str | None:
    """A value as Athena shows it; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, list | tuple):
        return f"[{_joined(text_of(each) for each in value)}]"
    if isinstance(value, dict):
        pairs = (f"{text_of(name)}={_joined([text_of(each)])}" for name, each in value.items())
        return f"{{{_joined(pairs)}}}"
    return str(value)


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join("null" if part is None else part for part in parts)


def _float(value: float) -> str:
    """As Java writes it: 1.0E20."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{Decimal(repr(value)):f}"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{int(exponent) + len(text) - 1}"


def _cell(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def _column(name: str, kind: str) -> ResultColumn:
    if kind.startswith("DECIMAL("):
        digits, scale = kind[8:-1].split(",")
        return ResultColumn(name, "decimal", int(digits), int(scale))
    if kind.endswith("[]"):
        return ResultColumn(name, "array", 0, 0)
    if kind.startswith("MAP("):
        return ResultColumn(name, "map", 0, 0)
    if kind.startswith("STRUCT("):
        return ResultColumn(name, "row", 0, 0)
    athena, precision = _TYPES.get(kind, ("varchar", 2147483647))
    return ResultColumn(name, athena, int(precision), 0)


def page(result: Result, *, start: int, size: int) -> tuple[Sequence[dict[str, object]], int | None]:
    """Rows of GetQueryResults, the first of which holds the names; and where the next page begins."""
    lines = ([column.name for column in result.columns], *result.rows) if result.files is None else ()
    rows: list[dict[str, object]] = [
        {"Data": [{} if value is None else {"VarCharValue": value} for value in line]}
        for line in lines[start : start + size]
    ]
    return rows, start + size if start + size < len(lines) else None
