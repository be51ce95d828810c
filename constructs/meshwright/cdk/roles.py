"""IAM roles of a domain, with least privilege: what can be read is Lake Formation's to decide."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from meshwright.cdk.declared import acknowledge
from meshwright.cdk.place import Tags, cfn_tags, place_of
from meshwright.mesh.declared import Declared
from meshwright.mesh.policies import DATA_POLICY
from meshwright.mesh.resources.roles import role
from meshwright.mesh.role_policies import WriteAccess, role_statements, role_trust

__all__ = ["DeclaredRole", "DomainRole", "WriteAccess"]


class DeclaredRole(iam.CfnRole):
    """A declared role as a construct."""

    def __init__(self, scope: Construct, construct_id: str, declared: Declared, *, tags: Tags | None) -> None:
        properties = declared.properties
        super().__init__(
            scope,
            construct_id,
            role_name=declared.name,
            description=properties.get("Description"),
            assume_role_policy_document=properties["AssumeRolePolicyDocument"],
            permissions_boundary=properties.get("PermissionsBoundary"),
            policies=[
                {"policyName": each["PolicyName"], "policyDocument": each["PolicyDocument"]}
                for each in properties["Policies"]
            ],
            tags=cfn_tags(tags),
        )
        acknowledge(self, declared.accepted)


class DomainRole(DeclaredRole):
    """A role for people or jobs of a domain that query data through Lake Formation.

    It may look up `databases` (in its own account, where the links are, and in the governance account) and
    ask Lake Formation for access to data; what it gets is what Lake Formation granted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        governance_account: str,
        databases: Sequence[str],
        database_prefix: str,
        write: WriteAccess | None = None,
        trusted_by: Sequence[str] = (),
        permissions_boundary_arn: str | None = None,
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`trusted_by`: ARNs that may assume it; default: whoever the account's own IAM policies let.

        With more databases than fit, the policy names all that begin with `database_prefix`.
        """
        place = place_of(scope, env)
        declared = role(
            construct_id,
            name=role_name,
            trust=role_trust(place, trusted_by),
            policy=DATA_POLICY,
            allows=role_statements(
                place, governance_account, databases=databases, prefix=database_prefix, write=write, more=()
            ),
            boundary_arn=permissions_boundary_arn,
        )
        super().__init__(scope, construct_id, declared, tags=tags)
        self.literal_arn = place.iam(f"role/{role_name}")
