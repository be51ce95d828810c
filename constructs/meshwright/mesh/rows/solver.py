"""Whether any row at all meets one condition and not another: what the solver Z3 says.

Each column is a value and whether it is NULL, each condition is two formulas, of when it is true and of when
it is false (https://microsoft.github.io/z3guide/docs/logic/intro). Z3 is loaded only here.
"""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from threading import Lock
from typing import Any, NamedTuple

from meshwright.mesh.rows.conditions import (
    DAY,
    ORDERS,
    PRESENT,
    Always,
    Condition,
    Joined,
    Kind,
    Not,
    Test,
    Value,
)

Row = Mapping[str, Value]
EFFORT = 400_000
"""How much Z3 tries (about a second at most): a measure that is the same on every machine."""
MILLISECONDS = 3_000
"""And for how long, if that should not be enough."""
LAST_DAY = date.max.toordinal()
FINE = 64
"""Rows that are found have whole 64ths in fractional columns, which no engine rounds."""
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_one_at_a_time = Lock()


class Found(NamedTuple):
    """A row that was looked for."""

    certain: bool
    """Whether there is one, or certainly none. False: that is not known."""
    row: Row | None = None


NONE, UNKNOWN = Found(True), Found(False)


def solve(meets: tuple[Condition, ...], fails: tuple[Condition, ...], kinds: Mapping[str, Kind]) -> Found:
    """A row that meets each of the one conditions and none of the others.

    That there is none holds for every value of every engine; a row is made of plain values.
    """
    try:
        import z3
    except ImportError:
        return UNKNOWN
    with _one_at_a_time:
        try:
            return _Problem(z3, kinds).solve(meets, fails)
        except z3.Z3Exception:
            return UNKNOWN


class _Problem:
    def __init__(self, z3: Any, kinds: Mapping[str, Kind]) -> None:
        self.z3, self.kinds = z3, kinds
        self.values = {column: self._variable(column, kind) for column, kind in kinds.items()}
        self.null = {column: z3.Bool(f"null {column}") for column in kinds}
        self.nan = {
            column: z3.Bool(f"nan {column}")
            for column, kind in kinds.items()
            if kind.name in ("double", "float", "number")
        }
        self.nan_is_greatest = z3.Bool("nan is greatest")
        """As Spark has it; for Trino, no comparison with it holds."""

    def _variable(self, column: str, kind: Kind) -> Any:
        make = {"text": self.z3.String, "boolean": self.z3.Bool, "any": self.z3.Bool}
        fractional = kind.name in ("double", "float", "number", "timestamp")
        return make.get(kind.name, self.z3.Real if fractional else self.z3.Int)(column)

    def solve(self, meets: tuple[Condition, ...], fails: tuple[Condition, ...]) -> Found:
        wanted = [self._formulas(each)[0] for each in meets]
        wanted += [self.z3.Not(self._formulas(each)[0]) for each in fails]
        solver = self.z3.Solver()
        solver.set(rlimit=EFFORT, timeout=MILLISECONDS)
        solver.add(*wanted, *(limit for each in self.kinds for limit in self._limits(each)))
        if solver.check() == self.z3.unsat:
            return NONE
        solver.add(*(limit for each in self.kinds for limit in self._plain(each)))
        if solver.check() != self.z3.sat:
            return UNKNOWN
        model = solver.model()
        return Found(True, {column: self._value(model, column) for column in self.kinds})

    def _limits(self, column: str) -> list[Any]:
        """What holds for every value that a column of the kind can have."""
        z3, kind, value = self.z3, self.kinds[column], self.values[column]
        if kind.name == "whole":
            bound = 2 ** (kind.size - 1)
            return [value >= -bound, value < bound]
        if kind.name == "decimal":
            return [value > -(10**kind.size), value < 10**kind.size]
        if kind.name == "text" and kind.size:
            return [z3.Length(value) <= kind.size]
        return []

    def _plain(self, column: str) -> list[Any]:
        """What holds for values that every column of the kind has, in every engine."""
        z3, kind, value = self.z3, self.kinds[column], self.values[column]
        found = [z3.Not(self.nan[column])] if column in self.nan else []
        if kind.name in ("double", "float"):
            found += [z3.IsInt(value * FINE), value > -(2**17), value < 2**17]
        elif kind.name == "number":
            found += [z3.IsInt(value), value > -(2**31), value < 2**31]
        elif kind.name == "date":
            found += [value >= 1, value <= LAST_DAY]
        elif kind.name == "timestamp":
            found += [z3.IsInt(value), value >= 0, value < (LAST_DAY - 1) * DAY]
        return found

    def _value(self, model: Any, column: str) -> Value:
        z3, kind = self.z3, self.kinds[column]
        if z3.is_true(model.eval(self.null[column], model_completion=True)):
            return None
        found = model.eval(self.values[column], model_completion=True)
        if kind.name == "text":
            return _unescaped(found.as_string())
        if kind.name == "any":
            return PRESENT
        if kind.name == "boolean":
            return bool(z3.is_true(found))
        exact = Fraction(found.as_long() if z3.is_int_value(found) else found.as_fraction())
        return exact / 10**kind.scale if kind.name == "decimal" else exact

    def _formulas(self, condition: Condition) -> tuple[Any, Any]:
        """When it is true, and when it is false; else it is NULL."""
        z3 = self.z3
        match condition:
            case Always(holds):
                return z3.BoolVal(holds), z3.BoolVal(not holds)
            case Not(part):
                true, false = self._formulas(part)
                return false, true
            case Joined(every, parts):
                both = [self._formulas(each) for each in parts]
                true, false = [one for one, _ in both], [other for _, other in both]
                return (z3.And(true), z3.Or(false)) if every else (z3.Or(true), z3.And(false))
            case Test() as test:
                return self._test(test)

    def _test(self, test: Test) -> tuple[Any, Any]:
        z3, null = self.z3, self.null[test.column]
        if test.operator == "NULL":
            return null, z3.Not(null)
        if test.constant is None:
            return z3.BoolVal(False), z3.BoolVal(False)
        holds = self._holds(test)
        if (nan := self.nan.get(test.column)) is not None:
            of_nan = self.nan_is_greatest if test.operator in (">", ">=") else z3.BoolVal(False)
            holds = z3.If(nan, of_nan, holds)
        return z3.And(z3.Not(null), holds), z3.And(z3.Not(null), z3.Not(holds))

    def _holds(self, test: Test) -> Any:
        z3, value, constant = self.z3, self.values[test.column], test.constant
        if isinstance(constant, bool):
            return value == constant
        if isinstance(constant, str):
            return self._like(value, constant) if test.operator == "LIKE" else self._text(test, constant)
        assert isinstance(constant, Fraction)  # noqa: S101 (of the other kinds)
        kind = self.kinds[test.column]
        if kind.name in ("whole", "decimal", "date"):
            return self._whole(test.operator, value, constant * 10**kind.scale)
        return ORDERS[test.operator](value, z3.Q(constant.numerator, constant.denominator))

    def _whole(self, name: str, value: Any, constant: Fraction) -> Any:
        """A whole number compared with one that may lie between two of them."""
        below = constant.numerator // constant.denominator
        if below == constant:
            return ORDERS[name](value, below)
        if name == "=":
            return self.z3.BoolVal(False)
        return value <= below if name in ("<", "<=") else value > below

    def _text(self, test: Test, constant: str) -> Any:
        value, other = self.values[test.column], self.z3.StringVal(_escaped(constant))
        if test.operator in ("<", "<="):
            return value < other if test.operator == "<" else value <= other
        if test.operator in (">", ">="):
            return other < value if test.operator == ">" else other <= value
        return value == other

    def _like(self, value: Any, pattern: str) -> Any:
        z3 = self.z3
        if "_" not in pattern:
            pieces = [z3.StringVal(_escaped(each)) for each in pattern.split("%")]
            if len(pieces) == 1:
                return value == pieces[0]
            if len(pieces) == 2 and "" in pattern.split("%"):
                first, last = pieces
                return z3.PrefixOf(first, value) if pattern.endswith("%") else z3.SuffixOf(last, value)
            if len(pieces) == 3 and pattern[0] == pattern[-1] == "%":
                return z3.Contains(value, pieces[1])
        sort = z3.ReSort(z3.StringSort())
        special = {"%": z3.Full(sort), "_": z3.AllChar(sort)}
        parts = [z3.Re("")]
        parts += [special.get(each) if each in special else z3.Re(_escaped(each)) for each in pattern]
        return z3.InRe(value, z3.Concat(*parts) if len(parts) > 1 else parts[0])


def _escaped(text: str) -> str:
    r"""The text as Z3 writes it, where `\u{…}` is a character."""
    return "".join(each if " " <= each <= "~" and each != "\\" else f"\\u{{{ord(each):x}}}" for each in text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
