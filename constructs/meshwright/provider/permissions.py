"""The IAM permissions the provider's role needs, as data that the CDK construct turns into its policy.

Resource templates take {partition}, {region}, {account} (the role's own), {governance} (the catalog's owner).
Sources: the service authorization reference, and for sharing policy AWSLakeFormationCrossAccountManager.
"""

from dataclasses import dataclass

ANY = ("*",)  # where AWS defines no resource, or where a condition narrows instead


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One Allow statement; `conditions` are (operator, key, values)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


COMMON = (
    Statement(
        sid="LakeFormation",
        actions=(
            "lakeformation:BatchGrantPermissions",
            "lakeformation:BatchRevokePermissions",
            "lakeformation:GetDataLakeSettings",
            "lakeformation:GrantPermissions",
            "lakeformation:ListPermissions",
            "lakeformation:PutDataLakeSettings",
            "lakeformation:RevokePermissions",
        ),
        resources=ANY,
        reason="Lake Formation actions have no resource ARNs by AWS's design; Lake Formation itself then "
        "checks that the role is an administrator. GrantPermissions and RevokePermissions "
        "authorise entries of a batch.",
    ),
    Statement(
        sid="Administrators",
        actions=("iam:GetRole", "iam:GetUser"),
        resources=("arn:{partition}:iam::{account}:role/*", "arn:{partition}:iam::{account}:user/*"),
        reason="Lake Formation refuses settings that name a deleted administrator, so those are found "
        "and pruned.",
    ),
    Statement(
        sid="Record",
        actions=("ssm:DeleteParameters", "ssm:GetParametersByPath", "ssm:PutParameter"),
        resources=(
            "arn:{partition}:ssm:{region}:{account}:parameter/meshwright/lakeformation",
            "arn:{partition}:ssm:{region}:{account}:parameter/meshwright/lakeformation/*",
            "arn:{partition}:ssm:{region}:{account}:parameter/meshwright/requests/*",
        ),
        reason="The record of what each custom resource itself added, so that only that is ever removed, "
        "and of the requests answered, so that a late duplicate of one changes nothing.",
    ),
)

GOVERNANCE = (
    *COMMON,
    Statement(
        sid="TagsAndFilters",
        actions=(
            "lakeformation:AddLFTagsToResource",
            "lakeformation:CreateDataCellsFilter",
            "lakeformation:CreateLFTag",
            "lakeformation:DeleteDataCellsFilter",
            "lakeformation:GetDataAccess",
            "lakeformation:GetLFTag",
            "lakeformation:GetResourceLFTags",
            "lakeformation:ListDataCellsFilter",
            "lakeformation:RemoveLFTagsFromResource",
            "lakeformation:UpdateDataCellsFilter",
            "lakeformation:UpdateLFTag",
        ),
        resources=ANY,
        reason="Lake Formation actions have no resource ARNs by AWS's design. GetDataAccess lets Glue "
        "write the first metadata file of an Iceberg table in a registered location.",
    ),
    Statement(
        sid="Catalog",
        actions=(
            "glue:CreateTable",
            "glue:DeleteTable",
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetTable",
            "glue:GetTables",
            "glue:UpdateTable",
        ),
        resources=(
            "arn:{partition}:glue:{region}:{account}:catalog",
            "arn:{partition}:glue:{region}:{account}:database/*",
            "arn:{partition}:glue:{region}:{account}:table/*",
        ),
        reason="Iceberg tables are created and described by the provider, and grants read what they are on.",
    ),
    Statement(
        sid="CatalogPolicy",
        actions=("glue:DeleteResourcePolicy", "glue:PutResourcePolicy"),
        resources=("arn:{partition}:glue:{region}:{account}:catalog",),
        reason="A grant to another account lets Lake Formation write the catalog's policy in the "
        "caller's name.",
    ),
    Statement(
        sid="CreateShares",
        actions=("ram:CreateResourceShare",),
        resources=ANY,
        reason="A grant to another account creates a RAM share in the caller's name; a new share has no "
        "ARN yet.",
        conditions=(
            (
                "StringLikeIfExists",
                "ram:RequestedResourceType",
                ("glue:Table", "glue:Database", "glue:Catalog"),
            ),
        ),
    ),
    Statement(
        sid="ManageShares",
        actions=(
            "ram:AssociateResourceShare",
            "ram:DeleteResourceShare",
            "ram:DisassociateResourceShare",
            "ram:GetResourceShares",
            "ram:UpdateResourceShare",
        ),
        resources=ANY,
        reason="Later grants and revokes change the shares that Lake Formation made, known by their name.",
        conditions=(("StringLike", "ram:ResourceShareName", ("LakeFormation*",)),),
    ),
    Statement(
        sid="SharePermissions",
        actions=("ram:AssociateResourceSharePermission",),
        resources=ANY,
        reason="Shares of cross-account version 3 and later carry a managed permission of their own.",
        conditions=(
            ("ArnLike", "ram:PermissionArn", ("arn:{partition}:ram::aws:permission/AWSRAMLFEnabled*",)),
        ),
    ),
    Statement(
        sid="ReadShares",
        actions=("organizations:DescribeOrganization", "ram:Get*", "ram:List*"),
        resources=ANY,
        reason="Lake Formation looks up the organization and existing shares before it creates one; read "
        "only.",
    ),
)

DOMAIN = (
    *COMMON,
    Statement(
        sid="Invitations",
        actions=("ram:GetResourceShareInvitations",),
        resources=ANY,
        reason="Listing invitations has no resource.",
    ),
    Statement(
        sid="AcceptInvitations",
        actions=("ram:AcceptResourceShareInvitation",),
        resources=("arn:{partition}:ram:{region}:{governance}:resource-share-invitation/*",),
        reason="Only invitations that the governance account sent are accepted.",
    ),
    Statement(
        sid="Catalog",
        actions=("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"),
        resources=(
            "arn:{partition}:glue:{region}:{account}:catalog",
            "arn:{partition}:glue:{region}:{account}:database/*",
            "arn:{partition}:glue:{region}:{account}:table/*",
            "arn:{partition}:glue:{region}:{governance}:catalog",
            "arn:{partition}:glue:{region}:{governance}:database/*",
            "arn:{partition}:glue:{region}:{governance}:table/*",
        ),
        reason="Shared databases are waited for, and grants on links and their targets read what they "
        "are on.",
    ),
)
