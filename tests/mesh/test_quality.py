# ruff: noqa: E501 (whole resources)
"""What rules and service levels deploy: rulesets, schedules, who may do what, alarms, graphs."""

import json
from pathlib import Path
from typing import Any

import pytest

from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.quality import alarms, resources, role_policy, widgets
from meshwright.mesh.quality.freshness import longest_gap, window
from meshwright.mesh.quality.runs import checked_tables, evaluation_run
from meshwright.mesh.statements import identity_policy
from meshwright.project import load_mesh
from tests.config.small_mesh import MESH_FILE, ORDERS_FILE, TEXTS, TODAY, write_mesh

EMAIL = "          email: {type: string, pii: true}\n"
QUANTITY = "          quantity: int\n"
ON_ORDERS = """\
        quality:
          schedule: cron(0 6 * * ? *)
          timezone: Europe/Berlin
          rules: [{not_null: order_id}]
"""
ON_LINES = """\
        quality:
          rules: [{references: {column: order_id, to: sales.orders.order_id}}]
"""
CLASSIFICATION = "    classification: internal\n"
PIPELINE = """\
compute: {sql: {}}
pipelines:
  nightly:
    description: Corrects and checks.
    steps: {check: {quality: sales.lines}}
    refreshes: [sales]
"""
HERE = "arn:aws:glue:eu-west-1:222222222221:dataQualityRuleset"
QUALITY_ROLE = "arn:aws:iam::222222222221:role/acme-orders-quality"


def loaded(
    root: Path, *, orders: str = "", lines: str = "", slo: str = "", more: str = "", mesh: str = ""
) -> tuple[Mesh, Domain]:
    """The small mesh with rules, service levels and whatever else."""
    text = TEXTS[ORDERS_FILE].replace(EMAIL, EMAIL + orders).replace(QUANTITY, QUANTITY + lines)
    if slo:
        text = text.replace(CLASSIFICATION, f"{CLASSIFICATION}    slo: {slo}\n")
    texts = {**TEXTS, ORDERS_FILE: text + more, MESH_FILE: TEXTS[MESH_FILE] + mesh}
    found = load_mesh(write_mesh(root, texts), environment=None, today=TODAY)
    return found, found.domains["orders"]


def test_a_domain_without_rules_has_nothing(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path)
    assert [*resources(mesh, domain), *alarms(mesh, domain), *widgets(mesh, domain)] == []
    assert "quality" not in domain.roles


def test_a_ruleset_on_a_schedule(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, orders=ON_ORDERS)
    role, ruleset, schedule = resources(mesh, domain)
    assert (role.type, role.name) == ("AWS::IAM::Role", "acme-orders_quality-runs")
    assert role.properties == {
        "RoleName": "acme-orders_quality-runs",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole"],
                    "Principal": {"Service": "scheduler.amazonaws.com"},
                    "Condition": {"StringEquals": {"aws:SourceAccount": "222222222221"}},
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "start",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["glue:StartDataQualityRulesetEvaluationRun"],
                            "Resource": [f"{HERE}/acme-orders-sales-orders"],
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["iam:PassRole"],
                            "Resource": [QUALITY_ROLE],
                            "Condition": {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
                        },
                    ],
                },
            }
        ],
    }
    assert (ruleset.type, ruleset.name) == ("AWS::Glue::DataQualityRuleset", "acme-orders-sales-orders")
    assert ruleset.tag_map
    assert ruleset.properties == {
        "Name": "acme-orders-sales-orders",
        "Description": "Rules of sales.orders.",
        "Ruleset": 'Rules = [\n    IsComplete "order_id"\n]',
        "TargetTable": {"DatabaseName": "acme_orders_sales", "TableName": "orders"},
    }
    assert ruleset.shown == {'rule IsComplete "order_id"': ""}
    assert schedule.type == "AWS::Scheduler::Schedule"
    assert schedule.after == (role.key, ruleset.key)
    properties: dict[str, Any] = dict(schedule.properties)
    target = properties.pop("Target")
    assert properties == {
        "Name": "acme-orders-sales-orders",
        "Description": "Evaluates the rules of sales.orders.",
        "ScheduleExpression": "cron(0 6 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
    }
    assert json.loads(target.pop("Input")) == {
        "DataSource": {"GlueTable": {"DatabaseName": "acme_orders_sales", "TableName": "orders"}},
        "Role": QUALITY_ROLE,
        "RulesetNames": ["acme-orders-sales-orders"],
        "Timeout": 120,
        "AdditionalRunOptions": {"CloudWatchMetricsEnabled": True},
    }
    assert target == {
        "Arn": "arn:aws:scheduler:::aws-sdk:glue:startDataQualityRulesetEvaluationRun",
        "RoleArn": "arn:aws:iam::222222222221:role/acme-orders_quality-runs",
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
    }


def test_every_role_has_the_boundary(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, orders=ON_ORDERS, mesh="permissions_boundary: developer\n")
    role = next(resources(mesh, domain))
    assert role.properties["PermissionsBoundary"] == "arn:aws:iam::222222222221:policy/developer"


def test_rules_that_nothing_evaluates_are_evaluated_daily(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, lines=ON_LINES)
    schedule = list(resources(mesh, domain))[-1]
    assert schedule.shown == {"evaluates": "sales.lines", "schedule": "rate(1 day)", "time zone": "UTC"}


def test_the_other_table_of_a_reference_is_given_and_may_be_read(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, lines=ON_LINES)
    (checked,) = checked_tables(domain.file)
    assert evaluation_run(mesh, domain, checked)["AdditionalDataSources"] == {
        "sales__orders": {"GlueTable": {"DatabaseName": "acme_orders_sales", "TableName": "orders"}}
    }
    assert domain.roles["quality"].only == frozenset({("sales", "lines"), ("sales", "orders")})


def test_a_step_of_a_pipeline_takes_the_place_of_the_daily_run(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, lines=ON_LINES, more=PIPELINE)
    assert [(each.type, each.name) for each in resources(mesh, domain)] == [
        ("AWS::Glue::DataQualityRuleset", "acme-orders-sales-lines")
    ]


def test_completeness_is_a_rule_of_every_table(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, slo="{completeness: 99%}")
    rulesets = [each for each in resources(mesh, domain) if each.type == "AWS::Glue::DataQualityRuleset"]
    assert [each.properties["Ruleset"].count("Completeness") for each in rulesets] == [5, 2]
    assert domain.roles["quality"].only == frozenset({("sales", "lines"), ("sales", "orders")})


def test_what_an_evaluation_may_do(tmp_path: Path) -> None:
    mesh, domain = loaded(tmp_path, orders=ON_ORDERS)
    assert identity_policy(role_policy(mesh, domain, key_arn="arn:key"))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": [
                "glue:GetDataQualityResult",
                "glue:GetDataQualityRuleset",
                "glue:GetDataQualityRulesetEvaluationRun",
                "glue:PublishDataQuality",
            ],
            "Resource": [f"{HERE}/acme-orders-sales-orders"],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::aws-glue-ml-data-quality-assets-eu-west-1/*"],
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": ["*"],
            "Condition": {"StringEquals": {"cloudwatch:namespace": ["Glue Data Quality"]}},
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["arn:aws:logs:eu-west-1:222222222221:log-group:/aws-glue/data-quality/*"],
        },
    ]


def test_more_rulesets_than_a_policy_can_name(tmp_path: Path) -> None:
    columns = "        description: Rows.\n        format: json\n        columns: {id: string}\n        quality: {rules: [not_null: id]}\n"
    many = "".join(f"      table_{index:03}:\n{columns}" for index in range(80))
    mesh, domain = loaded(tmp_path, lines=many)
    first = next(role_policy(mesh, domain, key_arn="arn:key"))
    assert first.resources == [f"{HERE}/acme-orders-*"]
    assert first.why_wildcard


def counted(outcome: str, statistic: str) -> Metric:
    return Metric(
        namespace="Glue Data Quality",
        name=f"glue.data.quality.rules.{outcome}",
        dimensions={
            "CatalogId": "222222222221",
            "Database": "acme_orders_sales",
            "Ruleset": "acme-orders-sales-orders",
            "Table": "orders",
        },
        statistic=statistic,
    )


def test_a_broken_rule_and_a_run_that_does_not_come_tell_the_owner(tmp_path: Path) -> None:
    """It runs daily; two days are 48 hours."""
    mesh, domain = loaded(tmp_path, orders=ON_ORDERS)
    assert list(alarms(mesh, domain)) == [
        Alarm(
            key="quality sales.orders",
            runbook="quality-rules-failed",
            text="The data of sales.orders breaks one of its quality rules, or is less complete than promised. Its consumers may draw wrong conclusions.",
            metric=counted("failed", "Sum"),
            threshold=0,
            product="sales",
        ),
        Alarm(
            key="quality sales.orders not evaluated",
            runbook="quality-not-evaluated",
            text="The quality rules of sales.orders were due and have not been evaluated: nobody knows whether its data keeps them.",
            metric=counted("passed", "SampleCount"),
            threshold=1,
            comparison="LessThanThreshold",
            period=3600,
            periods=48,
            missing="breaching",
            product="sales",
        ),
    ]


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("rate(90 minutes)", 5400),
        ("rate(1 day)", 86_400),
        ("cron(0 6,18 * * ? *)", 86_400),
        ("cron(0 6 ? * MON-FRI *)", None),
        ("cron(0 6 1 * ? *)", None),
    ],
)
def test_time_between_two_runs(schedule: str, gap: int | None) -> None:
    assert longest_gap(schedule) == gap


@pytest.mark.parametrize("schedule", ["rate(4 days)", "cron(0 6 ? * MON *)"])
def test_runs_too_seldom_to_be_missed(tmp_path: Path, schedule: str) -> None:
    mesh, domain = loaded(tmp_path, orders=ON_ORDERS.replace("cron(0 6 * * ? *)", schedule))
    assert [each.key for each in alarms(mesh, domain)] == ["quality sales.orders"]


def test_no_refresh_in_time_tells_the_owner(tmp_path: Path) -> None:
    """A day is 288 times five minutes."""
    mesh, domain = loaded(tmp_path, lines=ON_LINES, more=PIPELINE, slo="{freshness: 24h}")
    alarm = list(alarms(mesh, domain))[-1]
    refreshed = Metric(
        namespace="meshwright",
        name="Refreshed",
        dimensions={"Mesh": "acme", "Domain": "orders", "Product": "sales"},
    )
    assert alarm == Alarm(
        key="freshness sales",
        runbook="data-not-fresh",
        text="sales has not been refreshed for 24h, as its consumers were promised.",
        metric=refreshed,
        threshold=1,
        comparison="LessThanThreshold",
        period=300,
        periods=288,
        missing="breaching",
        product="sales",
    )
    assert list(widgets(mesh, domain))[-1] == Widget(
        title="Refreshes of products", metrics=(refreshed,), period=3600
    )


def test_records_that_wait_too_long_tell_the_owner(tmp_path: Path) -> None:
    streams = "streams:\n  order-lines: {description: One record per line., lands_in: sales.lines}"
    text = TEXTS[ORDERS_FILE].replace("streams:", streams)
    text = text.replace("One record per change.}", "One record per change., lands_in: sales.orders}")
    text = text.replace(CLASSIFICATION, f"{CLASSIFICATION}    slo: {{freshness: 1h}}\n")
    mesh = load_mesh(write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: text}), environment=None, today=TODAY)
    found = [
        (each.key, each.metric.name, each.metric.dimensions, each.threshold)
        for each in alarms(mesh, mesh.domains["orders"])
    ]
    assert found == [
        (
            "freshness sales order-lines",
            "DeliveryToS3.DataFreshness",
            {"DeliveryStreamName": "acme-orders-order-lines"},
            3600,
        ),
        (
            "freshness sales order-events",
            "DeliveryToIceberg.DataFreshness",
            {"DeliveryStreamName": "acme-orders-order-events--iceberg"},
            3600,
        ),
    ]


@pytest.mark.parametrize(
    ("age", "period", "periods"),
    [
        (60, 60, 1),
        (3600, 300, 12),
        (5460, 60, 91),
        (86_400, 300, 288),
        (90_000, 3600, 25),
        (604_800, 3600, 168),
    ],
)
def test_windows_are_as_long_as_the_promise(age: int, period: int, periods: int) -> None:
    assert window(age) == (period, periods)
    assert period * periods == age


@pytest.mark.parametrize("age", [86_460, 604_860, 608_400])
def test_what_no_alarm_can_look_back(age: int) -> None:
    assert window(age) is None
