"""AWS::Logs::LogGroup."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("LogGroupName") or context.name(limit=512)
    context.call(
        "logs",
        "create_log_group",
        logGroupName=name,
        kmsKeyId=properties.get("KmsKeyId"),
        tags=context.all_tags(properties.get("Tags")) or None,
    )
    context.created(name)
    _retention(context, name, properties)
    return name, {"Arn": _arn(context, name) + ":*"}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    _retention(context, name, new)
    if new.get("KmsKeyId") != old.get("KmsKeyId"):
        if "KmsKeyId" in new:
            context.call("logs", "associate_kms_key", logGroupName=name, kmsKeyId=new["KmsKeyId"])
        else:
            context.call("logs", "disassociate_kms_key", logGroupName=name)
    tags, arn = context.all_tags(new.get("Tags")), _arn(context, name)
    present = context.call("logs", "list_tags_for_resource", resourceArn=arn).get("tags", {})
    gone = [key for key in present if key not in tags]
    if gone:
        context.call("logs", "untag_resource", resourceArn=arn, tagKeys=gone)
    if tags:
        context.call("logs", "tag_resource", resourceArn=arn, tags=tags)
    return {"Arn": arn + ":*"}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("logs", "delete_log_group", logGroupName=name)


def _retention(context: Context, name: str, properties: Properties) -> None:
    days = properties.get("RetentionInDays")
    if days is None:
        context.call("logs", "delete_retention_policy", logGroupName=name)
    else:
        context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:logs:{context.region}:{context.account}:log-group:{name}"


TYPE = ResourceType(
    name="AWS::Logs::LogGroup",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"LogGroupName"}),
    mutable=frozenset({"RetentionInDays", "KmsKeyId", "Tags", "LogGroupClass"}),
)
