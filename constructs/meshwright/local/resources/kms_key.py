"""AWS::KMS::Key."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    made = context.call(
        "kms",
        "create_key",
        Policy=properties.get("KeyPolicy"),
        Description=properties.get("Description"),
        KeyUsage=properties.get("KeyUsage"),
        KeySpec=properties.get("KeySpec"),
        MultiRegion=properties.get("MultiRegion"),
        Tags=_tags(context, properties) or None,
    )["KeyMetadata"]
    key_id = context.created(made["KeyId"])
    _switch(context, key_id, properties)
    return key_id, {"Arn": made["Arn"], "KeyId": key_id}


def update(context: Context, key_id: str, new: Properties, old: Properties) -> Attributes:
    context.call("kms", "update_key_description", KeyId=key_id, Description=new.get("Description", ""))
    if "KeyPolicy" in new:
        context.call("kms", "put_key_policy", KeyId=key_id, PolicyName="default", Policy=new["KeyPolicy"])
    _switch(context, key_id, new)
    tags = _tags(context, new)
    names = {tag["TagKey"] for tag in tags}
    present = context.call("kms", "list_resource_tags", KeyId=key_id).get("Tags", [])
    gone = [tag["TagKey"] for tag in present if tag["TagKey"] not in names]
    if gone:
        context.call("kms", "untag_resource", KeyId=key_id, TagKeys=gone)
    if tags:
        context.call("kms", "tag_resource", KeyId=key_id, Tags=tags)
    metadata = context.call("kms", "describe_key", KeyId=key_id)["KeyMetadata"]
    return {"Arn": metadata["Arn"], "KeyId": key_id}


def delete(context: Context, key_id: str, properties: Properties) -> None:
    window = properties.get("PendingWindowInDays", 30)
    context.call("kms", "schedule_key_deletion", KeyId=key_id, PendingWindowInDays=window)


def _switch(context: Context, key_id: str, properties: Properties) -> None:
    enabled = str(properties.get("Enabled", True)).lower() == "true"
    context.call("kms", "enable_key" if enabled else "disable_key", KeyId=key_id)
    if str(properties.get("EnableKeyRotation", False)).lower() == "true":
        days = properties.get("RotationPeriodInDays")
        context.call("kms", "enable_key_rotation", KeyId=key_id, RotationPeriodInDays=days)
    elif properties.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT":
        context.call("kms", "disable_key_rotation", KeyId=key_id)


def _tags(context: Context, properties: Properties) -> list[dict[str, str]]:
    return [{"TagKey": k, "TagValue": v} for k, v in context.all_tags(properties.get("Tags")).items()]


TYPE = ResourceType(
    name="AWS::KMS::Key",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
    mutable=frozenset(
        {
            "BypassPolicyLockoutSafetyCheck",
            "Description",
            "EnableKeyRotation",
            "Enabled",
            "KeyPolicy",
            "PendingWindowInDays",
            "RotationPeriodInDays",
            "Tags",
        }
    ),
)
