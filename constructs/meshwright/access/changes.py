"""What a change does to access: who can read more, less or something else than before.

The comparison is careful: rows whose conditions can't be compared count as more rows and as fewer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from meshwright.access.cells import Cells, covered, rows_text
from meshwright.access.rows import Access
from meshwright.mesh.row_limits import hides_rows


class Kind(StrEnum):
    """What happens to a role's access to a table."""

    ADDED = "added"
    WIDENED = "widened"
    CHANGED = "changed"
    """Wider in one respect and narrower in another, or not to be compared."""
    EXTENDED = "extended"
    """The same for longer."""
    NARROWED = "narrowed"
    SHORTENED = "shortened"
    """The same, ending sooner."""
    REMOVED = "removed"


class Rows(StrEnum):
    """The rows of the columns that are readable both before and after."""

    SAME = "same"
    MORE = "more"
    FEWER = "fewer"
    OTHER = "other"
    """Some may be new and others gone."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One role's access to one table, before and after; None: none."""

    kind: Kind
    before: Access | None
    after: Access | None
    gained: tuple[str, ...]
    """Columns that are readable after it only, in the table's order."""
    lost: tuple[str, ...]
    rows: Rows
    pii: tuple[str, ...]
    """PII columns (before or after) that are newly readable, or readable in more rows."""

    @property
    def access(self) -> Access:
        """The access after the change, or else that before it."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 (one of both is there)
        return found

    @property
    def widens(self) -> bool:
        """Someone may read or write more, or for longer."""
        return self.kind in (Kind.ADDED, Kind.WIDENED, Kind.CHANGED, Kind.EXTENDED)

    @property
    def narrows(self) -> bool:
        """Someone may read or write less, or for a shorter time."""
        return self.kind in (Kind.REMOVED, Kind.NARROWED, Kind.CHANGED, Kind.SHORTENED)


def access_changes(before: Iterable[Access], after: Iterable[Access]) -> tuple[AccessChange, ...]:
    """What differs, by domain and role, then by table."""
    old, new = ({_key(each): each for each in rows} for rows in (before, after))
    found = (compare(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()))
    return tuple(each for each in found if each is not None)


def _key(access: Access) -> tuple[str, str, str, str]:
    return access.domain, access.role, access.table.reference, access.principal


def compare(before: Access | None, after: Access | None) -> AccessChange | None:
    """What differs between the same role's access to the same table; None if nothing."""
    if before is None and after is None:
        return None
    if before is None or after is None:
        whole = Kind.ADDED if before is None else Kind.REMOVED
        gained = after.columns if after else ()
        lost = before.columns if before else ()
        return AccessChange(whole, before, after, gained, lost, Rows.SAME, after.pii if after else ())
    gained = tuple(column for column in after.columns if column not in before.columns)
    lost = tuple(column for column in before.columns if column not in after.columns)
    rows = _rows(before, after)
    kind = _kind(before, after, gained, lost, rows)
    if kind is None:
        return None
    personal = before.table.pii | after.table.pii
    newly = after.columns if rows in (Rows.MORE, Rows.OTHER) else gained
    pii = tuple(column for column in newly if column in personal)
    return AccessChange(kind, before, after, gained, lost, rows, pii)


def _kind(
    before: Access, after: Access, gained: tuple[str, ...], lost: tuple[str, ...], rows: Rows
) -> Kind | None:
    longer, shorter = later(after.until, before.until), later(before.until, after.until)
    more = bool(gained) or rows in (Rows.MORE, Rows.OTHER) or (after.writes and not before.writes)
    less = bool(lost) or rows in (Rows.FEWER, Rows.OTHER) or (before.writes and not after.writes)
    if (more or longer) and (less or shorter):
        return Kind.CHANGED
    if more or longer:
        return Kind.WIDENED if more else Kind.EXTENDED
    if less or shorter:
        return Kind.NARROWED if less else Kind.SHORTENED
    return None


def later(one: date | None, other: date | None) -> bool:
    """Whether `one` ends later; None has no end."""
    return other is not None and (one is None or one > other)


def _rows(before: Access, after: Access) -> Rows:
    common = frozenset(before.columns) & frozenset(after.columns)
    old, new = (_limited(each.cells, common) for each in (before, after))
    more, fewer = not _within(new, old), not _within(old, new)
    if more and fewer:
        return Rows.OTHER
    return Rows.MORE if more else Rows.FEWER if fewer else Rows.SAME


def _limited(cells: Iterable[Cells], columns: frozenset[str]) -> tuple[Cells, ...]:
    return tuple(Cells(each.columns & columns, each.rows) for each in cells if each.columns & columns)


def _within(inner: tuple[Cells, ...], outer: tuple[Cells, ...]) -> bool:
    """Whether every cell of `inner` is certainly in `outer`: by its conditions' parts or their meaning."""
    return covered(inner, outer) or all(
        any(column in limit.columns and implies(piece.rows, limit.rows) for limit in outer)
        for piece in inner
        for column in piece.columns
    )


@lru_cache(maxsize=4096)
def implies(rows: frozenset[str], limit: frozenset[str]) -> bool:
    """Whether all rows that meet the one condition certainly meet the other."""
    return not hides_rows(rows_text(rows), rows_text(limit))
