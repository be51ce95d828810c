"""Fields inside columns of type struct, which a data-cells filter may name: `customer.address.city`.

https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-overview.html
"""

import re
from collections.abc import Iterator
from functools import lru_cache

STRUCT = re.compile(r"struct<(.*)>", re.DOTALL | re.IGNORECASE)


def is_shown(column: str, columns: frozenset[str]) -> bool:
    """Whether the column or field is among `columns`, itself or with a column that it is part of."""
    return column in columns or ("." in column and any(each in columns for each in _around(column)))


def meet(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The columns and fields that both show."""
    common = one & other
    if len(common) in (len(one), len(other)):
        return common
    inside = (each for each in one if "." in each and is_shown(each, other))
    return common.union(inside, (each for each in other if "." in each and is_shown(each, one)))


def chosen(columns: dict[str, str], included: frozenset[str]) -> frozenset[str]:
    """Those of `included` that the table has. `columns`: the types by name, empty where not known."""
    return frozenset(each for each in map(plain, included) if each.partition(".")[0] in columns)


def without(columns: dict[str, str], excluded: frozenset[str]) -> frozenset[str]:
    """All columns but these; of one of which only fields are excluded, its other fields.

    A column whose type does not tell its fields is shown as a whole: that is rather seen than overlooked.
    """
    gone = frozenset(map(plain, excluded))
    found: set[str] = set()
    for name, type_ in columns.items():
        inside = [each for each in gone if each.startswith(f"{name}.")]
        if name not in gone:
            found.update(_left(name, type_, frozenset(inside)) if inside else (name,))
    return frozenset(found)


def plain(name: str) -> str:
    """Without the quotes that may stand around each part: `"customer"."address"`."""
    return name.replace('"', "").replace("`", "")


def _left(name: str, type_: str, gone: frozenset[str]) -> Iterator[str]:
    fields = fields_of(type_)
    if not fields:
        yield name
    for field, inner in fields.items():
        path = f"{name}.{field}"
        if path in gone:
            continue
        inside = frozenset(each for each in gone if each.startswith(f"{path}."))
        if inside:
            yield from _left(path, inner, inside)
        else:
            yield path


@lru_cache(maxsize=1024)
def fields_of(type_: str) -> dict[str, str]:
    """The types of the fields of a struct; empty for any other type."""
    found = STRUCT.fullmatch(type_.strip())
    if found is None:
        return {}
    fields, depth, start = dict[str, str](), 0, 0
    text = f"{found[1]},"
    for place, sign in enumerate(text):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            name, _, inner = text[start:place].partition(":")
            fields[name.strip()] = inner.strip()
            start = place + 1
    return fields


def _around(column: str) -> Iterator[str]:
    outer = column.rpartition(".")[0]
    while outer:
        yield outer
        outer = outer.rpartition(".")[0]
