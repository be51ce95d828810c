"""Who can read which stream: the decisions on every role and each stream that is its domain's, or agreed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from meshwright.access.principals import account_of
from meshwright.access.state import LakeState
from meshwright.access.stream_path import StreamDecision, StreamWay, decide_stream
from meshwright.access.stream_state import StreamName
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.stream_subscriptions import StreamSubscription, pii_fields
from meshwright.mesh.subscriptions import Status

ANYBODY = "*"
"""As principal of a policy."""


class StreamOf(NamedTuple):
    """A stream of the mesh: in the files, and in Kinesis."""

    domain: str
    stream: str
    name: StreamName
    pii: tuple[str, ...] = ()
    """The fields of its records that are PII, as far as it has a schema."""

    @property
    def reference(self) -> str:
        """`orders.order-events`"""
        return f"{self.domain}.{self.stream}"


class StreamAccess(NamedTuple):
    """That one role can read one stream."""

    domain: str
    role: str
    """Its key in the domain's file."""
    principal: str
    """Its ARN."""
    stream: StreamOf
    ways: tuple[StreamWay, ...]
    consumers: tuple[str, ...]
    """Names of the registered consumers that it reads through."""
    writes: bool
    own: bool
    """The stream is of the role's own domain."""
    until: date | None
    """Last day of the agreement; None: no end."""
    approval: str
    """Why it was agreed to, in words; empty for a domain's own stream, and for what nobody agreed to."""
    purpose: str
    assumed: tuple[str, ...]


WantedStream = Callable[[str, str, StreamOf], bool]
"""Whether a role (domain, key) and stream are asked about."""


def streams_of(mesh: Mesh) -> Iterator[StreamOf]:
    """The streams of the mesh, by domain."""
    for domain in mesh.domains.values():
        yield from (stream_of(mesh, domain.name, key) for key in domain.file.streams)


def stream_of(mesh: Mesh, domain: str, stream: str) -> StreamOf:
    """One stream of the mesh."""
    name = StreamName(mesh.domains[domain].account, mesh.names.stream(domain, stream))
    return StreamOf(domain, stream, name, pii_fields(mesh.domains[domain].file.streams[stream]))


def stream_rows(
    mesh: Mesh,
    state: LakeState,
    domains: Iterable[Domain] | None = None,
    *,
    wanted: WantedStream | None = None,
) -> Iterator[StreamAccess]:
    """What the roles of these domains (default: of all) can read of their own streams and of those of others.

    On a state of the accounts, also what nobody agreed to.
    """
    shared = _shared(mesh, state)
    for domain in mesh.domains.values() if domains is None else domains:
        own = (stream_of(mesh, domain.name, key) for key in domain.file.streams)
        others = {each: None for at in (domain.account, ANYBODY) for each in shared.get(at, ())}
        for stream in (*own, *(each for each in others if each.domain != domain.name)):
            for role in domain.roles.values():
                if wanted is None or wanted(domain.name, role.key, stream):
                    row = stream_access(mesh, state, domain, role, stream)
                    if row is not None:
                        yield row


def _shared(mesh: Mesh, state: LakeState) -> Mapping[str, list[StreamOf]]:
    """The streams whose policies let in somebody of an account, by that account."""
    found: dict[str, list[StreamOf]] = {}
    for number, account in state.accounts.items():
        domain = mesh.domains_by_account.get(number)
        for key in domain.file.streams if domain is not None else ():
            stream = stream_of(mesh, mesh.domains_by_account[number].name, key)
            held = account.streams.get(stream.name.name)
            if held is not None and held.policy is not None:
                for named in {account_of(each) or each for each in held.policy.lets_in}:
                    found.setdefault(named, []).append(stream)
    return found


def stream_access(
    mesh: Mesh, state: LakeState, domain: Domain, role: DomainRole, stream: StreamOf
) -> StreamAccess | None:
    """What one role can read of a stream, if it can."""
    agreed = agreed_for(mesh, domain.name, role.key, stream.reference)
    decision = decided(mesh, state, domain, role, stream)
    if not decision.allowed:
        return None
    own = stream.domain == domain.name
    return StreamAccess(
        domain=domain.name,
        role=role.key,
        principal=role.arn,
        stream=stream,
        ways=tuple(dict.fromkeys(path.way for path in decision.paths)),
        consumers=tuple(path.consumer for path in decision.paths if path.consumer),
        writes=own and role.access == "write" and role.only is None,
        own=own,
        until=agreed.until if agreed else None,
        approval=agreed.reason if agreed else "",
        purpose=agreed.purpose if agreed else "",
        assumed=decision.assumed,
    )


def decided(
    mesh: Mesh, state: LakeState, domain: Domain, role: DomainRole, stream: StreamOf
) -> StreamDecision:
    """The decision on one role and one stream, by the way that was agreed."""
    agreed = agreed_for(mesh, domain.name, role.key, stream.reference)
    way = StreamWay.FAN_OUT if agreed is not None and agreed.fan_out else StreamWay.SHARED
    consumer = mesh.names.stream_consumer(domain.name)
    return decide_stream(state, role.arn, stream.name, agreed=way, consumer=consumer)


def agreed_for(mesh: Mesh, domain: str, role: str, reference: str) -> StreamSubscription | None:
    """The agreed subscription by which the role reads the stream `domain.stream`."""
    found: Mapping[str, tuple[StreamSubscription, ...]] = mesh.streams_by_consumer
    return next(
        (each for each in found.get(domain, ()) if each.reference == reference and role in each.roles), None
    )


def stream_subscription(mesh: Mesh, consumer: str, reference: str) -> StreamSubscription | None:
    """The decision on a consumer and a stream, whatever it is."""
    found = [
        each for each in mesh.stream_subscriptions if (each.consumer, each.reference) == (consumer, reference)
    ]
    return next((each for each in found if each.status is Status.AGREED), found[0] if found else None)
