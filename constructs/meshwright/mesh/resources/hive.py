"""How the catalog describes tables that are files in folders: parquet, json and csv."""

from collections.abc import Mapping
from typing import Any

from meshwright.config.base import Column
from meshwright.config.domain_file import Table

TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
FORMATS: Mapping[str, Mapping[str, Any]] = {
    "parquet": {
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            "Parameters": {"serialization.format": "1"},
        },
    },
    "json": {
        "InputFormat": TEXT_INPUT,
        "OutputFormat": TEXT_OUTPUT,
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    },
    # Typed columns, one header line, no quoted fields. OpenCSVSerde would unquote, but has no dates or
    # decimals: https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
    "csv": {
        "InputFormat": TEXT_INPUT,
        "OutputFormat": TEXT_OUTPUT,
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ",", "serialization.format": ","},
        },
    },
}
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "parquet": {"classification": "parquet"},
    "json": {"classification": "json"},
    "csv": {
        "classification": "csv",
        "delimiter": ",",
        "areColumnsQuoted": "false",
        "skip.header.line.count": "1",
    },
}
COMMENT_BYTES = 255
"""Longest comment of a column (https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html)."""


def comment_of(column: Column) -> str | None:
    """The column's comment, which is where every query engine shows that it is personal data."""
    mark = "[PII]" if column.pii else ""
    room = COMMENT_BYTES - len(mark) - 1
    text = " ".join((column.description or "").split())  # Glue takes no line breaks here
    if len(text.encode()) > room:
        text = text.encode()[: room - len("…".encode())].decode(errors="ignore") + "…"
    return f"{text} {mark}".strip() or None


def column_input(name: str, column: Column) -> dict[str, str]:
    """A column as CloudFormation has it."""
    described = {"Name": name, "Type": column.type}
    if comment := comment_of(column):
        described["Comment"] = comment
    return described


def table_input(*, name: str, table: Table, location: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """TableInput of a table whose partition columns, coarsest first, are folders and not in the files."""
    partitions = set(table.partition_by)
    columns = {key: spec for key, spec in table.columns.items() if key not in partitions}
    return {
        "Name": name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", **PARAMETERS[table.format], **parameters},
        "PartitionKeys": [column_input(key, table.columns[key]) for key in table.partition_by],
        "StorageDescriptor": {
            **FORMATS[table.format],
            "Columns": [column_input(key, spec) for key, spec in columns.items()],
            "Location": f"{location}/",
        },
    }
