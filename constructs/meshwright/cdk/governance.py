"""What the governance account has once: Lake Formation's settings and the role it reads data with."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from meshwright.cdk.custom import ProviderResource
from meshwright.cdk.place import Tags, cfn_tags, place_of
from meshwright.cdk.policies import acknowledge, role_policy, wildcard_reasons
from meshwright.mesh.policies import REGISTRATION_POLICY, registration_role_trust
from meshwright.mesh.storage_policies import registered_locations


class LakeFormationSettings(ProviderResource):
    """Lake Formation's settings in an account, merged into what is there: nobody else's are dropped.

    Adds `admins` and `read_only_admins` (at most 30 of each in all), clears both defaults that open new
    databases and tables to IAM alone, raises the version of cross-account sharing, and makes LF-Tag keys with
    their values. Who is an administrator already is not made a read-only one besides.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider_arn: str,
        admins: Sequence[str],
        read_only_admins: Sequence[str] = (),
        cross_account_version: int = 4,
        tag_keys: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "Admins": list(admins),
            "CrossAccountVersion": str(cross_account_version),
        }
        if read_only_admins:
            properties["ReadOnlyAdmins"] = list(read_only_admins)
        if tag_keys is not None:
            properties["TagKeys"] = {key: list(values) for key, values in tag_keys.items()}
        super().__init__(
            scope,
            construct_id,
            kind="LakeFormationSettings",
            provider_arn=provider_arn,
            properties=properties,
        )


class RegistrationRole(iam.CfnRole):
    """The role with which Lake Formation reads and writes registered buckets, whosever account they are in.

    Its own policy goes by the pattern of the buckets' names. That is no opening: a bucket and its key are in
    another account, and name this role or refuse it. A list of buckets would change with each new domain,
    and outgrow the 10,240 characters of a role's policies.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        bucket_name_pattern: str,
        organization: str | None = None,
        permissions_boundary_arn: str | None = None,
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`bucket_name_pattern` as `acme-*-products-*`; `organization` limits it to what is inside."""
        place = place_of(scope, env)
        allows = registered_locations(place, bucket_name_pattern, organization=organization)
        super().__init__(
            scope,
            construct_id,
            role_name=role_name,
            description="Lake Formation reads and writes the registered buckets of the domains with it.",
            assume_role_policy_document=registration_role_trust(),
            permissions_boundary=permissions_boundary_arn,
            policies=[role_policy(REGISTRATION_POLICY, allows)],
            tags=cfn_tags(tags),
        )
        self.literal_arn = place.iam(f"role/{role_name}")
        acknowledge(self, wildcard_reasons(allows))
