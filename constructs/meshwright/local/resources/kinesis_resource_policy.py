"""AWS::Kinesis::ResourcePolicy."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    arn = properties["ResourceArn"]
    context.call("kinesis", "put_resource_policy", ResourceARN=arn, Policy=properties["ResourcePolicy"])
    return arn, {}


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    context.call("kinesis", "put_resource_policy", ResourceARN=arn, Policy=new["ResourcePolicy"])
    return {}


def delete(context: Context, arn: str, properties: Properties) -> None:
    context.call("kinesis", "delete_resource_policy", ResourceARN=arn)


TYPE = ResourceType(
    name="AWS::Kinesis::ResourcePolicy",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"ResourceArn"}),
    mutable=frozenset({"ResourcePolicy"}),
)
