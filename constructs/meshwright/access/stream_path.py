"""From a role to the records of a stream: its own policies, the stream's, a consumer's, the key's.

A stream of another account takes both sides: the role's policies and the stream's resource policy
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html,
https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html). Whoever reads decrypts
(https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html).
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from meshwright.access.conditions import Context
from meshwright.access.decision import Evidence, Fault, Hop, Step, StreamStep
from meshwright.access.iam import Policy
from meshwright.access.policies import (
    Use,
    about,
    identity_allows,
    known_context,
    lets_in_alone,
    resource_allows,
)
from meshwright.access.principals import account_of
from meshwright.access.state import Identity, LakeState
from meshwright.access.storage_path import account_of_key
from meshwright.access.stream_state import StreamConsumer, StreamName, StreamState
from meshwright.mesh.stream_policies import DECRYPT

LIST: Final = "kinesis:ListShards"
LISTING: Final = "clients list the shards of a stream, and fail where they may not"
SHARED: Final = (LIST, "kinesis:GetShardIterator", "kinesis:GetRecords")
ON_CONSUMER: Final = ("kinesis:SubscribeToShard",)
"""What it takes to get at records. What is shared has more, by which clients look at stream and consumer."""


class StreamWay(StrEnum):
    """How records are read."""

    SHARED = "shared throughput"
    """All readers together have 2 MB/s of a shard."""
    FAN_OUT = "fan-out"
    """Through a registered consumer, with 2 MB/s of its own."""


class StreamPath(NamedTuple):
    """One way to the records, with every hop of it."""

    way: StreamWay
    hops: tuple[Hop, ...]
    consumer: str = ""
    """Name of the registered consumer that it goes through."""

    @property
    def holds(self) -> bool:
        return all(hop.holds for hop in self.hops)


class StreamDecision(NamedTuple):
    """Whether a role can read a stream."""

    principal: str
    stream: StreamName
    paths: tuple[StreamPath, ...]
    """Those that hold; if none does, the one that would be mended."""

    @property
    def allowed(self) -> bool:
        return self.paths[0].holds

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Of the first path."""
        return self.paths[0].hops

    @property
    def assumed(self) -> tuple[str, ...]:
        """What a yes rests on, or a no of which no hop is certain."""
        if self.allowed:
            unsure = list(self.hops)
        else:
            unsure = [hop for hop in self.hops if not hop.holds]
            if not all(hop.assumed for hop in unsure):
                return ()
        return tuple(dict.fromkeys(text for hop in unsure for text in hop.assumed))


def decide_stream(
    state: LakeState, principal: str, stream: StreamName, *, agreed: StreamWay, consumer: str
) -> StreamDecision:
    """Whether the role `principal` can read the stream, by whichever way.

    `agreed` is the way to mend if there is none, and `consumer` the name of the consumer that it would go
    through.
    """
    owner = state.account(stream.account)
    found = owner.streams.get(stream.name)
    if found is None:
        hop = _no_stream(state, stream)
        return StreamDecision(principal, stream, (StreamPath(agreed, (hop,)),))
    asked = _Asked(state, principal, stream, found)
    names = dict.fromkeys([consumer, *sorted(found.consumers)])
    through = [name for name in names if name in found.consumers or agreed is StreamWay.FAN_OUT]
    paths = [asked.shared(), *(asked.fan_out(name) for name in through)]
    if agreed is StreamWay.FAN_OUT:
        paths = [*paths[1:], paths[0]]
    return StreamDecision(principal, stream, tuple(path for path in paths if path.holds) or (paths[0],))


def _no_stream(state: LakeState, stream: StreamName) -> Hop:
    owner = state.account(stream.account)
    unsure = not owner.complete or any(each.account == stream.account for each in state.unread)
    assumed = (f"{stream} does not exist: its account was not read in full",) if unsure else ()
    return Hop(StreamStep.STREAM, stream.account, stream.name, Fault.MISSING, assumed=assumed)


def _unsure(use: Use) -> tuple[str, ...]:
    return (LISTING,) if use.action == LIST else ()


UNKNOWN_AT_HOME: Final = "nothing but its own policies lets {} read: they are not known"


class _Asked(NamedTuple):
    state: LakeState
    principal: str
    name: StreamName
    stream: StreamState

    def shared(self) -> StreamPath:
        on_stream = self._uses(SHARED, self._arn, self.stream.policy)
        policy = self._policy_hop(StreamStep.STREAM_POLICY, self.name.name, on_stream)
        return StreamPath(StreamWay.SHARED, (*self._start(on_stream), policy, *self._key_hops()))

    def fan_out(self, consumer: str) -> StreamPath:
        on_stream = self._uses([LIST], self._arn, self.stream.policy)
        found = self.stream.consumers.get(consumer)
        registered = found or StreamConsumer(f"{self._arn}/consumer/{consumer}:0")
        on_consumer = self._uses(ON_CONSUMER, registered.arn, registered.policy)
        hops = [
            *self._start([*on_stream, *on_consumer]),
            self._policy_hop(StreamStep.STREAM_POLICY, self.name.name, on_stream),
            Hop(StreamStep.CONSUMER, self.name.account, consumer, None if found else Fault.MISSING),
        ]
        if found is not None:
            hops.append(self._policy_hop(StreamStep.CONSUMER_POLICY, consumer, on_consumer))
        return StreamPath(StreamWay.FAN_OUT, (*hops, *self._key_hops()), consumer)

    @property
    def _arn(self) -> str:
        account, name = self.name
        return f"arn:{self.state.partition}:kinesis:{self.state.region}:{account}:stream/{name}"

    @property
    def _account(self) -> str:
        return account_of(self.principal) or ""

    @property
    def _identity(self) -> Identity | None:
        return self.state.account(self._account).identities.get(self.principal)

    @property
    def _context(self) -> Context:
        """What is known of a request: to KMS it comes through Kinesis, for that stream."""
        return {
            **known_context(self.state, self.principal, self.name.account),
            "kms:calleraccount": self._account,
            "kms:viaservice": f"kinesis.{self.state.region}.amazonaws.com",
            "kms:encryptioncontext:aws:kinesis:arn": self._arn,
        }

    def _uses(self, actions: Sequence[str], resource: str, policy: Policy | None) -> list[Use]:
        return [Use(action, resource, self.name.account, policy) for action in actions]

    def _key_use(self) -> Use | None:
        if not self.stream.key:
            return None
        owner = account_of_key(self.stream.key)
        key = self.state.account(owner).keys.get(self.stream.key)
        control = self.state.account(owner).control
        return Use(DECRYPT, self.stream.key, owner, key.lets if key else None, control)

    def _start(self, uses: list[Use]) -> tuple[Hop, ...]:
        """That the stream and the role exist, and what the role's own policies say of all of it."""
        stream = Hop(StreamStep.STREAM, self.name.account, self.name.name)
        own = self.state.account(self._account)
        identity = own.identities.get(self.principal)
        if identity is None and own.complete:
            return stream, Hop(Step.PRINCIPAL, self._account, self.principal, Fault.MISSING)
        if identity is None:
            text = f"{self.principal} exists, and its policies allow it: it was not read"
            hop = Hop(Step.PRINCIPAL, self._account, self.principal, assumed=(text,))
            return stream, hop
        exists, assumed = Hop(Step.PRINCIPAL, self._account, self.principal), list[str]()
        if identity.policy is None and self._account == self.name.account:
            text = UNKNOWN_AT_HOME.format(self.principal)
            action = uses[-1].action
            return (
                stream,
                exists,
                Hop(Step.IAM, self._account, self.principal, Fault.MISSING, action=action, assumed=(text,)),
            )
        key = self._key_use()
        for use in (*uses, *([key] if key else [])):
            found = identity_allows(
                self.principal, identity, use.action, use.resource, about(use, self._context)
            )
            if found.fault is Fault.MISSING:
                alone = lets_in_alone(use, self.principal, identity, self._context)
                found = found if alone.fault else alone
            if found.fault:
                evidence: tuple[Evidence, ...] = (use.resource, *found.statements)
                return (
                    stream,
                    exists,
                    Hop(
                        Step.IAM,
                        self._account,
                        self.principal,
                        found.fault,
                        evidence,
                        use.action,
                        _unsure(use),
                    ),
                )
            assumed += found.assumed
        iam = Hop(
            Step.IAM,
            self._account,
            self.principal,
            action=uses[-1].action,
            assumed=tuple(dict.fromkeys(assumed)),
        )
        return stream, exists, iam

    def _policy_hop(self, step: StreamStep, subject: str, uses: list[Use]) -> Hop:
        """Whether the policy of the stream, or of its consumer, lets the role in."""
        statements, assumed = [], list[str]()
        for use in uses:
            found = resource_allows(use, self.principal, self._identity, self._context)
            if found.fault:
                return Hop(
                    step,
                    self.name.account,
                    subject,
                    found.fault,
                    found.statements,
                    use.action,
                    _unsure(use),
                )
            statements += [each for each in found.statements if each not in statements]
            assumed += found.assumed
        action = uses[-1].action
        return Hop(step, self.name.account, subject, None, tuple(statements), action, tuple(assumed))

    def _key_hops(self) -> Iterator[Hop]:
        """Whether the stream's key lets the role use it; nothing for a stream without one."""
        use = self._key_use()
        if use is None:
            return
        account = self.state.account(use.owner)
        key = account.keys.get(use.resource)
        subject = key.alias if key and key.alias else use.resource
        if key is None and account.complete:
            yield Hop(Step.KEY, use.owner, subject, Fault.MISSING, action=use.action)
        elif key is None or key.policy is None:
            text = f"the policy of {use.resource} lets {self.principal} use it: it was not read"
            yield Hop(Step.KEY, use.owner, subject, action=use.action, assumed=(text,))
        elif not key.enabled:
            yield Hop(Step.KEY, use.owner, subject, Fault.FAILED, action=use.action)
        else:
            by = resource_allows(use, self.principal, self._identity, self._context)
            yield Hop(Step.KEY, use.owner, subject, by.fault, by.statements, use.action, by.assumed)
