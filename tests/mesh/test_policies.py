"""The policies on the data path of the small mesh, whole, worked out from what a role or bucket is for."""

from pathlib import Path
from typing import Any

import pytest

from meshwright.mesh.model import Mesh
from meshwright.mesh.policies import (
    domain_role_policy,
    domain_role_trust,
    existing_role_policy,
    key_policy,
    logs_bucket_policy,
    products_bucket_policy,
    raw_bucket_policy,
    registration_role_policy,
    registration_role_trust,
)
from meshwright.mesh.statements import Allow, identity_policy
from meshwright.project import load_mesh
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, ORDERS_FILE, TODAY, edited, write_mesh

KEY_ARN = "arn:aws:kms:eu-west-1:222222222221:key/1"
REGISTRATION = {"AWS": "arn:aws:iam::111111111111:role/acme-lakeformation-registration"}
RAW = "arn:aws:s3:::acme-orders-raw-222222222221"
PRODUCTS = "arn:aws:s3:::acme-orders-products-222222222221"
LOGS = "arn:aws:s3:::acme-orders-logs-222222222221"
DOMAIN_CATALOG = "arn:aws:glue:eu-west-1:222222222221"
GOVERNANCE_CATALOG = "arn:aws:glue:eu-west-1:111111111111"

GET_DATA_ACCESS = {"Effect": "Allow", "Action": ["lakeformation:GetDataAccess"], "Resource": ["*"]}
READ_ACTIONS = [
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTableVersion",
    "glue:GetTableVersions",
    "glue:GetTables",
]
SALES = ["catalog", "database/acme_orders_sales", "table/acme_orders_sales/*"]
READ_SALES = {
    "Effect": "Allow",
    "Action": READ_ACTIONS,
    "Resource": [
        *(f"{DOMAIN_CATALOG}:{each}" for each in SALES),
        *(f"{GOVERNANCE_CATALOG}:{each}" for each in SALES),
        f"{DOMAIN_CATALOG}:database/default",
    ],
}
WRITE_SALES = {
    "Effect": "Allow",
    "Action": [
        "glue:BatchCreatePartition",
        "glue:BatchDeletePartition",
        "glue:BatchUpdatePartition",
        "glue:CreatePartition",
        "glue:DeletePartition",
        "glue:UpdatePartition",
        "glue:UpdateTable",
    ],
    "Resource": [f"{GOVERNANCE_CATALOG}:{each}" for each in SALES],
}
RAW_DATA_AND_STREAMS = [
    {
        "Effect": "Allow",
        "Action": [
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        "Resource": [f"{RAW}/*"],
    },
    {
        "Effect": "Allow",
        "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        "Resource": [RAW],
    },
    {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": [KEY_ARN],
        "Condition": {
            "StringEquals": {
                "kms:ViaService": ["s3.eu-west-1.amazonaws.com", "kinesis.eu-west-1.amazonaws.com"]
            }
        },
    },
    {
        "Effect": "Allow",
        "Action": [
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:PutRecord",
            "kinesis:PutRecords",
        ],
        "Resource": ["arn:aws:kinesis:eu-west-1:222222222221:stream/acme-orders-order-events"],
    },
]
USE_KEY = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return mesh_with(tmp_path)


def mesh_with(root: Path, texts: dict[str, str] | None = None) -> Mesh:
    return load_mesh(write_mesh(root, texts), environment=None, today=TODAY)


def granted(allows: list[Allow]) -> list[dict[str, Any]]:
    document = identity_policy(allows)
    assert document["Version"] == "2012-10-17"
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def tls_only(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_a_created_writer_reads_writes_and_has_the_raw_data(mesh: Mesh) -> None:
    orders = mesh.domains["orders"]
    allows = domain_role_policy(mesh, orders, orders.roles["engineers"], key_arn=KEY_ARN)
    assert granted(allows) == [GET_DATA_ACCESS, READ_SALES, *RAW_DATA_AND_STREAMS, WRITE_SALES]


def test_a_created_reader_only_looks_up_and_asks_lake_formation(tmp_path: Path) -> None:
    text = edited(ORDERS_FILE, "analysts: OrdersAnalyst", "analysts: {create: true}")
    mesh = mesh_with(tmp_path, text)
    orders = mesh.domains["orders"]
    allows = domain_role_policy(mesh, orders, orders.roles["analysts"], key_arn=KEY_ARN)
    assert granted(allows) == [GET_DATA_ACCESS, READ_SALES]


def test_a_consumer_looks_up_the_link_and_its_target(mesh: Mesh) -> None:
    analytics = mesh.domains["analytics"]
    [ask, read] = granted(
        domain_role_policy(mesh, analytics, analytics.roles["analysts"], key_arn="no key is asked for")
    )
    assert ask == GET_DATA_ACCESS
    assert read["Resource"] == [
        *(f"arn:aws:glue:eu-west-1:333333333331:{each}" for each in SALES),
        *(f"{GOVERNANCE_CATALOG}:{each}" for each in SALES),
        "arn:aws:glue:eu-west-1:333333333331:database/default",
    ]


def test_a_role_that_no_subscription_names_does_not_look_it_up(tmp_path: Path) -> None:
    others = "analysts: {create: true}\n  interns: {create: true}"
    mesh = mesh_with(tmp_path, edited(ANALYTICS_FILE, "analysts: {create: true}", others))
    analytics = mesh.domains["analytics"]
    [_, read] = granted(
        domain_role_policy(mesh, analytics, analytics.roles["interns"], key_arn="no key is asked for")
    )
    assert read["Resource"] == [
        "arn:aws:glue:eu-west-1:333333333331:catalog",
        f"{GOVERNANCE_CATALOG}:catalog",
        "arn:aws:glue:eu-west-1:333333333331:database/default",
    ]


def test_an_existing_reader_needs_what_a_created_one_has(mesh: Mesh) -> None:
    orders = mesh.domains["orders"]
    assert granted(existing_role_policy(mesh, orders, orders.roles["analysts"])) == [
        GET_DATA_ACCESS,
        READ_SALES,
    ]


def test_an_existing_writer_needs_the_products_but_neither_raw_data_nor_streams(tmp_path: Path) -> None:
    text = edited(ORDERS_FILE, "engineers: {create: true}", "engineers: OrdersEngineer")
    mesh = mesh_with(tmp_path, text)
    orders = mesh.domains["orders"]
    assert granted(existing_role_policy(mesh, orders, orders.roles["engineers"])) == [
        GET_DATA_ACCESS,
        READ_SALES,
        WRITE_SALES,
    ]


def test_an_existing_writer_without_products_has_nothing_to_write(tmp_path: Path) -> None:
    text = edited(ANALYTICS_FILE, "analysts: {create: true}", "analysts: {name: Analyst, access: write}")
    mesh = mesh_with(tmp_path, text)
    analytics = mesh.domains["analytics"]
    actions = [
        each["Action"] for each in granted(existing_role_policy(mesh, analytics, analytics.roles["analysts"]))
    ]
    assert actions == [["lakeformation:GetDataAccess"], READ_ACTIONS]


@pytest.mark.parametrize(
    ("role", "principals"),
    [
        ("{create: true}", ["arn:aws:iam::222222222221:root"]),
        (
            '{create: true, trusted_by: ["arn:aws:iam::222222222221:role/Jobs"]}',
            ["arn:aws:iam::222222222221:role/Jobs"],
        ),
    ],
)
def test_who_may_assume_a_created_role(tmp_path: Path, role: str, principals: list[str]) -> None:
    text = edited(ORDERS_FILE, "engineers: {create: true}", f"engineers: {role}")
    mesh = mesh_with(tmp_path, text)
    orders = mesh.domains["orders"]
    assert domain_role_trust(mesh, orders, orders.roles["engineers"]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": principals}}],
    }


@pytest.mark.parametrize("organization", [None, "o-a1b2c3d4e5"])
def test_the_registration_role_uses_the_registered_buckets_of_the_organization(
    tmp_path: Path, organization: str | None
) -> None:
    line = f"mesh: acme\norganization: {organization}\n" if organization else "mesh: acme\n"
    mesh = mesh_with(tmp_path, edited(MESH_FILE, "mesh: acme\n", line))
    inside = {"aws:ResourceOrgID": organization} if organization else {}
    limit = {"Condition": {"StringEquals": inside}} if organization else {}
    buckets, keys = "arn:aws:s3:::acme-*-products-*", "arn:aws:kms:eu-west-1:*:key/*"
    assert granted(registration_role_policy(mesh)) == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": [f"{buckets}/*"],
            **limit,
        },
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [buckets], **limit},
        {
            "Effect": "Allow",
            "Action": USE_KEY,
            "Resource": [keys],
            "Condition": {
                "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com", **inside},
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": [buckets, f"{buckets}/*"]},
            },
        },
        {"Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": [keys], **limit},
    ]


def test_lake_formation_assumes_the_registration_role() -> None:
    assert registration_role_trust() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": "lakeformation.amazonaws.com"},
            }
        ],
    }


def test_the_registered_bucket_lets_the_registration_role_in_alone(mesh: Mesh) -> None:
    assert products_bucket_policy(mesh, mesh.domains["orders"]) == {
        "Version": "2012-10-17",
        "Statement": [
            tls_only(PRODUCTS),
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Principal": REGISTRATION,
                "Resource": [f"{PRODUCTS}/*"],
            },
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Principal": REGISTRATION,
                "Resource": [PRODUCTS],
            },
        ],
    }


def test_the_raw_bucket_lets_nobody_else_in(mesh: Mesh) -> None:
    assert raw_bucket_policy(mesh, mesh.domains["orders"]) == {
        "Version": "2012-10-17",
        "Statement": [tls_only(RAW)],
    }


def test_the_logs_bucket_lets_log_delivery_write_for_the_other_two(mesh: Mesh) -> None:
    raw, products = (bucket.rpartition(":")[2] for bucket in (RAW, PRODUCTS))
    assert logs_bucket_policy(mesh, mesh.domains["orders"]) == {
        "Version": "2012-10-17",
        "Statement": [
            tls_only(LOGS),
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject"],
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Resource": [f"{LOGS}/{raw}/*", f"{LOGS}/{products}/*"],
                "Condition": {
                    "ArnLike": {"aws:SourceArn": [RAW, PRODUCTS]},
                    "StringEquals": {"aws:SourceAccount": "222222222221"},
                },
            },
        ],
    }


def test_the_key_is_the_account_s_and_serves_the_registered_bucket(mesh: Mesh) -> None:
    assert key_policy(mesh, mesh.domains["orders"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["kms:*"],
                "Principal": {"AWS": "arn:aws:iam::222222222221:root"},
                "Resource": ["*"],
            },
            {
                "Effect": "Allow",
                "Action": USE_KEY,
                "Principal": REGISTRATION,
                "Resource": ["*"],
                "Condition": {
                    "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:aws:s3:arn": [PRODUCTS, f"{PRODUCTS}/*"]},
                },
            },
            {
                "Effect": "Allow",
                "Action": ["kms:DescribeKey"],
                "Principal": REGISTRATION,
                "Resource": ["*"],
            },
        ],
    }


def test_another_partition_has_arns_of_its_own(tmp_path: Path) -> None:
    dev = '{governance_account: "111111111111", region: eu-west-1}'
    mesh = mesh_with(tmp_path, edited(MESH_FILE, dev, dev.replace("eu-west-1", "cn-north-1")))
    policy = products_bucket_policy(mesh, mesh.domains["orders"])
    assert policy["Statement"][2] == {
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Principal": {"AWS": "arn:aws-cn:iam::111111111111:role/acme-lakeformation-registration"},
        "Resource": ["arn:aws-cn:s3:::acme-orders-products-222222222221"],
    }
