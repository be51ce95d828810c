"""Types of columns: what is taken apart, and where in the text a mistake is."""

import pytest

from meshwright.config.column_types import SIMPLE, ColumnType, ColumnTypeError, parse_type, walk

GOOD = [
    *sorted(SIMPLE),
    "decimal(12,2)",
    "decimal(38,38)",
    "char(255)",
    "varchar(65535)",
    "array<string>",
    "array<array<int>>",
    "map<string,array<int>>",
    "struct<a:int>",
    "array<struct<a:int,b:map<string,decimal(5,2)>,c:struct<d:date>>>",
]
BAD = {
    "integer": (0, "Glue knows no type `integer`", "Use `int`."),
    "String": (0, "Glue knows no type `String`", "Write it in lower case: `string`."),
    "strng": (0, "Glue knows no type `strng`", "Did you mean `string`?"),
    "array<text>": (6, "Glue knows no type `text`", "Use `string`."),
    "map<struct<a:int>,int>": (4, "a map's key can't be a struct", "Use string, for instance."),
    "map<string>": (
        10,
        "`map<string>` is not a type: expected `,`, found `>`",
        "Nested types are written array<T>, map<K,V> or struct<a:T,b:T>.",
    ),
    "struct<a:int,A:int>": (13, "the struct has two fields `A`", "Rename one."),
    "struct<>": (
        7,
        "`struct<>` is not a type: expected a field's name, found `>`",
        "Nested types are written array<T>, map<K,V> or struct<a:T,b:T>.",
    ),
    "int>": (
        3,
        "`int>` is not a type: `>` is left over",
        "Nested types are written array<T>, map<K,V> or struct<a:T,b:T>.",
    ),
    "decimal(2,5)": (
        8,
        "5 digits behind the point are more than all 2 digits",
        "In decimal(12,2), 12 is the number of all digits.",
    ),
    "decimal(12)": (7, "the size of `decimal` is not understood", "Write it as decimal(12,2)."),
    "varchar": (0, "`varchar` needs its size", "Write it as varchar(20)."),
    "array<" * 21 + "int" + ">" * 21: (120, "more than 20 types inside each other", "Use a flatter type."),
}


@pytest.mark.parametrize("text", GOOD)
def test_good_types_come_back_by_their_parts(text: str) -> None:
    assert _written(parse_type(text)) == text


def _written(kind: ColumnType) -> str:
    if kind.sizes:
        return f"{kind.name}({','.join(map(str, kind.sizes))})"
    if kind.name == "struct":
        return f"struct<{','.join(f'{field}:{_written(inner)}' for field, inner in kind.inner)}>"
    if kind.inner:
        return f"{kind.name}<{','.join(_written(inner) for _, inner in kind.inner)}>"
    return kind.name


@pytest.mark.parametrize("text", BAD)
def test_bad_types_are_placed_and_explained(text: str) -> None:
    with pytest.raises(ColumnTypeError) as raised:
        parse_type(text)
    assert (raised.value.offset, raised.value.what, raised.value.fix) == BAD[text]


def test_walk_visits_every_part_with_its_place() -> None:
    parts = walk(parse_type("map<string,array<struct<a:int>>>"))
    assert [(part.name, part.offset) for part in parts] == [
        ("map", 0), ("string", 4), ("array", 11), ("struct", 17), ("int", 26),
    ]  # fmt: skip
