"""Tables: types that Glue and the table's format know, and partitions that can be made."""

from collections.abc import Iterator
from functools import lru_cache

from meshwright.checks.duplicates import twice
from meshwright.config.column_types import NESTED, ColumnType, ColumnTypeError, parse_type, walk
from meshwright.config.domain_file import Table
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.config.suggest import suggestion

NOT_IN_ICEBERG = {"tinyint": "int", "smallint": "int", "char": "string", "varchar": "string"}
"""https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html"""

RESERVED = frozenset(
    {"ctid", "oid", "xmin", "cmin", "xmax", "cmax", "tableoid", "insertxid", "deletexid", "importoid"}
    | {"redcatuniqueid"}
)
"""A table with a column so named can't have a data-cells filter, through which every consumer reads
(https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html)."""


def check(files: Files) -> Iterator[Finding]:
    """Mistakes in the tables of every product."""
    for domain, file in files.domains.items():
        for product_name, product in file.products.items():
            for name, table in product.tables.items():
                path = ("products", product_name, "tables", name)
                yield from _columns(files.paths[domain], path, table)
                yield from _partitions(files.paths[domain], path, table)


@lru_cache(maxsize=4096)
def type_of(text: str) -> ColumnType | ColumnTypeError:
    """The type, or what is wrong with it. Cached: a mesh has many columns and few types."""
    try:
        return parse_type(text)
    except ColumnTypeError as mistake:
        return mistake


def _columns(file: str, table_path: Path, table: Table) -> Iterator[Finding]:
    for name, column in table.columns.items():
        path = (*table_path, "columns", name, "type")
        if name in RESERVED:
            what = f"Lake Formation reserves the column name `{name}`"
            yield Finding(file, path[:-1], "reserved-name", what, "Rename the column.", at_key=True)
        kind = type_of(column.type)
        if isinstance(kind, ColumnTypeError):
            yield Finding(file, path, "unknown-type", kind.what, kind.fix, offset=kind.offset)
            continue
        for part in walk(kind):
            if table.format == "iceberg" and part.name in NOT_IN_ICEBERG:
                what = f"Athena's Iceberg tables have no `{part.name}`"
                fix = f"Use `{NOT_IN_ICEBERG[part.name]}`."
                yield Finding(file, path, "unsupported-type", what, fix, offset=part.offset)
            elif table.format == "csv" and part.name in NESTED:
                what, fix = f"a csv file has no place for `{part.name}`", "Use json or parquet, or string."
                yield Finding(file, path, "unsupported-type", what, fix, offset=part.offset)
                break


def _partitions(file: str, table_path: Path, table: Table) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(table.partition_by):
        path = (*table_path, "partition_by", index)
        if name in seen:
            yield twice(file, path, name)
        elif name not in table.columns:
            what = f"the table has no column `{name}`"
            yield Finding(file, path, "unknown-column", what, suggestion(name, table.columns, ""))
        else:
            kind = type_of(table.columns[name].type)
            if isinstance(kind, ColumnType) and kind.name in NESTED | {"binary"}:
                what = f"`{name}` is of type `{kind.name}`, by which data can't be partitioned"
                yield Finding(file, path, "bad-partition", what, "Use a column of a simple type.")
        seen.add(name)
    if table.format != "iceberg" and table.columns.keys() <= seen:
        what = "every column is a partition column, so that no data is left for the files"
        yield Finding(file, (*table_path, "partition_by"), "bad-partition", what, "Take one out.")
