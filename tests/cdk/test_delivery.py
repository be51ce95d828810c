"""A delivery alone: into an Iceberg table, and what it refuses. examples/delivery.py has a parquet table."""

from typing import Any

import aws_cdk as cdk
import pytest

from meshwright.cdk import StreamDelivery
from tests.cdk.synthesis import synthesize, templates_in

ENV = cdk.Environment(account="222222222222", region="eu-west-1")
PROPS: dict[str, Any] = {
    "name": "shop-clicks",
    "stream_name": "shop-clicks",
    "role_name": "shop-delivery",
    "key_arn": "arn:aws:kms:eu-west-1:222222222222:key/1",
    "database": "shop_web",
    "table": "clicks",
    "bucket_name": "shop-products",
    "folder": "/web/clicks/",
}


def resource(kind: str, **props: Any) -> dict[str, Any]:
    """The properties of the resource of that type in a stack with such a delivery."""

    def add(app: cdk.App) -> None:
        StreamDelivery(cdk.Stack(app, "shop", env=ENV), "Clicks", **PROPS, **props)

    resources = templates_in(synthesize(add))["shop"]["Resources"].values()
    [found] = [each["Properties"] for each in resources if each["Type"] == kind]
    return dict(found)


def test_into_an_iceberg_table_of_this_account() -> None:
    properties = resource(
        "AWS::KinesisFirehose::DeliveryStream", table_format="iceberg", failed_bucket_name="shop-raw"
    )
    destination = properties["IcebergDestinationConfiguration"]
    assert destination["CatalogConfiguration"] == {
        "CatalogArn": "arn:aws:glue:eu-west-1:222222222222:catalog"
    }
    assert destination["S3Configuration"]["BucketARN"] == "arn:aws:s3:::shop-raw"
    assert "ExtendedS3DestinationConfiguration" not in properties


def test_its_role_has_the_boundary_and_writes_one_folder() -> None:
    boundary = "arn:aws:iam::222222222222:policy/boundary"
    role = resource("AWS::IAM::Role", permissions_boundary_arn=boundary)
    assert role["PermissionsBoundary"] == boundary
    [policy] = role["Policies"]
    [written] = [
        each["Resource"] for each in policy["PolicyDocument"]["Statement"] if "s3:PutObject" in each["Action"]
    ]
    bucket = "arn:aws:s3:::shop-products"
    assert written == [f"{bucket}/web/clicks/*", f"{bucket}/failed-records/shop-clicks/*"]


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"table_format": "iceberg", "partition_column": "day"}, "leave partition_column out"),
        ({"failed_bucket_name": "shop-raw"}, "failed records of a parquet table to its own bucket"),
    ],
    ids=["partition of an Iceberg table", "another bucket for failed records"],
)
def test_what_firehose_cannot_do_is_refused(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StreamDelivery(cdk.Stack(cdk.App(), "shop", env=ENV), "Clicks", **PROPS, **props)
