"""A domain's buckets and the key that encrypts them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Environment
from aws_cdk import aws_kms as kms
from constructs import Construct

from meshwright.cdk.buckets import (
    bucket,
    data_lifecycle,
    log_lifecycle,
    policy_of,
    products_lifecycle,
)
from meshwright.cdk.declared import WITHOUT_NAME, add_declared
from meshwright.cdk.key import DomainKey
from meshwright.cdk.place import Tags, place_of
from meshwright.mesh.declared import Declared
from meshwright.mesh.storage_classes import Move
from meshwright.mesh.storage_policies import bucket_policy, log_bucket_policy, registered_bucket_policy

if TYPE_CHECKING:
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
        self.key: kms.CfnKey | None = None
        if key_arn is None:
            if key_alias is None:
                raise ValueError("DomainStorage needs key_alias, to create a key, or key_arn, to use one.")
            created = DomainKey(
                self,
                "Key",
                alias=key_alias,
                registration_role_arn=registration_role_arn,
                bucket_names=[products_bucket_name],
                other_users=key_users,
                env=env,
                tags=tags,
            )
            self.key, key_arn = created.key, created.arn
        self.key_arn: str = key_arn

        resources: list[Declared] = []
        logs_policy: tuple[str, ...] = ()
        if create_logs_bucket:
            # By S3's own key: log delivery is no principal that the domain's key should have to name.
            logs = bucket(
                "Logs",
                name=logs_bucket_name,
                key_arn=None,
                lifecycle=log_lifecycle(days=log_days, results_days=results_days),
                logs_to=None,
            )
            sources = [raw_bucket_name, products_bucket_name]
            resources += [logs, policy_of(logs, log_bucket_policy(place, logs_bucket_name, sources=sources))]
            # S3 tests whether it may deliver when logging is switched on.
            logs_policy = (resources[-1].key,)
        lifecycle = data_lifecycle(tiering_days=tiering_days, noncurrent_days=noncurrent_days)
        of_products = (
            lifecycle
            if product_moves is None
            else products_lifecycle(product_moves, noncurrent_days=noncurrent_days)
        )
        raw, products = (
            bucket(
                key,
                name=name,
                key_arn=key_arn,
                lifecycle=rules,
                logs_to=logs_bucket_name,
                announces=announces,
                after=logs_policy,
            )
            for key, name, rules, announces in (
                ("Raw", raw_bucket_name, lifecycle, False),
                ("Products", products_bucket_name, of_products, announce_products),
            )
        )
        of_registered = registered_bucket_policy(
            place, products_bucket_name, registration_role_arn=registration_role_arn
        )
        resources += [
            raw,
            policy_of(raw, bucket_policy(place, raw_bucket_name)),
            products,
            policy_of(products, of_registered),
        ]
        self._parts = add_declared(self, resources, tags=tags, construct_id=WITHOUT_NAME)

    @property
    def raw(self) -> "s3.CfnBucket":
        """The domain's private bucket."""
        return self._bucket("Raw")

    @property
    def products(self) -> "s3.CfnBucket":
        """The bucket to register with Lake Formation."""
        return self._bucket("Products")

    @property
    def logs(self) -> "s3.CfnBucket":
        """The bucket for access logs; there is none in here without `create_logs_bucket`."""
        return self._bucket("Logs")

    def _bucket(self, key: str) -> "s3.CfnBucket":
        return cast("s3.CfnBucket", self._parts.get_resource(key))
