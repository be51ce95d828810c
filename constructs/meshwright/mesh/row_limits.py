"""Whether a condition on rows hides rows that another one showed.

First a comparison of texts and lists of values, which is quick; where that can't tell, one of what the
conditions mean. What neither tells counts as hiding.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from meshwright.config.row_filters import RowFilterError, parse_filter
from meshwright.mesh.rows.comparing import NO_TYPES, Search, rows_beyond

if TYPE_CHECKING:
    from sqlglot import exp


class _Condition(NamedTuple):
    """One of the conditions that AND joins."""

    text: str
    column: str = ""
    values: frozenset[str] = frozenset()
    """Of `column = 'DE'` and `column IN ('DE', 'FR')`."""


def hides_rows(before: str | None, after: str | None, types: Mapping[str, str] = NO_TYPES) -> bool:
    """Whether rows that met `before` may fail `after`. None: every row.

    `types` are those of the table's columns as Glue writes them, as far as they are known.
    """
    return hidden_rows(before, (after,), types) != Search(True)


def hidden_rows(before: str | None, after: tuple[str | None, ...], types: Mapping[str, str]) -> Search:
    """A row that met `before` and now meets none of `after`; None there: every row."""
    if any(not _texts_hide(before, each) for each in after):
        return Search(True)
    return rows_beyond(before, after, types)


def _texts_hide(before: str | None, after: str | None) -> bool:
    if after is None or after == before:
        return False
    if before is None:
        return True
    had = tuple(_conditions(before))
    return not all(any(_implies(old, new) for old in had) for new in _conditions(after))


class Values(NamedTuple):
    """By which values of one column two conditions differ, all else being the same."""

    column: str
    more: tuple[str, ...]
    """In SQL, as `'FR'`: only the second condition has them."""
    fewer: tuple[str, ...]


def values_between(before: str, after: str) -> Values | None:
    """What differs between `country = 'DE'` and `country IN ('DE', 'FR')`; None where it is no such list."""
    one, other = ({each.text: each for each in _conditions(text)} for text in (before, after))
    gone = [each for text, each in one.items() if text not in other]
    new = [each for text, each in other.items() if text not in one]
    if len(gone) != 1 or len(new) != 1:
        return None
    [old], [now] = gone, new
    if not old.values or not now.values or old.column != now.column:
        return None
    return Values(now.column, tuple(sorted(now.values - old.values)), tuple(sorted(old.values - now.values)))


def _implies(old: _Condition, new: _Condition) -> bool:
    if old.text == new.text:
        return True
    return bool(old.values) and old.column == new.column and old.values <= new.values


def _conditions(text: str) -> Iterator[_Condition]:
    # Here, because a mesh without row filters need not wait for it.
    import sqlglot
    from sqlglot import exp

    try:
        parse_filter(text)
    except RowFilterError:  # a filter that someone made in a live account
        yield _Condition(" ".join(text.split()))
        return
    waiting: list[exp.Expr] = [sqlglot.parse_one(text, read="trino")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Paren):
            waiting.append(node.this)
        elif isinstance(node, exp.And):
            waiting += [node.this, node.expression]
        else:
            yield _condition(node)


def _condition(node: "exp.Expr") -> _Condition:
    from sqlglot import exp

    text = node.sql("trino", normalize=True)
    if isinstance(node, exp.EQ):
        return _Condition(text, _name(node.this), frozenset({node.expression.sql("trino")}))
    if isinstance(node, exp.In):
        values = frozenset(each.sql("trino") for each in node.expressions)
        return _Condition(text, _name(node.this), values)
    return _Condition(text)


def _name(node: "exp.Expr") -> str:
    """A column, or a field inside it, in one spelling."""
    return node.sql("trino", normalize=True).replace('"', "")
