"""The two-key rule for streams: a subscription is what the consumer asks for and the producer approves.

No classification opens a stream, so both keys are always needed. A stream is read whole: with PII among the
fields of its `schema`, it is agreed only if both say `pii: true`.

| consumer asks | producer approves | outcome |
|---|---|---|
| yes | yes | agreed, until the earlier end, with fan-out if both say so |
| yes | yes, but its records have PII, and one or both do not say `pii: true` | pending |
| yes | no | pending |
| yes | it ended | expired |
| it ended | any | expired |
| no | yes | offered |
| no | it ended | expired |

Pure: dates and files in, decisions out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from meshwright.config.domain_file import DomainFile
from meshwright.config.streams_file import Stream, StreamApproval, StreamRequest
from meshwright.mesh.subscriptions import Status
from meshwright.texts import few_of


@dataclass(frozen=True, slots=True)
class StreamSubscription:
    """The decision on one consumer and one stream."""

    consumer: str
    producer: str
    stream: str
    status: Status
    reason: str
    """Why, in a sentence for both teams."""
    purpose: str = ""
    roles: tuple[str, ...] = ()
    fan_out: bool = False
    """The consumer reads through an enhanced fan-out consumer of its own, and no other way."""
    until: date | None = None
    """Last day of the agreement."""

    @property
    def reference(self) -> str:
        return f"{self.producer}.{self.stream}"


def decide_streams(
    domains: Mapping[str, DomainFile], *, today: date, unread: frozenset[str] = frozenset()
) -> tuple[StreamSubscription, ...]:
    """Every request for a stream and every approval of one, decided, in the order of the files' names.

    What the domains named by `unread` ask for and approve is not known, so nothing is decided on them.
    """
    asked = {
        name: {request.stream for _, request in domain.stream_requests()} for name, domain in domains.items()
    }
    return tuple(
        subscription
        for name in sorted(domains)
        for subscription in (
            *_requests_of(name, domains, today, unread),
            *_unanswered(name, domains[name], asked, today, unread),
        )
    )


def _requests_of(
    name: str, domains: Mapping[str, DomainFile], today: date, unread: frozenset[str]
) -> Iterator[StreamSubscription]:
    for _, request in domains[name].stream_requests():
        producer, _, stream_name = request.stream.partition(".")
        if producer in unread:
            continue
        stream = domains[producer].streams.get(stream_name) if producer in domains else None
        yield decide_stream(
            consumer=name,
            producer=producer,
            stream_name=stream_name,
            stream=stream,
            request=request,
            today=today,
        )


def _unanswered(
    name: str, domain: DomainFile, asked: Mapping[str, set[str]], today: date, unread: frozenset[str]
) -> Iterator[StreamSubscription]:
    """The approvals of a domain that nobody has asked for."""
    for stream_name, stream in domain.streams.items():
        for approval in stream.shared_with:
            if approval.domain in unread or f"{name}.{stream_name}" in asked.get(approval.domain, ()):
                continue
            ended = _ended(approval.until, today)
            yield StreamSubscription(
                consumer=approval.domain,
                producer=name,
                stream=stream_name,
                status=Status.EXPIRED if ended else Status.OFFERED,
                reason=f"the approval of {name} ended on {approval.until}"
                if ended
                else f"{approval.domain} has not asked for it",
                until=approval.until,
            )


def decide_stream(
    *,
    consumer: str,
    producer: str,
    stream_name: str,
    stream: Stream | None,
    request: StreamRequest,
    today: date,
) -> StreamSubscription:
    """Decide on one request; `stream` is None where the producer has none of that name here."""
    approval = approval_of(stream, consumer) if stream is not None else None
    if stream is None:
        status, reason = Status.PENDING, f"{producer} has no such stream in this environment"
    else:
        status, reason = _status(approval, request, stream_name, stream, (consumer, producer), today)
    ends = [day for day in (request.until, approval.until if approval else None) if day is not None]
    return StreamSubscription(
        consumer=consumer,
        producer=producer,
        stream=stream_name,
        status=status,
        reason=reason,
        purpose=request.purpose,
        roles=tuple(request.roles),
        fan_out=status is Status.AGREED and request.fan_out and approval is not None and approval.fan_out,
        until=min(ends, default=None),
    )


def approval_of(stream: Stream, consumer: str) -> StreamApproval | None:
    """The producer's key for one consumer."""
    return next((each for each in stream.shared_with if each.domain == consumer), None)


def pii_fields(stream: Stream) -> tuple[str, ...]:
    """The fields of its records that are PII, as far as it has a schema."""
    return tuple(name for name, field in (stream.schema or {}).items() if field.pii)


def silent_on_pii(
    stream: Stream, approval: StreamApproval, request: StreamRequest, *, consumer: str, producer: str
) -> tuple[str, ...]:
    """The domains that would have to say `pii: true` and do not: first the producer, then the consumer."""
    if not pii_fields(stream):
        return ()
    return tuple(name for name, side in ((producer, approval), (consumer, request)) if not side.pii)


def _status(
    approval: StreamApproval | None,
    request: StreamRequest,
    name: str,
    stream: Stream,
    domains: tuple[str, str],
    today: date,
) -> tuple[Status, str]:
    consumer, producer = domains
    if _ended(request.until, today):
        return Status.EXPIRED, f"the request ended on {request.until}"
    if approval is None:
        return Status.PENDING, f"{producer} has not approved it under streams.{name}.shared_with"
    if _ended(approval.until, today):
        return Status.EXPIRED, f"the approval of {producer} ended on {approval.until}"
    silent = silent_on_pii(stream, approval, request, consumer=consumer, producer=producer)
    if silent:
        sides = f"neither {producer} nor {consumer} says" if len(silent) > 1 else f"{silent[0]} does not say"
        fields = ", ".join(few_of(pii_fields(stream)))
        return Status.PENDING, f"its records have the personal data {fields}, and {sides} `pii: true`"
    return Status.AGREED, f"approved by {producer}"


def _ended(until: date | None, today: date) -> bool:
    """`until` is the last day on which it holds."""
    return until is not None and until < today


def how_read(subscription: StreamSubscription) -> str:
    """By what, for people."""
    return "fan-out" if subscription.fan_out else "shared throughput"
