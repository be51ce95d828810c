"""AWS::Athena::WorkGroup."""

from typing import Any

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only

ENGINE = {
    "WorkGroupConfiguration.EngineVersion.EffectiveEngineVersion": "Athena engine version 3",
}
"""What Fn::GetAtt gives."""


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties["Name"]
    context.call(
        "athena",
        "create_work_group",
        Name=name,
        Description=properties.get("Description"),
        Configuration=properties.get("WorkGroupConfiguration"),
        Tags=context.tag_list(properties.get("Tags")) or None,
    )
    context.created(name)
    if properties.get("State") == "DISABLED":
        context.call("athena", "update_work_group", WorkGroup=name, State="DISABLED")
    return name, dict(ENGINE)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call(
        "athena",
        "update_work_group",
        WorkGroup=name,
        State=new.get("State", "ENABLED"),
        Description=new.get("Description", ""),
        ConfigurationUpdates=_updates(new.get("WorkGroupConfiguration") or {}),
    )
    tags, arn = context.all_tags(new.get("Tags")), _arn(context, name)
    gone = [key for key in context.all_tags(old.get("Tags")) if key not in tags]
    if gone:
        context.call("athena", "untag_resource", ResourceARN=arn, TagKeys=gone)
    if tags:
        context.call("athena", "tag_resource", ResourceARN=arn, Tags=context.tag_list(new.get("Tags")))
    return dict(ENGINE)


def delete(context: Context, name: str, properties: Properties) -> None:
    recursive = properties.get("RecursiveDeleteOption", False)
    context.call("athena", "delete_work_group", WorkGroup=name, RecursiveDeleteOption=recursive)


def _updates(configuration: Properties) -> dict[str, Any]:
    """A configuration as the update of one, which removes what is no longer in it.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfigurationUpdates.html
    """
    results = configuration.get("ResultConfiguration") or {}
    names = ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")
    updates: dict[str, Any] = only(
        configuration,
        "EnforceWorkGroupConfiguration",
        "PublishCloudWatchMetricsEnabled",
        "BytesScannedCutoffPerQuery",
        "RequesterPaysEnabled",
        "EngineVersion",
        "EnableMinimumEncryptionConfiguration",
    )
    if "BytesScannedCutoffPerQuery" not in configuration:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    updates["ResultConfigurationUpdates"] = {
        **only(results, *names),
        **{f"Remove{name}": True for name in names if name not in results},
    }
    return updates


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:athena:{context.region}:{context.account}:workgroup/{name}"


TYPE = ResourceType(
    name="AWS::Athena::WorkGroup",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name"}),
    mutable=frozenset({"Description", "RecursiveDeleteOption", "State", "Tags", "WorkGroupConfiguration"}),
)
