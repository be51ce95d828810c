"""`mesh.yaml`: what the governance team decides for every domain."""

from typing import Annotated

from pydantic import Field, StringConstraints

from meshwright.config import spelling
from meshwright.config.base import (
    MAX_ARN,
    MAX_ENVIRONMENTS,
    AccountId,
    Classification,
    EnvironmentName,
    FileModel,
    MeshName,
    Text,
)
from meshwright.config.operations_file import AuditTrail, MeshMonitoring


class Environment(FileModel):
    """One set of accounts: every domain has an account of its own in it."""

    governance_account: AccountId
    """Account that holds the catalog and every cross-account grant. 12 digits, in quotes."""
    region: Annotated[str, StringConstraints(pattern=spelling.REGION, max_length=30)]
    """AWS Region of the whole mesh in this environment, for example eu-west-1."""


class MeshFile(FileModel):
    """The mesh: its name, its environments and its global policies."""

    mesh: MeshName
    """Name of the mesh; it prefixes the name of every stack, bucket, stream, database and role."""
    description: Text | None = None
    """What this mesh is for, in a sentence."""
    organization: Annotated[str, StringConstraints(pattern=spelling.ORGANIZATION)] | None = None
    """AWS Organizations id, if every account is in it. Access to data is then also limited to it."""
    environments: Annotated[
        dict[EnvironmentName, Environment], Field(min_length=1, max_length=MAX_ENVIRONMENTS)
    ]
    """The environments by name; the first is the default of `cdk deploy`."""
    classifications: Annotated[list[Classification], Field(min_length=1)]
    """Classifications a product can have, from least to most sensitive."""
    open_classifications: list[Classification] = []
    """Classifications whose products any domain may read that asks; PII columns stay hidden."""
    permissions_boundary: (
        Annotated[str, StringConstraints(pattern=spelling.POLICY, max_length=128)] | None
    ) = None
    """Name of an IAM managed policy, present in every account, put as boundary on every role."""
    bootstrap_qualifier: Annotated[str, StringConstraints(pattern=spelling.QUALIFIER)] = "hnb659fds"
    """Qualifier that the accounts were bootstrapped with (`cdk bootstrap --qualifier`)."""
    cross_account_version: Annotated[int, Field(ge=3, le=5)] = 4
    """Least version of Lake Formation's cross-account sharing. 5 lifts its limits and can't be undone."""
    administrators: list[
        Annotated[str, StringConstraints(pattern=spelling.ADMINISTRATOR, max_length=MAX_ARN)]
    ] = []
    """IAM roles, by name or ARN, that may administer Lake Formation in any account of the mesh, besides those
    that deploy; the audit reports all others. They are neither made nor added."""
    monitoring: MeshMonitoring | None = None
    """A dashboard of the mesh, and where its runbooks are."""
    audit_trail: AuditTrail | None = None
    """A CloudTrail of Lake Formation and of the data in S3; it costs money."""
