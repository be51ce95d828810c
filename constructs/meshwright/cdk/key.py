"""The customer-managed key of a domain."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Environment
from constructs import Construct

from meshwright.cdk.declared import WITHOUT_NAME, add_declared
from meshwright.cdk.place import Tags, place_of
from meshwright.mesh.resources.key import KEY, domain_key

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms


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
        self._parts = add_declared(
            self,
            domain_key(
                place_of(self, env),
                alias=alias,
                registration_role_arn=registration_role_arn,
                bucket_names=bucket_names,
                other_users=other_users,
            ),
            tags=tags,
            construct_id=WITHOUT_NAME,
        )
        self.arn = self.key.attr_arn

    @property
    def key(self) -> "kms.CfnKey":
        """The key."""
        return cast("kms.CfnKey", self._parts.get_resource(KEY))
