"""What of a table can be seen: columns, and of these the rows that meet a condition.

Several grants give several such pieces, which add up; a share and the grant inside the receiving account
limit each other. A row condition is kept as the set of its parts joined by AND, so that both can be computed
without understanding SQL: more parts are fewer rows. That several filters add up is read from what engines
are given, a condition for each column
(https://docs.aws.amazon.com/glue/latest/webapi/API_GetUnfilteredTableMetadata.html).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from meshwright.access.nested import is_shown, meet

_CONDITION_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[()]|[^'\"()]+")


class Cells(NamedTuple):
    """These columns, of the rows that meet every one of `rows`; no condition means all rows."""

    columns: frozenset[str]
    """Names; of a column of which only some fields are shown, these: `customer.address`."""
    rows: frozenset[str] = frozenset()

    def covers(self, other: "Cells") -> bool:
        """Whether whoever sees these cells sees the other's too, as far as the texts show."""
        return self.rows <= other.rows and all(is_shown(each, self.columns) for each in other.columns)

    def within(self, other: "Cells") -> "Cells":
        """What is left of it inside the limits of `other`."""
        return Cells(meet(self.columns, other.columns), self.rows | other.rows)


def union(pieces: Iterable[Cells]) -> tuple[Cells, ...]:
    """The cells of all pieces, written in one way only.

    A column stands under no condition that another of its conditions makes superfluous, and columns with the
    same condition stand together.
    """
    found = tuple([piece for piece in pieces if piece.columns])
    if len(found) < 2:
        return found
    by_rows: dict[frozenset[str], set[str]] = {}
    for piece in found:
        by_rows.setdefault(piece.rows, set()).update(piece.columns)
    kept = {
        rows: frozenset(columns).difference(*(more for fewer, more in by_rows.items() if fewer < rows))
        for rows, columns in by_rows.items()
    }
    ordered = sorted(kept.items(), key=lambda each: (sorted(each[0]), sorted(each[1])))
    return tuple(Cells(columns, rows) for rows, columns in ordered if columns)


def covered(inner: Iterable[Cells], outer: Iterable[Cells]) -> bool:
    """Whether every cell of `inner` is certainly in `outer`: column by column, under some condition of it."""
    limits = tuple(outer)
    return all(
        any(limit.rows <= piece.rows and is_shown(column, limit.columns) for limit in limits)
        for piece in inner
        for column in piece.columns
    )


@lru_cache(maxsize=4096)
def conditions(text: str | None) -> frozenset[str]:
    """The parts of a row filter that AND joins, where each stands in parentheses; else the text as one part.

    `(country <> 'US') AND (country = 'DE')` has two parts.
    """
    if not text or not text.strip():
        return frozenset()
    return frozenset(_parts(text.strip()))


def rows_text(rows: frozenset[str]) -> str | None:
    """The condition as one text; None for all rows."""
    if not rows:
        return None
    if len(rows) == 1:
        return next(iter(rows))
    return " AND ".join(f"({part})" for part in sorted(rows))


def _parts(text: str) -> list[str]:
    inner = _parenthesised(text)
    return [text] if inner is None else [part for each in inner for part in _parts(each)]


def _parenthesised(text: str) -> list[str] | None:
    """What is in the parentheses of `(a) AND (b)`, or of `(a)`; None for any other form."""
    found: list[str] = []
    between, depth, start = "", 0, 0
    for token in _CONDITION_TOKEN.finditer(text):
        if token[0] == "(":
            if depth == 0:
                if between.strip().upper() != ("AND" if found else ""):
                    return None
                start, between = token.end(), ""
            depth += 1
        elif token[0] == ")":
            depth -= 1
            if depth < 0:
                return None
            if depth == 0:
                found.append(text[start : token.start()].strip())
        elif depth == 0:
            between += token[0]
    return found if found and depth == 0 and not between.strip() else None
