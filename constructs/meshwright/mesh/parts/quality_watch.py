"""How the owner learns that rules fail, that data is incomplete, or older than was promised."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.durations import seconds
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.landing import Landing, landings
from meshwright.mesh.quality.freshness import longest_gap, refreshing_pipelines, window
from meshwright.mesh.quality.runs import Checked, checked_tables, schedule_of

NAMESPACE: Final = "Glue Data Quality"
"""Of the metrics of a run: glue.data.quality.rules.failed and glue.data.quality.rules.passed
(https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html).
"""


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Rules and service levels that are not met."""
    for each in checked_tables(domain.file):
        yield Alarm(
            key=f"quality {each.reference}",
            runbook="quality-rules-failed",
            text=f"The data of {each.reference} breaks one of its quality rules, or is less complete than "
            "promised. Its consumers may draw wrong conclusions.",
            metric=_counted(mesh, domain, each, "failed"),
            threshold=0,
            product=each.product_name,
        )
        yield from _not_evaluated(mesh, domain, each)
    refreshing = refreshing_pipelines(domain.file)
    landed: dict[str, list[Landing]] = {}
    for landing in landings(domain):
        landed.setdefault(landing.product, []).append(landing)
    for name, product in domain.file.products.items():
        if product.slo is not None and product.slo.freshness is not None:
            if name in refreshing:
                yield from _refreshed(mesh, domain, name, product.slo.freshness)
            elif product.tables.keys() <= {each.table_name for each in landed.get(name, ())}:
                yield from _delivered(mesh, domain, name, product.slo.freshness, landed[name])


def _not_evaluated(mesh: Mesh, domain: Domain, checked: Checked) -> Iterator[Alarm]:
    """A run that breaks counts nothing, so what is missing tells: no result in twice the time between runs.

    Of a step of a pipeline its failure tells. Without an alarm remain schedules longer than an alarm looks
    back, and crons that leave out days.
    """
    chosen = schedule_of(domain.file, checked)
    gap = longest_gap(chosen[0]) if chosen is not None else None
    looked = window(2 * gap) if gap is not None else None
    if looked is None:
        return
    yield Alarm(
        key=f"quality {checked.reference} not evaluated",
        runbook="quality-not-evaluated",
        text=f"The quality rules of {checked.reference} were due and have not been evaluated: nobody knows "
        "whether its data keeps them.",
        metric=replace(_counted(mesh, domain, checked, "passed"), statistic="SampleCount"),
        threshold=1,
        comparison="LessThanThreshold",
        period=looked.period,
        periods=looked.periods,
        missing="breaching",
        product=checked.product_name,
    )


def _counted(mesh: Mesh, domain: Domain, checked: Checked, outcome: str) -> Metric:
    """How many rules of a table failed or passed in a run."""
    names = mesh.names
    return Metric(
        namespace=NAMESPACE,
        name=f"glue.data.quality.rules.{outcome}",
        dimensions={
            "CatalogId": domain.account,
            "Database": names.database(domain.name, checked.product_name),
            "Ruleset": names.ruleset(domain.name, checked.product_name, checked.table_name),
            "Table": checked.table_name,
        },
    )


def _refreshed(mesh: Mesh, domain: Domain, product: str, freshness: str) -> Iterator[Alarm]:
    """By the refreshes that pipelines announce."""
    if (looked := window(seconds(freshness))) is not None:
        yield Alarm(
            key=f"freshness {product}",
            runbook="data-not-fresh",
            text=f"{product} has not been refreshed for {freshness}, as its consumers were promised.",
            metric=refreshed(mesh, domain, product),
            threshold=1,
            comparison="LessThanThreshold",
            period=looked.period,
            periods=looked.periods,
            missing="breaching",
            product=product,
        )


def _delivered(
    mesh: Mesh, domain: Domain, product: str, freshness: str, landed: Sequence[Landing]
) -> Iterator[Alarm]:
    """Where no pipeline does, by the age of what streams deliver."""
    for landing in landed:
        yield Alarm(
            key=f"freshness {product} {landing.stream}",
            runbook="data-not-fresh",
            text=f"A record of the stream {landing.stream} has been waiting for {freshness} or longer to "
            f"arrive in {product}.{landing.table_name}: its data is older than was promised.",
            metric=_oldest_record(mesh, domain, landing),
            threshold=seconds(freshness),
            product=product,
        )


def refreshed(mesh: Mesh, domain: Domain, product: str) -> Metric:
    """What pipelines count when they have refreshed a product."""
    dimensions = {"Mesh": mesh.name, "Domain": domain.name, "Product": product}
    return Metric(namespace="meshwright", name="Refreshed", dimensions=dimensions)


def _oldest_record(mesh: Mesh, domain: Domain, landing: Landing) -> Metric:
    """Age in seconds (https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html)."""
    service = "DeliveryToIceberg" if landing.layout == "iceberg" else "DeliveryToS3"
    return Metric(
        namespace="AWS/Firehose",
        name=f"{service}.DataFreshness",
        dimensions={"DeliveryStreamName": mesh.names.delivery(domain.name, landing.stream, landing.layout)},
        statistic="Maximum",
    )


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Rules that passed and failed, by table; refreshes of products that promise to be fresh."""
    for each in checked_tables(domain.file):
        metrics = tuple(_counted(mesh, domain, each, outcome) for outcome in ("passed", "failed"))
        yield Widget(title=f"{each.reference}: quality rules passed, failed", metrics=metrics, period=3600)
    products = domain.file.products.items()
    promised = [name for name, product in products if product.slo is not None and product.slo.freshness]
    refreshing = refreshing_pipelines(domain.file)
    fresh = [name for name in promised if name in refreshing]
    if fresh:
        yield Widget(
            title="Refreshes of products",
            metrics=tuple(refreshed(mesh, domain, name) for name in fresh),
            period=3600,
        )
