"""Conditions of rules as SQL of duckdb, and on a number that was computed."""

import re
from collections.abc import Callable, Container, Mapping
from typing import Final

from meshwright.mesh.quality.conditions import DATE
from meshwright.mesh.quality.rules import Condition, DqdlRule, Operand
from meshwright.quality.outcomes import NotEvaluatedError

TEXT: Final = frozenset({"string", "char", "varchar"})
FLOATS: Final = frozenset({"float", "double"})
NUMBERS: Final = FLOATS | {"tinyint", "smallint", "int", "bigint", "decimal"}
_PRESENT: Final = re.compile(r"\s*(\w+)\s+is\s+not\s+null\s*", re.IGNORECASE)
_COMPARES: Final[Mapping[str, Callable[[float, list[float]], bool]]] = {
    # Both ends of `between` are outside: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
    "between": lambda value, to: to[0] < value < to[1],
    "not between": lambda value, to: value <= to[0] or value >= to[1],
    ">": lambda value, to: value > to[0],
    ">=": lambda value, to: value >= to[0],
    "<": lambda value, to: value < to[0],
    "<=": lambda value, to: value <= to[0],
    "=": lambda value, to: value == to[0],
    "!=": lambda value, to: value != to[0],
    "in": lambda value, to: value in to,
    "not in": lambda value, to: value not in to,
}


def name(column: str) -> str:
    """An identifier in SQL."""
    return '"' + column.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string in SQL."""
    return "'" + value.replace("'", "''") + "'"


def holds(value: float, condition: Condition) -> bool:
    """Whether a number fulfils it. Raises NotEvaluatedError."""
    if any(operand.kind != "number" for operand in condition.operands):
        raise NotEvaluatedError("it compares with more than plain numbers")
    return _COMPARES[condition.operator](value, [float(each.text) for each in condition.operands])


def where(rule: DqdlRule, columns: Container[str]) -> str:
    """The rows that the rule is about. Raises NotEvaluatedError: `where` is SQL of Spark."""
    if rule.where is None:
        return "TRUE"
    if (found := _PRESENT.fullmatch(rule.where)) is None or found[1] not in columns:
        raise NotEvaluatedError("only Glue evaluates a `where` other than `column is not null`")
    return f"{name(found[1])} IS NOT NULL"


def fulfilled(column: str, kind: str, condition: Condition) -> str:
    """Whether a row fulfils a condition of `ColumnValues`: SQL that is true or false, never null.

    A missing value fulfils `!=` and `not in`, unless NULL is among the values, and nothing else
    (https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html). Raises NotEvaluatedError.
    """
    if condition.operator in ("matches", "not matches"):
        raise NotEvaluatedError("only Glue evaluates patterns: they are regular expressions of Java")
    values = [each for each in condition.operands if each.kind not in ("null", "keyword")]
    nulls = any(each.kind == "null" for each in condition.operands)
    negated = condition.operator in ("!=", "not in")
    sets = condition.operator in ("=", "!=", "in", "not in")
    if not sets:
        if nulls:
            raise NotEvaluatedError("it compares with NULL")
        return f"COALESCE({_compared(column, kind, condition, values)}, FALSE)"
    parts = [f"({name(column)} IS NULL)"] if nulls else []
    parts += [_keyword(column, kind, each) for each in condition.operands if each.kind == "keyword"]
    if values:
        parts.append(f"COALESCE({_value(column, kind, values)} IN ({_listed(kind, values)}), FALSE)")
    matched = " OR ".join(parts)
    return f"(NOT ({matched}))" if negated else f"({matched})"


def _compared(column: str, kind: str, condition: Condition, values: list[Operand]) -> str:
    value, bounds = (
        _value(column, kind, values, ordered=True),
        [_literal(kind, each, ordered=True) for each in values],
    )
    if condition.operator == "between":
        return f"({value} > {bounds[0]} AND {value} < {bounds[1]})"
    if condition.operator == "not between":
        return f"({value} <= {bounds[0]} OR {value} >= {bounds[1]})"
    return f"({value} {condition.operator} {bounds[0]})"


def _keyword(column: str, kind: str, operand: Operand) -> str:
    if kind not in TEXT:
        raise NotEvaluatedError(f"{operand.text} is about text, and `{column}` is of type {kind}")
    value = name(column)
    if operand.text == "EMPTY":
        return f"COALESCE({value} = '', FALSE)"
    return f"COALESCE(length(trim({value})) = 0 AND length({value}) > 0, FALSE)"


def _value(column: str, kind: str, values: list[Operand], *, ordered: bool = False) -> str:
    """The column as it is compared with these values."""
    kinds = {each.kind for each in values}
    fits = (
        (kinds <= {"number"} and kind in NUMBERS)
        or (kinds == {"text"} and kind in TEXT)
        or (kinds == {"date"} and kind in ("date", "timestamp"))
    )
    if not fits:
        raise NotEvaluatedError(f"`{column}` is of type {kind}, and is compared with something else")
    if kind == "timestamp":
        return f"CAST({name(column)} AS DATE)"
    if kind in FLOATS or (kind in NUMBERS and ordered):
        return f"CAST({name(column)} AS DOUBLE)"
    return name(column)


def _listed(kind: str, values: list[Operand]) -> str:
    return ", ".join(_literal(kind, each) for each in values)


def _literal(kind: str, operand: Operand, *, ordered: bool = False) -> str:
    if operand.kind == "number":
        digits = operand.text.replace(" ", "")
        return f"CAST({text(digits)} AS DOUBLE)" if kind in FLOATS or ordered else digits
    if operand.kind == "date":
        if not DATE.fullmatch(operand.text):
            raise NotEvaluatedError("it compares with a time, or with now")
        return f"DATE {text(operand.text)}"
    return text(operand.text)
