"""AWS::ECR::Repository, of which `cdk bootstrap` makes one."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("RepositoryName") or context.name(limit=256, lower=True)
    given = only(properties, "ImageScanningConfiguration", "EncryptionConfiguration")
    mutability = properties.get("ImageTagMutability")
    tags = context.tag_list(properties.get("Tags")) or None
    made = context.call(
        "ecr",
        "create_repository",
        repositoryName=name,
        imageTagMutability=mutability,
        tags=tags,
        **_lower(given),
    )["repository"]
    context.created(name)
    _policies(context, name, properties, {})
    return name, {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    mutability = new.get("ImageTagMutability", "MUTABLE")
    context.call("ecr", "put_image_tag_mutability", repositoryName=name, imageTagMutability=mutability)
    _policies(context, name, new, old)
    made = context.call("ecr", "describe_repositories", repositoryNames=[name])["repositories"][0]
    return {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("ecr", "delete_repository", repositoryName=name, force=properties.get("EmptyOnDelete"))


def _policies(context: Context, name: str, new: Properties, old: Properties) -> None:
    policy = new.get("RepositoryPolicyText")
    if policy:
        context.call("ecr", "set_repository_policy", repositoryName=name, policyText=policy)
    elif "RepositoryPolicyText" in old:
        context.call("ecr", "delete_repository_policy", repositoryName=name)
    lifecycle = new.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if lifecycle:
        context.call("ecr", "put_lifecycle_policy", repositoryName=name, lifecyclePolicyText=lifecycle)
    elif "LifecyclePolicy" in old:
        context.call("ecr", "delete_lifecycle_policy", repositoryName=name)


def _lower(given: Properties) -> Attributes:
    """ECR's API writes the first letter small."""
    return {
        key[0].lower() + key[1:]: {k[0].lower() + k[1:]: v for k, v in value.items()}
        for key, value in given.items()
    }


TYPE = ResourceType(
    name="AWS::ECR::Repository",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"RepositoryName", "EncryptionConfiguration"}),
    mutable=frozenset(
        {
            "EmptyOnDelete",
            "ImageScanningConfiguration",
            "ImageTagMutability",
            "LifecyclePolicy",
            "RepositoryPolicyText",
            "Tags",
        }
    ),
)
