"""The columns of a table in the Glue Data Catalog, and their types in duckdb, which handles its files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.config.column_types import ColumnType, parse_type

_TYPES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType

    @property
    def duckdb(self) -> str:
        """Its type in duckdb's SQL."""
        return duckdb_type(self.type)


def columns_of(described: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns as Glue describes them. Raises ColumnTypeError for a type that isn't known."""
    return tuple(Column(column["Name"].lower(), parse_type(_compact(column["Type"]))) for column in described)


def duckdb_type(kind: ColumnType) -> str:
    """The duckdb type that holds the values of a Glue type."""
    if kind.name == "decimal":
        return f"DECIMAL({kind.sizes[0]}, {kind.sizes[1]})"
    if kind.name == "array":
        return f"{duckdb_type(kind.inner[0][1])}[]"
    if kind.name == "map":
        key, value = (duckdb_type(inner) for _, inner in kind.inner)
        return f"MAP({key}, {value})"
    if kind.name == "struct":
        fields = ", ".join(f"{quoted(name)} {duckdb_type(inner)}" for name, inner in kind.inner)
        return f"STRUCT({fields})"
    return _TYPES[kind.name]


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text constant in SQL."""
    return "'" + value.replace("'", "''") + "'"


def _compact(kind: str) -> str:
    """Glue keeps types as they were written: blanks inside them, and `integer` for `int`."""
    compact = "".join(kind.split())
    return "int" if compact == "integer" else compact
