"""What the governance account has once: Lake Formation's settings and the role it reads data with."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import DeclaredResource
from meshwright.cdk.place import Tags, place_of
from meshwright.cdk.roles import DeclaredRole
from meshwright.mesh.resources.custom import settings
from meshwright.mesh.resources.registration import registration_role


class LakeFormationSettings(DeclaredResource):
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
        declared = settings(
            construct_id,
            provider_arn=provider_arn,
            admins=admins,
            read_only_admins=read_only_admins,
            cross_account_version=cross_account_version,
            tag_keys=tag_keys,
        )
        super().__init__(scope, construct_id, declared)


class RegistrationRole(DeclaredRole):
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
        declared = registration_role(
            construct_id,
            place,
            name=role_name,
            bucket_name_pattern=bucket_name_pattern,
            organization=organization,
            boundary_arn=permissions_boundary_arn,
        )
        super().__init__(scope, construct_id, declared, tags=tags)
        self.literal_arn = place.iam(f"role/{role_name}")
