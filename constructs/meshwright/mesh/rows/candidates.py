"""Rows that are likely to tell two conditions apart: the constants in them, and what is just beside these."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice, pairwise, product

from meshwright.mesh.rows.conditions import DAY, PRESENT, Condition, Kind, Test, Value, tests_in

MOST = 2_000
"""So many rows are tried at most."""
_LAST_DAY = date.max.toordinal()


def candidates(conditions: Iterable[Condition], kinds: Mapping[str, Kind]) -> Iterator[dict[str, Value]]:
    """The likely rows, those without NULL and with the conditions' own constants first."""
    tests: dict[str, list[Test]] = {column: [] for column in kinds}
    for condition in conditions:
        for test in tests_in(condition):
            tests[test.column].append(test)
    values = [_values(tests[column], kind) for column, kind in kinds.items()]
    for row in islice(product(*values), MOST):
        yield dict(zip(kinds, row, strict=True))


def _values(tests: list[Test], kind: Kind) -> list[Value]:
    if kind.name == "any":
        return [PRESENT, None]
    if kind.name == "boolean":
        return [True, False, None]
    if kind.name == "text":
        found: list[Value] = list(_texts(tests))
    else:
        found = list(_numbers(tests, kind))
    return [*dict.fromkeys(each for each in found if _possible(each, kind)), None]


def _texts(tests: list[Test]) -> Iterator[str]:
    constants = [each for each in tests if isinstance(each.constant, str)]
    for each in constants:
        text = str(each.constant)
        yield text.replace("%", "").replace("_", "x") if each.operator == "LIKE" else text
    yield from ("other", "")
    for each in constants:
        yield f"{each.constant}x".replace("%", "x").replace("_", "x")


def _numbers(tests: list[Test], kind: Kind) -> Iterator[Fraction]:
    constants = sorted({each.constant for each in tests if isinstance(each.constant, Fraction)})
    step = Fraction(1, 10**kind.scale)
    yield from constants
    for each in constants:
        yield from (each + step, each - step)
    for one, other in pairwise(constants):
        yield (one + other) / 2
    yield from (Fraction(each.numerator // each.denominator) for each in constants)
    yield from (Fraction(0), Fraction(1))


def _possible(value: Value, kind: Kind) -> bool:
    """Whether a column of the kind has the value, in every engine."""
    if isinstance(value, str):
        return not kind.size or len(value) <= kind.size
    if not isinstance(value, Fraction):
        return True
    match kind.name:
        case "whole":
            bound = 1 << (kind.size - 1)
            return value.denominator == 1 and -bound <= value < bound
        case "decimal":
            count = value * int(10**kind.scale)
            return count.denominator == 1 and abs(count) < int(10**kind.size)
        case "double":
            return Fraction(float(value)) == value
        case "float":
            return (value * 64).denominator == 1 and abs(value) < 2**17
        case "number":
            return value.denominator == 1 and abs(value) < 2**31
        case "date":
            return value.denominator == 1 and 1 <= value <= _LAST_DAY
        case _:  # timestamp
            return (value * 1000).denominator == 1 and 0 <= value < (_LAST_DAY - 1) * DAY
