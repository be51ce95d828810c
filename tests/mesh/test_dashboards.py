"""Dashboards: bodies that CloudWatch draws, whatever the number of lines, and what stands in them."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from meshwright.mesh.alarms import Metric, Widget
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts import domain_dashboard, mesh_dashboard
from meshwright.mesh.parts.dashboards import Graph, body, graphs_of
from meshwright.mesh.parts.watched import alarms_of
from meshwright.project import load_mesh
from tests.config.small_mesh import (
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS_FILE,
    TEXTS,
    TODAY,
    edited,
    write_mesh,
)

EXAMPLE = Path(__file__).parents[2]
KINDS = {"text", "alarm", "metric"}


def widgets_of(text: str) -> list[dict[str, Any]]:
    """The widgets of a body, each inside the grid of 24 columns and none over another."""
    parsed = json.loads(text)
    assert set(parsed) == {"widgets"}
    widgets: list[dict[str, Any]] = parsed["widgets"]
    assert widgets
    for each in widgets:
        assert set(each) == {"type", "x", "y", "width", "height", "properties"}
        assert each["type"] in KINDS
        assert each["x"] >= 0
        assert each["y"] >= 0
        assert each["width"] >= 1
        assert each["height"] >= 1
        assert each["x"] + each["width"] <= 24
    for one, other in combinations(widgets, 2):
        apart = (
            one["x"] + one["width"] <= other["x"]
            or other["x"] + other["width"] <= one["x"]
            or one["y"] + one["height"] <= other["y"]
            or other["y"] + other["height"] <= one["y"]
        )
        assert apart, f"{one['properties']} lies over {other['properties']}"
    return widgets


def of_domain(mesh: Mesh, name: str) -> list[dict[str, Any]]:
    domain = mesh.domains[name]
    (declared,) = domain_dashboard.resources(mesh, domain, alarms_of(mesh, domain))
    assert (declared.type, declared.name) == ("AWS::CloudWatch::Dashboard", f"{mesh.name}-{name}")
    assert declared.properties["DashboardName"] == declared.name
    return widgets_of(declared.properties["DashboardBody"])


def lines(count: int) -> tuple[Metric, ...]:
    return tuple(Metric(namespace="Own", name="Seen", dimensions={"Of": f"{n}"}) for n in range(count))


def test_the_dashboard_of_a_small_domain(tmp_path: Path) -> None:
    text = "monitoring: {}\nbudget: {monthly_usd: 300}\nroles:\n  engineers"
    mesh = load_mesh(
        write_mesh(tmp_path, edited(ORDERS_FILE, "roles:\n  engineers", text)), environment=None, today=TODAY
    )
    heading, alarms, *graphs = of_domain(mesh, "orders")
    assert heading["properties"] == {
        "markdown": "# orders\n\nCustomer orders.\n\nOwner: order-platform, orders@acme.example"
    }
    start = "arn:aws:cloudwatch:eu-west-1:222222222221:alarm:acme-orders-stream-order-events"
    assert alarms["properties"] == {
        "title": "Alarms",
        "alarms": [f"{start}-behind", f"{start}-refuses-writes", f"{start}-refuses-reads"],
    }
    stream = ["StreamName", "acme-orders-order-events"]

    def kinesis(name: str, statistic: str) -> list[Any]:
        return ["AWS/Kinesis", name, *stream, {"stat": statistic}]

    def size(kind: str) -> list[Any]:
        bucket = f"acme-orders-{kind}-222222222221"
        query = f'{{AWS/S3,BucketName,StorageType}} MetricName="BucketSizeBytes" BucketName="{bucket}"'
        label = f"{kind} ${{PROP('Dim.StorageType')}}"
        return [{"expression": f"SEARCH('{query}', 'Average', 86400)", "id": kind, "label": label}]

    def objects(kind: str) -> list[Any]:
        bucket = f"acme-orders-{kind}-222222222221"
        dimensions = ["BucketName", bucket, "StorageType", "AllStorageTypes"]
        return ["AWS/S3", "NumberOfObjects", *dimensions, {"label": kind}]

    common = {"region": "eu-west-1", "stat": "Average", "view": "timeSeries"}
    assert [each["properties"] for each in graphs] == [
        {
            "title": "Records written to streams",
            "metrics": [kinesis("IncomingRecords", "Sum")],
            "period": 300,
            **common,
        },
        {
            "title": "Bytes written to streams",
            "metrics": [kinesis("IncomingBytes", "Sum")],
            "period": 300,
            **common,
        },
        {
            "title": "Age of the record read last (milliseconds)",
            "metrics": [kinesis("GetRecords.IteratorAgeMilliseconds", "Maximum")],
            "period": 300,
            **common,
        },
        {
            "title": "Refused by streams",
            "metrics": [
                kinesis("WriteProvisionedThroughputExceeded", "Sum"),
                kinesis("ReadProvisionedThroughputExceeded", "Sum"),
            ],
            "period": 300,
            **common,
        },
        {
            "title": "Stored (bytes, by storage class)",
            "metrics": [size("products"), size("raw")],
            "period": 86400,
            **common,
        },
        {
            "title": "Objects stored",
            "metrics": [objects("products"), objects("raw")],
            "period": 86400,
            **common,
        },
        {
            "title": "Charges of this month so far (US dollars; needs billing alerts)",
            "metrics": [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]],
            "period": 21600,
            "region": "us-east-1",
            "stat": "Maximum",
            "view": "timeSeries",
            "annotations": {"horizontal": [{"label": "Budget of the month", "value": 300}]},
        },
    ]


@pytest.mark.parametrize("monitoring", ["{dashboard: false}", None])
def test_a_domain_without_a_dashboard(tmp_path: Path, monitoring: str | None) -> None:
    text = f"monitoring: {monitoring}\n{TEXTS[ORDERS_FILE]}" if monitoring else TEXTS[ORDERS_FILE]
    mesh = load_mesh(write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: text}), environment=None, today=TODAY)
    domain = mesh.domains["orders"]
    assert list(domain_dashboard.resources(mesh, domain, alarms_of(mesh, domain))) == []


def test_dashboards_of_the_example_mesh() -> None:
    mesh = load_mesh(EXAMPLE, environment=None, today=TODAY)
    with_dashboard = [name for name, each in mesh.domains.items() if each.file.monitoring is not None]
    assert with_dashboard == ["orders", "payments"]
    for name in with_dashboard:
        graphs = [each for each in of_domain(mesh, name) if each["type"] == "metric"]
        titles = [each["properties"]["title"] for each in graphs]
        assert len(titles) >= 10
        assert len(set(titles)) == len(titles)
        for each in graphs:
            identities = [
                line[0]["id"] for line in each["properties"]["metrics"] if isinstance(line[0], dict)
            ]
            assert len(set(identities)) == len(identities)


def test_plan_is_shown_the_title_of_each_graph(tmp_path: Path) -> None:
    """A property each: were they one, a change would list all titles twice."""
    text = edited(ORDERS_FILE, "roles:\n  engineers", "monitoring: {}\nroles:\n  engineers")
    mesh = load_mesh(write_mesh(tmp_path, text), environment=None, today=TODAY)
    domain = mesh.domains["orders"]
    (declared,) = domain_dashboard.resources(mesh, domain, alarms_of(mesh, domain))
    assert declared.shown == {
        "graph Records written to streams": "",
        "graph Bytes written to streams": "",
        "graph Age of the record read last (milliseconds)": "",
        "graph Refused by streams": "",
        "graph Stored (bytes, by storage class)": "",
        "graph Objects stored": "",
        "graph Charges of this month so far (US dollars; needs billing alerts)": "",
    }


def test_a_graph_with_too_many_lines_becomes_several() -> None:
    graphs = list(graphs_of(Widget(title="Seen", metrics=lines(201), period=60), "eu-west-1"))
    assert [(each.title, len(each.lines), each.period) for each in graphs] == [
        ("Seen (1 of 3)", 100, 60),
        ("Seen (2 of 3)", 100, 60),
        ("Seen (3 of 3)", 1, 60),
    ]
    assert list(graphs_of(Widget(title="Nothing", metrics=()), "eu-west-1")) == []


def test_a_dashboard_holds_what_cloudwatch_allows() -> None:
    """2,500 metrics: the 26th graph of 100 lines is one too many, and so is each after it. A text says so."""
    one = next(graphs_of(Widget(title="Seen", metrics=lines(100)), "eu-west-1"))
    graphs = [
        Graph(title=f"Seen {n}", lines=one.lines, region=one.region, period=one.period) for n in range(1, 28)
    ]
    widgets = widgets_of(body(heading="# Many", alarms=[f"alarm {n}" for n in range(101)], graphs=graphs))
    drawn = [each for each in widgets if each["type"] == "metric"]
    assert [each["properties"]["title"] for each in drawn] == [f"Seen {n}" for n in range(1, 26)]
    assert widgets[-1]["properties"] == {
        "markdown": "Graphs left out, for a dashboard can't hold more: 2. The first is Seen 26."
    }
    states = [len(each["properties"]["alarms"]) for each in widgets if each["type"] == "alarm"]
    assert states == [100, 1]


def test_the_dashboard_of_the_mesh(tmp_path: Path) -> None:
    """It asks for the highest of all accounts, so no domain that joins or leaves changes it."""
    texts = {**TEXTS, MESH_FILE: f"{TEXTS[MESH_FILE]}monitoring: {{}}\n"}
    mesh = load_mesh(write_mesh(tmp_path / "two", texts), environment=None, today=TODAY)
    (declared,) = mesh_dashboard.resources(mesh)
    assert (declared.type, declared.name) == ("AWS::CloudWatch::Dashboard", "acme")
    heading, *graphs = widgets_of(declared.properties["DashboardBody"])
    assert heading["properties"]["markdown"].startswith("# acme\n\n")
    queries = [each["properties"]["metrics"][0][0]["expression"] for each in graphs]
    assert queries[:3] == [
        'SELECT SUM(IncomingRecords) FROM SCHEMA("AWS/Kinesis", StreamName) '
        "GROUP BY AWS.AccountId ORDER BY SUM() DESC LIMIT 10",
        'SELECT MAX("GetRecords.IteratorAgeMilliseconds") FROM SCHEMA("AWS/Kinesis", StreamName) '
        "GROUP BY AWS.AccountId, StreamName ORDER BY MAX() DESC LIMIT 10",
        'SELECT MAX("SubscribeToShardEvent.MillisBehindLatest") '
        'FROM SCHEMA("AWS/Kinesis", ConsumerName, StreamName) '
        "GROUP BY AWS.AccountId, ConsumerName, StreamName ORDER BY MAX() DESC LIMIT 10",
    ]
    assert queries[-1] == (
        'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) '
        "WHERE FunctionName = 'acme-lakeformation-provider' "
        "GROUP BY AWS.AccountId ORDER BY SUM() DESC LIMIT 10"
    )
    fewer = {name: text for name, text in texts.items() if name != ANALYTICS_FILE}
    approval = "    shared_with:\n      - {domain: analytics, until: 2027-12-31}\n"
    fewer[ORDERS_FILE] = fewer[ORDERS_FILE].replace(approval, "")
    without = load_mesh(write_mesh(tmp_path / "one", fewer), environment=None, today=TODAY)
    assert list(without.domains) == ["orders"]
    assert list(mesh_dashboard.resources(without)) == [declared]


@pytest.mark.parametrize("more", ["", "monitoring: {dashboard: false}\n"])
def test_a_mesh_without_a_dashboard(tmp_path: Path, more: str) -> None:
    texts = {**TEXTS, MESH_FILE: f"{TEXTS[MESH_FILE]}{more}"}
    mesh = load_mesh(write_mesh(tmp_path, texts), environment=None, today=TODAY)
    assert list(mesh_dashboard.resources(mesh)) == []
