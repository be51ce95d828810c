"""AWS::Kinesis::Stream."""

from typing import Any

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

DEFAULT_RETENTION_HOURS = 24


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("Name") or context.name()
    mode = _mode(properties)
    context.call(
        "kinesis",
        "create_stream",
        StreamName=name,
        ShardCount=properties.get("ShardCount", 1) if mode == "PROVISIONED" else None,
        StreamModeDetails={"StreamMode": mode},
    )
    context.created(name)
    _configure(context, name, properties, {})
    return name, {"Arn": _arn(context, name)}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    if _mode(new) != _mode(old):
        context.call(
            "kinesis",
            "update_stream_mode",
            StreamARN=_arn(context, name),
            StreamModeDetails={"StreamMode": _mode(new)},
        )
    if _mode(new) == "PROVISIONED" and new.get("ShardCount", 1) != old.get("ShardCount"):
        count = new.get("ShardCount", 1)
        if count != _open_shards(context, name):
            context.call(
                "kinesis",
                "update_shard_count",
                StreamName=name,
                TargetShardCount=count,
                ScalingType="UNIFORM_SCALING",
            )
    _configure(context, name, new, old)
    return {"Arn": _arn(context, name)}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("kinesis", "delete_stream", StreamName=name, EnforceConsumerDeletion=True)


def _configure(context: Context, name: str, new: Properties, old: Properties) -> None:
    hours = int(new.get("RetentionPeriodHours", DEFAULT_RETENTION_HOURS))
    before = int(old.get("RetentionPeriodHours", DEFAULT_RETENTION_HOURS))
    if hours != before:
        verb = "increase" if hours > before else "decrease"
        operation = f"{verb}_stream_retention_period"
        context.call("kinesis", operation, StreamName=name, RetentionPeriodHours=hours)
    encryption, former = new.get("StreamEncryption"), old.get("StreamEncryption")
    if encryption != former:
        if encryption:
            context.call("kinesis", "start_stream_encryption", StreamName=name, **_key(encryption))
        elif former:
            context.call("kinesis", "stop_stream_encryption", StreamName=name, **_key(former))
    tags = context.all_tags(new.get("Tags"))
    present = context.call("kinesis", "list_tags_for_stream", StreamName=name).get("Tags", [])
    gone = [tag["Key"] for tag in present if tag["Key"] not in tags]
    if gone:
        context.call("kinesis", "remove_tags_from_stream", StreamName=name, TagKeys=gone)
    if tags:
        context.call("kinesis", "add_tags_to_stream", StreamName=name, Tags=tags)


def _key(encryption: dict[str, Any]) -> dict[str, Any]:
    return {"EncryptionType": encryption["EncryptionType"], "KeyId": encryption["KeyId"]}


def _mode(properties: Properties) -> str:
    mode = properties.get("StreamModeDetails", {}).get("StreamMode")
    # Without either, CloudFormation makes an on-demand stream; a shard count implies provisioned.
    return str(mode or ("PROVISIONED" if "ShardCount" in properties else "ON_DEMAND"))


def _open_shards(context: Context, name: str) -> int:
    summary = context.call("kinesis", "describe_stream_summary", StreamName=name)
    return int(summary["StreamDescriptionSummary"]["OpenShardCount"])


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:kinesis:{context.region}:{context.account}:stream/{name}"


TYPE = ResourceType(
    name="AWS::Kinesis::Stream",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name"}),
    mutable=frozenset(
        {"RetentionPeriodHours", "ShardCount", "StreamEncryption", "StreamModeDetails", "Tags"}
    ),
)
