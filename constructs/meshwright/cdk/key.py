"""The customer-managed key of a domain."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Environment
from aws_cdk import aws_kms as kms
from constructs import Construct

from meshwright.cdk.buckets import retain
from meshwright.cdk.place import Tags, cfn_tags, place_of
from meshwright.mesh.storage_policies import data_key_policy


class DomainKey(Construct):
    """A rotated key that the account's IAM policies govern, and that one foreign role may use.

    That role is Lake Formation's registration role. It may use the key through S3, for objects of
    `bucket_names` only: not for streams, nor for other buckets that the key encrypts. Readers of shared
    streams come with `other_users`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias: str,
        registration_role_arn: str,
        bucket_names: Sequence[str],
        other_users: Sequence[Mapping[str, Any]] = (),
        env: Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`other_users`: statements of the key's policy for whoever else uses it."""
        super().__init__(scope, construct_id)
        self.key = kms.CfnKey(
            self,
            "Key",
            description=f"Data of {alias.removeprefix('alias/')}",
            enable_key_rotation=True,
            key_policy=data_key_policy(
                place_of(self, env),
                registration_role_arn=registration_role_arn,
                bucket_names=bucket_names,
                others=other_users,
            ),
            tags=cfn_tags(tags),
        )
        retain(self.key)
        self.arn = self.key.attr_arn
        self.alias = kms.CfnAlias(self, "Alias", alias_name=alias, target_key_id=self.arn)
