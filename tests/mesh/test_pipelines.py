"""What pipelines deploy in the small mesh, whole, worked out from what each step is for."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts import pipelines, refreshes
from meshwright.mesh.policies import domain_role_policy
from meshwright.mesh.statements import Allow, identity_policy
from meshwright.project import load_mesh
from tests.config.pipeline_mesh import ENGINES, LISTENER, texts
from tests.config.small_mesh import MESH, TODAY, write_mesh

GOVERNANCE, ORDERS, ANALYTICS = "111111111111", "222222222221", "333333333331"
MESH_BUS = f"arn:aws:events:eu-west-1:{GOVERNANCE}:event-bus/acme"
ANALYTICS_BUS = f"arn:aws:events:eu-west-1:{ANALYTICS}:event-bus/acme-analytics"
AGAIN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 4, "BackoffRate": 2}]
RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "MaxAttempts": 3, "BackoffRate": 2}
REFRESHES_ONLY = {
    "ForAllValues:StringEquals": {
        "events:source": "meshwright",
        "events:detail-type": "Data Product Refreshed",
    }
}


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return mesh_with(tmp_path)


def mesh_with(root: Path, files: dict[str, str] | None = None) -> Mesh:
    return load_mesh(write_mesh(root, files or texts()), environment=None, today=TODAY)


def by_key(resources: Iterable[Declared]) -> dict[str, Declared]:
    found = list(resources)
    keys = {each.key: each for each in found}
    assert len(keys) == len(found)
    return keys


def definition(resource: Declared) -> Any:
    return json.loads(resource.properties["DefinitionString"])


def granted(allows: Iterator[Allow]) -> list[dict[str, Any]]:
    return [each.statement() for each in allows]


def role(name: str, account: str, services: list[str], statement: dict[str, Any]) -> dict[str, Any]:
    return {
        "RoleName": name,
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole"],
                    "Principal": {"Service": services},
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "use",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]},
            }
        ],
    }


def test_a_pipeline_on_a_schedule(mesh: Mesh) -> None:
    found = by_key(pipelines.resources(mesh, mesh.domains["orders"]))
    assert list(found) == ["pipelines-logs", "pipeline nightly", "pipelines-start", "schedule nightly"]
    assert found["pipelines-logs"].properties == {
        "LogGroupName": "/aws/vendedlogs/states/acme-orders",
        "RetentionInDays": 90,
    }
    machine = dict(found["pipeline nightly"].properties)
    del machine["DefinitionString"]  # below
    assert machine == {
        "StateMachineName": "acme-orders-nightly",
        "StateMachineType": "STANDARD",
        "RoleArn": f"arn:aws:iam::{ORDERS}:role/acme-orders-pipelines",
        "DefinitionSubstitutions": {"SparkApplication": Attribute("spark", "ApplicationId")},
        "LoggingConfiguration": {
            "Level": "ERROR",
            "IncludeExecutionData": False,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": Attribute("pipelines-logs", "Arn")}}],
        },
    }
    assert found["pipelines-start"].properties == role(
        "acme-orders_start",
        ORDERS,
        ["events.amazonaws.com", "scheduler.amazonaws.com"],
        {
            "Action": ["states:StartExecution"],
            "Resource": [f"arn:aws:states:eu-west-1:{ORDERS}:stateMachine:acme-orders-nightly"],
        },
    )
    assert found["schedule nightly"].properties == {
        "Name": "acme-orders.nightly",
        "Description": "Starts the pipeline acme-orders.nightly",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {
            "Arn": Attribute("pipeline nightly", "Arn"),
            "RoleArn": Attribute("pipelines-start", "Arn"),
            "Input": '{"scheduled": "<aws.scheduler.scheduled-time>"}',
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
        },
    }


def test_the_definition_of_three_steps_in_a_row(mesh: Mesh) -> None:
    found = by_key(pipelines.resources(mesh, mesh.domains["orders"]))
    glue = "arn:aws:states:::aws-sdk:glue:"
    quality = {
        "StartAt": "check begin",
        "States": {
            "check begin": {"Type": "Pass", "Result": {}, "Next": "check run"},
            "check run": {
                "Type": "Task",
                "Resource": f"{glue}startDataQualityRulesetEvaluationRun",
                "Parameters": {
                    "DataSource": {"GlueTable": {"DatabaseName": "acme_orders_sales", "TableName": "orders"}},
                    "Role": f"arn:aws:iam::{ORDERS}:role/acme-orders-quality",
                    "RulesetNames": ["acme-orders-sales-orders"],
                    "Timeout": 60,
                    "AdditionalRunOptions": {"CloudWatchMetricsEnabled": True},
                },
                "ResultPath": "$.run",
                "Next": "check wait",
            },
            # An hour in forty looks.
            "check wait": {"Type": "Wait", "Seconds": 90, "Next": "check look"},
            "check look": {
                "Type": "Task",
                "Resource": f"{glue}getDataQualityRulesetEvaluationRun",
                "Parameters": {"RunId.$": "$.run.RunId"},
                "ResultPath": "$.state",
                "Retry": AGAIN,
                "Next": "check ended?",
            },
            "check ended?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.state.Status", "StringEquals": "SUCCEEDED", "Next": "check result"},
                    {
                        "Or": [
                            {"Variable": "$.state.Status", "StringEquals": "FAILED"},
                            {"Variable": "$.state.Status", "StringEquals": "STOPPED"},
                            {"Variable": "$.state.Status", "StringEquals": "STOPPING"},
                            {"Variable": "$.state.Status", "StringEquals": "TIMEOUT"},
                        ],
                        "Next": "check broke",
                    },
                ],
                "Default": "check wait",
            },
            "check result": {
                "Type": "Task",
                "Resource": f"{glue}getDataQualityResult",
                "Parameters": {"ResultId.$": "$.state.ResultIds[0]"},
                "ResultSelector": {"Score.$": "$.Score"},
                "ResultPath": "$.result",
                "Retry": AGAIN,
                "Next": "check passed?",
            },
            "check passed?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.result.Score", "NumericGreaterThanEquals": 1, "Next": "check good"}
                ],
                "Default": "check bad",
            },
            "check good": {"Type": "Succeed"},
            "check bad": {
                "Type": "Fail",
                "Error": "QualityRulesFailed",
                "Cause": "sales.orders does not fulfil all of its quality rules",
            },
            "check broke": {
                "Type": "Fail",
                "Error": "QualityRunFailed",
                "Cause": "the run of the quality rules of sales.orders did not end well",
            },
        },
    }
    assert definition(found["pipeline nightly"]) == {
        "Comment": "Corrects orders.",
        "TimeoutSeconds": 21600,
        "StartAt": "load",
        "States": {
            "load": {
                "Type": "Task",
                "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
                "Parameters": {"QueryString": "SELECT 1", "WorkGroup": "acme-orders-pipelines"},
                "ResultPath": None,
                "TimeoutSeconds": 3600,
                "Retry": [RETRY],
                "Next": "fix",
            },
            "fix": {
                "Type": "Task",
                "Resource": "arn:aws:states:::emr-serverless:startJobRun.sync",
                "Parameters": {
                    "ApplicationId": "${SparkApplication}",
                    "ExecutionRoleArn": f"arn:aws:iam::{ORDERS}:role/acme-orders-spark",
                    "Name": "nightly fix",
                    "ExecutionTimeoutMinutes": 60,
                    "JobDriver": {
                        "SparkSubmit": {"EntryPoint": f"s3://acme-orders-raw-{ORDERS}/scripts/fix.py"}
                    },
                },
                "ResultPath": None,
                "TimeoutSeconds": 3600,
                "Retry": [RETRY],
                "Next": "check",
            },
            "check": {
                "Type": "Parallel",
                "Branches": [quality],
                "ResultPath": None,
                # Rules that failed fail again.
                "Retry": [{"ErrorEquals": ["QualityRulesFailed"], "MaxAttempts": 0}, RETRY],
                "Next": "tell the mesh",
            },
            "tell the mesh": {
                "Type": "Task",
                "Resource": "arn:aws:states:::events:putEvents",
                "Parameters": {
                    "Entries": [
                        {
                            "EventBusName": MESH_BUS,
                            "Source": "meshwright",
                            "DetailType": "Data Product Refreshed",
                            "Detail": {
                                "mesh": "acme",
                                "domain": "orders",
                                "product": "sales",
                                "pipeline": "nightly",
                                "execution.$": "$$.Execution.Id",
                                "at.$": "$$.State.EnteredTime",
                            },
                        }
                    ]
                },
                "ResultPath": None,
                "Retry": AGAIN,
                "Next": "count the refresh",
            },
            "count the refresh": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:cloudwatch:putMetricData",
                "Parameters": {
                    "Namespace": "meshwright",
                    "MetricData": [
                        {
                            "MetricName": "Refreshed",
                            "Dimensions": [
                                {"Name": "Mesh", "Value": "acme"},
                                {"Name": "Domain", "Value": "orders"},
                                {"Name": "Product", "Value": "sales"},
                            ],
                            "Value": 1,
                            "Unit": "Count",
                        }
                    ],
                },
                "ResultPath": None,
                "Retry": AGAIN,
                "End": True,
            },
        },
    }


QUEUE = "acme-analytics_refreshed_"


def test_a_pipeline_that_refreshes_start(mesh: Mesh) -> None:
    found = by_key(pipelines.resources(mesh, mesh.domains["analytics"]))
    assert list(found) == [
        "pipelines-logs",
        "bus",
        "refreshes orders.sales 2h",
        "refreshes orders.sales 2h policy",
        "refreshes orders.sales 2h rule",
        "pipeline revenue",
        "pipelines-start",
        "trigger revenue orders",
    ]
    queue = found["refreshes orders.sales 2h"].name
    digest = queue.removeprefix(QUEUE)
    assert len(digest) == 12
    queue_arn = f"arn:aws:sqs:eu-west-1:{ANALYTICS}:{queue}"
    pattern = {
        "source": ["meshwright"],
        "detail-type": ["Data Product Refreshed"],
        "detail": {"mesh": ["acme"], "domain": ["orders"], "product": ["sales"]},
    }
    assert {key: found[key].properties for key in list(found)[1:5]} == {
        "bus": {
            "Name": "acme-analytics",
            "Description": "Refreshes of other domains' products",
            "Policy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "refreshes",
                        "Effect": "Allow",
                        "Action": ["events:PutEvents"],
                        "Principal": {"AWS": f"arn:aws:iam::{GOVERNANCE}:root"},
                        "Resource": [ANALYTICS_BUS],
                        "Condition": REFRESHES_ONLY,
                    }
                ],
            },
        },
        "refreshes orders.sales 2h": {
            "QueueName": queue,
            "MessageRetentionPeriod": 7200,
            "SqsManagedSseEnabled": True,
        },
        "refreshes orders.sales 2h policy": {
            "Queues": [Attribute("refreshes orders.sales 2h")],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": {"AWS": "*"},
                        "Action": "sqs:*",
                        "Resource": [queue_arn],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["sqs:SendMessage"],
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Resource": [queue_arn],
                        "Condition": {
                            "ArnEquals": {
                                "aws:SourceArn": f"arn:aws:events:eu-west-1:{ANALYTICS}:rule/acme-analytics/"
                                f"refreshed_{digest}"
                            }
                        },
                    },
                ],
            },
        },
        "refreshes orders.sales 2h rule": {
            "Name": f"refreshed_{digest}",
            "Description": "Keeps refreshes of orders.sales for steps that wait for them",
            "EventBusName": "acme-analytics",
            "EventPattern": pattern,
            "State": "ENABLED",
            "Targets": [{"Id": "queue", "Arn": queue_arn}],
        },
    }
    assert found["trigger revenue orders"].properties == {
        "Name": "revenue.orders",
        "Description": "Starts the pipeline revenue when orders has refreshed what it works on",
        "EventBusName": "acme-analytics",
        "EventPattern": pattern,
        "State": "ENABLED",
        "Targets": [
            {
                "Id": "pipeline",
                "Arn": Attribute("pipeline revenue", "Arn"),
                "RoleArn": Attribute("pipelines-start", "Arn"),
            }
        ],
    }


def test_a_step_that_waits(mesh: Mesh) -> None:
    machine = by_key(pipelines.resources(mesh, mesh.domains["analytics"]))["pipeline revenue"]
    assert machine.properties["DefinitionSubstitutions"] == {"Queue0": Attribute("refreshes orders.sales 2h")}
    states = definition(machine)["States"]
    assert list(states) == ["again", "revenue"]
    assert states["again"] == {
        "Type": "Parallel",
        "Branches": [
            {
                "StartAt": "again begin",
                "States": {
                    "again begin": {"Type": "Pass", "Result": {"looks": 0}, "Next": "again look"},
                    "again look": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:sqs:getQueueAttributes",
                        "Parameters": {
                            "QueueUrl": "${Queue0}",
                            "AttributeNames": ["ApproximateNumberOfMessages"],
                        },
                        "ResultSelector": {"number.$": "$.Attributes.ApproximateNumberOfMessages"},
                        "ResultPath": "$.refreshes",
                        "Retry": AGAIN,
                        "Next": "again there?",
                    },
                    "again there?": {
                        "Type": "Choice",
                        "Choices": [
                            {
                                "Not": {"Variable": "$.refreshes.number", "StringEquals": "0"},
                                "Next": "again refreshed",
                            },
                            {"Variable": "$.looks", "NumericGreaterThanEquals": 100, "Next": "again late"},
                        ],
                        "Default": "again wait",
                    },
                    "again wait": {"Type": "Wait", "Seconds": 36, "Next": "again count"},
                    "again count": {
                        "Type": "Pass",
                        "Parameters": {"looks.$": "States.MathAdd($.looks, 1)"},
                        "Next": "again look",
                    },
                    "again refreshed": {"Type": "Succeed"},
                    "again late": {
                        "Type": "Fail",
                        "Error": "NotRefreshed",
                        "Cause": "orders.sales was refreshed neither in the last 2h "
                        "nor in the 60 minutes since",
                    },
                },
            }
        ],
        "ResultPath": None,
        "Next": "revenue",
    }


def test_refreshes_go_to_the_domains_that_listen(mesh: Mesh) -> None:
    found = by_key(refreshes.refresh_rules(mesh, mesh.domains["orders"]))
    assert {key: each.properties for key, each in found.items()} == {
        "refreshes-role": role(
            "acme-orders_refreshes",
            GOVERNANCE,
            ["events.amazonaws.com"],
            {"Action": ["events:PutEvents"], "Resource": [ANALYTICS_BUS]},
        ),
        "refreshes analytics": {
            "Name": "orders.analytics",
            "Description": "Refreshes of products of orders, to analytics",
            "EventBusName": "acme",
            "EventPattern": {
                "account": [ORDERS],
                "source": ["meshwright"],
                "detail-type": ["Data Product Refreshed"],
                "detail": {"mesh": ["acme"], "domain": ["orders"], "product": ["sales"]},
            },
            "State": "ENABLED",
            "Targets": [
                {
                    "Id": "domain",
                    "Arn": ANALYTICS_BUS,
                    "RoleArn": f"arn:aws:iam::{GOVERNANCE}:role/acme-orders_refreshes",
                }
            ],
        },
    }
    assert list(refreshes.refresh_rules(mesh, mesh.domains["analytics"])) == []


@pytest.mark.parametrize("organization", [None, "o-a1b2c3d4e5"])
def test_who_may_announce_refreshes(tmp_path: Path, organization: str | None) -> None:
    text = MESH + (f"organization: {organization}\n" if organization else "")
    found = by_key(refreshes.bus(mesh_with(tmp_path, texts(mesh=text))))
    assert list(found) == ["bus"]
    (statement,) = found["bus"].properties["Policy"]["Statement"]
    principal: dict[str, Any] = {"AWS": [f"arn:aws:iam::{ORDERS}:root"]}
    condition: dict[str, Any] = REFRESHES_ONLY
    if organization:
        principal = {"AWS": "*"}
        condition = {"StringEquals": {"aws:PrincipalOrgID": organization}, **REFRESHES_ONLY}
    assert statement == {
        "Sid": "refreshes",
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Principal": principal,
        "Resource": [MESH_BUS],
        "Condition": condition,
    }


LOG_DELIVERY = {
    "Effect": "Allow",
    "Action": [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ],
    "Resource": ["*"],
}


def test_what_the_role_may_do_for_its_steps(mesh: Mesh) -> None:
    application = f"arn:aws:emr-serverless:eu-west-1:{ORDERS}:/applications/*"
    assert granted(pipelines.role_policy(mesh, mesh.domains["orders"], key_arn="unused")) == [
        LOG_DELIVERY,
        {"Effect": "Allow", "Action": ["emr-serverless:StartJobRun"], "Resource": [application]},
        {
            "Effect": "Allow",
            "Action": ["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
            "Resource": [f"{application}/jobruns/*"],
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [f"arn:aws:iam::{ORDERS}:role/acme-orders-spark"],
            "Condition": {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            "Resource": [
                f"arn:aws:events:eu-west-1:{ORDERS}:rule/StepFunctionsGetEventsForEMRServerlessJobRule"
            ],
        },
        {
            "Effect": "Allow",
            "Action": [
                "glue:GetDataQualityResult",
                "glue:GetDataQualityRulesetEvaluationRun",
                "glue:StartDataQualityRulesetEvaluationRun",
            ],
            "Resource": [f"arn:aws:glue:eu-west-1:{ORDERS}:dataQualityRuleset/acme-orders-sales-orders"],
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [f"arn:aws:iam::{ORDERS}:role/acme-orders-quality"],
            "Condition": {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["events:PutEvents"],
            "Resource": [MESH_BUS],
            "Condition": REFRESHES_ONLY,
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": ["*"],
            "Condition": {"StringEquals": {"cloudwatch:namespace": "meshwright"}},
        },
    ]
    assert granted(pipelines.role_policy(mesh, mesh.domains["analytics"], key_arn="unused")) == [
        LOG_DELIVERY,
        {
            "Effect": "Allow",
            "Action": ["sqs:GetQueueAttributes"],
            "Resource": [f"arn:aws:sqs:eu-west-1:{ANALYTICS}:acme-analytics_refreshed_*"],
        },
    ]


def test_every_wildcard_has_its_reason(mesh: Mesh) -> None:
    allows = [
        each
        for domain in mesh.domains.values()
        for each in pipelines.role_policy(mesh, domain, key_arn="unused")
    ]
    assert [each for each in allows if "*" in "".join(each.resources)]
    assert all(each.why_wildcard for each in allows if "*" in "".join(each.resources))


@pytest.mark.parametrize("count", [1, 3, 5, 8, 16])
def test_the_policy_of_a_role_with_much_to_do_fits(tmp_path: Path, count: int) -> None:
    """IAM's quota for a role's inline policies is 10,240 characters without white space."""
    table = "{description: x, format: parquet, columns: {a: int}, quality: {rules: [{not_null: a}]}}"
    names = [f"product_with_a_name_as_long_as_they_get_{number}" for number in range(count)]
    tables = f"tables: {{a_table_with_a_long_name: {table}}}"
    products = "".join(f"  {name}: {{description: x, classification: public, {tables}}}\n" for name in names)
    streams = "".join(
        f"  a-stream-with-a-long-name-{number}: {{description: x}}\n" for number in range(count)
    )
    checks = "".join(
        f"      c{number}: {{quality: {name}.a_table_with_a_long_name}}\n"
        for number, name in enumerate(names)
    )
    orders = texts("", "")["domains/orders.yaml"]
    head = orders[: orders.index("streams:")]
    steps = ENGINES[: ENGINES.index("      check:")] + checks + f"    refreshes: [{', '.join(names)}]\n"
    files = {"mesh.yaml": MESH.replace("mesh: acme", "mesh: a-mesh-of-20-letters")}
    files["domains/orders.yaml"] = f"{head}streams:\n{streams}products:\n{products}{steps}"
    mesh = mesh_with(tmp_path, files)
    domain = mesh.domains["orders"]
    key = f"arn:aws:kms:eu-west-1:{ORDERS}:key/11111111-2222-3333-4444-555555555555"
    allows = domain_role_policy(mesh, domain, domain.roles["pipelines"], key_arn=key)
    assert len(json.dumps(identity_policy(allows), separators=(",", ":"))) < 10_240
    token = domain_role_policy(mesh, domain, domain.roles["pipelines"], key_arn="${Token[Key.Arn.1234]}")
    assert [list(each.resources) for each in token] == [
        [arn.replace(key, "${Token[Key.Arn.1234]}") for arn in each.resources] for each in allows
    ]


def test_what_is_not_agreed_is_not_wired(tmp_path: Path) -> None:
    """The step waits for a queue that stays empty, and the pipeline starts only by hand."""
    files = texts()
    files["domains/orders.yaml"] = files["domains/orders.yaml"].replace("2027-12-31", "2026-12-31")
    mesh = mesh_with(tmp_path, files)
    assert list(by_key(pipelines.resources(mesh, mesh.domains["analytics"]))) == [
        "pipelines-logs",
        "refreshes orders.sales 2h",
        "refreshes orders.sales 2h policy",
        "pipeline revenue",
    ]
    assert list(refreshes.refresh_rules(mesh, mesh.domains["orders"])) == []
    assert list(by_key(refreshes.bus(mesh))) == ["bus"]


def test_without_pipelines_there_is_nothing(tmp_path: Path) -> None:
    mesh = mesh_with(tmp_path, texts("", ""))
    assert [list(pipelines.resources(mesh, each)) for each in mesh.domains.values()] == [[], []]
    assert list(refreshes.bus(mesh)) == []


def test_what_plan_shows_of_them(mesh: Mesh) -> None:
    nightly = by_key(pipelines.resources(mesh, mesh.domains["orders"]))["pipeline nightly"]
    limits = "1h; tried again 3 times, after 1m, then 2 times as long each"
    assert nightly.shown == {
        "description": "Corrects orders.",
        "runs": "cron(0 3 * * ? *), UTC",
        "order": "load, then fix, then check",
        "at most": "6h",
        "step load": "sql SELECT 1",
        "limits of step load": limits,
        "step fix": "spark scripts/fix.py",
        "limits of step fix": limits,
        "step check": "quality of sales.orders",
        "limits of step check": limits,
        "refreshes sales": "",
    }
    revenue = by_key(pipelines.resources(mesh, mesh.domains["analytics"]))["pipeline revenue"]
    assert revenue.shown["runs"] == "when orders.sales is refreshed"
    assert revenue.shown["step again"] == "wait for orders.sales, not longer ago than 2h"
    assert revenue.shown["limits of step again"] == "1h"


def test_alarms_and_graphs(mesh: Mesh) -> None:
    alarms = list(pipelines.alarms(mesh, mesh.domains["orders"]))
    arn = f"arn:aws:states:eu-west-1:{ORDERS}:stateMachine:acme-orders-nightly"
    assert [(each.key, each.runbook, each.text, each.metric.name) for each in alarms] == [
        (
            "pipeline nightly failed",
            "pipeline-failed",
            "A run of the pipeline nightly has failed, after its steps were tried again. "
            "Not refreshed: sales.",
            "ExecutionsFailed",
        ),
        (
            "pipeline nightly timed out",
            "pipeline-timed-out",
            "A run of the pipeline nightly was ended, for it took longer than 6h. Not refreshed: sales.",
            "ExecutionsTimedOut",
        ),
    ]
    assert {(each.metric.namespace, tuple(each.metric.dimensions.items())) for each in alarms} == {
        ("AWS/States", (("StateMachineArn", arn),))
    }
    [widget] = pipelines.widgets(mesh, mesh.domains["orders"])
    assert (widget.title, [each.name for each in widget.metrics]) == (
        "Pipeline nightly: runs",
        ["ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"],
    )


def test_a_step_takes_no_longer_than_the_run(tmp_path: Path) -> None:
    short = ENGINES.replace("    refreshes:", "    timeout: 20m\n    refreshes:")
    mesh = mesh_with(tmp_path, texts(short, LISTENER))
    states = definition(by_key(pipelines.resources(mesh, mesh.domains["orders"]))["pipeline nightly"])[
        "States"
    ]
    assert (states["load"]["TimeoutSeconds"], states["fix"]["Parameters"]["ExecutionTimeoutMinutes"]) == (
        1200,
        20,
    )


def test_more_than_ten_products_are_announced_in_several_calls(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html: ten entries a call."""
    names = ", ".join(f"p{number}" for number in range(11))
    tables = "tables: {t: {description: x, format: parquet, columns: {a: int}}}"
    products = "".join(
        f"  p{number}: {{description: x, classification: public, {tables}}}\n" for number in range(11)
    )
    text = "products:\n" + products + ENGINES[: ENGINES.index("      fix:")] + f"    refreshes: [{names}]\n"
    files = texts("", "")
    head = files["domains/orders.yaml"]
    files["domains/orders.yaml"] = head[: head.index("products:")] + text
    files["domains/analytics.yaml"] = files["domains/analytics.yaml"].partition("consumes:")[0]
    mesh = mesh_with(tmp_path, files)
    states = definition(by_key(pipelines.resources(mesh, mesh.domains["orders"]))["pipeline nightly"])[
        "States"
    ]
    assert list(states) == ["load", "tell the mesh", "tell the mesh 2", "count the refresh"]
    assert [len(states[name]["Parameters"]["Entries"]) for name in list(states)[1:3]] == [10, 1]
    assert len(states["count the refresh"]["Parameters"]["MetricData"]) == 11
