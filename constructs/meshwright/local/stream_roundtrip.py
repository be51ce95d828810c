"""Real round trips across accounts: each subscription to a stream, as the consumer's roles see it."""

from collections.abc import Iterator, Mapping
from uuid import uuid4

from botocore.exceptions import ClientError

from meshwright.aws.accounts import Account
from meshwright.local.roundtrip import Check
from meshwright.mesh.model import Mesh
from meshwright.mesh.stream_policies import stream_arn
from meshwright.mesh.stream_subscriptions import StreamSubscription
from meshwright.mesh.subscriptions import Status


def stream_round_trips(mesh: Mesh, accounts: Mapping[str, Account]) -> Iterator[Check]:
    """Try every subscription to a stream through Kinesis' own API. `accounts` is by account id."""
    for subscription in mesh.stream_subscriptions:
        consumer = mesh.domains.get(subscription.consumer)
        if consumer is None or subscription.producer not in mesh.domains:
            continue
        for key in subscription.roles:
            caller = accounts[consumer.account].assume(consumer.roles[key].arn)
            subject = f"{subscription.consumer} {key} reads stream {subscription.reference}"
            if subscription.status is not Status.AGREED:
                yield _refused(mesh, subscription, caller, subject, f"the request is {subscription.status}")
            elif subscription.fan_out:
                yield _consumer(mesh, subscription, caller, accounts, subject)
                yield _refused(mesh, subscription, caller, subject, "it is agreed by fan-out only")
            else:
                yield _read(mesh, subscription, caller, accounts, subject)


def _read(
    mesh: Mesh,
    subscription: StreamSubscription,
    caller: Account,
    accounts: Mapping[str, Account],
    subject: str,
) -> Check:
    """A record that the producer puts is read by the stream's ARN.

    On a stream that lands in a table nothing is put that is no record of the table: it is read as it is.
    """
    arn, producer = stream_arn(mesh, subscription.producer, subscription.stream), subscription.producer
    owner = accounts[mesh.domains[producer].account].client("kinesis")
    lands = mesh.domains[producer].file.streams[subscription.stream].lands_in is not None
    sent = uuid4().hex.encode()
    if not lands:
        owner.put_record(StreamARN=arn, Data=sent, PartitionKey="round-trip")
    claim = "its records are read from the consumer's account"
    kinesis, read = caller.client("kinesis"), list[bytes]()
    try:
        for shard in kinesis.list_shards(StreamARN=arn)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamARN=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            records = kinesis.get_records(StreamARN=arn, ShardIterator=iterator)["Records"]
            read += [each["Data"] for each in records]
    except ClientError as error:
        return Check(subject, claim, False, error.response["Error"]["Code"])
    return Check(subject, claim, lands or sent in read, f"{len(read)} records")


def _consumer(
    mesh: Mesh,
    subscription: StreamSubscription,
    caller: Account,
    accounts: Mapping[str, Account],
    subject: str,
) -> Check:
    """moto has no SubscribeToShard, so the reader looks at the consumer that it would subscribe through."""
    arn = stream_arn(mesh, subscription.producer, subscription.stream)
    owner = accounts[mesh.domains[subscription.producer].account].client("kinesis")
    name = mesh.names.stream_consumer(subscription.consumer)
    claim = "its own fan-out consumer is registered, and lets it in"
    try:
        found = owner.describe_stream_consumer(StreamARN=arn, ConsumerName=name)["ConsumerDescription"]
        kinesis = caller.client("kinesis")
        seen = kinesis.describe_stream_consumer(ConsumerARN=found["ConsumerARN"])["ConsumerDescription"]
    except ClientError as error:
        return Check(subject, claim, False, error.response["Error"]["Code"])
    return Check(subject, claim, seen["ConsumerStatus"] == "ACTIVE", name)


def _refused(mesh: Mesh, subscription: StreamSubscription, caller: Account, subject: str, why: str) -> Check:
    """What isn't agreed must open nothing."""
    arn = stream_arn(mesh, subscription.producer, subscription.stream)
    claim = f"GetShardIterator is refused, for {why}"
    try:
        caller.client("kinesis").get_shard_iterator(
            StreamARN=arn, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return Check(subject, claim, code == "AccessDeniedException", code)
    return Check(subject, claim, False, "allowed")
