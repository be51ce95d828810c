"""AWS::Glue::DataQualityRuleset."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("Name") or context.name()
    context.call(
        "glue",
        "create_data_quality_ruleset",
        Name=name,
        Tags=context.all_tags(properties.get("Tags")) or None,
        **only(properties, "ClientToken", "Description", "Ruleset", "TargetTable"),
    )
    return name, {}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call(
        "glue",
        "update_data_quality_ruleset",
        Name=name,
        Description=new.get("Description", ""),
        Ruleset=new["Ruleset"],
    )
    arn = f"arn:aws:glue:{context.region}:{context.account}:dataQualityRuleset/{name}"
    tags = context.all_tags(new.get("Tags"))
    present = context.call("glue", "get_tags", ResourceArn=arn)["Tags"]
    gone = [key for key in present if key not in tags]
    if gone:
        context.call("glue", "untag_resource", ResourceArn=arn, TagsToRemove=gone)
    if tags:
        context.call("glue", "tag_resource", ResourceArn=arn, TagsToAdd=tags)
    return {}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("glue", "delete_data_quality_ruleset", Name=name)


TYPE = ResourceType(
    name="AWS::Glue::DataQualityRuleset",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name", "TargetTable"}),
    mutable=frozenset({"ClientToken", "Description", "Ruleset", "Tags"}),
)
