"""Changes of access to streams, as lines of `plan` and as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshwright.access.changes import Kind
from meshwright.access.stream_changes import StreamChange
from meshwright.access.stream_rows import StreamAccess
from meshwright.commands.stream_access_text import stream_json, ways_text

CAN: Mapping[Kind, str] = {
    Kind.WIDENED: "can read more of {}",
    Kind.CHANGED: "reads {} in another way",
    Kind.EXTENDED: "can read {} for longer",
    Kind.NARROWED: "can read less of {}",
    Kind.SHORTENED: "can read {} for a shorter time",
}


def stream_sentence(change: StreamChange) -> str:
    """`can newly read the stream orders.order-events, by fan-out through acme-payments; approved by …`."""
    access = change.access
    stream = f"the stream {access.stream.reference}"
    before, after = change.before, change.after
    if before is None:
        how = f"{personal(access)}, by {ways_text(access)}"
        verb = "can newly read and write" if access.writes else "can newly read"
        return f"{verb} {stream}{how}; {_ground(access)}."
    if after is None:
        verb = "can no longer read or write" if access.writes else "can no longer read"
        return f"{verb} {stream}{personal(access)}."
    parts, ground = "; ".join(_parts(before, after)), _ground(after, end=before.until == after.until)
    return f"{CAN[change.kind].format(stream)}: {parts}; {ground}."


def personal(access: StreamAccess) -> str:
    """The personal data in a stream's records, as far as its schema tells."""
    fields = access.stream.pii
    return f" (with the personal data {', '.join(fields)})" if fields else ""


def _parts(before: StreamAccess, after: StreamAccess) -> Iterator[str]:
    if before.ways != after.ways:
        yield f"by {ways_text(after)} (before: {ways_text(before)})"
    if before.writes != after.writes:
        yield "reads and writes it" if after.writes else "reads it, and no longer writes"
    if before.until != after.until:
        now, was = (f"until {each.until}" if each.until else "without end" for each in (after, before))
        yield f"{now} (before: {was})"
    if new := [each for each in after.stream.pii if each not in before.stream.pii]:
        yield f"newly with the personal data {', '.join(new)}"


def _ground(access: StreamAccess, *, end: bool = True) -> str:
    """`end`: with until when, if that is not said already."""
    if access.own:
        return "own stream"
    if not access.approval:
        return "NOT AGREED TO in the files"
    ends = "" if not end else f", until {access.until}" if access.until else ", without end"
    return f"{access.approval}{ends}; for: {access.purpose.rstrip('.')}"


def streams_json(changes: Iterable[StreamChange]) -> list[dict[str, Any]]:
    """The changes for programs."""
    return [
        {
            "kind": each.kind.value,
            "role": f"{each.access.domain}.{each.access.role}",
            "principal": each.access.principal,
            "stream": each.access.stream.reference,
            "pii": list(each.pii),
            "before": _side(each.before),
            "after": _side(each.after),
        }
        for each in changes
    ]


def _side(access: StreamAccess | None) -> dict[str, Any] | None:
    if access is None:
        return None
    return {key: value for key, value in stream_json(access).items() if key != "assumed"}
