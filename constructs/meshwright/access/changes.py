"""What a change does to access: who can read more, less or something else than before.

Rows whose conditions can't be compared count as more rows and as fewer.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from meshwright.access.beyond import beyond, row_beyond
from meshwright.access.cells import Cells
from meshwright.access.rows import Access
from meshwright.mesh.rows.conditions import PlainRow


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
    new_row: PlainRow | None = None
    """A row that is newly shown in columns that are readable both before and after, where one is known."""
    lost_row: PlainRow | None = None
    """One that is no longer shown."""

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
    rows, new_row, lost_row = _rows(before, after)
    kind = _kind(before, after, gained, lost, rows)
    if kind is None:
        return None
    personal = before.table.pii | after.table.pii
    newly = after.columns if rows in (Rows.MORE, Rows.OTHER) else gained
    pii = tuple(column for column in newly if column in personal)
    return AccessChange(kind, before, after, gained, lost, rows, pii, new_row, lost_row)


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


def _rows(before: Access, after: Access) -> tuple[Rows, PlainRow | None, PlainRow | None]:
    """Which rows there are of the columns that are readable both before and after, with examples."""
    common = frozenset(before.columns) & frozenset(after.columns)
    old, new = (_limited(each.cells, common) for each in (before, after))
    types = _types(before) if before.table.types == after.table.types else _types(before) & _types(after)
    known = dict(types)
    more, fewer = bool(beyond(new, old, known)), bool(beyond(old, new, known))
    rows = Rows.OTHER if more and fewer else Rows.MORE if more else Rows.FEWER if fewer else Rows.SAME
    new_row = row_beyond(new, old, known) if more else None
    return rows, new_row, row_beyond(old, new, known) if fewer else None


def _types(access: Access) -> Set[tuple[str, str]]:
    return dict(zip(access.table.columns, access.table.types, strict=False)).items()


def _limited(cells: Iterable[Cells], columns: frozenset[str]) -> tuple[Cells, ...]:
    return tuple(Cells(each.columns & columns, each.rows) for each in cells if each.columns & columns)
