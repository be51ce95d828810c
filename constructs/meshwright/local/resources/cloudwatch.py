"""AWS::CloudWatch::Alarm and AWS::CloudWatch::Dashboard."""

from typing import Any

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

ACTIONS = {"OKActions", "AlarmActions", "InsufficientDataActions", "ActionsEnabled", "AlarmDescription"}
METRIC = {
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
}


def _create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("AlarmName") or context.name(limit=255)
    return name, _put(context, name, properties, {})


def _put(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    """Create and update alike: the API replaces the whole alarm."""
    given = {key: new[key] for key in ACTIONS | METRIC if key in new}
    context.call("cloudwatch", "put_metric_alarm", AlarmName=name, **given)
    arn = f"arn:aws:cloudwatch:{context.region}:{context.account}:alarm:{name}"
    _retag(context, arn, new)
    return {"Arn": arn}


def _delete(context: Context, name: str, properties: Properties) -> None:
    context.call("cloudwatch", "delete_alarms", AlarmNames=[name])


def _retag(context: Context, arn: str, properties: Properties) -> None:
    tags = context.tag_list(properties.get("Tags"))
    present = context.call("cloudwatch", "list_tags_for_resource", ResourceARN=arn)["Tags"]
    gone = [tag["Key"] for tag in present if tag["Key"] not in {tag["Key"] for tag in tags}]
    if gone:
        context.call("cloudwatch", "untag_resource", ResourceARN=arn, TagKeys=gone)
    if tags:
        context.call("cloudwatch", "tag_resource", ResourceARN=arn, Tags=tags)


def _create_dashboard(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("DashboardName") or context.name(limit=255)
    return name, _put_dashboard(context, name, properties, {})


def _put_dashboard(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    body: Any = new["DashboardBody"]
    context.call("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=body)
    _retag(context, f"arn:aws:cloudwatch::{context.account}:dashboard/{name}", new)
    return {}


def _delete_dashboard(context: Context, name: str, properties: Properties) -> None:
    context.call("cloudwatch", "delete_dashboards", DashboardNames=[name])


ALARM = ResourceType(
    name="AWS::CloudWatch::Alarm",
    create=_create,
    update=_put,
    delete=_delete,
    immutable=frozenset({"AlarmName"}),
    mutable=frozenset({*ACTIONS, *METRIC, "Tags"}),
)
DASHBOARD = ResourceType(
    name="AWS::CloudWatch::Dashboard",
    create=_create_dashboard,
    update=_put_dashboard,
    delete=_delete_dashboard,
    immutable=frozenset({"DashboardName"}),
    mutable=frozenset({"DashboardBody", "Tags"}),
)
