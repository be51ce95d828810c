"""AWS::IAM::ManagedPolicy."""

from collections.abc import Iterator

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    policy = context.call(
        "iam",
        "create_policy",
        PolicyName=properties.get("ManagedPolicyName") or context.name(),
        Path=properties.get("Path"),
        Description=properties.get("Description"),
        PolicyDocument=properties["PolicyDocument"],
    )["Policy"]
    arn = context.created(policy["Arn"])
    for kind, owner in _owners(properties):
        context.call("iam", f"attach_{kind}_policy", **{f"{kind.title()}Name": owner}, PolicyArn=arn)
    return arn, _attributes(context, arn)


def update(context: Context, arn: str, new: Properties, old: Properties) -> Attributes:
    if new["PolicyDocument"] != old["PolicyDocument"]:
        versions = context.call("iam", "list_policy_versions", PolicyArn=arn)["Versions"]
        # IAM keeps five versions at most; only the default one is ever used.
        for version in versions:
            if not version["IsDefaultVersion"]:
                context.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
        document = new["PolicyDocument"]
        context.call(
            "iam", "create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True
        )
    wanted, former = set(_owners(new)), set(_owners(old))
    for kind, owner in sorted(wanted - former):
        context.call("iam", f"attach_{kind}_policy", **{f"{kind.title()}Name": owner}, PolicyArn=arn)
    for kind, owner in sorted(former - wanted):
        context.call("iam", f"detach_{kind}_policy", **{f"{kind.title()}Name": owner}, PolicyArn=arn)
    return _attributes(context, arn)


def delete(context: Context, arn: str, properties: Properties) -> None:
    for kind, owner in _owners(properties):
        context.call("iam", f"detach_{kind}_policy", **{f"{kind.title()}Name": owner}, PolicyArn=arn)
    for version in context.call("iam", "list_policy_versions", PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            context.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
    context.call("iam", "delete_policy", PolicyArn=arn)


def _owners(properties: Properties) -> Iterator[tuple[str, str]]:
    for key, kind in (("Roles", "role"), ("Users", "user"), ("Groups", "group")):
        for owner in properties.get(key, []):
            yield kind, owner


def _attributes(context: Context, arn: str) -> Attributes:
    policy = context.call("iam", "get_policy", PolicyArn=arn)["Policy"]
    return {
        "PolicyArn": arn,
        "PolicyId": policy["PolicyId"],
        "AttachmentCount": policy["AttachmentCount"],
        "DefaultVersionId": policy["DefaultVersionId"],
    }


TYPE = ResourceType(
    name="AWS::IAM::ManagedPolicy",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"ManagedPolicyName", "Path", "Description"}),
    mutable=frozenset({"PolicyDocument", "Roles", "Users", "Groups"}),
)
