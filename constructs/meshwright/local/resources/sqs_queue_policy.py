"""AWS::SQS::QueuePolicy."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    physical_id = context.name()
    return physical_id, update(context, physical_id, properties, {})


def update(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    for url in new["Queues"]:
        _set(context, url, new["PolicyDocument"])
    for url in old.get("Queues", []):
        if url not in new["Queues"]:
            _set(context, url, "")
    return {"Id": physical_id}


def delete(context: Context, physical_id: str, properties: Properties) -> None:
    for url in properties["Queues"]:
        _set(context, url, "")


def _set(context: Context, url: str, policy: Properties | str) -> None:
    context.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})


TYPE = ResourceType(
    name="AWS::SQS::QueuePolicy",
    create=create,
    update=update,
    delete=delete,
    mutable=frozenset({"PolicyDocument", "Queues"}),
)
