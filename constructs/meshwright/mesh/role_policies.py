"""What IAM lets a domain's role do, with least privilege: what it can read is Lake Formation's to decide."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from meshwright.mesh.place import Place
from meshwright.mesh.statements import Allow, identity_policy, trust

READ_TABLES = (
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTableVersion",
    "glue:GetTableVersions",
    "glue:GetTables",
)
WRITE_TABLES = (
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:DeletePartition",
    "glue:UpdatePartition",
    "glue:UpdateTable",
)
USE_STREAMS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
)
READ_BUDGET, WRITE_BUDGET, STREAM_BUDGET = 5000, 1800, 1200
"""Characters for ARNs in one statement each: a role's policies have 10,240 in all.

Where the names don't fit, the statement goes by their prefix: Lake Formation decides in any case.
"""
MAX_POLICY = 10_000
"""Characters that all statements of a role may have: a little less than IAM's 10,240
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAccess:
    """What a role that makes a domain's products has besides: raw data, streams, partitions of tables.

    Writing the products themselves goes through Lake Formation, as reading does.
    """

    bucket_name: str | None
    """The domain's raw bucket; None: the role has nothing to do there."""
    key_arn: str
    """The key that encrypts bucket and streams."""
    databases: Sequence[str] = ()
    """The domain's own products in the governance account's catalog."""
    database_prefix: str
    stream_names: Sequence[str] = ()
    stream_prefix: str
    failed_records: str | None = None
    """Bucket and folder, outside the raw bucket, of records that a delivery left out."""


def role_trust(place: Place, trusted_by: Sequence[str], *, service: str | None = None) -> dict[str, Any]:
    """Who may assume the role: `trusted_by`, or else whoever the account's own IAM policies let.

    With `service`, that AWS service alone, on behalf of this account
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
    """
    if service is not None:
        return trust({"Service": service}, {"StringEquals": {"aws:SourceAccount": place.account}})
    return trust({"AWS": list(trusted_by) or [place.iam("root")]})


def role_statements(
    place: Place,
    governance: str,
    *,
    databases: Sequence[str],
    prefix: str,
    write: WriteAccess | None,
    more: Sequence[Allow],
) -> list[Allow]:
    """All that a created role may do, within IAM's quota: by names, or by prefix where these don't fit."""
    allows: list[Allow] = []
    for exact in (True, False):
        allows = list(read_access(place, governance, databases, prefix, exact=exact))
        if write is not None:
            allows += write_access(place, governance, write, exact=exact)
        allows += more
        if _characters(allows) <= MAX_POLICY:
            break
    return allows


def _characters(allows: Sequence[Allow]) -> int:
    """Of the policy, about. Keys count alike, whether their ARN is known or not yet."""
    keys = sum(len(arn) for each in allows if each.actions[0].startswith("kms:") for arn in each.resources)
    number = sum(len(each.resources) for each in allows if each.actions[0].startswith("kms:"))
    return len(json.dumps(identity_policy(allows), separators=(",", ":"))) - keys + 80 * number


def read_access(
    place: Place, governance: str, databases: Sequence[str], prefix: str, *, exact: bool = True
) -> Iterator[Allow]:
    """To query `databases` through Lake Formation; `governance` is the account that owns the catalog.

    https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    """
    yield Allow(
        actions=["lakeformation:GetDataAccess"],
        resources=["*"],
        why_wildcard="The action has no resources: Lake Formation's grants decide.",
    )
    accounts = list(dict.fromkeys([place.account, governance]))
    yield Allow(
        actions=READ_TABLES,
        resources=[
            *_within(
                READ_BUDGET if exact else 0,
                _glue(place, accounts, databases),
                _glue(place, accounts, [f"{prefix}*"]),
            ),
            # Athena looks it up before anything else.
            place.arn("glue", "database/default"),
        ],
        why_wildcard="All tables of the databases that the role uses; Lake Formation's grants decide which.",
    )


def _within(budget: int, exact: list[str], by_prefix: list[str]) -> list[str]:
    return exact if sum(len(arn) + 3 for arn in exact) <= budget else by_prefix


def _glue(place: Place, accounts: Sequence[str], databases: Sequence[str]) -> list[str]:
    arns = []
    for account in accounts:
        catalog = f"arn:{place.partition}:glue:{place.region}:{account}:"
        arns.append(f"{catalog}catalog")
        for name in databases:
            arns += [f"{catalog}database/{name}", f"{catalog}table/{name}/*"]
    return arns


def write_access(place: Place, governance: str, write: WriteAccess, *, exact: bool = True) -> Iterator[Allow]:
    """What a role that makes a domain's products may do besides reading."""
    if write.bucket_name is not None:
        yield from _raw_data(place, write.bucket_name, write.key_arn)
    if write.failed_records is not None:
        bucket, _, folder = write.failed_records.partition("/")
        yield Allow(
            actions=["s3:DeleteObject", "s3:GetObject"],
            resources=[place.s3(f"{write.failed_records}/*")],
            why_wildcard="The records that the domain's deliveries left out: to be sent again, then removed.",
        )
        yield Allow(
            actions=["s3:ListBucket"],
            resources=[place.s3(bucket)],
            conditions={"StringLike": {"s3:prefix": f"{folder}/*"}},
        )
    if write.stream_names:
        streams = [place.arn("kinesis", f"stream/{name}") for name in write.stream_names]
        pattern = [place.arn("kinesis", f"stream/{write.stream_prefix}*")]
        yield Allow(
            actions=USE_STREAMS,
            resources=_within(STREAM_BUDGET if exact else 0, streams, pattern),
            why_wildcard="The domain has more streams than fit by name; all of them have its prefix.",
        )
    yield from write_tables(place, governance, write.databases, write.database_prefix, exact=exact)


def _raw_data(place: Place, bucket: str, key_arn: str) -> Iterator[Allow]:
    yield Allow(
        actions=[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        resources=[place.s3(f"{bucket}/*")],
        why_wildcard="The objects of the domain's own raw bucket.",
    )
    yield Allow(
        actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        resources=[place.s3(bucket)],
    )
    yield Allow(
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": [place.endpoint("s3"), place.endpoint("kinesis")]}},
    )


def write_tables(
    place: Place, governance: str, databases: Sequence[str], prefix: str, *, exact: bool = True
) -> Iterator[Allow]:
    """To change tables of `databases`, and their partitions, in the governance account's catalog."""
    if databases:
        own = _glue(place, [governance], databases)
        yield Allow(
            actions=WRITE_TABLES,
            resources=_within(WRITE_BUDGET if exact else 0, own, _glue(place, [governance], [f"{prefix}*"])),
            why_wildcard="All tables of the domain's own products; Lake Formation's grants decide which.",
        )
