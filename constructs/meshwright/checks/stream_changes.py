"""Streams that are removed, or keep records for less long, while consumers are registered for them."""

from collections.abc import Iterator, Mapping

from meshwright.checks.breaks import Affected, Break, Kind
from meshwright.checks.sentences import quoted
from meshwright.mesh.model import Domain
from meshwright.mesh.published import PublishedStream


def stream_breaks(
    domain: str, before: Mapping[str, PublishedStream], after: Domain | None
) -> Iterator[Break]:
    """What is taken from the registered consumers of these streams; `after` None: the domain is gone."""
    now = after.file.streams if after is not None else {}
    for name, stream in before.items():
        if not stream.consumers:
            continue
        plural = len(stream.consumers) > 1
        consumers = f"its registered consumer{'s' if plural else ''} {quoted(stream.consumers)}"
        until = f"once {quoted(stream.consumers)} {'are' if plural else 'is'} deregistered from the stream."
        if name not in now:
            kind, verb = Kind.STREAM_REMOVED, "read" if plural else "reads"
            what = f"stream `{name}` is removed, but {consumers} {verb} it"
            way_out = f"Remove it {until}"
        elif (hours := now[name].retention_hours) < stream.retention_hours:
            kind = Kind.STREAM_RETENTION_SHORTENED
            what = (
                f"stream `{name}` keeps records for {hours} hours instead of {stream.retention_hours}, but "
                f"{consumers} may be further behind"
            )
            way_out = f"Shorten it {until}"
        else:
            continue
        yield Break(
            kind=kind,
            reference=f"{domain}.{name}",
            what=what,
            way_out=way_out,
            affected=tuple(Affected(each, (), (name,)) for each in stream.consumers),
            domain=domain,
            path=("streams",) if name not in now else ("streams", name, "retention_hours"),
        )
