"""How duckdb reads a file of each format: the rows as SQL, and the columns that are in them."""

# ruff: noqa: S608 - all that comes from outside is quoted
import csv
import json
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
    import duckdb

    form = "format = 'newline_delimited', hive_partitioning = false"
    if file.stat().st_size:
        try:
            keys = _described(connection, f"read_json({text(str(file))}, {form}, sample_size = -1)")
        except duckdb.Error:
            _complain_of_lines(file)
            raise
        if keys.keys() == {"json"} and "json" not in table.columns:  # so it calls what is no object
            _complain_of_lines(file)
    else:
        keys = {column: column for column in table.columns}
    used = {column: written for column, written in keys.items() if column in table.columns}
    if not used:
        return f"read_json({text(str(file))}, {form})", {column: name(key) for column, key in keys.items()}
    types = ", ".join(f"{text(key)}: '{_type_in_json(table, column)}'" for column, key in used.items())
    rows = f"read_json({text(str(file))}, {form}, columns = {{{types}}})"
    unused = {column: "NULL" for column in keys if column not in used}
    return rows, {**unused, **{column: name(key) for column, key in used.items()}}


def _complain_of_lines(file: Path) -> None:
    """Raises UserError for the first line that is no object; not looked for in a compressed file."""
    if file.suffix.lower() in COMPRESSED:
        return
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip() or _is_object(line):
                continue
            said = f"{file}: line {number} is not a JSON object. One object a line is read, as Athena does"
            if number == 1 and line.lstrip().startswith("["):
                raise UserError(f"{said}; this is a list. `jq -c '.[]' {file}` writes its entries so.")
            raise UserError(f"{said}. `jq -c . {file}` writes each on a line of its own.")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _type_in_json(table: Table, column: str) -> str:
    return "JSON" if table.columns[column].type.partition("<")[0] in NESTED else "VARCHAR"


def _csv(connection: "DuckDBPyConnection", called: str, table: Table, file: Path) -> Rows:
    """Of a csv table as that is declared: one header line, no quotes, columns by their place. Such a file
    for a table of another format is read by the names in its first line.

    https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
    """
    if table.format != "csv":
        return _named_csv(connection, file)
    declared = [each for each in table.columns if each not in table.partition_by]
    if not _has_header(file, declared):
        # What stands there instead may be data.
        raise UserError(
            f"{file}: the first line is not the names of the columns in the order in which {called} declares "
            f"them, by which csv files are read: {','.join(declared)}"
        )
    # Each line whole, and taken apart as the table does it: what is missing at its end has no value.
    form = r"delim = E'\x01', quote = '', escape = '', nullstr = '', hive_partitioning = false"
    form += ", header = true, auto_detect = false, columns = {line: 'VARCHAR'}"
    lines = f"read_csv({text(str(file))}, {form})"
    rows = f"(SELECT string_split(coalesce(line, ''), ',') AS parts FROM {lines})"
    _complain_of_commas(connection, called, len(declared), file, rows)
    return rows, {each: rf"nullif(parts[{at}], '\N')" for at, each in enumerate(declared, start=1)}


def _named_csv(connection: "DuckDBPyConnection", file: Path) -> Rows:
    """Columns by the names in the first line, which also tells what parts the values: it has most of that.

    Told to duckdb, which takes a whole line for one value where lines differ in length; a compressed file is
    left to it.
    """
    form, written = "header = true, hive_partitioning = false", list[str]()
    if file.suffix.lower() not in COMPRESSED:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            first = lines.readline()
        parts = max(",;|\t", key=first.count)
        written = next(csv.reader([first], delimiter=parts), [])
    if written:
        columns = ", ".join(f"{text(each)}: 'VARCHAR'" for each in written)
        form += f", auto_detect = false, delim = {text(parts)}, quote = '\"', escape = '\"'"
        form += f", columns = {{{columns}}}"
    else:
        form += ", all_varchar = true"
    rows = f"read_csv({text(str(file))}, {form})"
    return rows, {column: name(each) for column, each in _described(connection, rows).items()}


def _complain_of_commas(
    connection: "DuckDBPyConnection", called: str, declared: int, file: Path, rows: str
) -> None:
    """Raises UserError for lines with more values than columns, whose last ones Athena would leave out."""
    found = connection.execute(
        "SELECT line, size FROM (SELECT row_number() OVER () + 1 AS line, len(parts) AS size "
        f"FROM {rows}) WHERE size > {declared} ORDER BY line LIMIT 1"
    ).fetchone()
    if found is not None:
        line, size = found
        raise UserError(
            f"{file}: line {line} has {size} values, and {called} declares {declared} columns for the file. "
            "Every comma parts two values, in quotes too: take those out that are inside a value."
        )


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
