"""`compute` of a domain file: engines that the domain runs on its own."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from meshwright.config import spelling
from meshwright.config.base import FileModel


class Spark(FileModel):
    """An EMR Serverless application of the domain; it costs nothing while no job runs."""

    release: Annotated[str, StringConstraints(pattern=spelling.EMR_RELEASE)] = "emr-7.12.0"
    """Release of EMR; 7.12 or later, so that jobs can write under Lake Formation."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Processors: Graviton (`arm64`), or `x86_64` for libraries that need it."""
    max_vcpus: Annotated[int, Field(ge=16, le=4000)] = 32
    """Most vCPUs that all running jobs use together (16 or more: a job under Lake Formation has two drivers
    and executors for each, of 4 vCPUs and 16 GB unless it says otherwise)."""
    max_memory_gb: Annotated[int, Field(ge=64, le=30000)] = 128
    """Most memory that they use together, in GB (64 or more)."""
    max_disk_gb: Annotated[int, Field(ge=80, le=100000)] = 640
    """Most disk that they use together, in GB (80 or more)."""
    idle_minutes: Annotated[int, Field(ge=1, le=10080)] = 15
    """It stops after so many minutes without a job."""


class Sql(FileModel):
    """An Athena workgroup of the domain, with encrypted results."""

    scan_limit_gb: Annotated[int, Field(ge=1, le=100000)] = 100
    """A query that would scan more GB than this is stopped."""
    keep_results_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Results of queries are deleted after so many days."""


class Compute(FileModel):
    """Engines of the domain's own. `spark: {}` or `sql: {}` is enough."""

    spark: Spark | None = None
    """Spark on EMR Serverless, for work that outgrows one machine."""
    sql: Sql | None = None
    """SQL on Athena."""
