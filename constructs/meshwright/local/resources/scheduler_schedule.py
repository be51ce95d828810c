"""AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

SETTINGS = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("Name") or context.name(limit=64)
    return name, _put(context, "create_schedule", name, properties)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    return _put(context, "update_schedule", name, new)


def delete(context: Context, name: str, properties: Properties) -> None:
    group = properties.get("GroupName")
    context.call("scheduler", "delete_schedule", Name=name, GroupName=group)


def _put(context: Context, operation: str, name: str, properties: Properties) -> Attributes:
    given = {key: properties[key] for key in SETTINGS if key in properties}
    return {"Arn": context.call("scheduler", operation, Name=name, **given)["ScheduleArn"]}


def create_group(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("Name") or context.name(limit=64)
    tags = context.tag_list(properties.get("Tags")) or None
    arn = context.call("scheduler", "create_schedule_group", Name=name, Tags=tags)["ScheduleGroupArn"]
    return name, {"Arn": arn}


def update_group(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    arn = f"arn:aws:scheduler:{context.region}:{context.account}:schedule-group/{name}"
    tags = context.tag_list(new.get("Tags"))
    present = context.call("scheduler", "list_tags_for_resource", ResourceArn=arn)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("scheduler", "untag_resource", ResourceArn=arn, TagKeys=gone)
    if tags:
        context.call("scheduler", "tag_resource", ResourceArn=arn, Tags=tags)
    return {"Arn": arn}


def delete_group(context: Context, name: str, properties: Properties) -> None:
    context.call("scheduler", "delete_schedule_group", Name=name)


TYPE = ResourceType(
    name="AWS::Scheduler::Schedule",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name", "GroupName"}),
    mutable=frozenset(SETTINGS) - {"GroupName"},
)
GROUP = ResourceType(
    name="AWS::Scheduler::ScheduleGroup",
    create=create_group,
    update=update_group,
    delete=delete_group,
    immutable=frozenset({"Name"}),
    mutable=frozenset({"Tags"}),
)
