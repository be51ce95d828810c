"""AWS::Kinesis::StreamConsumer."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    consumer = context.call(
        "kinesis",
        "register_stream_consumer",
        StreamARN=properties["StreamARN"],
        ConsumerName=properties["ConsumerName"],
    )["Consumer"]
    return consumer["ConsumerARN"], _attributes(context, consumer["ConsumerARN"])


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    """Every property is immutable: there is nothing to do."""
    return _attributes(context, arn)


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("kinesis", "deregister_stream_consumer", ConsumerARN=arn)


def _attributes(context: Context, arn: str) -> Attributes:
    found = context.call("kinesis", "describe_stream_consumer", ConsumerARN=arn)["ConsumerDescription"]
    return {name: found[name] for name in ("ConsumerARN", "ConsumerName", "ConsumerStatus", "StreamARN")}


TYPE = ResourceType(
    name="AWS::Kinesis::StreamConsumer",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"ConsumerName", "StreamARN"}),
    mutable=frozenset(),
)
