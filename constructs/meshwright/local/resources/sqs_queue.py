"""AWS::SQS::Queue."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

ATTRIBUTES = (
    "DelaySeconds",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("QueueName") or context.name(limit=80)
    url = context.call(
        "sqs",
        "create_queue",
        QueueName=name,
        Attributes={key: properties[key] for key in ATTRIBUTES if key in properties},
        tags=context.all_tags(properties.get("Tags")) or None,
    )["QueueUrl"]
    return context.created(url), _attributes(context, url)


def update(context: Context, url: str, new: Properties, old: Properties) -> Attributes:
    values = {key: new.get(key, "") for key in ATTRIBUTES if key in new or key in old}
    context.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes=values)
    tags = context.all_tags(new.get("Tags"))
    if tags:
        context.call("sqs", "tag_queue", QueueUrl=url, Tags=tags)
    return _attributes(context, url)


def delete(context: Context, url: str, properties: Properties) -> None:
    context.call("sqs", "delete_queue", QueueUrl=url)


def _attributes(context: Context, url: str) -> Attributes:
    name = url.rsplit("/", 1)[-1]
    return {
        "Arn": f"arn:aws:sqs:{context.region}:{context.account}:{name}",
        "QueueName": name,
        "QueueUrl": url,
    }


TYPE = ResourceType(
    name="AWS::SQS::Queue",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"QueueName"}),
    mutable=frozenset({*ATTRIBUTES, "Tags"}),
)
