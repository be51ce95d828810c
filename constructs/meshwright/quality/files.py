"""Files of a table as tables of duckdb, with the columns and types that the domain file declares."""

# ruff: noqa: S608 - names of columns are those of the files, all else is quoted
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshwright.config.column_types import NESTED, ColumnType, parse_type
from meshwright.config.domain_file import Table
from meshwright.config.suggest import did_you_mean
from meshwright.errors import UserError
from meshwright.quality.finding import format_of
from meshwright.quality.predicates import TEXT, name, text
from meshwright.quality.reading import READERS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PARTITION: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_NUMBER: Final = "number of the row"
"""No column is called so: names have no spaces."""
_RAGGED: Final = re.compile(
    r"CSV Error on Line: (\d+)\n.*Expected Number of Columns: (\d+) Found: (\d+)", re.DOTALL
)
_NO_VALUE: Final = "__HIVE_DEFAULT_PARTITION__"
_TYPES: Final = {
    "string": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "int": "INTEGER",
    "binary": "BLOB",
}
"""Types that duckdb calls otherwise."""


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one table."""

    called: str
    """The table, for messages: orders.sales.orders."""
    table: Table
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A declared column in one file."""

    name: str
    kind: ColumnType
    declared: str
    value: str
    """SQL of what the file has there."""

    @property
    def nested(self) -> bool:
        return self.kind.name in NESTED

    @property
    def typed(self) -> str:
        """SQL of the value as its type; of a nested one only whether it is there: no rule needs more."""
        if self.nested:
            return f"NULLIF({self.value} IS NOT NULL, FALSE)"
        sizes = f"({', '.join(map(str, self.kind.sizes))})" if self.kind.name == "decimal" else ""
        return f"TRY_CAST({self.value} AS {_TYPES.get(self.kind.name, self.kind.name.upper())}{sizes})"

    @property
    def misfit(self) -> str:
        """SQL of whether there is a value that is not of the type."""
        return f"{self.value} IS NOT NULL AND {self.typed} IS NULL"


def types_of(table: Table) -> dict[str, str]:
    """The type of each column, without sizes."""
    return {column: parse_type(spec.type).name for column, spec in table.columns.items()}


def add_table(connection: "DuckDBPyConnection", source: Source, *, as_name: str) -> int:
    """Make a table of the files; returns its number of rows. Raises UserError for files that don't fit."""
    import duckdb

    made = False
    for file in source.files:
        kind = format_of(file) or ("parquet" if source.table.format == "iceberg" else source.table.format)
        try:
            select = _select(connection, source, file, kind)
            verb = f"INSERT INTO {name(as_name)}" if made else f"CREATE TEMP TABLE {name(as_name)} AS"
            connection.execute(f"{verb} {select}")
        except duckdb.Error as error:
            reason = _reason(str(error))
            raise UserError(f"{file}: cannot be read as {kind}: {reason}") from None
        made = True
    found = connection.execute(f"SELECT count(*) FROM {name(as_name)}").fetchone()
    return int(found[0]) if found is not None else 0


def _reason(message: str) -> str:
    """What duckdb says, without the lines that quote the data."""
    if found := _RAGGED.search(message):
        line, expected, values = found.groups()
        return f"line {line} has {values} values, and the first line {expected} names"
    return message.splitlines()[0]


def _select(connection: "DuckDBPyConnection", source: Source, file: Path, kind: str) -> str:
    """The file's rows with the declared columns, each of its type."""
    rows, values = READERS[kind](connection, source.called, source.table, file)
    columns = _columns(source, file, values, csv=kind == "csv")
    # The lines of a table's own csv files are its rows, behind the header.
    counted = ("line", 1) if kind == source.table.format == "csv" else ("row", 0)
    _complain_of_values(connection, source, file, rows, columns, counted=counted)
    return f"SELECT {', '.join(f'{each.typed} AS {name(each.name)}' for each in columns)} FROM {rows}"


def _columns(source: Source, file: Path, values: Mapping[str, str], *, csv: bool) -> list[_Column]:
    """The declared columns: of the file, or of the folders that it is in. Raises UserError."""
    folders = _partitions(file)
    columns = []
    for column, spec in source.table.columns.items():
        if column not in values and column not in folders and not spec.optional:
            meant = did_you_mean(column, sorted(values.keys() - source.table.columns.keys()))
            fix = meant or "Add it, or say `optional: true` there."
            raise UserError(f"{file}: has no column `{column}`, which {source.called} declares. {fix}")
        kind = parse_type(spec.type)
        value = values.get(column, folders.get(column, "NULL"))
        if csv and column in values and kind.name not in TEXT:
            # Nothing between two commas is an empty text, and no value of any other type.
            value = f"NULLIF({value}, '')"
        columns.append(_Column(column, kind, spec.type, value))
    return columns


def _partitions(file: Path) -> dict[str, str]:
    """SQL of the values in the names of the folders that the file is in: order_date=2026-01-31."""
    found = (_PARTITION.fullmatch(part) for part in file.parts[:-1])
    return {
        each[1].lower(): "NULL" if each[2] == _NO_VALUE else text(each[2])
        for each in found
        if each is not None
    }


def _complain_of_values(
    connection: "DuckDBPyConnection",
    source: Source,
    file: Path,
    rows: str,
    columns: list[_Column],
    *,
    counted: tuple[str, int],
) -> None:
    """Values that are not of the declared type; they are counted, not shown: they may be personal.

    `counted`: what the rows are called, and the number of those before the first.
    """
    plain = [each for each in columns if not each.nested]
    wrong = [f"count(*) FILTER ({each.misfit})" for each in plain]
    counts = (
        connection.execute(f"SELECT {', '.join(wrong)} FROM {rows}").fetchone() if wrong else None
    ) or ()
    for each, count in zip(plain, counts, strict=True):
        if count:
            numbered = f"SELECT *, row_number() OVER () AS {name(_NUMBER)} FROM {rows}"
            first = connection.execute(
                f"SELECT min({name(_NUMBER)}) FROM ({numbered}) WHERE {each.misfit}"
            ).fetchone()
            at = f"{counted[0]} {first[0] + counted[1]:,}" if first is not None else ""
            values = f"1 value, in {at}, is" if count == 1 else f"{count:,} values, the first in {at}, are"
            raise UserError(
                f"{file}: {values} not of type {each.declared} in the column `{each.name}`. Correct the "
                f"file, or the type that {source.called} declares."
            )
