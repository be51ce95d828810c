"""Which of two conditions on rows shows more, with a row for what the one shows and the other does not.

First a few likely rows are tried; what these don't settle is asked of a solver. What neither tells is not
known, and what they tell is certain.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from meshwright.mesh.rows.candidates import candidates
from meshwright.mesh.rows.conditions import Condition, Kind, PlainRow, Value, plain, truth
from meshwright.mesh.rows.reading import NotUnderstoodError, read
from meshwright.mesh.rows.solver import solve

NO_TYPES: Final[Mapping[str, str]] = {}


class Relation(StrEnum):
    """How the rows of a condition are to those of another."""

    EQUAL = "equal"
    WIDER = "wider"
    """All of the other's rows, and more."""
    NARROWER = "narrower"
    DISJOINT = "disjoint"
    """Each shows rows, and none that the other shows."""
    OVERLAPPING = "overlapping"
    """Both show some, each shows others."""
    UNKNOWN = "unknown"


class Search(NamedTuple):
    """What came of looking for a row."""

    settled: bool
    """There certainly is one, or none. False: that is not known."""
    row: PlainRow | None = None


class Comparison(NamedTuple):
    """How two conditions are to each other."""

    relation: Relation
    only_first: PlainRow | None
    """A row that the first shows and the second does not; None: there is none, or none was found."""
    only_second: PlainRow | None


NOT_KNOWN = Search(False)


def compared(first: str | None, second: str | None, types: Mapping[str, str] = NO_TYPES) -> Comparison:
    """How the rows that meet the first condition are to those that meet the second. None: every row."""
    mine, other = rows_beyond(first, (second,), types), rows_beyond(second, (first,), types)
    return Comparison(_relation(mine, other, first, second, types), mine.row, other.row)


def _relation(
    mine: Search, other: Search, first: str | None, second: str | None, types: Mapping[str, str]
) -> Relation:
    if not (mine.settled and other.settled):
        return Relation.UNKNOWN
    if mine.row is None or other.row is None:
        if mine.row is None:
            return Relation.EQUAL if other.row is None else Relation.NARROWER
        return Relation.WIDER
    both = _search((first, second), (), tuple(types.items()))
    if not both.settled:
        return Relation.UNKNOWN
    return Relation.DISJOINT if both.row is None else Relation.OVERLAPPING


def rows_beyond(
    condition: str | None, limits: tuple[str | None, ...], types: Mapping[str, str] = NO_TYPES
) -> Search:
    """A row that meets the condition, and none of the limits. None: every row.

    `types` are those of the table's columns as Glue writes them, as far as they are known.
    """
    if condition in limits or None in limits:
        return Search(True)
    return _search((condition,), limits, tuple(types.items()))


@lru_cache(maxsize=4096)
def _search(
    meets: tuple[str | None, ...], fails: tuple[str | None, ...], types: tuple[tuple[str, str], ...]
) -> Search:
    try:
        conditions, kinds = read((*meets, *fails), dict(types))
    except NotUnderstoodError:
        return NOT_KNOWN
    wanted, unwanted = conditions[: len(meets)], conditions[len(meets) :]
    for row in candidates(conditions, kinds):
        if _is_found(row, wanted, unwanted):
            return Search(True, _plain(row, kinds))
    found = solve(wanted, unwanted, kinds)
    if not found.certain or found.row is None:
        return Search(found.certain)
    return Search(True, _plain(found.row, kinds)) if _is_found(found.row, wanted, unwanted) else NOT_KNOWN


def _is_found(
    row: Mapping[str, Value], wanted: tuple[Condition, ...], unwanted: tuple[Condition, ...]
) -> bool:
    return all(truth(each, row) is True for each in wanted) and not any(
        truth(each, row) is True for each in unwanted
    )


def _plain(row: Mapping[str, Value], kinds: Mapping[str, Kind]) -> PlainRow:
    return tuple((column, plain(row[column], kind)) for column, kind in kinds.items())
