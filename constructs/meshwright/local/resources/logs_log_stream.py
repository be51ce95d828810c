"""AWS::Logs::LogStream."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("LogStreamName") or context.name(limit=512)
    group = properties["LogGroupName"]
    context.call("logs", "create_log_stream", logGroupName=group, logStreamName=name)
    return name, {}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    return {}


def delete(context: Context, name: str, properties: Properties) -> None:
    group = properties["LogGroupName"]
    context.call("logs", "delete_log_stream", logGroupName=group, logStreamName=name)


TYPE = ResourceType(
    name="AWS::Logs::LogStream",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"LogGroupName", "LogStreamName"}),
    mutable=frozenset(),
)
