"""AWS::LakeFormation::Resource: a registered location."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only

OPTIONS = ("RoleArn", "UseServiceLinkedRole", "WithFederation", "HybridAccessEnabled")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    arn = properties["ResourceArn"]
    context.call("lakeformation", "register_resource", ResourceArn=arn, **only(properties, *OPTIONS))
    return arn, {"Id": arn}


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    context.call(
        "lakeformation",
        "update_resource",
        ResourceArn=arn,
        **only(new, "RoleArn", "WithFederation", "HybridAccessEnabled"),
    )
    return {"Id": arn}


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("lakeformation", "deregister_resource", ResourceArn=arn)


TYPE = ResourceType(
    name="AWS::LakeFormation::Resource",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"ResourceArn"}),
    mutable=frozenset(OPTIONS),
)
