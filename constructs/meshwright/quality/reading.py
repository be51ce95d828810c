"""How duckdb reads a file of each format: the rows as SQL, and the columns that are in them."""

# ruff: noqa: S608 - all that comes from outside is quoted
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshwright.config.column_types import NESTED
from meshwright.config.domain_file import Table
from meshwright.errors import UserError
from meshwright.quality.finding import COMPRESSED
from meshwright.quality.predicates import name, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rows = tuple[str, Mapping[str, str]]
"""A table function, and the SQL of each column in it, by its name in lower case."""


def _described(connection: "DuckDBPyConnection", rows: str) -> dict[str, str]:
    description = connection.execute(f"SELECT * FROM {rows} LIMIT 0").description or []
    return {str(column[0]).lower(): str(column[0]) for column in description}


def _parquet(connection: "DuckDBPyConnection", called: str, table: Table, file: Path) -> Rows:
    rows = f"read_parquet({text(str(file))}, hive_partitioning = false)"
    return rows, {column: name(written) for column, written in _described(connection, rows).items()}


def _json(connection: "DuckDBPyConnection", called: str, table: Table, file: Path) -> Rows:
    """One object a line; keys in any case, as the table's SerDe takes them; values as they are written.

    https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    """
    form = "format = 'newline_delimited', hive_partitioning = false"
    if file.stat().st_size:
        keys = _described(connection, f"read_json({text(str(file))}, {form}, sample_size = -1)")
    else:
        keys = {column: column for column in table.columns}
    used = {column: written for column, written in keys.items() if column in table.columns}
    if not used:
        return f"read_json({text(str(file))}, {form})", {column: name(key) for column, key in keys.items()}
    types = ", ".join(f"{text(key)}: '{_type_in_json(table, column)}'" for column, key in used.items())
    rows = f"read_json({text(str(file))}, {form}, columns = {{{types}}})"
    unused = {column: "NULL" for column in keys if column not in used}
    return rows, {**unused, **{column: name(key) for column, key in used.items()}}


def _type_in_json(table: Table, column: str) -> str:
    return "JSON" if table.columns[column].type.partition("<")[0] in NESTED else "VARCHAR"


def _csv(connection: "DuckDBPyConnection", called: str, table: Table, file: Path) -> Rows:
    """Of a csv table as that is declared: one header line, no quotes, columns by their place. Such a file
    for a table of another format is read by the names in its first line.

    https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
    """
    if table.format != "csv":
        rows = f"read_csv({text(str(file))}, header = true, all_varchar = true, hive_partitioning = false)"
        return rows, {column: name(written) for column, written in _described(connection, rows).items()}
    declared = [each for each in table.columns if each not in table.partition_by]
    if not _has_header(file, declared):
        # What stands there instead may be data.
        raise UserError(
            f"{file}: the first line is not the names of the columns in the order in which {called} declares "
            f"them, by which csv files are read: {','.join(declared)}"
        )
    columns = ", ".join(f"{text(each)}: 'VARCHAR'" for each in declared)
    form = r"delim = ',', quote = '', escape = '', nullstr = '\N', hive_partitioning = false"
    rows = f"read_csv({text(str(file))}, header = true, auto_detect = false, {form}, columns = {{{columns}}})"
    return rows, {each: name(each) for each in declared}


def _has_header(file: Path, names: list[str]) -> bool:
    """Whether the first line names these columns; not looked at in a compressed file."""
    if file.suffix.lower() in COMPRESSED:
        return True
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        first = lines.readline()
    return [each.strip().lower() for each in first.split(",")] == names


READERS: Final[Mapping[str, Callable[["DuckDBPyConnection", str, Table, Path], Rows]]] = {
    "parquet": _parquet,
    "json": _json,
    "csv": _csv,
}
