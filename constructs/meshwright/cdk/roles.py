"""IAM roles of a domain, with least privilege: what can be read is Lake Formation's to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from meshwright.cdk.place import Place, Tags, cfn_tags, place_of
from meshwright.cdk.policies import Allow, acknowledge_wildcards, role_policy, trust

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAccess:
    """What a role that makes a domain's products has besides: raw data, streams, partitions of tables.

    Writing the products themselves goes through Lake Formation, as reading does.
    """

    bucket_name: str
    """The domain's raw bucket."""
    key_arn: str
    """The key that encrypts bucket and streams."""
    databases: Sequence[str] = ()
    """The domain's own products in the governance account's catalog."""
    database_prefix: str
    stream_names: Sequence[str] = ()
    stream_prefix: str


class DomainRole(iam.CfnRole):
    """A role for people or jobs of a domain that query data through Lake Formation.

    It may look up `databases` (in its own account, where the links are, and in the governance account) and
    ask Lake Formation for access to data; what it gets is what Lake Formation granted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        governance_account: str,
        databases: Sequence[str],
        database_prefix: str,
        write: WriteAccess | None = None,
        trusted_by: Sequence[str] = (),
        permissions_boundary_arn: str | None = None,
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`trusted_by`: ARNs that may assume it; default: whoever the account's own IAM policies let.

        With more databases than fit, the policy names all that begin with `database_prefix`.
        """
        place = place_of(scope, env)
        allows = list(_read_access(place, governance_account, databases, database_prefix))
        if write is not None:
            allows += _write_access(place, governance_account, write)
        super().__init__(
            scope,
            construct_id,
            role_name=role_name,
            assume_role_policy_document=trust({"AWS": list(trusted_by) or [place.iam("root")]}),
            permissions_boundary=permissions_boundary_arn,
            policies=[role_policy("data", allows)],
            tags=cfn_tags(tags),
        )
        self.literal_arn = place.iam(f"role/{role_name}")
        acknowledge_wildcards(self, allows)


def _read_access(place: Place, governance: str, databases: Sequence[str], prefix: str) -> Iterator[Allow]:
    yield Allow(
        actions=["lakeformation:GetDataAccess"],
        resources=["*"],
        why_wildcard="The action has no resources: Lake Formation's grants decide.",
    )
    accounts = list(dict.fromkeys([place.account, governance]))
    yield Allow(
        actions=READ_TABLES,
        resources=[
            *_within(READ_BUDGET, _glue(place, accounts, databases), _glue(place, accounts, [f"{prefix}*"])),
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


def _write_access(place: Place, governance: str, write: WriteAccess) -> Iterator[Allow]:
    yield Allow(
        actions=[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        resources=[place.s3(f"{write.bucket_name}/*")],
        why_wildcard="The objects of the domain's own raw bucket.",
    )
    yield Allow(
        actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        resources=[place.s3(write.bucket_name)],
    )
    yield Allow(
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[write.key_arn],
        conditions={"StringEquals": {"kms:ViaService": [place.endpoint("s3"), place.endpoint("kinesis")]}},
    )
    if write.stream_names:
        streams = [place.arn("kinesis", f"stream/{name}") for name in write.stream_names]
        pattern = [place.arn("kinesis", f"stream/{write.stream_prefix}*")]
        yield Allow(
            actions=USE_STREAMS,
            resources=_within(STREAM_BUDGET, streams, pattern),
            why_wildcard="The domain has more streams than fit by name; all of them have its prefix.",
        )
    if write.databases:
        own = _glue(place, [governance], write.databases)
        yield Allow(
            actions=WRITE_TABLES,
            resources=_within(WRITE_BUDGET, own, _glue(place, [governance], [f"{write.database_prefix}*"])),
            why_wildcard="All tables of the domain's own products; Lake Formation's grants decide which.",
        )
