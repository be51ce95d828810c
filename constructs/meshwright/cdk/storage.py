"""A domain's buckets and the key that encrypts them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Environment
from constructs import Construct

from meshwright.cdk.declared import WITHOUT_NAME, add_declared
from meshwright.cdk.key import DomainKey
from meshwright.cdk.place import Tags, place_of
from meshwright.mesh.resources.buckets import storage
from meshwright.mesh.storage_classes import Move

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3


class DomainStorage(Construct):
    """Two encrypted buckets and one for their access logs.

    `raw` is private to the domain. `products` is the one to register with Lake Formation: its policy names
    one principal, the role with which Lake Formation reads and writes. Consumers never get S3 or KMS access.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        raw_bucket_name: str,
        products_bucket_name: str,
        logs_bucket_name: str,
        registration_role_arn: str,
        key_alias: str | None = None,
        key_arn: str | None = None,
        key_users: Sequence[Mapping[str, Any]] = (),
        create_logs_bucket: bool = True,
        tiering_days: int = 30,
        product_moves: Mapping[str, Sequence[Move]] | None = None,
        noncurrent_days: int = 90,
        log_days: int = 365,
        results_days: int | None = None,
        announce_products: bool = False,
        env: Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """Give either `key_alias`, to create a key, or `key_arn`, to use one that you have; its policy must
        then let the registration role use it (see DomainKey). `key_users`: statements of a created key's
        policy for others.

        Objects move to Intelligent-Tiering after `tiering_days`; those of products, with `product_moves`, to
        the classes that it names for their folder. Results of queries in the logs bucket are deleted after
        `results_days`; default: as the logs. With `announce_products`, each new object in the products bucket
        is an event on the account's default event bus.
        With `create_logs_bucket=False`, `logs_bucket_name` is a bucket that you have and that accepts logs.
        `registration_role_arn` may be of another account, and must exist when this deploys.
        """
        super().__init__(scope, construct_id)
        place = place_of(self, env)
        self._key: DomainKey | None = None
        if key_arn is None:
            if key_alias is None:
                raise ValueError("DomainStorage needs key_alias, to create a key, or key_arn, to use one.")
            self._key = DomainKey(
                self,
                "Key",
                alias=key_alias,
                registration_role_arn=registration_role_arn,
                bucket_names=[products_bucket_name],
                other_users=key_users,
                env=env,
                tags=tags,
            )
            key_arn = self._key.arn
        self.key_arn: str = key_arn
        self._has_logs = create_logs_bucket
        self._parts = add_declared(
            self,
            storage(
                place,
                raw=raw_bucket_name,
                products=products_bucket_name,
                logs=logs_bucket_name,
                key_arn=key_arn,
                registration_role_arn=registration_role_arn,
                with_logs=create_logs_bucket,
                tiering_days=tiering_days,
                product_moves=product_moves,
                noncurrent_days=noncurrent_days,
                log_days=log_days,
                results_days=results_days,
                announce_products=announce_products,
            ),
            tags=tags,
            construct_id=WITHOUT_NAME,
        )

    @property
    def key(self) -> "kms.CfnKey | None":
        """The key, if it is one that this creates."""
        return self._key.key if self._key is not None else None

    @property
    def raw(self) -> "s3.CfnBucket":
        """The domain's private bucket."""
        return self._bucket("Raw")

    @property
    def products(self) -> "s3.CfnBucket":
        """The bucket to register with Lake Formation."""
        return self._bucket("Products")

    @property
    def logs(self) -> "s3.CfnBucket | None":
        """The bucket for access logs, if it is one that this creates."""
        return self._bucket("Logs") if self._has_logs else None

    def _bucket(self, key: str) -> "s3.CfnBucket":
        return cast("s3.CfnBucket", self._parts.get_resource(key))
