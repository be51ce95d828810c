"""Reads the files of tables from the embedded S3 into duckdb; only what the caller may see stays there."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import sqlglot

from meshwright.local.athena.errors import QueryFailedError, ScanLimitError
from meshwright.local.athena.projection import values_in
from meshwright.local.athena.tables import ICEBERG, QueryTable
from meshwright.local.files.columns import Column, quoted, text
from meshwright.local.files.parquet import json_lines
from meshwright.local.files.values import ValueMismatchError, documents, row
from meshwright.local.lakeformation.access import Cells

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HIDDEN = ("_", ".")
"""Files whose names begin so are none of a table's."""


@dataclass(frozen=True, slots=True)
class DataFile:
    bucket: str
    key: str
    size: int
    values: dict[str, str]
    """Of its partition."""


def data_files(table: QueryTable, s3: Any) -> Iterator[DataFile]:
    """The table's files: all in its folder, or those of its partitions, in the catalog or projected."""
    if table.format == ICEBERG:
        _check_empty(table, s3)
        return
    keys = [column.name for column in table.partition_columns]
    if keys and not table.projected:
        for partition in table.partitions:
            for bucket, key, size in _objects(s3, partition.location):
                yield DataFile(bucket, key, size, dict(partition.values))
        return
    for bucket, key, size in _objects(s3, table.location):
        path = f"s3://{bucket}/{key}"
        values = values_in(path, keys=keys, location=table.location, settings=table.settings) if keys else {}
        if values is not None:
            yield DataFile(bucket, key, size, values)


def _check_empty(table: QueryTable, s3: Any) -> None:
    """Lets an Iceberg table through that nothing was written to: then it has no snapshot.

    Here no engine writes to one, and not even the first metadata file is written that the catalog names.
    """
    bucket, _, key = table.settings.get("metadata_location", "").removeprefix("s3://").partition("/")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key) if key else {}
    if listed.get("KeyCount"):
        raise QueryFailedError(
            f"NOT_SUPPORTED: {table.name} is an Iceberg table with metadata at s3://{bucket}/{key}, "
            "which the embedded AWS can't read. On AWS this query runs."
        )


def _objects(s3: Any, location: str) -> Iterator[tuple[str, str, int]]:
    """Bucket, key and size of each file in a folder or below it."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix.rstrip('/')}/"):
        for found in page.get("Contents", ()):
            name = found["Key"].rpartition("/")[2]
            if name and not name.startswith(HIDDEN):
                yield bucket, found["Key"], found["Size"]


def load(
    connection: "DuckDBPyConnection",
    tables: Iterable[tuple[str, QueryTable]],
    *,
    s3_as: Callable[[str], Any],
    limit: int | None,
    folder: Path,
) -> int:
    """Makes each table, under its name in duckdb, with the cells that the caller may see.

    Returns the bytes of the files, which pass through `folder`. Raises ScanLimitError before reading more
    than `limit` bytes.
    """
    found = [(name, table, list(data_files(table, s3_as(table.role_arn)))) for name, table in tables]
    scanned = sum(each.size for _, _, files in found for each in files)
    if limit is not None and scanned > limit:
        raise ScanLimitError("Bytes scanned limit was exceeded")
    for name, table, files in found:
        columns = [*table.columns, *table.partition_columns]
        described = ", ".join(f"{quoted(column.name)} {column.duckdb}" for column in columns)
        connection.execute(f"CREATE TEMP TABLE {quoted(name + ' whole')} ({described})")
        for each in files:
            body = s3_as(table.role_arn).get_object(Bucket=each.bucket, Key=each.key)["Body"].read()
            _insert(connection, f"{name} whole", table, each, body, folder)
        connection.execute(_visible(name, table))
        connection.execute(f"DROP TABLE {quoted(name + ' whole')}")
    connection.execute("DROP TABLE IF EXISTS texts")
    return scanned


def _insert(
    connection: "DuckDBPyConnection",
    name: str,
    table: QueryTable,
    file: DataFile,
    body: bytes,
    folder: Path,
) -> None:
    copy = folder / "file"
    source, present = _reader(connection, table, file, body, copy)
    cells = [
        f"CAST({quoted(present[column.name])} AS {column.duckdb})" if column.name in present else "NULL"
        for column in table.columns
    ]
    cells += [_constant(file.values[column.name], column) for column in table.partition_columns]
    try:
        connection.execute(f"INSERT INTO {quoted(name)} SELECT {', '.join(cells)} FROM {source}")  # noqa: S608
    except Exception as error:
        raise QueryFailedError(f"HIVE_BAD_DATA: s3://{file.bucket}/{file.key}: {error}") from error


def _reader(
    connection: "DuckDBPyConnection", table: QueryTable, file: DataFile, body: bytes, copy: Path
) -> tuple[str, dict[str, str]]:
    """The SQL that reads a file, and its columns by their names in the table."""
    if table.format == "json":
        rows = []
        try:
            for line in body.splitlines():
                if line.strip():
                    rows += [row(document, table.columns) for document in documents(line)]
        except ValueMismatchError as error:
            raise QueryFailedError(f"HIVE_CURSOR_ERROR: s3://{file.bucket}/{file.key}: {error}") from error
        copy.write_text("".join(json.dumps(each, default=str) + "\n" for each in rows))
        return json_lines(copy, table.columns), {column.name: column.name for column in table.columns}
    copy.write_bytes(body)
    if table.format == "parquet":
        source = f"read_parquet({text(str(copy))}, hive_partitioning = false)"
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
        return source, {name.lower(): name for name, *_ in described}
    names = {f"c{index}": column for index, column in enumerate(table.columns)}
    delimiter = table.settings.get("field.delim") or table.settings.get("separatorChar") or ","
    quote = '"' if table.format == "quoted csv" else ""
    typed = ", ".join(
        f"TRY_CAST({name} AS {column.duckdb}) AS {quoted(column.name)}" for name, column in names.items()
    )
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    # In a table first: in one statement duckdb would read the text as the type of the cast, and fail.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE texts AS SELECT * FROM read_csv({text(str(copy))}, "  # noqa: S608
        f"columns = {{{columns}}}, header = false, delim = {text(delimiter)}, "
        f"skip = {int(table.settings.get('skip.header.line.count') or 0)}, quote = {text(quote)}, "
        f"escape = {text(quote)}, nullstr = '\\N', null_padding = true, auto_detect = false)"
    )
    source = f"(SELECT {typed} FROM texts)"  # noqa: S608
    return source, {column.name: column.name for column in table.columns}


def _constant(value: str, column: Column) -> str:
    if value == "__HIVE_DEFAULT_PARTITION__":
        return "NULL"
    return f"CAST({text(unquote(value))} AS {column.duckdb})"


def _visible(name: str, table: QueryTable) -> str:
    """The statement that keeps, of the whole table, the cells that the caller may see.

    Where several grants show different rows, a column is null in the rows that none of its grants shows.
    """
    cells = [each for each in table.cells if each.columns]
    shown = [column.name for column in (*table.columns, *table.partition_columns)]
    shown = [each for each in shown if any(each in piece.columns for piece in cells)]
    if not shown:
        raise QueryFailedError(f"COLUMN_NOT_FOUND: no column of {table.name} is granted to the requester")
    everywhere = {_condition(piece) for piece in cells}
    columns = []
    for column in shown:
        conditions = {_condition(piece) for piece in cells if column in piece.columns}
        if conditions == everywhere:
            columns.append(quoted(column))
        else:
            columns.append(f"CASE WHEN {_any(conditions)} THEN {quoted(column)} END AS {quoted(column)}")
    return (
        f"CREATE TEMP TABLE {quoted(name)} AS SELECT {', '.join(columns)} "  # noqa: S608
        f"FROM {quoted(name + ' whole')} WHERE {_any(everywhere)}"
    )


def _condition(cells: Cells) -> str:
    """The rows of the cells, as duckdb's SQL."""
    parts = [f"({sqlglot.transpile(each, read='athena', write='duckdb')[0]})" for each in sorted(cells.rows)]
    return " AND ".join(parts) or "true"


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({each})" for each in sorted(conditions))
