"""Queries, pipelines with their steps, and quality rules.

https://aws.amazon.com/athena/pricing/, https://aws.amazon.com/emr/pricing/, https://aws.amazon.com/glue/pricing/,
https://aws.amazon.com/step-functions/pricing/, https://aws.amazon.com/eventbridge/pricing/
"""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.config.pipeline_file import Pipeline, Step
from meshwright.cost.assumptions import Assumed
from meshwright.cost.items import DAYS, MILLION, THOUSAND, Charge, Item, fixed, used
from meshwright.cost.runs import runs_a_month
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.quality.runs import checked_tables, schedule_of

START_AND_END = 2
"""State transitions of a run besides those of its steps."""
METRICS_OF_A_TABLE = 2
"""Rules that passed, and that failed."""


def items(mesh: Mesh, domain: Domain, assumed: Assumed) -> Iterator[Item]:
    """What people query, each pipeline, each table whose rules are evaluated."""
    file = domain.file
    if file.compute is not None and file.compute.sql is not None:
        queries = assumed["queries_per_day"] * DAYS
        charges = tuple(used("athena-scan", queries * assumed["query_gb"] / THOUSAND))
        yield Item(domain=domain.name, part="queries", resource="SQL", charges=charges)
    for name, pipeline in file.pipelines.items():
        charges = tuple(_pipeline(domain, pipeline, assumed))
        yield Item(domain=domain.name, part="pipelines", resource=name, charges=charges)
    for table in checked_tables(file):
        chosen = schedule_of(file, table)
        runs = Decimal(0) if chosen is None else runs_a_month(chosen[0])
        yield Item(
            domain=domain.name,
            part="quality",
            resource=f"rules of {table.reference}",
            detail="by pipelines" if chosen is None else chosen[0],
            charges=(fixed("metric", METRICS_OF_A_TABLE), *used("glue-dpu", runs * _evaluation(assumed))),
        )


def _pipeline(domain: Domain, pipeline: Pipeline, assumed: Assumed) -> Iterator[Charge]:
    """What its runs cost, those apart that fail and are tried again. A product's refreshes are a metric."""
    scheduled = Decimal(0) if pipeline.schedule is None else runs_a_month(pipeline.schedule)
    triggered = assumed["refreshes_per_day"] * DAYS * len(pipeline.triggered_by or ())
    runs = scheduled + triggered
    steps = list(pipeline.steps.values())
    transitions = START_AND_END + assumed["transitions_per_step"] * len(steps)
    yield from used("states-transition", runs * transitions / THOUSAND)
    yield from used("scheduler-invocation", scheduled / MILLION)
    yield from used("event", runs * len(pipeline.refreshes) / MILLION)
    yield from used("metric", Decimal(len(pipeline.refreshes) if runs else 0))
    hours = runs * sum(step.spark is not None for step in steps) * assumed["spark_minutes"] / 60
    if hours:
        spark = domain.file.compute.spark if domain.file.compute is not None else None
        processors = "arm64" if spark is None else spark.architecture
        yield from used(f"emr-serverless-vcpu-{processors}", hours * assumed["spark_vcpus"])
        yield from used(f"emr-serverless-memory-{processors}", hours * assumed["spark_memory_gb"])
    yield from used("athena-scan", runs * _number(steps, "sql") * assumed["query_gb"] / THOUSAND)
    yield from used("glue-dpu", runs * _number(steps, "quality") * _evaluation(assumed))


def _number(steps: list[Step], kind: str) -> int:
    return sum(getattr(step, kind) is not None for step in steps)


def _evaluation(assumed: Assumed) -> Decimal:
    """DPU-hours of evaluating the rules of a table once."""
    return assumed["quality_dpus"] * assumed["quality_minutes"] / 60
