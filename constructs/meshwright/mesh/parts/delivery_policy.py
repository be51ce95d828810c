"""What IAM lets the role do with which Firehose delivers.

Firehose writes to S3 with this role's own permissions, not with credentials of Lake Formation. Of the
catalog it needs what every reader has (mesh/role_policies.py), and Lake Formation's grants on the tables
(https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from os.path import commonprefix
from typing import Final

from meshwright.mesh.parts.delivery_stream import LOG_STREAM, DeliveryStream
from meshwright.mesh.place import Place
from meshwright.mesh.statements import Allow

LIST_BUDGET: Final = 700
"""Characters for the ARNs of one statement, as in mesh/role_policies.py."""
READ_STREAM: Final = (
    "kinesis:DescribeStream",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
WRITE_OBJECTS: Final = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")


def delivery_policy(specs: Sequence[DeliveryStream], *, key_arn: str, stream_prefix: str) -> Iterator[Allow]:
    """For delivery streams of one account and Region with one role.

    With more streams than fit, the policy names all that begin with `stream_prefix`.
    """
    place = specs[0].place
    streams = _distinct([place.arn("kinesis", f"stream/{each.stream_name}") for each in specs])
    every_stream = place.arn("kinesis", f"stream/{stream_prefix}*")
    yield Allow(
        actions=READ_STREAM,
        resources=_within(streams, [every_stream]),
        why_wildcard="More streams than fit by name; all of them have the domain's prefix.",
    )
    buckets = _distinct([place.s3(bucket) for each in specs for bucket in _buckets(each)])
    yield Allow(
        actions=WRITE_OBJECTS,
        resources=_within(
            _distinct([place.s3(path) for each in specs for path in _written(each)]),
            [f"{bucket}/*" for bucket in buckets],
        ),
        why_wildcard="Files of the tables that streams land in, and failed records; Firehose names them.",
    )
    yield Allow(
        actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], resources=buckets
    )
    yield Allow(
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={
            "StringEquals": {"kms:ViaService": place.endpoint("s3")},
            "StringLike": {
                "kms:EncryptionContext:aws:s3:arn": [
                    path for bucket in buckets for path in (bucket, f"{bucket}/*")
                ]
            },
        },
    )
    yield Allow(
        actions=["kms:Decrypt"],
        resources=[key_arn],
        conditions={
            "StringEquals": {"kms:ViaService": place.endpoint("kinesis")},
            "StringLike": {"kms:EncryptionContext:aws:kinesis:arn": every_stream},
        },
    )
    yield Allow(
        actions=["logs:PutLogEvents"],
        resources=_within(
            [place.arn("logs", f"log-group:{each.log_group}:log-stream:{LOG_STREAM}") for each in specs],
            [place.arn("logs", f"log-group:/aws/kinesisfirehose/{stream_prefix}*")],
        ),
        why_wildcard="More logs than fit by name; all of them have the domain's prefix.",
    )
    yield from _iceberg([each for each in specs if each.layout == "iceberg"])


def look_up_table(spec: DeliveryStream) -> Iterator[Allow]:
    """What a role must be allowed of the catalog, and of Lake Formation, for one delivery stream.

    A role of a mesh has it with what every reader has.
    """
    catalog = replace(spec.place, account=spec.catalog_account)
    yield Allow(
        actions=["glue:GetDatabase", "glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
        resources=catalog_tables(catalog, [(spec.database, spec.table)]),
    )
    yield Allow(
        actions=["lakeformation:GetDataAccess"],
        resources=["*"],
        why_wildcard="The action has no resources: Lake Formation's grants decide.",
    )


def _iceberg(specs: Sequence[DeliveryStream]) -> Iterator[Allow]:
    """A commit to an Iceberg table is an update of its catalog entry; what a failed one wrote is deleted."""
    if not specs:
        return
    place = specs[0].place
    yield Allow(
        actions=["s3:DeleteObject"],
        resources=_within(
            _distinct([place.s3(f"{each.bucket_name}/{each.folder}/*") for each in specs]),
            _distinct([place.s3(f"{each.bucket_name}/*") for each in specs]),
        ),
        why_wildcard="Files of the Iceberg tables that streams land in; Firehose names them.",
    )
    catalog = replace(place, account=specs[0].catalog_account)
    yield Allow(
        actions=["glue:UpdateTable"],
        resources=catalog_tables(catalog, [(each.database, each.table) for each in specs]),
        why_wildcard="More tables than fit by name; Lake Formation's grants decide which.",
    )


def catalog_tables(catalog: Place, tables: Sequence[tuple[str, str]]) -> list[str]:
    """ARNs of tables, each as database and name, with their databases and the catalog, which is at `catalog`.

    With more than fit, a pattern of what their databases' names have in common.
    """
    databases = _distinct([database for database, _ in tables])
    common = commonprefix(databases)  # noqa: RUF071 (character by character, as IAM compares)
    return [
        catalog.arn("glue", "catalog"),
        *_within(
            [
                *(catalog.arn("glue", f"database/{database}") for database in databases),
                *_distinct([catalog.arn("glue", f"table/{database}/{table}") for database, table in tables]),
            ],
            [catalog.arn("glue", f"database/{common}*"), catalog.arn("glue", f"table/{common}*")],
        ),
    ]


def _buckets(spec: DeliveryStream) -> tuple[str, str]:
    return spec.bucket_name, spec.failed_bucket_name


def _written(spec: DeliveryStream) -> tuple[str, str]:
    return f"{spec.bucket_name}/{spec.folder}/*", f"{spec.failed_bucket_name}/{spec.failed_prefix}/*"


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _within(exact: list[str], by_prefix: list[str]) -> list[str]:
    return exact if sum(len(arn) + 3 for arn in exact) <= LIST_BUDGET else by_prefix
