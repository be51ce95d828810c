"""AWS::KMS::Alias."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties["AliasName"]
    context.call("kms", "create_alias", AliasName=name, TargetKeyId=_key_id(properties))
    return name, {}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call("kms", "update_alias", AliasName=name, TargetKeyId=_key_id(new))
    return {}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("kms", "delete_alias", AliasName=name)


def _key_id(properties: Properties) -> str:
    return str(properties["TargetKeyId"]).rsplit("/", 1)[-1]


TYPE = ResourceType(
    name="AWS::KMS::Alias",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"AliasName"}),
    mutable=frozenset({"TargetKeyId"}),
)
