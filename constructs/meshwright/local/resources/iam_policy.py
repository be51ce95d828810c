"""AWS::IAM::Policy and AWS::IAM::RolePolicy: policies embedded in principals."""

from collections.abc import Iterator

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    for kind, owner in _owners(properties):
        _put(context, kind, owner, properties)
    return _id(context, properties), {"Id": _id(context, properties)}


def update(context: Context, physical_id: str, new: Properties, old: Properties) -> Attributes:
    for kind, owner in _owners(new):
        _put(context, kind, owner, new)
    for kind, owner in _owners(old):
        if (kind, owner) not in set(_owners(new)) or old["PolicyName"] != new["PolicyName"]:
            _remove(context, kind, owner, old["PolicyName"])
    return {"Id": physical_id}


def delete(context: Context, physical_id: str, properties: Properties) -> None:
    for kind, owner in _owners(properties):
        _remove(context, kind, owner, properties["PolicyName"])


def _owners(properties: Properties) -> Iterator[tuple[str, str]]:
    if "RoleName" in properties:
        yield "role", properties["RoleName"]
    for key, kind in (("Roles", "role"), ("Users", "user"), ("Groups", "group")):
        for owner in properties.get(key, []):
            yield kind, owner


def _put(context: Context, kind: str, owner: str, properties: Properties) -> None:
    context.call(
        "iam",
        f"put_{kind}_policy",
        **{f"{kind.title()}Name": owner},
        PolicyName=properties["PolicyName"],
        PolicyDocument=properties["PolicyDocument"],
    )


def _remove(context: Context, kind: str, owner: str, policy: str) -> None:
    client = context.client("iam")
    try:
        context.call("iam", f"delete_{kind}_policy", **{f"{kind.title()}Name": owner}, PolicyName=policy)
    except client.exceptions.NoSuchEntityException:
        return


def _id(context: Context, properties: Properties) -> str:
    return f"{context.stack_name}-{context.logical_id}-{properties['PolicyName']}"[:128]


TYPE = ResourceType(
    name="AWS::IAM::Policy",
    create=create,
    update=update,
    delete=delete,
    mutable=frozenset({"PolicyName", "PolicyDocument", "Roles", "Users", "Groups"}),
)
ROLE_POLICY = ResourceType(
    name="AWS::IAM::RolePolicy",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"PolicyName", "RoleName"}),
    mutable=frozenset({"PolicyDocument"}),
)
