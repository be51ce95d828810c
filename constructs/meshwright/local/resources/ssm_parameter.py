"""AWS::SSM::Parameter, which `cdk bootstrap` keeps its version in."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only

SETTINGS = ("AllowedPattern", "Description", "Tier", "Type", "Value")


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("Name") or context.name()
    context.call("ssm", "put_parameter", Name=name, **only(properties, *SETTINGS))
    return name, _attributes(properties)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call("ssm", "put_parameter", Name=name, Overwrite=True, **only(new, *SETTINGS))
    return _attributes(new)


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("ssm", "delete_parameter", Name=name)


def _attributes(properties: Properties) -> Attributes:
    return {"Type": properties["Type"], "Value": properties["Value"]}


TYPE = ResourceType(
    name="AWS::SSM::Parameter",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name"}),
    mutable=frozenset({*SETTINGS, "Tags"}),
)
