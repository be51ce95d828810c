"""The dashboard of a domain: its alarms, the graphs of its parts, storage and spend."""

from collections.abc import Iterator, Sequence
from typing import Final

from meshwright.markdown import without_html
from meshwright.mesh.alarms import Alarm
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.dashboards import Graph, body, graphs_of, search, titles
from meshwright.mesh.parts.watched import widgets_of
from meshwright.mesh.place import place_in

BILLING_REGION: Final = "us-east-1"
"""Where the metric of charges is, of all Regions
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html).
"""
DAY: Final = 86_400
QUARTER_DAY: Final = 21_600
"""Seconds. Charges are estimated several times a day, storage is measured once."""


def resources(mesh: Mesh, domain: Domain, alarms: Sequence[Alarm]) -> Iterator[Declared]:
    """The dashboard, with `monitoring` and unless that says `dashboard: false`."""
    monitoring = domain.file.monitoring
    if monitoring is None or not monitoring.dashboard:
        return
    name = mesh.names.workloads(domain.name)
    place = place_in(mesh.region, account=domain.account)
    graphs = [
        *(graph for widget in widgets_of(mesh, domain) for graph in graphs_of(widget, mesh.region)),
        *_storage(mesh, domain),
        *_spend(domain, partition=place.partition),
    ]
    names = [mesh.names.alarm(domain.name, each.key) for each in alarms]
    yield Declared(
        key="dashboard",
        type="AWS::CloudWatch::Dashboard",
        name=name,
        properties={
            "DashboardName": name,
            "DashboardBody": body(
                heading=_heading(domain),
                alarms=[place.arn("cloudwatch", f"alarm:{each}") for each in names],
                graphs=graphs,
            ),
        },
        shown=titles(graphs),
    )


def _heading(domain: Domain) -> str:
    owner = domain.file.owner
    lines = [domain.file.description, f"Owner: {owner.team}, {owner.email}"]
    return "\n\n".join([f"# {domain.name}", *map(without_html, lines)])


def _storage(mesh: Mesh, domain: Domain) -> Iterator[Graph]:
    """Size by storage class, and number of objects, old versions included.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    """
    buckets = {kind: mesh.names.bucket(domain.name, domain.account, kind) for kind in ("products", "raw")}
    yield Graph(
        title="Stored (bytes, by storage class)",
        lines=tuple(
            search(
                kind,
                f"{kind} ${{PROP('Dim.StorageType')}}",
                f'{{AWS/S3,BucketName,StorageType}} MetricName="BucketSizeBytes" BucketName="{bucket}"',
                "Average",
                DAY,
            )
            for kind, bucket in buckets.items()
        ),
        region=mesh.region,
        period=DAY,
    )
    yield Graph(
        title="Objects stored",
        lines=tuple(
            (
                "AWS/S3",
                "NumberOfObjects",
                "BucketName",
                bucket,
                "StorageType",
                "AllStorageTypes",
                {"label": kind},
            )
            for kind, bucket in buckets.items()
        ),
        region=mesh.region,
        period=DAY,
    )


def _spend(domain: Domain, *, partition: str) -> Iterator[Graph]:
    """The month's estimated charges of the account, where they are in dollars."""
    if partition != "aws":
        return
    budget = domain.file.budget
    yield Graph(
        title="Charges of this month so far (US dollars; needs billing alerts)",
        lines=(("AWS/Billing", "EstimatedCharges", "Currency", "USD"),),
        region=BILLING_REGION,
        period=QUARTER_DAY,
        statistic="Maximum",
        limit=("Budget of the month", budget.monthly_usd) if budget else None,
    )
