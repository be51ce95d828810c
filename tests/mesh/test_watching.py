"""What a domain's alarms are, and whom they reach: worked out from what AWS wants of each resource."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.names import Names
from meshwright.mesh.parts import stream_watch, topics, watching
from meshwright.mesh.parts.registry import in_workloads, key_users
from meshwright.project import load_mesh
from tests.config.small_mesh import MESH_FILE, ORDERS_FILE, TEXTS, TODAY, edited, write_mesh
from tests.config.stream_mesh import stream_mesh

ROLES = "roles:\n  engineers"
OWNER = "    classification: internal\n"
CHAT = "arn:aws:lambda:eu-west-1:222222222221:function:post-to-chat"
TOPIC = "arn:aws:sns:eu-west-1:222222222221:acme-orders-alarms"
SOURCE = {
    "StringEquals": {"aws:SourceAccount": "222222222221"},
    "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:222222222221:alarm:acme-orders-*"},
}
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
REFUSED = Alarm(
    key="work refused",
    runbook="work-refused",
    text="Work was refused.",
    metric=Metric(namespace="Own", name="Refused", dimensions={"Of": "work", "By": "us"}, statistic="p99"),
    threshold=2.5,
    comparison="GreaterThanOrEqualToThreshold",
    period=60,
    periods=3,
    missing="breaching",
)


def loaded(root: Path, monitoring: str = "{}", *, environment: str | None = None) -> Mesh:
    """The small mesh with monitoring of orders."""
    texts = edited(ORDERS_FILE, ROLES, f"monitoring: {monitoring}\n{ROLES}")
    return load_mesh(write_mesh(root, texts), environment=environment, today=TODAY)


def of_orders(mesh: Mesh) -> dict[str, Declared]:
    declared = list(watching.resources(mesh, mesh.domains["orders"]))
    by_key = {each.key: each for each in declared}
    assert len(by_key) == len(declared)
    return by_key


def alarm_of(mesh: Mesh, alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> Declared:
    """What is declared for one alarm, if orders has no other."""
    monkeypatch.setattr(watching, "alarms_of", lambda mesh, domain: [alarm])
    return of_orders(mesh)[f"alarm {alarm.key}"]


def test_a_domain_without_alarms_has_no_topic_and_no_dashboard(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path), environment=None, today=TODAY)
    assert of_orders(mesh) == {}
    assert key_users(mesh, mesh.domains["orders"]) == []


def test_one_line_turns_it_on(tmp_path: Path) -> None:
    mesh = loaded(tmp_path)
    assert list(of_orders(mesh)) == [
        "alarms",
        "policy of alarms",
        "owner of alarms",
        "alarm stream order-events behind",
        "alarm stream order-events refuses writes",
        "alarm stream order-events refuses reads",
        "dashboard",
    ]
    declared = in_workloads(mesh, mesh.domains["orders"])
    assert set(of_orders(mesh)) <= {each.key for each in declared}


def test_the_topic(tmp_path: Path) -> None:
    """Encrypted with the domain's key; CloudWatch alone may send to it, for the domain's alarms."""
    declared = of_orders(loaded(tmp_path))
    topic, policy, owner = (declared[key] for key in ("alarms", "policy of alarms", "owner of alarms"))
    assert topic == Declared(
        key="alarms",
        type="AWS::SNS::Topic",
        name="acme-orders-alarms",
        properties={"TopicName": "acme-orders-alarms", "KmsMasterKeyId": "alias/acme-orders"},
    )
    assert policy.type == "AWS::SNS::TopicPolicy"
    assert policy.properties == {
        "Topics": [Attribute("alarms")],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sns:Publish",
                    "Resource": [TOPIC],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                {
                    "Effect": "Allow",
                    "Action": ["sns:Publish"],
                    "Principal": CLOUDWATCH,
                    "Resource": [TOPIC],
                    "Condition": SOURCE,
                },
            ],
        },
    }
    assert owner.type == "AWS::SNS::Subscription"
    assert owner.properties == {
        "TopicArn": Attribute("alarms"),
        "Protocol": "email",
        "Endpoint": "orders@acme.example",
    }
    assert owner.shown == {"e-mail": "orders@acme.example"}


def test_cloudwatch_may_use_the_key_for_the_domains_alarms(tmp_path: Path) -> None:
    mesh = loaded(tmp_path)
    assert key_users(mesh, mesh.domains["orders"]) == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Principal": CLOUDWATCH,
            "Resource": ["*"],
            "Condition": SOURCE,
        }
    ]
    assert key_users(mesh, mesh.domains["analytics"]) == []


def test_the_alarms_on_a_stream(tmp_path: Path) -> None:
    """Retention is 24 hours: half of it are 12 hours, or 43,200,000 milliseconds."""
    declared = of_orders(loaded(tmp_path))
    behind = declared["alarm stream order-events behind"]
    stream = [{"Name": "StreamName", "Value": "acme-orders-order-events"}]
    assert (behind.type, behind.name) == ("AWS::CloudWatch::Alarm", "acme-orders-stream-order-events-behind")
    assert behind.properties == {
        "AlarmName": "acme-orders-stream-order-events-behind",
        "AlarmDescription": (
            "A reader of the stream order-events is more than 12 hours behind. Records older than 24 hours "
            "are deleted, whether they were read or not. "
            "Runbook: section stream-behind of docs/runbooks.md of meshwright"
        ),
        "AlarmActions": [Attribute("alarms")],
        "Namespace": "AWS/Kinesis",
        "MetricName": "GetRecords.IteratorAgeMilliseconds",
        "Dimensions": stream,
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 43_200_000,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    assert behind.shown == {
        "when": "Maximum of GetRecords.IteratorAgeMilliseconds above 43,200,000 for 5 minutes",
        "runbook": "section stream-behind of docs/runbooks.md of meshwright",
    }
    for kind, metric in (
        ("writes", "WriteProvisionedThroughputExceeded"),
        ("reads", "ReadProvisionedThroughputExceeded"),
    ):
        properties = declared[f"alarm stream order-events refuses {kind}"].properties
        watched = {"Namespace": "AWS/Kinesis", "MetricName": metric, "Dimensions": stream, "Statistic": "Sum"}
        when = {"Period": 300, "EvaluationPeriods": 3, "Threshold": 0}
        assert {**properties, **watched, **when} == properties


@pytest.mark.parametrize(("fan_out", "monitored"), [(True, True), (True, False), (False, True)])
def test_a_reader_by_fan_out_is_watched_on_its_own(fan_out: bool, monitored: bool, tmp_path: Path) -> None:
    """Retention is 168 hours: half of it are 84 hours, or 302,400,000 milliseconds."""
    texts = stream_mesh(fan_out=fan_out)
    if monitored:
        texts[ORDERS_FILE] = texts[ORDERS_FILE].replace(ROLES, f"monitoring: {{}}\n{ROLES}", 1)
    mesh = load_mesh(write_mesh(tmp_path, texts), environment=None, today=TODAY)
    metric = Metric(
        namespace="AWS/Kinesis",
        name="SubscribeToShardEvent.MillisBehindLatest",
        dimensions={"StreamName": "acme-orders-order-events", "ConsumerName": "acme-analytics"},
        statistic="Maximum",
    )
    alarm = Alarm(
        key="stream order-events_analytics behind",
        runbook="stream-behind",
        text="analytics, which reads the stream order-events by fan-out, is more than 84 hours behind. "
        "Records older than 168 hours are deleted, whether they were read or not.",
        metric=metric,
        threshold=302_400_000,
    )
    domain = mesh.domains["orders"]
    found = [each for each in stream_watch.alarms(mesh, domain) if "ConsumerName" in each.metric.dimensions]
    assert found == ([alarm] if fan_out and monitored else [])
    title = "Age of the record read last (milliseconds)"
    age = replace(
        metric,
        name="GetRecords.IteratorAgeMilliseconds",
        dimensions={"StreamName": "acme-orders-order-events"},
    )
    [graph] = [each for each in stream_watch.widgets(mesh, domain) if each.title == title]
    assert graph == Widget(title=title, metrics=(age, metric) if fan_out else (age,))


def test_any_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dimensions in one order, and a statistic that is none of CloudWatch's five."""
    declared = alarm_of(loaded(tmp_path), REFUSED, monkeypatch)
    assert declared.properties == {
        "AlarmName": "acme-orders-work-refused",
        "AlarmDescription": (
            "Work was refused. Runbook: section work-refused of docs/runbooks.md of meshwright"
        ),
        "AlarmActions": [Attribute("alarms")],
        "Namespace": "Own",
        "MetricName": "Refused",
        "Dimensions": [{"Name": "By", "Value": "us"}, {"Name": "Of", "Value": "work"}],
        "ExtendedStatistic": "p99",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 2.5,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "breaching",
    }
    assert declared.shown["when"] == "p99 of Refused at least 2.5 for 3 minutes"


def test_a_description_never_loses_its_runbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    declared = alarm_of(loaded(tmp_path), replace(REFUSED, text="word " * 400), monkeypatch)
    text = declared.properties["AlarmDescription"]
    assert len(text) <= 1024
    assert text.endswith("word … Runbook: section work-refused of docs/runbooks.md of meshwright")


@pytest.mark.parametrize(
    ("of_domain", "of_mesh", "expected"),
    [
        ("{runbooks: https://wiki/orders}", "{runbooks: https://wiki/all}", "https://wiki/orders#late"),
        ("{}", "{runbooks: https://wiki/all}", "https://wiki/all#late"),
        ("{}", "{}", "section late of docs/runbooks.md of meshwright"),
    ],
)
def test_where_a_runbook_is(tmp_path: Path, of_domain: str, of_mesh: str, expected: str) -> None:
    texts = {
        **TEXTS,
        ORDERS_FILE: f"monitoring: {of_domain}\n{TEXTS[ORDERS_FILE]}",
        MESH_FILE: f"{TEXTS[MESH_FILE]}monitoring: {of_mesh}\n",
    }
    mesh = load_mesh(write_mesh(tmp_path, texts), environment=None, today=TODAY)
    assert watching.runbook(mesh, mesh.domains["orders"], "late") == expected


def test_a_chat_is_called_where_its_function_is(tmp_path: Path) -> None:
    in_dev = of_orders(loaded(tmp_path, f"{{chat_webhook: {CHAT}}}"))
    permission, chat = in_dev["chat permission of alarms"], in_dev["chat of alarms"]
    assert permission.type == "AWS::Lambda::Permission"
    assert permission.properties == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": CHAT,
        "Principal": "sns.amazonaws.com",
        "SourceAccount": "222222222221",
        "SourceArn": Attribute("alarms"),
    }
    assert chat.type == "AWS::SNS::Subscription"
    assert chat.properties == {"TopicArn": Attribute("alarms"), "Protocol": "lambda", "Endpoint": CHAT}
    assert chat.after == ("chat permission of alarms",)
    in_prod = of_orders(loaded(tmp_path, f"{{chat_webhook: {CHAT}}}", environment="prod"))
    assert set(in_dev) - set(in_prod) == {"chat permission of alarms", "chat of alarms"}


def test_a_product_with_an_owner_of_its_own(tmp_path: Path) -> None:
    """That owner is told of the product's alarms, besides the domain's owner, and of no others."""
    owner = "    owner: {team: sales, email: sales@acme.example}\n"
    mesh = load_mesh(
        write_mesh(tmp_path, edited(ORDERS_FILE, OWNER, OWNER + owner)), environment=None, today=TODAY
    )
    domain = mesh.domains["orders"]

    of_sales = replace(REFUSED, product="sales")
    assert topics.told_by(domain, REFUSED) == ["alarms"]
    assert topics.told_by(domain, of_sales) == ["alarms", "product alarms sales"]
    assert [each.key for each in topics.resources(mesh, domain, [REFUSED])] == [
        "alarms",
        "policy of alarms",
        "owner of alarms",
    ]
    declared = {each.key: each for each in topics.resources(mesh, domain, [REFUSED, of_sales])}
    assert declared["product alarms sales"].properties == {
        "TopicName": "acme-orders-sales-alarms",
        "KmsMasterKeyId": "alias/acme-orders",
    }
    assert (
        _resources_of(declared["policy of product alarms sales"].properties)
        == ["arn:aws:sns:eu-west-1:222222222221:acme-orders-sales-alarms"] * 2
    )
    assert declared["owner of product alarms sales"].shown == {"e-mail": "sales@acme.example"}


def test_a_product_whose_owner_has_the_domains_address(tmp_path: Path) -> None:
    """One mail is enough."""
    owner = "    owner: {team: sales, email: orders@acme.example}\n"
    mesh = load_mesh(
        write_mesh(tmp_path, edited(ORDERS_FILE, OWNER, OWNER + owner)), environment=None, today=TODAY
    )

    assert topics.told_by(mesh.domains["orders"], replace(REFUSED, product="sales")) == ["alarms"]


def test_names_of_alarms_fit() -> None:
    names = Names(mesh="m" * 20, region="eu-west-1", qualifier="q")
    short, long, other = (names.alarm("orders", key) for key in ("a b", "x" * 300, "x" * 301))
    assert short == f"{'m' * 20}-orders-a-b"
    assert len(long) == len(other) == 255
    assert long != other
    assert long.startswith(f"{'m' * 20}-orders-xxx")


def _resources_of(properties: Mapping[str, Any]) -> list[str]:
    return [each for statement in properties["PolicyDocument"]["Statement"] for each in statement["Resource"]]
