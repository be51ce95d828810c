"""AWS::CloudTrail::Trail."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

NAMES = {
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "KMSKeyId": "KmsKeyId",
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
}
"""Properties of the template, and what the API calls them."""
SELECTORS = ("AdvancedEventSelectors", "EventSelectors")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("TrailName") or context.name()
    tags = context.tag_list(properties.get("Tags")) or None
    context.call("cloudtrail", "create_trail", Name=name, TagsList=tags, **_given(properties))
    context.created(name)
    _configure(context, name, properties)
    return name, _attributes(context, name)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call("cloudtrail", "update_trail", Name=name, **_given(new))
    _configure(context, name, new)
    arn, tags = _attributes(context, name)["Arn"], context.tag_list(new.get("Tags"))
    present = context.call("cloudtrail", "list_tags", ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]
    gone = [tag for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("cloudtrail", "remove_tags", ResourceId=arn, TagsList=gone)
    if tags:
        context.call("cloudtrail", "add_tags", ResourceId=arn, TagsList=tags)
    return _attributes(context, name)


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("cloudtrail", "delete_trail", Name=name)


def _given(properties: Properties) -> Attributes:
    return {api: properties[key] for key, api in NAMES.items() if key in properties}


def _configure(context: Context, name: str, properties: Properties) -> None:
    for selectors in SELECTORS:
        if selectors in properties:
            given = {selectors: properties[selectors]}
            context.call("cloudtrail", "put_event_selectors", TrailName=name, **given)
    logging = str(properties["IsLogging"]).lower() == "true"
    context.call("cloudtrail", "start_logging" if logging else "stop_logging", Name=name)


def _attributes(context: Context, name: str) -> Attributes:
    return {"Arn": f"arn:aws:cloudtrail:{context.region}:{context.account}:trail/{name}"}


TYPE = ResourceType(
    name="AWS::CloudTrail::Trail",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"TrailName"}),
    mutable=frozenset({*NAMES, *SELECTORS, "IsLogging", "Tags"}),
)
