"""A domain's alarms, whom they reach, and its dashboard.

Alarms stand with the part that they watch, and the parts in watched.py. An alarm tells of its beginning, not
of its end: one that counts failures ends by itself after a few minutes, which mends nothing.
"""

import textwrap
from collections.abc import Iterator
from typing import Any, Final

from meshwright.mesh.alarms import Alarm, Metric
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts import domain_dashboard, topics
from meshwright.mesh.parts.watched import alarms_of

MAX_DESCRIPTION: Final = 1024
"""Characters: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
STATISTICS: Final = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
"""Others, such as p99, are `ExtendedStatistic`."""


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Topics and alarms, if the domain has any alarm; the dashboard, if it has `monitoring`."""
    alarms = alarms_of(mesh, domain)
    if alarms:
        yield from topics.resources(mesh, domain, alarms)
    for alarm in alarms:
        yield _alarm(mesh, domain, alarm)
    yield from domain_dashboard.resources(mesh, domain, alarms)


def runbook(mesh: Mesh, domain: Domain, section: str) -> str:
    """Where to read what an alarm means and what to do."""
    own = domain.file.monitoring.runbooks if domain.file.monitoring else None
    shared = mesh.file.monitoring.runbooks if mesh.file.monitoring else None
    address = own or shared
    return f"{address}#{section}" if address else f"section {section} of docs/runbooks.md of meshwright"


def _alarm(mesh: Mesh, domain: Domain, alarm: Alarm) -> Declared:
    name = mesh.names.alarm(domain.name, alarm.key)
    unit = "minutes" if alarm.period % 60 == 0 else "seconds"
    lasting = alarm.period * alarm.periods // (60 if unit == "minutes" else 1)
    return Declared(
        key=f"alarm {alarm.key}",
        type="AWS::CloudWatch::Alarm",
        name=name,
        properties={
            "AlarmName": name,
            "AlarmDescription": _description(alarm, runbook(mesh, domain, alarm.runbook)),
            "AlarmActions": [Attribute(topic) for topic in topics.told_by(domain, alarm)],
            **_watched(alarm.metric),
            "Period": alarm.period,
            "EvaluationPeriods": alarm.periods,
            "Threshold": alarm.threshold,
            "ComparisonOperator": alarm.comparison,
            "TreatMissingData": alarm.missing,
        },
        shown={
            "when": f"{alarm.metric.statistic} of {alarm.metric.name} {_COMPARED[alarm.comparison]} "
            f"{alarm.threshold:,.10g} for {lasting} {unit}",
            "runbook": runbook(mesh, domain, alarm.runbook),
        },
    )


_COMPARED: Final = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at least",
    "LessThanThreshold": "below",
}


def _description(alarm: Alarm, where: str) -> str:
    """The text and where to read on, cut in the text where both are too long."""
    text, end = alarm.text, f" Runbook: {where}"
    room = MAX_DESCRIPTION - len(end)
    return (text if len(text) <= room else textwrap.shorten(text, room, placeholder=" …")) + end


def _watched(metric: Metric) -> dict[str, Any]:
    statistic = "Statistic" if metric.statistic in STATISTICS else "ExtendedStatistic"
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions.items())],
        statistic: metric.statistic,
    }
