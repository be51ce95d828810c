"""Delivery from a stream into a table."""

from typing import Literal

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import add_declared
from meshwright.cdk.place import Tags, place_of
from meshwright.cdk.roles import DeclaredRole
from meshwright.mesh.parts.delivery import FAILED, delivery_resources
from meshwright.mesh.parts.delivery_policy import delivery_policy, look_up_table
from meshwright.mesh.parts.delivery_stream import DeliveryStream
from meshwright.mesh.policies import DATA_POLICY
from meshwright.mesh.resources.roles import role
from meshwright.mesh.role_policies import role_trust


class StreamDelivery(Construct):
    """Records of a Kinesis stream, JSON objects, into a table of the catalog, with a role for just that.

    A parquet table's files go to `folder` of the bucket, in a folder a day of `partition_column` if there is
    one: the day of arrival, or with `partitions="record"` that field of the record. Firehose registers no
    partitions in the catalog; a mesh does (docs/streaming.md). Records that do not fit the table go to
    `failed-records/` of `failed_bucket_name`, which a parquet table's deliveries can't choose.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        stream_name: str,
        role_name: str,
        key_arn: str,
        database: str,
        table: str,
        bucket_name: str,
        folder: str,
        table_format: Literal["parquet", "iceberg"] = "parquet",
        partition_column: str | None = None,
        partitions: Literal["arrival", "record"] = "arrival",
        failed_bucket_name: str | None = None,
        catalog_account: str | None = None,
        buffer_seconds: int = 300,
        buffer_mb: int = 128,
        permissions_boundary_arn: str | None = None,
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`key_arn` is that of the key of bucket and stream, `catalog_account` the owner of the catalog;
        default: this account. `failed_bucket_name`, for an Iceberg table only, is by default `bucket_name`.
        """
        super().__init__(scope, construct_id)
        if table_format == "iceberg" and partition_column is not None:
            raise ValueError(
                "An Iceberg table partitions by its own specification: leave partition_column out."
            )
        if table_format == "parquet" and failed_bucket_name not in (None, bucket_name):
            raise ValueError("Firehose writes failed records of a parquet table to its own bucket.")
        place = place_of(self, env)
        self.role_arn = place.iam(f"role/{role_name}")
        spec = DeliveryStream(
            name=name,
            place=place,
            stream_name=stream_name,
            role_arn=self.role_arn,
            catalog_account=catalog_account or place.account,
            database=database,
            table=table,
            bucket_name=bucket_name,
            folder=folder.strip("/"),
            layout="iceberg" if table_format == "iceberg" else partitions if partition_column else "plain",
            partition_column=partition_column,
            failed_bucket_name=failed_bucket_name or bucket_name,
            failed_prefix=f"{FAILED}/{stream_name}",
            buffer_seconds=buffer_seconds,
            buffer_mb=buffer_mb,
        )
        allows = [*look_up_table(spec), *delivery_policy([spec], key_arn=key_arn, stream_prefix=stream_name)]
        self.role = DeclaredRole(
            self,
            "Role",
            role(
                "Role",
                name=role_name,
                trust=role_trust(place, [], service="firehose.amazonaws.com"),
                policy=DATA_POLICY,
                allows=allows,
                boundary_arn=permissions_boundary_arn,
            ),
            tags=tags,
        )
        added = add_declared(self, list(delivery_resources(spec, key="stream", shown={})), tags=tags)
        self.log_group = added.get_resource("delivery-logs stream")
        self.delivery_stream = added.get_resource("delivery stream")
        self.delivery_stream.add_resource_dependency(self.role)
