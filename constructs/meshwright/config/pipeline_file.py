"""`pipelines` of a domain file: steps in an order, started by a schedule or by another product's refresh."""

from typing import Annotated

from pydantic import Field, StringConstraints

from meshwright.config import spelling
from meshwright.config.base import (
    Duration,
    FileModel,
    GlueName,
    ProductReference,
    Schedule,
    TableReference,
    Text,
    TimeZone,
)

StepName = Annotated[str, StringConstraints(pattern=spelling.STEP, max_length=40)]
PipelineName = Annotated[str, StringConstraints(pattern=spelling.STEP, max_length=30)]
Statement = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]


class Retry(FileModel):
    """How a step that failed is tried again."""

    attempts: Annotated[int, Field(ge=0, le=20)] = 3
    """How often it is tried again; 0: never."""
    wait: Duration = "1m"
    """How long before the first time, such as 30m."""
    backoff: Annotated[int, Field(ge=1, le=10)] = 2
    """By how much the wait grows each time."""


class Step(FileModel):
    """One step: exactly one of `spark`, `sql`, `quality` and `wait_for`."""

    spark: Annotated[str, StringConstraints(pattern=spelling.SCRIPT, max_length=200)] | None = None
    """A script in the domain's raw bucket, run as a job on the domain's Spark (`compute.spark`)."""
    arguments: list[Annotated[str, StringConstraints(max_length=1000)]] = []
    """Arguments of the script."""
    sql: Statement | None = None
    """A statement for Athena, run in the domain's workgroup (`compute.sql`)."""
    quality: TableReference | None = None
    """A table whose `quality` rules are evaluated; the step fails when one of them does."""
    wait_for: ProductReference | None = None
    """A product of another domain, to wait for until it has been refreshed."""
    within: Duration = "24h"
    """Of `wait_for`: a refresh counts that is not longer ago than this when the step looks."""
    after: list[StepName] = []
    """Steps that must have succeeded before."""
    retry: Retry | None = None
    """How it is tried again. Left out: as the pipeline says."""
    timeout: Duration = "1h"
    """The step fails when it takes longer."""


class Pipeline(FileModel):
    """A Step Functions state machine made of steps."""

    description: Text
    """What it does."""
    schedule: Schedule | None = None
    """When it runs: rate(1 hour), or cron(30 4 * * ? *): minute, hour, day, month, weekday, year."""
    timezone: TimeZone = "UTC"
    """Time zone of the schedule, such as Europe/Berlin."""
    triggered_by: Annotated[list[ProductReference], Field(min_length=1)] | None = None
    """Products of other domains whose refresh starts it."""
    steps: Annotated[dict[StepName, Step], Field(min_length=1)]
    """The steps, by name."""
    refreshes: list[GlueName] = []
    """Products of this domain that are fresh once it has succeeded; the mesh is told."""
    retry: Retry = Retry()
    """How its steps are tried again when they fail."""
    timeout: Duration = "6h"
    """The whole run fails when it takes longer."""
