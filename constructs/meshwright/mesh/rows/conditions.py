"""Conditions on rows, taken apart: which tests of which columns, and what they say of one row.

NULL is as in SQL: a test of it is neither true nor false, and a row is shown only where the whole condition
is true (https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html).
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple

from meshwright.texts import said

Value = str | bool | Fraction | None
"""Of a column in a row. Dates are days as `date.toordinal` counts them, times are seconds since the year 1.
"""
Plain = str | bool | int | float | Decimal | date | datetime | None
PlainRow = tuple[tuple[str, Plain], ...]
"""The columns that matter, with their values."""
DAY: Final = 86_400
PRESENT: Final = "(some value)"
"""Of a column of which only matters whether it is NULL."""


class Kind(NamedTuple):
    """What values a column can have."""

    name: str
    """whole, decimal, double, float, number, text, date, timestamp or boolean; any: only NULL matters."""
    size: int = 0
    """Of whole, its bits; of text, its greatest length, 0 for none; of decimal, its digits."""
    scale: int = 0
    """Of decimal."""


class Test(NamedTuple):
    """A column compared with a constant."""

    column: str
    operator: str
    """=, <, <=, >, >=, LIKE, or NULL for whether it is NULL."""
    constant: Value = None
    """None: NULL, with which nothing compares."""


class Always(NamedTuple):
    """The same for every row."""

    holds: bool


class Not(NamedTuple):
    """True where the other is false."""

    part: "Condition"


class Joined(NamedTuple):
    """All of the parts, or any of them."""

    every: bool
    parts: tuple["Condition", ...]


Condition = Test | Always | Not | Joined
ORDERS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def truth(condition: Condition, row: Mapping[str, Value]) -> bool | None:
    """Whether the row meets the condition; None where SQL says NULL."""
    match condition:
        case Always(holds):
            return holds
        case Not(part):
            inner = truth(part, row)
            return None if inner is None else not inner
        case Joined(every, parts):
            answers = [truth(each, row) for each in parts]
            if (not every) in answers:
                return not every
            return None if None in answers else every
        case Test(column, name, constant):
            return _test(row[column], name, constant)


def _test(value: Value, name: str, constant: Value) -> bool | None:
    if name == "NULL":
        return value is None
    if value is None or constant is None:
        return None
    if name == "LIKE":
        return like(str(constant)).fullmatch(str(value)) is not None
    return bool(ORDERS[name](value, constant))


@cache
def like(pattern: str) -> re.Pattern[str]:
    """The pattern of a LIKE as a regular expression."""
    special = {"%": ".*", "_": "."}
    return re.compile("".join(special.get(each) or re.escape(each) for each in pattern), re.DOTALL)


def tests_in(condition: Condition) -> Iterator[Test]:
    """Every test in it, in order."""
    waiting = [condition]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Test):
            yield each
        elif isinstance(each, Not):
            waiting.append(each.part)
        elif isinstance(each, Joined):
            waiting += reversed(each.parts)


def plain(value: Value, kind: Kind) -> Plain:
    """The value as Python has it, for people and for tests."""
    if not isinstance(value, Fraction):
        return value
    if kind.name == "date":
        return date.fromordinal(int(value))
    if kind.name == "timestamp":
        return datetime(1, 1, 1) + timedelta(milliseconds=int(value * 1000))
    if value.denominator == 1 and kind.name != "double":
        return int(value)
    return Decimal(value.numerator) / value.denominator if kind.name == "decimal" else float(value)


def row_text(row: PlainRow) -> str:
    """`country = FR, phone = NULL`"""
    return ", ".join(f"{column} = {_plain_text(value)}" for column, value in row)


def _plain_text(value: Plain) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if value.isalnum() or value == PRESENT else f"'{said(value)}'"
    return str(value)
