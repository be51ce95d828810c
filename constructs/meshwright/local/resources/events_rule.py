"""AWS::Events::Rule."""

from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
)

SETTINGS = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    """Ref is the rule's name, on a bus of one's own with that bus and a bar before it."""
    name, bus = properties.get("Name") or context.name(limit=64), properties.get("EventBusName", "default")
    _put(context, name, properties)
    bus = bus.rsplit("/", 1)[-1]
    physical_id = context.created(name if bus == "default" else f"{bus}|{name}")
    _targets(context, name, properties, {})
    return physical_id, _attributes(context, name, bus)


def update(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    name = physical_id.rsplit("|", 1)[-1]
    bus = new.get("EventBusName", "default").rsplit("/", 1)[-1]
    _put(context, name, new)
    _targets(context, name, new, old)
    attributes = _attributes(context, name, bus)
    _retag(context, attributes["Arn"], new)
    return attributes


def delete(context: Context, physical_id: str, properties: Properties) -> None:
    name = physical_id.rsplit("|", 1)[-1]
    _targets(context, name, {"EventBusName": properties.get("EventBusName", "default")}, properties)
    bus = properties.get("EventBusName", "default")
    context.call("events", "delete_rule", Name=name, EventBusName=bus)


def _put(context: Context, name: str, properties: Properties) -> None:
    context.call(
        "events",
        "put_rule",
        Name=name,
        EventBusName=properties.get("EventBusName"),
        Tags=context.tag_list(properties.get("Tags")) or None,
        **{key: properties[key] for key in SETTINGS if key in properties},
    )


def _targets(context: Context, name: str, new: Properties, old: Properties) -> None:
    bus, wanted = new.get("EventBusName"), new.get("Targets", [])
    if wanted:
        answer = context.call("events", "put_targets", Rule=name, EventBusName=bus, Targets=wanted)
        if answer["FailedEntryCount"]:
            raise HandlerError(answer["FailedEntries"][0]["ErrorMessage"])
    kept = {target["Id"] for target in wanted}
    gone = [target["Id"] for target in old.get("Targets", []) if target["Id"] not in kept]
    if gone:
        context.call("events", "remove_targets", Rule=name, EventBusName=bus, Ids=gone)


def _retag(context: Context, arn: str, properties: Properties) -> None:
    tags = context.tag_list(properties.get("Tags"))
    present = context.call("events", "list_tags_for_resource", ResourceARN=arn)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("events", "untag_resource", ResourceARN=arn, TagKeys=gone)
    if tags:
        context.call("events", "tag_resource", ResourceARN=arn, Tags=tags)


def _attributes(context: Context, name: str, bus: str) -> Attributes:
    path = name if bus == "default" else f"{bus}/{name}"
    return {
        "Arn": f"arn:aws:events:{context.region}:{context.account}:rule/{path}",
        "RuleName": name,
    }


TYPE = ResourceType(
    name="AWS::Events::Rule",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name", "EventBusName"}),
    mutable=frozenset({*SETTINGS, "Tags", "Targets"}),
)
