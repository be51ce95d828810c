"""The text of a row filter as a condition, or not at all.

What is not certainly understood by every engine in the same way is refused, so that nothing is concluded from
it: a function, a column compared with another, a number compared with text, characters as Unicode orders them
beyond what the solver knows.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from meshwright.config.column_types import ColumnType, ColumnTypeError, parse_type
from meshwright.mesh.rows.conditions import DAY, Always, Condition, Joined, Kind, Not, Test, Value

if TYPE_CHECKING:
    from sqlglot import exp


class NotUnderstoodError(Exception):
    """The condition has something in it that is not reasoned about."""


class Conditions(NamedTuple):
    """Conditions on the rows of one table, and what is known of the columns in them."""

    conditions: tuple[Condition, ...]
    kinds: Mapping[str, Kind]
    """In the table's order, as far as that is known."""


MAX_NODES = 500
"""Longer conditions are not reasoned about."""
WHOLE: Final = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
NUMBERS: Final = ("whole", "decimal", "double", "float", "number")
_ORDERS: Final = {"EQ": "=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_PARTS: Final = frozenset({"this", "expression", "expressions", "low", "high", "negate"})
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(rf"{_DATE.pattern}[ T][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,3}})?")
_OTHER_TYPE = re.compile(r"[\s0-9+.-]|(true|false)$", re.IGNORECASE)
"""How text begins that an engine may read as a number, a day or a boolean."""
_HIGHEST = 0x2FFFF
"""Above every character that the solver knows."""
EXACT_DIGITS: Final = {"double": 15, "float": 6, "number": 6}
"""A number of so many digits is told from every other one of so many
(https://en.wikipedia.org/wiki/IEEE_754#Character_representation).
"""


def read(texts: tuple[str | None, ...], types: Mapping[str, str]) -> Conditions:
    """The conditions that the texts are; None is every row. Raises NotUnderstoodError.

    `types` are those of the table's columns as Glue writes them, as far as they are known.
    """
    trees = [None if text is None else _parsed(text) for text in texts]
    literals: dict[str, list[exp.Expr]] = {}
    for tree in trees:
        for column, constants in _compared(tree) if tree is not None else ():
            literals.setdefault(column, []).extend(constants)
    if any(one.startswith(f"{other}.") for one in literals for other in literals):
        raise NotUnderstoodError  # a field, and the whole that it is in
    lower = {column.lower(): written for column, written in types.items()}
    places = {column: place for place, column in enumerate(lower)}
    ordered = sorted(literals, key=lambda each: (places.get(each.partition(".")[0], len(places)), each))
    kinds = {column: _kind(_type_of(column, lower), literals[column]) for column in ordered}
    found = [Always(True) if tree is None else _condition(tree, kinds) for tree in trees]
    return Conditions(tuple(found), kinds)


def _parsed(text: str) -> "exp.Expr":
    # Here, because a mesh without row filters need not wait for it.
    import sqlglot
    from sqlglot.errors import SqlglotError

    if "\\" in text or "--" in text or "/*" in text or any(ord(each) >= _HIGHEST for each in text):
        raise NotUnderstoodError
    try:
        tree = sqlglot.parse_one(text, read="trino")
    except (SqlglotError, RecursionError):
        raise NotUnderstoodError from None
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise NotUnderstoodError
    return tree


def _compared(tree: "exp.Expr") -> Iterator[tuple[str, list["exp.Expr"]]]:
    """Each column that is compared, with its constants."""
    from sqlglot import exp

    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (exp.And, exp.Or)):
            waiting += [node.expression, node.this]
        elif isinstance(node, (exp.Not, exp.Paren)):
            waiting.append(node.this)
        elif not isinstance(node, exp.Boolean):
            yield _column(node.this), [each for each in _operands(node) if not isinstance(each, exp.Null)]


def _column(node: object) -> str:
    from sqlglot import exp

    parts = node.parts if isinstance(node, (exp.Column, exp.Dot)) else []
    if not parts or not all(isinstance(part, exp.Identifier) for part in parts):
        raise NotUnderstoodError
    if any("." in part.name for part in parts):
        raise NotUnderstoodError
    return ".".join(part.name.lower() for part in parts)


def _operands(node: "exp.Expr") -> list["exp.Expr"]:
    from sqlglot import exp

    if not {name for name, value in node.args.items() if value} <= _PARTS:
        raise NotUnderstoodError
    if isinstance(node, exp.Between):
        return [node.args["low"], node.args["high"]]
    if isinstance(node, exp.In) and node.expressions:
        return list(node.expressions)
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return []
    if type(node).__name__ in _ORDERS or isinstance(node, (exp.NEQ, exp.Like)):
        return [node.expression]
    raise NotUnderstoodError


def _condition(node: "exp.Expr", kinds: Mapping[str, Kind]) -> Condition:
    from sqlglot import exp

    if isinstance(node, exp.Boolean):
        return Always(bool(node.this))
    if isinstance(node, exp.Paren):
        return _condition(node.this, kinds)
    if isinstance(node, exp.Not):
        return Not(_condition(node.this, kinds))
    if isinstance(node, (exp.And, exp.Or)):
        every = isinstance(node, exp.And)
        return Joined(every, tuple(_condition(each, kinds) for each in _chain(node, type(node))))
    column = _column(node.this)
    values = [_value(each, kinds[column]) for each in _operands(node)]
    if isinstance(node, exp.Is):
        return Test(column, "NULL")
    if isinstance(node, exp.Between):
        return Joined(True, (Test(column, ">=", values[0]), Test(column, "<=", values[1])))
    if isinstance(node, exp.In):
        return Joined(False, tuple(Test(column, "=", value) for value in values))
    if isinstance(node, exp.NEQ):
        return Not(Test(column, "=", values[0]))
    if isinstance(node, exp.Like):
        if kinds[column].name != "text":
            raise NotUnderstoodError
        found = Test(column, "LIKE", values[0])
        return Not(found) if node.args.get("negate") else found
    name = _ORDERS[type(node).__name__]
    if kinds[column].name == "boolean" and name != "=":
        raise NotUnderstoodError
    return Test(column, name, values[0])


def _chain(node: "exp.Expr", kind: type["exp.Expr"]) -> Iterator["exp.Expr"]:
    """What a chain of AND, or of OR, joins: without recursion, since it is a deep tree."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if type(each) is kind:
            waiting += [each.expression, each.this]
        else:
            yield each


def _type_of(column: str, types: Mapping[str, str]) -> ColumnType | None:
    """Of the column, or of a field inside it; None if that is not known."""
    first, *fields = column.split(".")
    if first not in types:
        return None
    try:
        found = parse_type(types[first].lower())
    except ColumnTypeError:
        raise NotUnderstoodError from None
    for name in fields:
        inner = {key.lower(): kind for key, kind in found.inner}
        if found.name != "struct" or name not in inner:
            raise NotUnderstoodError
        found = inner[name]
    return found


def _kind(declared: ColumnType | None, constants: list["exp.Expr"]) -> Kind:
    if not constants:
        return Kind("any")
    if declared is None:
        return _by_constants(constants)
    if declared.name in WHOLE:
        return Kind("whole", WHOLE[declared.name])
    if declared.name == "decimal":
        return Kind("decimal", *declared.sizes)
    if declared.name in ("string", "varchar"):
        return Kind("text", *declared.sizes)
    if declared.name in ("double", "float", "date", "timestamp", "boolean"):
        return Kind(declared.name)
    raise NotUnderstoodError


def _by_constants(constants: list["exp.Expr"]) -> Kind:
    """What the constants say where the type is not known: no text that may mean something else."""
    from sqlglot import exp

    if all(isinstance(each, exp.Boolean) for each in constants):
        return Kind("boolean")
    texts = [each.name for each in constants if isinstance(each, exp.Literal) and each.is_string]
    if not texts:
        return Kind("number")
    if len(texts) < len(constants) or any(_OTHER_TYPE.match(each) for each in texts):
        raise NotUnderstoodError
    return Kind("text")


def _value(node: "exp.Expr", kind: Kind) -> Value:
    """The constant, as a value of the column's kind."""
    from sqlglot import exp

    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean) and kind.name == "boolean":
        return bool(node.this)
    negative, literal = isinstance(node, exp.Neg), node.this if isinstance(node, exp.Neg) else node
    if isinstance(literal, exp.Literal) and not literal.is_string and kind.name in NUMBERS:
        return _number(f"-{literal.name}" if negative else literal.name, kind)
    if isinstance(node, exp.Literal) and node.is_string:
        if kind.name == "text":
            return node.name
        return _moment(node.name, kind, node.name)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return _moment(node.this.name, kind, node.to.this.name)
    raise NotUnderstoodError


def _number(text: str, kind: Kind) -> Fraction:
    if not _NUMBER.fullmatch(text.removeprefix("-")):
        raise NotUnderstoodError
    digits = EXACT_DIGITS.get(kind.name)
    value = Fraction(text)
    if digits is None or (value.denominator == 1 and abs(value) <= 2**24):
        return value
    if len(text.removeprefix("-").replace(".", "").strip("0")) > digits:
        raise NotUnderstoodError
    return Fraction(float(text)) if kind.name == "double" else value


def _moment(text: str, kind: Kind, declared: str) -> Fraction:
    """A day or a time. `declared`: the type that the condition gives it, or the text itself for none."""
    plain = declared == text
    try:
        if _DATE.fullmatch(text) and (plain or declared == "DATE"):
            days = date.fromisoformat(text).toordinal()
            if kind.name == "date":
                return Fraction(days)
            if kind.name == "timestamp":
                return Fraction((days - 1) * DAY)
        if _TIME.fullmatch(text) and kind.name == "timestamp" and (plain or declared == "TIMESTAMP"):
            past = datetime.fromisoformat(text) - datetime(1, 1, 1)
            return Fraction(past.days * DAY + past.seconds) + Fraction(past.microseconds, 1_000_000)
    except ValueError:  # the 30th of February
        pass
    raise NotUnderstoodError
