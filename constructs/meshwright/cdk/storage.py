"""A domain's buckets and the key that encrypts them."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Environment
from aws_cdk import aws_kms as kms
from constructs import Construct

from meshwright.cdk.buckets import (
    add_bucket,
    add_bucket_policy,
    data_lifecycle,
    log_lifecycle,
    products_lifecycle,
)
from meshwright.cdk.key import DomainKey
from meshwright.cdk.place import Tags, place_of
from meshwright.mesh.storage_classes import Move
from meshwright.mesh.storage_policies import bucket_policy, log_bucket_policy, registered_bucket_policy


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

        self.logs = self.logs_policy = None
        if create_logs_bucket:
            # By S3's own key: log delivery is no principal that the domain's key should have to name.
            self.logs = add_bucket(
                self,
                "Logs",
                name=logs_bucket_name,
                key_arn=None,
                lifecycle=log_lifecycle(days=log_days, results_days=results_days),
                logs_to=None,
                tags=tags,
            )
            self.logs_policy = add_bucket_policy(
                self,
                "LogsPolicy",
                bucket=self.logs,
                name=logs_bucket_name,
                policy=log_bucket_policy(
                    place, logs_bucket_name, sources=[raw_bucket_name, products_bucket_name]
                ),
            )
        lifecycle = data_lifecycle(tiering_days=tiering_days, noncurrent_days=noncurrent_days)
        of_products = (
            lifecycle
            if product_moves is None
            else products_lifecycle(product_moves, noncurrent_days=noncurrent_days)
        )
        self.raw, self.products = (
            add_bucket(
                self,
                construct_id,
                name=name,
                key_arn=key_arn,
                lifecycle=rules,
                logs_to=logs_bucket_name,
                announces=announces,
                tags=tags,
            )
            for construct_id, name, rules, announces in (
                ("Raw", raw_bucket_name, lifecycle, False),
                ("Products", products_bucket_name, of_products, announce_products),
            )
        )
        if self.logs_policy is not None:
            # S3 tests whether it may deliver when logging is switched on.
            self.raw.add_resource_dependency(self.logs_policy)
            self.products.add_resource_dependency(self.logs_policy)
        self.raw_policy = add_bucket_policy(
            self,
            "RawPolicy",
            bucket=self.raw,
            name=raw_bucket_name,
            policy=bucket_policy(place, raw_bucket_name),
        )
        self.products_policy = add_bucket_policy(
            self,
            "ProductsPolicy",
            bucket=self.products,
            name=products_bucket_name,
            policy=registered_bucket_policy(
                place, products_bucket_name, registration_role_arn=registration_role_arn
            ),
        )
