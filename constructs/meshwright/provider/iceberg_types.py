"""Glue and Hive column types as Iceberg types, and columns as an Iceberg schema. Pure.

Types: https://iceberg.apache.org/spec/#schemas-and-data-types; nested types are JSON objects whose elements
have field ids of their own, unique in the schema.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from .errors import ProviderError

PRIMITIVES = {
    "bigint": "long",
    "binary": "binary",
    "boolean": "boolean",
    "char": "string",
    "date": "date",
    "double": "double",
    "float": "float",
    "int": "int",
    "integer": "int",
    "long": "long",
    "smallint": "int",
    "string": "string",
    "timestamp": "timestamp",
    "tinyint": "int",
    "varchar": "string",
}
DOC_LENGTH = 255  # characters, Glue's limit of a field's doc


def schema(columns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The IcebergSchema of `columns` (Name, Type, Comment), all optional; top-level ids are 1, 2, 3, ..."""
    ids = count(len(columns) + 1)
    fields = []
    for number, column in enumerate(columns, start=1):
        field = {
            "Id": number,
            "Name": column["Name"],
            "Type": iceberg_type(column["Type"], ids.__next__),
            "Required": False,
        }
        if column.get("Comment"):
            field["Doc"] = column["Comment"][:DOC_LENGTH]
        fields.append(field)
    return {"SchemaId": 0, "Type": "struct", "Fields": fields}


def iceberg_type(glue: str, next_id: Callable[[], int]) -> Any:
    """A string for a primitive, an object for a nested type; ProviderError for what Iceberg does not have."""
    text = glue.strip()
    name, inner = _head(text)
    match name:
        case "array" if inner:
            element = next_id()
            kind = iceberg_type(inner, next_id)
            return {"type": "list", "element-id": element, "element": kind, "element-required": False}
        case "map" if inner:
            parts = _split(inner)
            if len(parts) == 2:
                key, value = next_id(), next_id()
                return {
                    "type": "map",
                    "key-id": key,
                    "key": iceberg_type(parts[0], next_id),
                    "value-id": value,
                    "value": iceberg_type(parts[1], next_id),
                    "value-required": False,
                }
        case "struct" if inner:
            fields = []
            for part in _split(inner):
                field, _, kind = part.partition(":")
                number = next_id()
                of = iceberg_type(kind, next_id)
                fields.append({"id": number, "name": field.strip(), "required": False, "type": of})
            return {"type": "struct", "fields": fields}
    lower = text.lower()
    if decimal := re.fullmatch(r"decimal(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?", lower):
        return f"decimal({decimal[1] or 10}, {decimal[2] or 0})"
    bare = re.fullmatch(r"([a-z]+)(?:\(\s*\d+\s*\))?", lower)
    if bare and bare[1] in PRIMITIVES and ("(" not in lower or bare[1] in ("char", "varchar")):
        return PRIMITIVES[bare[1]]
    raise ProviderError(f"Iceberg has no type for {glue!r}")


def _head(text: str) -> tuple[str, str]:
    """`array<int>` as ("array", "int"); a type without brackets has an empty second part."""
    match = re.fullmatch(r"([A-Za-z]+)\s*<(.*)>", text, re.DOTALL)
    return (match[1].lower(), match[2]) if match else (text.lower(), "")


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets and parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
