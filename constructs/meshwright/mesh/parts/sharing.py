"""Streams shared with other domains: resource policies and registered consumers of their owner."""

from collections.abc import Iterator, Mapping, Sequence

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.stream_policies import agreed_on, consumer_policy, stream_arn, stream_policy
from meshwright.mesh.stream_subscriptions import StreamSubscription, how_read

POLICY = "AWS::Kinesis::ResourcePolicy"
CONSUMER = "AWS::Kinesis::StreamConsumer"


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """For each shared stream its resource policy, and a consumer with its own for each reader by fan-out.

    A consumer has no tags: CloudFormation makes it anew when they change, which interrupts its reader
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-streamconsumer.html).
    """
    for stream in domain.file.streams:
        policy = stream_policy(mesh, domain, stream)
        if policy is None:
            continue
        agreed, arn = agreed_on(mesh, domain.name, stream), stream_arn(mesh, domain.name, stream)
        name = mesh.names.stream(domain.name, stream)
        yield Declared(
            key=f"stream-policy {stream}",
            type=POLICY,
            name=name,
            properties={"ResourceArn": arn, "ResourcePolicy": policy},
            shown=_readers(agreed),
            tags="",
        )
        for each in agreed:
            if each.fan_out:
                yield from _consumer(mesh, each, arn, name)


def _consumer(mesh: Mesh, subscription: StreamSubscription, arn: str, stream: str) -> Iterator[Declared]:
    consumer = mesh.names.stream_consumer(subscription.consumer)
    key = f"stream-consumer {subscription.stream} {subscription.consumer}"
    yield Declared(
        key=key,
        type=CONSUMER,
        name=f"{stream}/{consumer}",
        properties={"StreamARN": arn, "ConsumerName": consumer},
        tags="",
    )
    registered = Attribute(key, "ConsumerARN")
    yield Declared(
        key=f"stream-consumer-policy {subscription.stream} {subscription.consumer}",
        type=POLICY,
        name=f"{stream}/{consumer}",
        properties={
            "ResourceArn": registered,
            "ResourcePolicy": consumer_policy(mesh, subscription, registered),
        },
        shown=_readers([subscription]),
        tags="",
    )


def _readers(subscriptions: Sequence[StreamSubscription]) -> Mapping[str, str]:
    return {
        f"read by {each.consumer} {role}": how_read(each) for each in subscriptions for role in each.roles
    }
