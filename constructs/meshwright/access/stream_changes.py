"""What a change does to the access to streams: who can read more, less or otherwise than before."""

from collections.abc import Iterable
from dataclasses import dataclass

from meshwright.access.changes import Kind, later
from meshwright.access.stream_rows import StreamAccess


@dataclass(frozen=True, slots=True)
class StreamChange:
    """One role's access to one stream, before and after; None: none."""

    kind: Kind
    before: StreamAccess | None
    after: StreamAccess | None

    @property
    def access(self) -> StreamAccess:
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

    @property
    def pii(self) -> tuple[str, ...]:
        """PII that is newly readable, as far as the streams' schemas tell."""
        if self.after is None:
            return ()
        known = self.before.stream.pii if self.before is not None else ()
        return tuple(each for each in self.after.stream.pii if each not in known)


def stream_changes(before: Iterable[StreamAccess], after: Iterable[StreamAccess]) -> tuple[StreamChange, ...]:
    """What differs, by domain and role, then by stream."""
    old, new = ({_key(each): each for each in rows} for rows in (before, after))
    found = (compare_streams(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()))
    return tuple(each for each in found if each is not None)


def _key(access: StreamAccess) -> tuple[str, str, str, str]:
    return access.domain, access.role, access.stream.reference, access.principal


def compare_streams(before: StreamAccess | None, after: StreamAccess | None) -> StreamChange | None:
    """What differs between the same role's access to the same stream; None if nothing."""
    if before is None or after is None:
        if before is None and after is None:
            return None
        return StreamChange(Kind.ADDED if before is None else Kind.REMOVED, before, after)
    more = set(after.ways) > set(before.ways) or (after.writes and not before.writes)
    less = set(after.ways) < set(before.ways) or (before.writes and not after.writes)
    other = not (set(after.ways) <= set(before.ways) or set(after.ways) >= set(before.ways))
    longer, shorter = later(after.until, before.until), later(before.until, after.until)
    if other or ((more or longer) and (less or shorter)):
        return StreamChange(Kind.CHANGED, before, after)
    if more or longer:
        return StreamChange(Kind.WIDENED if more else Kind.EXTENDED, before, after)
    if less or shorter:
        return StreamChange(Kind.NARROWED if less else Kind.SHORTENED, before, after)
    personal = StreamChange(Kind.WIDENED, before, after)
    return personal if personal.pii else None
