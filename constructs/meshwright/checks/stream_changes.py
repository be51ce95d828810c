"""What a change takes from those who read a stream: the stream, records, the approval, PII, fan-out.

They are the domains whose subscription was agreed and that still ask for it, and consumers that somebody
registered by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meshwright.checks.breaks import Affected, Break, Kind, readers
from meshwright.checks.sentences import quoted, some
from meshwright.checks.still_asked import StillAsked
from meshwright.config.problems import Path
from meshwright.config.streams_file import Stream
from meshwright.mesh.model import Domain
from meshwright.mesh.published import PublishedStream
from meshwright.mesh.stream_subscriptions import approval_of, pii_fields, silent_on_pii


def stream_breaks(
    domain: str,
    before: Mapping[str, PublishedStream],
    after: Domain | None,
    asked: StillAsked,
    *,
    ends_known: bool,
) -> Iterator[Break]:
    """What is taken from the readers of these streams; `after` None: the domain is gone.

    `ends_known` as in withdrawal.approval_breaks.
    """
    now = after.file.streams if after is not None else {}
    for name, stream in before.items():
        live = stream_readers(f"{domain}.{name}", stream, asked)
        compared = _Compared(domain, name, stream, now.get(name), live)
        yield from _of_registered(compared)
        if compared.live and compared.after is None:
            yield _removed(compared)
        elif compared.after is not None:
            yield from _shortened(compared, compared.after)
            yield from _approvals(compared, compared.after, asked, ends_known=ends_known)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A stream as it was published and as its file has it now."""

    domain: str
    name: str
    before: PublishedStream
    after: Stream | None
    live: tuple[Affected, ...]
    """The domains that read it and still ask for it."""

    @property
    def path(self) -> Path:
        return ("streams", self.name)

    def breaks(
        self, kind: Kind, what: str, way_out: str, affected: tuple[Affected, ...], path: Path
    ) -> Break:
        return Break(
            kind=kind,
            reference=f"{self.domain}.{self.name}",
            what=what,
            way_out=way_out,
            affected=affected,
            domain=self.domain,
            path=path,
        )


def stream_readers(reference: str, stream: PublishedStream, asked: StillAsked) -> tuple[Affected, ...]:
    """The domains that read the stream `domain.stream` and still ask for it."""
    return tuple(
        Affected(consumer, reader.roles, (reference.partition(".")[2],))
        for consumer, reader in sorted(stream.readers.items())
        if asked.stream(consumer, reader, reference) is not None
    )


def _removed(stream: _Compared) -> Break:
    what = f"stream `{stream.name}` is removed, but {readers(stream.live)}"
    return stream.breaks(
        Kind.STREAM_REMOVED, what, f"Remove it {_once(stream.live)}.", stream.live, ("streams",)
    )


def _shortened(stream: _Compared, after: Stream) -> Iterator[Break]:
    if stream.live and after.retention_hours < stream.before.retention_hours:
        what = (
            f"stream `{stream.name}` keeps records for {after.retention_hours} hours instead of "
            f"{stream.before.retention_hours}, but {readers(stream.live)} and may be further behind"
        )
        way_out = f"Shorten it {_once(stream.live)}."
        path = (*stream.path, "retention_hours")
        yield stream.breaks(Kind.STREAM_RETENTION_SHORTENED, what, way_out, stream.live, path)


def _approvals(stream: _Compared, after: Stream, asked: StillAsked, *, ends_known: bool) -> Iterator[Break]:
    """What each live consumer would no longer be approved for."""
    places = {each.domain: index for index, each in enumerate(after.shared_with)}
    for affected in stream.live:
        who = affected.consumer
        reader, approval = stream.before.readers[who], approval_of(after, who)
        if approval is None:
            what = f"the approval of {who} is removed, but {readers([affected])}"
            way_out = (
                f"Put the approval back with an `until` that leaves {who} time; remove it after that day, or "
                f"once {who} no longer asks for {stream.domain}.{stream.name}."
            )
            path: Path = (*stream.path, "shared_with")
            yield stream.breaks(Kind.APPROVAL_DROPPED, what, way_out, (affected,), path)
            continue
        path = (*stream.path, "shared_with", places[who])
        request = asked.stream(who, reader, f"{stream.domain}.{stream.name}")
        if approval.until is not None and approval.until < asked.today:
            if ends_known:
                what = f"the approval of {who} ended on {approval.until}, but {readers([affected])}"
                way_out = f"Choose a day ahead, which leaves {who} time."
                yield stream.breaks(Kind.APPROVAL_NARROWED, what, way_out, (affected,), (*path, "until"))
        elif request is not None and silent_on_pii(
            after, approval, request, consumer=who, producer=stream.domain
        ):
            yield from _personal(stream, after, affected, path, asks=request.pii)
        elif reader.fan_out and not approval.fan_out and request is not None and request.fan_out:
            what = (
                f"the approval of {who} no longer has `fan_out`, but {affected} reads it that way, and can't "
                "go on until it is changed to read without"
            )
            way_out = f"Take it away once {who} no longer asks for it."
            yield stream.breaks(Kind.APPROVAL_NARROWED, what, way_out, (affected,), (*path, "fan_out"))


def _personal(
    stream: _Compared, after: Stream, affected: Affected, approval: Path, *, asks: bool
) -> Iterator[Break]:
    """An agreement that PII ends: the approval does not cover it, or fields were marked that nobody knew of.

    A consumer that no longer asks for PII that it could read has given it up.
    """
    who, fields = affected.consumer, pii_fields(after)
    if asks:
        what = (
            f"the approval of {who} does not say `pii: true`, and stream `{stream.name}` has the PII "
            f"{quoted(fields)}, but {readers([affected])}"
        )
        way_out = f"Say `pii: true` there until {who} no longer asks for it."
        yield stream.breaks(Kind.APPROVAL_NARROWED, what, way_out, (affected,), (*approval, "pii"))
    elif not stream.before.pii:
        what = (
            f"stream `{stream.name}` newly has the PII {quoted(fields)}, which ends an agreement without "
            f"`pii: true` on both sides, but {readers([affected])}"
        )
        way_out = (
            f"Say `pii: true` in the approval, and let {who} say it in its request first; or do it "
            f"{_once((affected,))}."
        )
        path = (*stream.path, "schema", fields[0])
        yield stream.breaks(Kind.APPROVAL_NARROWED, what, way_out, (affected,), path)


def _once(affected: tuple[Affected, ...]) -> str:
    names = some([each.consumer for each in affected])
    return f"once {names} no longer {'asks' if len(affected) == 1 else 'ask'} for it"


def _of_registered(stream: _Compared) -> Iterator[Break]:
    """What is taken from consumers that no file asks for."""
    names, before, after = stream.before.consumers, stream.before, stream.after
    if not names:
        return
    plural = len(names) > 1
    consumers = f"its registered consumer{'s' if plural else ''} {quoted(names)}"
    until = f"once {quoted(names)} {'are' if plural else 'is'} deregistered from the stream."
    affected = tuple(Affected(each, (), (stream.name,)) for each in names)
    if after is None:
        what = f"stream `{stream.name}` is removed, but {consumers} {'read' if plural else 'reads'} it"
        yield stream.breaks(Kind.STREAM_REMOVED, what, f"Remove it {until}", affected, ("streams",))
    elif after.retention_hours < before.retention_hours:
        what = (
            f"stream `{stream.name}` keeps records for {after.retention_hours} hours instead of "
            f"{before.retention_hours}, but {consumers} may be further behind"
        )
        path = (*stream.path, "retention_hours")
        yield stream.breaks(Kind.STREAM_RETENTION_SHORTENED, what, f"Shorten it {until}", affected, path)
