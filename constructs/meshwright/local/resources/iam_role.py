"""AWS::IAM::Role."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("RoleName") or context.name(limit=64)
    role = context.call(
        "iam",
        "create_role",
        RoleName=name,
        Path=properties.get("Path"),
        AssumeRolePolicyDocument=properties["AssumeRolePolicyDocument"],
        Description=properties.get("Description"),
        MaxSessionDuration=properties.get("MaxSessionDuration"),
        PermissionsBoundary=properties.get("PermissionsBoundary"),
        Tags=context.tag_list(properties.get("Tags")) or None,
    )["Role"]
    context.created(name)
    _policies(context, name, properties, {})
    return name, {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    if new["AssumeRolePolicyDocument"] != old["AssumeRolePolicyDocument"]:
        document = new["AssumeRolePolicyDocument"]
        context.call("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=document)
    context.call(
        "iam",
        "update_role",
        RoleName=name,
        Description=new.get("Description", ""),
        MaxSessionDuration=new.get("MaxSessionDuration", 3600),
    )
    if "PermissionsBoundary" in new:
        boundary = new["PermissionsBoundary"]
        context.call("iam", "put_role_permissions_boundary", RoleName=name, PermissionsBoundary=boundary)
    elif "PermissionsBoundary" in old:
        context.call("iam", "delete_role_permissions_boundary", RoleName=name)
    _policies(context, name, new, old)
    tags = context.tag_list(new.get("Tags"))
    present = context.call("iam", "list_role_tags", RoleName=name)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("iam", "untag_role", RoleName=name, TagKeys=gone)
    if tags:
        context.call("iam", "tag_role", RoleName=name, Tags=tags)
    role = context.call("iam", "get_role", RoleName=name)["Role"]
    return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def delete(context: Context, name: str, properties: Properties) -> None:
    _policies(context, name, {}, properties)
    context.call("iam", "delete_role", RoleName=name)


def _policies(context: Context, name: str, new: Properties, old: Properties) -> None:
    """Attaches and embeds what is new before it removes what is gone."""
    attached, former = new.get("ManagedPolicyArns", []), old.get("ManagedPolicyArns", [])
    for arn in attached:
        if arn not in former:
            context.call("iam", "attach_role_policy", RoleName=name, PolicyArn=arn)
    inline = {p["PolicyName"]: p["PolicyDocument"] for p in new.get("Policies", [])}
    before = {p["PolicyName"]: p["PolicyDocument"] for p in old.get("Policies", [])}
    for policy, document in inline.items():
        if before.get(policy) != document:
            context.call("iam", "put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=document)
    for policy in before.keys() - inline.keys():
        context.call("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
    for arn in former:
        if arn not in attached:
            context.call("iam", "detach_role_policy", RoleName=name, PolicyArn=arn)


TYPE = ResourceType(
    name="AWS::IAM::Role",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"RoleName", "Path"}),
    mutable=frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "PermissionsBoundary",
            "Policies",
            "Tags",
        }
    ),
)
