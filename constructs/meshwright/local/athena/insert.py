"""INSERT INTO … SELECT: rows become Parquet files of a table, and new partitions of it.

https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.athena.tables import QueryTable
from meshwright.local.files.columns import quoted, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"
COMPRESSION = "gzip"
"""https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html"""


def collected(connection: "DuckDBPyConnection", sql: str, table: QueryTable, named: Sequence[str]) -> int:
    """Runs the query into the table `inserted`, which has the columns of `table`; returns how many rows.

    `named` are the columns that the query gives, in its order; none: all of them, those of partitions last.
    """
    columns = [*table.columns, *table.partition_columns]
    given = list(named) or [column.name for column in columns]
    unknown = [name for name in given if name not in {column.name for column in columns}]
    if unknown:
        raise QueryFailedError(
            f"COLUMN_NOT_FOUND: Insert column name does not exist in target table: {unknown[0]}"
        )
    found = connection.sql(sql).types
    if len(found) != len(given):
        raise QueryFailedError(
            f"TYPE_MISMATCH: Insert query has mismatched column types: the table has {len(given)} columns, "
            f"the query {len(found)}"
        )
    cells = [
        f"CAST(c{given.index(column.name)} AS {column.duckdb})"
        if column.name in given
        else f"CAST(NULL AS {column.duckdb})"
        for column in columns
    ]
    aliased = ", ".join(f"{cell} AS {quoted(c.name)}" for cell, c in zip(cells, columns, strict=True))
    names = ", ".join(f"c{index}" for index in range(len(given)))
    connection.execute(
        f"CREATE TEMP TABLE inserted AS SELECT {aliased} FROM ({sql}) AS answer({names})"  # noqa: S608
    )
    counted = connection.execute("SELECT count(*) FROM inserted").fetchone()
    return int(counted[0]) if counted else 0


def stored(
    connection: "DuckDBPyConnection", table: QueryTable, *, s3: Any, glue: Any, database: str, folder: Path
) -> Iterator[str]:
    """Puts the rows of `inserted` into a file for each partition; yields the s3:// addresses.

    `database` is what the table's database is called where `glue` looks; `folder` is for files on the way.
    """
    data = ", ".join(quoted(column.name) for column in table.columns)
    keys = [column.name for column in table.partition_columns]
    values = ", ".join(f"CAST({quoted(key)} AS VARCHAR)" for key in keys) or "1"
    partitions = f"SELECT DISTINCT {values} FROM inserted ORDER BY ALL"  # noqa: S608
    for found in connection.execute(partitions).fetchall():
        partition = dict(zip(keys, found, strict=True)) if keys else {}
        chosen = " AND ".join(
            f"CAST({quoted(key)} AS VARCHAR) IS NOT DISTINCT FROM {'NULL' if value is None else text(value)}"
            for key, value in partition.items()
        )
        copy = folder / "written"
        connection.execute(
            f"COPY (SELECT {data} FROM inserted WHERE {chosen or 'true'}) TO {text(str(copy))} "  # noqa: S608
            f"(FORMAT parquet, COMPRESSION {COMPRESSION})"
        )
        location = table.location + "".join(
            f"{key}={NULL_FOLDER if value is None else value}/" for key, value in partition.items()
        )
        address = f"{location}{datetime.now(UTC):%Y%m%d_%H%M%S}_{uuid.uuid4()}"
        bucket, _, key = address.removeprefix("s3://").partition("/")
        s3.put_object(Bucket=bucket, Key=key, Body=copy.read_bytes())
        if keys and not table.projected:
            _register(glue, database, table, [value or NULL_FOLDER for value in partition.values()], location)
        yield address


def _register(glue: Any, database: str, table: QueryTable, values: list[str], location: str) -> None:
    descriptor = {**table.descriptor, "Location": location}
    try:
        glue.create_partition(
            DatabaseName=database,
            TableName=table.name,
            PartitionInput={"Values": values, "StorageDescriptor": descriptor},
        )
    except glue.exceptions.AlreadyExistsException:
        return
