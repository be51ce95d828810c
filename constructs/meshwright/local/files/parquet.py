"""Rows of a table as a Parquet file."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from meshwright.local.files.columns import Column, quoted, text
from meshwright.local.files.values import Json

COMPRESSION = ("SNAPPY", "GZIP", "UNCOMPRESSED")
"""What Firehose compresses Parquet with
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_ParquetSerDe.html).
"""


def parquet(
    columns: Iterable[Column], rows: Iterable[Mapping[str, Json]], *, compression: str = "SNAPPY"
) -> bytes:
    """A file with exactly these columns and types. `rows` are those of `values.row`."""
    # Here, because most of what the embedded AWS does needs no query engine.
    import duckdb

    columns = tuple(columns)
    with tempfile.TemporaryDirectory(prefix="meshwright-") as folder:
        source, target = Path(folder) / "rows.json", Path(folder) / "rows.parquet"
        with source.open("w") as sink:
            for each in rows:
                sink.write(json.dumps(each, default=str) + "\n")
        with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
            connection.execute(
                f"COPY (SELECT * FROM {json_lines(source, columns)}) TO {text(str(target))} "  # noqa: S608
                f"(FORMAT parquet, COMPRESSION {compression.lower()})"
            )
        return target.read_bytes()


def json_lines(file: Path, columns: Iterable[Column]) -> str:
    """The table function by which duckdb reads a file of such rows, one a line."""
    # Types have quotes of their own, around the fields of structs; as a value the whole is quoted again.
    types = ", ".join(f"{quoted(column.name)}: {text(column.duckdb)}" for column in columns)
    return (
        f"read_json({text(str(file))}, format = 'newline_delimited', columns = {{{types}}}, "
        "maximum_object_size = 33554432)"
    )
