"""The policies by which a stream is read from another account: its own, its key's, the reading role's.

The owner's policies let in the consumer's account under the condition that the caller is one of the agreed
roles. A role itself as principal must exist when the policy is put
(https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html), but producers' and consumers'
foundation stacks deploy at the same time, and two domains may consume from each other. An account always
exists, and the condition holds for a role made later. The account cannot widen it: its own IAM policies
decide only among the roles that are listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from meshwright.mesh.declared import Attribute
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.place import Place, place_in
from meshwright.mesh.statements import Allow, document
from meshwright.mesh.stream_subscriptions import StreamSubscription

LIST_SHARDS: Final = ("kinesis:DescribeStreamSummary", "kinesis:ListShards")
READ_SHARED: Final = (*LIST_SHARDS, "kinesis:GetRecords", "kinesis:GetShardIterator")
READ_FAN_OUT: Final = ("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard")
"""On the registered consumer; its reader still lists the shards of the stream."""
DECRYPT: Final = "kms:Decrypt"
CONTEXT: Final = "kms:EncryptionContext:aws:kinesis:arn"
"""Kinesis passes the stream's ARN to KMS
(https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html).
"""
BUDGET: Final = 600
"""Characters for ARNs in the policy of a role that reads streams of others. With more, it goes by the prefix
of the mesh: the policies of streams and keys decide in any case.
"""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who of other accounts reads a stream in one way."""

    accounts: tuple[str, ...]
    roles: tuple[str, ...]
    """ARNs."""


def stream_arn(mesh: Mesh, domain: str, stream: str) -> str:
    """ARN of a stream of the mesh."""
    place = place_in(mesh.region, account=mesh.domains[domain].account)
    return place.arn("kinesis", f"stream/{mesh.names.stream(domain, stream)}")


def role_arns(mesh: Mesh, subscription: StreamSubscription) -> tuple[str, ...]:
    """The roles that read it. Files that contradict each other may name some that do not exist."""
    roles = mesh.domains[subscription.consumer].roles
    return tuple(roles[key].arn for key in subscription.roles if key in roles)


def agreed_on(mesh: Mesh, domain: str, stream: str) -> tuple[StreamSubscription, ...]:
    """The agreed subscriptions to one stream, by consumer."""
    found = mesh.streams_by_reference.get(f"{domain}.{stream}", ())
    return tuple(sorted(found, key=lambda each: each.consumer))


def readers_of(mesh: Mesh, subscriptions: Sequence[StreamSubscription]) -> Readers:
    """Accounts and roles of these subscriptions."""
    accounts = (mesh.domains[each.consumer].account for each in subscriptions)
    roles = (arn for each in subscriptions for arn in role_arns(mesh, each))
    return Readers(tuple(sorted(accounts)), tuple(sorted(roles)))


def stream_policy(mesh: Mesh, domain: Domain, stream: str) -> dict[str, Any] | None:
    """The resource policy of a stream; None where nobody else reads it.

    Read by shared throughput, or through a registered consumer: each may do what was agreed, and no more.
    What can be shared at all: https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
    """
    arn, agreed = stream_arn(mesh, domain.name, stream), agreed_on(mesh, domain.name, stream)
    statements = []
    for fan_out, actions in ((False, READ_SHARED), (True, LIST_SHARDS)):
        if some := [each for each in agreed if each.fan_out is fan_out]:
            statements.append(_let_in(mesh, readers_of(mesh, some), actions, arn))
    return document(statements) if statements else None


def consumer_policy(
    mesh: Mesh, subscription: StreamSubscription, consumer_arn: str | Attribute
) -> dict[str, Any]:
    """The resource policy of the consumer that is registered for the subscription."""
    return document([_let_in(mesh, readers_of(mesh, [subscription]), READ_FAN_OUT, consumer_arn)])


def _let_in(
    mesh: Mesh, readers: Readers, actions: Sequence[str], resource: str | Attribute
) -> dict[str, Any]:
    place = place_in(mesh.region, account="")
    return {
        "Effect": "Allow",
        "Action": list(actions),
        "Principal": _roots(place, readers),
        "Resource": [resource],
        "Condition": _only(readers),
    }


def _roots(place: Place, readers: Readers) -> dict[str, Any]:
    return {"AWS": [f"arn:{place.partition}:iam::{account}:root" for account in readers.accounts]}


def _only(readers: Readers) -> dict[str, dict[str, Any]]:
    """For a session the key has the ARN of its role
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
    """
    return {"ArnEquals": {"aws:PrincipalArn": list(readers.roles)}}


def key_use_for_streams(mesh: Mesh, domain: Domain) -> Iterator[dict[str, Any]]:
    """Statements of the domain's key: who of other accounts may decrypt the records of which stream.

    Through Kinesis only, and for that stream only.
    """
    place = place_in(mesh.region, account=domain.account)
    for stream in domain.file.streams:
        if agreed := agreed_on(mesh, domain.name, stream):
            readers = readers_of(mesh, agreed)
            of_stream = {
                "kms:ViaService": place.endpoint("kinesis"),
                CONTEXT: stream_arn(mesh, domain.name, stream),
            }
            allow = Allow(
                actions=[DECRYPT], resources=["*"], conditions={"StringEquals": of_stream, **_only(readers)}
            )
            yield allow.statement(_roots(place, readers))


def reads_streams(mesh: Mesh, domain: Domain, role: DomainRole) -> Iterator[Allow]:
    """What a role's own policy must allow so that it reads the streams of others that it was agreed for."""
    agreed = [each for each in mesh.streams_by_consumer.get(domain.name, ()) if role.key in each.roles]
    if not agreed:
        return
    place = place_in(mesh.region, account=domain.account)
    shared = [_stream(mesh, each) for each in agreed if not each.fan_out]
    fanned = [_stream(mesh, each) for each in agreed if each.fan_out]
    consumers = [f"{arn}/consumer/{mesh.names.stream_consumer(domain.name)}:*" for arn in fanned]
    keys = sorted({f"{_start(arn, 'kms')}:key/*" for arn in (*shared, *fanned)})
    if sum(len(arn) + 3 for arn in (*shared, *fanned, *consumers, *shared, *fanned, *keys)) > BUDGET:
        yield from _by_prefix(mesh, place, shared=bool(shared), fan_out=bool(fanned))
        return
    if shared:
        yield Allow(actions=READ_SHARED, resources=shared)
    if fanned:
        yield Allow(actions=LIST_SHARDS, resources=fanned)
        why = "The time of its registration is part of a consumer's ARN."
        yield Allow(actions=READ_FAN_OUT, resources=consumers, why_wildcard=why)
    yield Allow(
        actions=[DECRYPT],
        resources=keys,
        conditions={
            "StringEquals": {"kms:ViaService": place.endpoint("kinesis"), CONTEXT: sorted([*shared, *fanned])}
        },
        why_wildcard="The id of a key is known in its own account alone; the key names this role.",
    )


def _by_prefix(mesh: Mesh, place: Place, *, shared: bool, fan_out: bool) -> Iterator[Allow]:
    """The same for more streams than fit by name.

    Not for those of the role's own account: IAM alone guards them.
    """
    streams = f"arn:{place.partition}:kinesis:{place.region}:*:stream/{mesh.names.mesh}-*"
    abroad: Mapping[str, Mapping[str, Any]] = {"StringNotEquals": {"aws:ResourceAccount": place.account}}
    actions = dict.fromkeys([*(READ_SHARED if shared else LIST_SHARDS), *(READ_FAN_OUT if fan_out else ())])
    why = "More streams of other domains than fit by name; each names this role in its own policy."
    yield Allow(actions=list(actions), resources=[streams], conditions=abroad, why_wildcard=why)
    yield Allow(
        actions=[DECRYPT],
        resources=[f"arn:{place.partition}:kms:{place.region}:*:key/*"],
        conditions={
            **abroad,
            "StringEquals": {"kms:ViaService": place.endpoint("kinesis")},
            "StringLike": {CONTEXT: streams},
        },
        why_wildcard="The keys of those streams; each names this role in its own policy.",
    )


def _stream(mesh: Mesh, subscription: StreamSubscription) -> str:
    return stream_arn(mesh, subscription.producer, subscription.stream)


def _start(arn: str, service: str) -> str:
    """Partition, Region and account of the ARN, in one of another service."""
    parts = arn.split(":")
    return ":".join([*parts[:2], service, *parts[3:5]])
