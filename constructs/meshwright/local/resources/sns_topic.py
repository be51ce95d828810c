"""AWS::SNS::Topic."""

from typing import Any

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    arn = context.call(
        "sns",
        "create_topic",
        Name=properties.get("TopicName") or context.name(limit=256),
        Attributes={key: properties[key] for key in ATTRIBUTES if key in properties},
        Tags=context.tag_list(properties.get("Tags")) or None,
    )["TopicArn"]
    context.created(arn)
    for each in properties.get("Subscription", []):
        context.call("sns", "subscribe", TopicArn=arn, Protocol=each["Protocol"], Endpoint=each["Endpoint"])
    return arn, _attributes(arn)


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    for key in ATTRIBUTES:
        if new.get(key) != old.get(key):
            context.call(
                "sns",
                "set_topic_attributes",
                TopicArn=arn,
                AttributeName=key,
                AttributeValue=new.get(key, ""),
            )
    _subscriptions(context, arn, new.get("Subscription", []), old.get("Subscription", []))
    tags = context.tag_list(new.get("Tags"))
    present = context.call("sns", "list_tags_for_resource", ResourceArn=arn)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("sns", "untag_resource", ResourceArn=arn, TagKeys=gone)
    if tags:
        context.call("sns", "tag_resource", ResourceArn=arn, Tags=tags)
    return _attributes(arn)


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("sns", "delete_topic", TopicArn=arn)


def _subscriptions(context: Context, arn: str, new: list[dict[str, Any]], old: list[dict[str, Any]]) -> None:
    for each in new:
        if each not in old:
            context.call(
                "sns", "subscribe", TopicArn=arn, Protocol=each["Protocol"], Endpoint=each["Endpoint"]
            )
    found = context.call("sns", "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
    for each in old:
        if each not in new:
            for one in found:
                if (one["Protocol"], one["Endpoint"]) == (each["Protocol"], each["Endpoint"]):
                    context.call("sns", "unsubscribe", SubscriptionArn=one["SubscriptionArn"])


def _attributes(arn: str) -> Attributes:
    return {"TopicArn": arn, "TopicName": arn.rsplit(":", 1)[-1]}


TYPE = ResourceType(
    name="AWS::SNS::Topic",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"TopicName", "FifoTopic"}),
    mutable=frozenset({*ATTRIBUTES, "Subscription", "Tags"}),
)
