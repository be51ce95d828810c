"""What rules in DQDL compare with: values of the column's type, inside what a rule type can come to.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from meshwright.checks.quality_place import Place
from meshwright.checks.tables import type_of
from meshwright.config.column_types import ColumnType
from meshwright.config.problems import Finding
from meshwright.mesh.quality.conditions import DATE, is_date
from meshwright.mesh.quality.rendering import number
from meshwright.mesh.quality.rule_types import Compares
from meshwright.mesh.quality.rules import KIND_OF, Condition, DqdlRule, Operand
from meshwright.texts import said

NUMBERS: Final = frozenset({"tinyint", "smallint", "int", "bigint", "decimal", "float", "double"})
TEXT: Final = frozenset({"string", "char", "varchar"})
_ORDERING: Final = frozenset({">", ">=", "<", "<=", "between", "not between"})
_SHARES: Final = frozenset(
    {
        "Completeness",
        "DatasetMatch",
        "FileUniqueness",
        "ReferentialIntegrity",
        "SchemaMatch",
        "UniqueValueRatio",
        "Uniqueness",
    }
)
_CALLED: Final[dict[Compares, str]] = {"number": "a number", "text": "text", "date": "a date"}
_JAVA_ONLY: Final = re.compile(r"\\[pP](\{\w+\}|\w)|\\[hHRvVXzZGkQE]|\\x\{[0-9A-Fa-f]+\}")
_NAMED: Final = re.compile(r"\(\?<(?=[A-Za-z])")
_CERTAIN: Final = ("unterminated", "missing )", "unbalanced", "nothing to repeat", "bad character range")
"""What is wrong in Java's regular expressions, too, which Glue uses; the beginning of Python's message."""


def operand_findings(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    """Values that don't fit the column, or that nothing can come to."""
    for condition in (rule.condition, rule.threshold):
        if condition is None:
            continue
        if (misfit := _misfit(place, rule, condition)) is not None:
            yield misfit
            return
        yield from _dates(place, condition)
        yield from _pattern(place, condition)
        yield from _bounds(place, condition)
    if rule.condition is not None and rule.type in _SHARES:
        yield from _range(place, rule.condition, 0, f"a share: {rule.type} goes from 0 to 1")
    if rule.condition is not None and rule.type == "ColumnCorrelation":
        yield from _range(place, rule.condition, -1, "a correlation, which goes from -1 to 1")
    if rule.threshold is not None:
        yield from _range(place, rule.threshold, 0, "a share: a threshold goes from 0 to 1")


def _misfit(place: Place, rule: DqdlRule, condition: Condition) -> Finding | None:
    """The first value that is not of the column's kind, or text where only an order makes sense."""
    if rule.type == "ColumnValues" and condition is rule.condition:
        name = rule.parameters[0].text
        column = place.table.columns.get(name)
        kind = type_of(column.type) if column is not None else None
        fitting, fix = _fitting(kind.name if isinstance(kind, ColumnType) else "")
        for each in condition.operands:
            given = KIND_OF[each.kind]
            if given is not None and fitting and given not in fitting and isinstance(kind, ColumnType):
                what = (
                    f"`{name}` is of type {kind.name}, and `{said(each.text)}` is {_CALLED.get(given, given)}"
                )
                return place.finding("rule-value", what, fix, offset=each.offset)
    if condition.operator in _ORDERING and condition.kinds == {"text"}:
        what = f"DQDL does not order text: `{condition.operator}` is for numbers and dates"
        fix = "Use =, !=, in, or matches."
        return place.finding("rule-value", what, fix, offset=condition.operands[0].offset)
    return None


def _fitting(kind: str) -> tuple[frozenset[Compares], str]:
    """What values of the type are compared with; none: unknown, such as of booleans."""
    if kind in NUMBERS:
        return frozenset({"number"}), "Compare it with a number without quotes, such as 10."
    if kind in TEXT:
        return frozenset({"text", "date"}), "Compare it with text in double quotes."
    if kind in ("date", "timestamp"):
        return frozenset({"date"}), 'Compare it with a date, such as "2026-01-31".'
    return frozenset(), ""


def _dates(place: Place, condition: Condition) -> Iterator[Finding]:
    for each in condition.operands:
        if each.kind == "date" and DATE.fullmatch(each.text) and not is_date(each.text):
            what = f"`{said(each.text)}` is no day of the calendar"
            yield place.finding("rule-value", what, "Write YYYY-MM-DD.", offset=each.offset)


def _pattern(place: Place, condition: Condition) -> Iterator[Finding]:
    if condition.operator not in ("matches", "not matches"):
        return
    pattern = condition.operands[0]
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(_NAMED.sub("(?P<", _JAVA_ONLY.sub("x", pattern.text)))
    except (OverflowError, RecursionError):
        return  # Limits of Python's, not of Java's.
    except re.error as error:
        if error.msg.startswith(_CERTAIN):
            what = f"`{said(pattern.text)}` is no regular expression: {error.msg}"
            fix = "Correct it; brackets and signs that mean themselves have a backslash before them."
            yield place.finding("rule-value", what, fix, offset=pattern.offset)


def _bounds(place: Place, condition: Condition) -> Iterator[Finding]:
    """`between` with nothing in between; both ends are outside."""
    if condition.operator not in ("between", "not between"):
        return
    low, high = condition.operands
    if low.kind == high.kind == "number":
        wrong = _number(low) >= _number(high)
    else:
        wrong = is_date(low.text) and is_date(high.text) and low.text >= high.text
    if wrong:
        what = f"nothing is between {said(low.text)} and {said(high.text)}: both ends are outside"
        yield place.finding("no-value-fits", what, "Give the lower one first.", offset=low.offset)


def _range(place: Place, condition: Condition, least: int, called: str) -> Iterator[Finding]:
    """Numbers that a share can't be. The ends of `between` may be a little outside: they don't count."""
    room = 1 if condition.operator in ("between", "not between") else 0
    for each in condition.operands:
        if each.kind != "number":
            continue
        value = _number(each)
        inside = least - room < value < 1 + room if room else least <= value <= 1
        if not inside:
            percent = number(value / 100)
            is_percent = least == 0 and 1 < value <= 100
            fix = f"Write {percent} for {said(each.text)}%." if is_percent else f"Write {least} to 1."
            yield place.finding("rule-value", f"`{said(each.text)}` is not {called}", fix, offset=each.offset)


def _number(operand: Operand) -> Decimal:
    return Decimal(operand.text.replace(" ", ""))
