"""How rules are evaluated: what a run is started with, by a schedule or by a pipeline."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.platform_roles import QUALITY
from meshwright.mesh.quality.datasets import other_tables
from meshwright.mesh.quality.rendering import has_rules

DEFAULT_SCHEDULE: Final = "rate(1 day)"
"""For rules that neither a schedule nor a step of a pipeline evaluates: none is silently never looked at."""
TIMEOUT_MINUTES: Final = 120


class Checked(NamedTuple):
    """A table that has rules."""

    product_name: str
    table_name: str
    product: Product
    table: Table

    @property
    def reference(self) -> str:
        return f"{self.product_name}.{self.table_name}"


def checked_tables(file: DomainFile) -> Iterator[Checked]:
    """The tables that have rules, in the order of the file."""
    for product_name, product in file.products.items():
        for table_name, table in product.tables.items():
            if has_rules(product, table):
                yield Checked(product_name, table_name, product, table)


def schedule_of(file: DomainFile, checked: Checked) -> tuple[str, str] | None:
    """When the rules are evaluated, and in which time zone; None: by steps of pipelines only."""
    quality = checked.table.quality
    if quality is not None and quality.schedule is not None:
        return quality.schedule, quality.timezone
    steps = (step for pipeline in file.pipelines.values() for step in pipeline.steps.values())
    if any(step.quality == checked.reference for step in steps):
        return None
    return DEFAULT_SCHEDULE, "UTC"


def evaluation_run(mesh: Mesh, domain: Domain, checked: Checked) -> dict[str, Any]:
    """The parameters of a run. The tables are named by the domain's own catalog, where links lead to them.

    https://docs.aws.amazon.com/glue/latest/webapi/API_StartDataQualityRulesetEvaluationRun.html
    """
    parameters: dict[str, Any] = {
        "DataSource": _source(mesh, domain, checked.product_name, checked.table_name),
        "Role": domain.roles[QUALITY].arn,
        "RulesetNames": [mesh.names.ruleset(domain.name, checked.product_name, checked.table_name)],
        "Timeout": TIMEOUT_MINUTES,
        "AdditionalRunOptions": {"CloudWatchMetricsEnabled": True},
    }
    if others := additional_sources(mesh, domain, checked):
        parameters["AdditionalDataSources"] = others
    return parameters


def additional_sources(mesh: Mesh, domain: Domain, checked: Checked) -> dict[str, Any]:
    """The other tables that the rules name, by alias."""
    others = other_tables(domain.file, checked.product, checked.table)
    return {name: _source(mesh, domain, *table) for name, table in others.items()}


def _source(mesh: Mesh, domain: Domain, product: str, table: str) -> dict[str, Any]:
    database = mesh.names.database(domain.name, product)
    return {"GlueTable": {"DatabaseName": database, "TableName": table}}
