"""Conditions on rows in words: `country = 'DE' AND total > 5` as `country is DE and total is more than 5`."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from meshwright.config.row_filters import RowFilterError, parse_filter

if TYPE_CHECKING:
    from sqlglot import exp

_PLAIN: Final = re.compile(r"[\w.+-]+( [\w.+-]+)*")
"""Texts that need no quotes to be told from the words around them."""
_SENTENCE: Final = re.compile(r"and|or|not|is", re.IGNORECASE)


@lru_cache(maxsize=1024)
def in_words(condition: str) -> str | None:
    """The condition in words where it is simple: comparisons with values, lists of them, joined by AND.

    None for any other, which stands for itself.
    """
    # Here, because a mesh without row filters need not wait for it.
    import sqlglot

    try:
        parse_filter(condition)
    except RowFilterError:  # a filter that someone made in a live account
        return None
    return _said(sqlglot.parse_one(condition, read="trino"))


def rows_in_words(condition: str) -> str:
    """`rows where country is DE`; else the condition itself: ``rows where `lower(country) = 'de'` ``."""
    return f"rows where {in_words(condition) or f'`{condition}`'}"


def _said(node: "exp.Expr") -> str | None:
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        return _said(node.this)
    if isinstance(node, exp.And):
        one, other = _said(node.this), _said(node.expression)
        return f"{one} and {other}" if one and other else None
    if isinstance(node, exp.Not) and isinstance(node.this, exp.In):
        return _list(node.this, "is not")
    if isinstance(node, exp.In):
        return _list(node, "is")
    if isinstance(node, exp.Between):
        column, low, high = _column(node.this), _value(node.args["low"]), _value(node.args["high"])
        return f"{column} is between {low} and {high}" if column and low and high else None
    verbs: dict[type[exp.Expr], str] = {
        exp.EQ: "is",
        exp.NEQ: "is not",
        exp.GT: "is more than",
        exp.GTE: "is at least",
        exp.LT: "is less than",
        exp.LTE: "is at most",
    }
    verb = verbs.get(type(node))
    if verb is None:
        return None
    column, value = _column(node.this), _value(node.expression)
    return f"{column} {verb} {value}" if column and value else None


def _list(node: "exp.In", verb: str) -> str | None:
    column, values = _column(node.this), [_value(each) for each in node.expressions]
    known = [each for each in values if each is not None]
    if column is None or not known or len(known) < len(values):
        return None
    *first, last = known
    return f"{column} {verb} {', '.join(first)} or {last}" if first else f"{column} {verb} {last}"


def _column(node: "exp.Expr") -> str | None:
    """A column, or a field inside it."""
    from sqlglot import exp

    if not isinstance(node, exp.Column | exp.Dot):
        return None
    return node.sql("trino").replace('"', "")


def _value(node: "exp.Expr") -> str | None:
    """A text, number or date; texts that could be read as something else keep their quotes."""
    from sqlglot import exp

    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):
        node = node.this
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return f"-{node.this.this}"
    if not isinstance(node, exp.Literal):
        return None
    text = str(node.this)
    plain = _PLAIN.fullmatch(text) and not any(_SENTENCE.fullmatch(word) for word in text.split())
    return text if plain or not node.is_string else f"'{text}'"
