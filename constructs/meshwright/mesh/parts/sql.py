"""SQL on Athena: a workgroup for each role that queries, with queries that show what it subscribes to.

A workgroup has one place for results, which everybody who may use it can read. Roles of a domain see
different columns and rows, so each has its own workgroup, and reads no results but its own.
"""

from collections.abc import Iterator
from typing import Any, Final

from meshwright.config.compute_file import Sql
from meshwright.mesh.alarms import Metric, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import PIPELINES
from meshwright.mesh.statements import Allow
from meshwright.mesh.subscriptions import Subscription

ENGINE: Final = "Athena engine version 3"
GB: Final = 10**9
"""Athena's limit is in bytes, and its prices are by the decimal terabyte."""
SHOWN_ROWS: Final = 10
USE_WORKGROUP: Final = (
    "athena:BatchGetNamedQuery",
    "athena:BatchGetQueryExecution",
    "athena:GetNamedQuery",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
    "athena:ListNamedQueries",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
RESULTS: Final = "athena-results"
"""Folder of the logs bucket that results are written to, each role's in one of its own."""


def sql_of(domain: Domain) -> Sql | None:
    """What the file says of SQL; None: the domain has none."""
    return domain.file.compute.sql if domain.file.compute is not None else None


def querying_roles(domain: Domain) -> list[DomainRole]:
    """The roles that have a workgroup: the file's own, and that of pipelines. None without `compute.sql`."""
    return [role for role in domain.roles.values() if _queries(domain, role)]


def _queries(domain: Domain, role: DomainRole) -> bool:
    return sql_of(domain) is not None and (role.service is None or role.key == PIPELINES)


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """A workgroup for each role, and in it a named query for each product that it subscribes to."""
    spec = sql_of(domain)
    if spec is None:
        return
    for role in querying_roles(domain):
        yield _workgroup(mesh, domain, role, spec.scan_limit_gb)
        for subscription in mesh.agreed_by_consumer.get(domain.name, ()):
            if role.key in subscription.roles:
                yield _named_query(mesh, domain, role, subscription)


def _workgroup(mesh: Mesh, domain: Domain, role: DomainRole, limit: int) -> Declared:
    place = place_in(mesh.region, account=domain.account)
    name = mesh.names.workgroup(domain.name, role.key)
    return Declared(
        key=f"workgroup {role.key}",
        type="AWS::Athena::WorkGroup",
        name=name,
        properties={
            "Name": name,
            "Description": f"Queries of {role.name}",
            "WorkGroupConfiguration": workgroup_configuration(
                output=f"s3://{results_folder(mesh, domain, role.key)}/",
                owner=domain.account,
                key_arn=place.arn("kms", mesh.names.key_alias(domain.name)),
                scan_limit_gb=limit,
            ),
            # What is deleted with it are saved queries and the history.
            "RecursiveDeleteOption": True,
        },
        shown={"scans per query": f"{limit} GB at most", "for": role.name},
    )


def workgroup_configuration(*, output: str, owner: str, key_arn: str, scan_limit_gb: int) -> dict[str, Any]:
    """Configuration that no client can override.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    return {
        "EnforceWorkGroupConfiguration": True,
        "EngineVersion": {"SelectedEngineVersion": ENGINE},
        "PublishCloudWatchMetricsEnabled": True,
        "BytesScannedCutoffPerQuery": scan_limit_gb * GB,
        "ResultConfiguration": {
            "OutputLocation": output,
            "ExpectedBucketOwner": owner,
            "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": key_arn},
        },
    }


def _named_query(mesh: Mesh, domain: Domain, role: DomainRole, subscription: Subscription) -> Declared:
    database = mesh.names.database(subscription.producer, subscription.product)
    first, *others = subscription.tables
    lines = [f"-- {subscription.reference}: {' '.join(subscription.purpose.split())}"]
    if subscription.until is not None:
        lines.append(f"-- agreed until {subscription.until}")
    lines += [f'-- also: "{database}"."{each.table}" ({", ".join(each.columns)})' for each in others]
    columns = ", ".join(f'"{column}"' for column in first.columns)
    # Names in the files hold no quotes; and a reader runs it, with the reader's own rights.
    lines.append(f'SELECT {columns} FROM "{database}"."{first.table}" LIMIT {SHOWN_ROWS}')  # noqa: S608
    return Declared(
        key=f"query {role.key} {subscription.reference}",
        type="AWS::Athena::NamedQuery",
        name=f"{subscription.reference} for {role.key}",
        properties={
            "Name": subscription.reference,
            "Description": f"What {role.key} reads of {subscription.reference}",
            "Database": database,
            "WorkGroup": mesh.names.workgroup(domain.name, role.key),
            "QueryString": "\n".join(lines),
        },
        shown={"query": "\n".join(lines)},
        after=(f"workgroup {role.key}",),
        tags="",
    )


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """What queries scan.

    https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
    """
    if roles := querying_roles(domain):
        yield Widget(
            title="SQL: bytes scanned",
            metrics=tuple(
                Metric(
                    namespace="AWS/Athena",
                    name="ProcessedBytes",
                    dimensions={
                        "WorkGroup": mesh.names.workgroup(domain.name, role.key),
                        "QueryState": "SUCCEEDED",
                        "QueryType": "DML",
                    },
                )
                for role in roles
            ),
            period=3600,
        )


def results_folder(mesh: Mesh, domain: Domain, role: str) -> str:
    """Where the results of a role's queries are, without a slash at the end."""
    return f"{mesh.names.bucket(domain.name, domain.account, 'logs')}/{RESULTS}/{role}"


def role_policy(mesh: Mesh, domain: Domain, role: DomainRole, *, key_arn: str) -> Iterator[Allow]:
    """What a role that queries needs besides looking up tables: its workgroup and its results.

    https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
    """
    if not _queries(domain, role):
        return
    place = place_in(mesh.region, account=domain.account)
    bucket = mesh.names.bucket(domain.name, domain.account, "logs")
    objects = place.s3(f"{results_folder(mesh, domain, role.key)}/*")
    yield Allow(
        actions=USE_WORKGROUP,
        resources=[place.arn("athena", f"workgroup/{mesh.names.workgroup(domain.name, role.key)}")],
    )
    yield Allow(
        actions=["athena:GetDataCatalog"], resources=[place.arn("athena", "datacatalog/AwsDataCatalog")]
    )
    yield Allow(
        actions=[
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
        resources=[objects],
        why_wildcard="The results of the role's own queries; Athena chooses their names.",
    )
    yield Allow(actions=["s3:GetBucketLocation"], resources=[place.s3(bucket)])
    yield Allow(
        actions=["s3:ListBucket"],
        resources=[place.s3(bucket)],
        conditions={"StringLike": {"s3:prefix": f"{RESULTS}/{role.key}/*"}},
    )
    yield Allow(
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={
            "StringEquals": {"kms:ViaService": place.endpoint("s3")},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": objects},
        },
    )
