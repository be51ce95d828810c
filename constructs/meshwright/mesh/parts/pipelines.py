"""Pipelines: a Step Functions state machine each, started by a schedule, by refreshes, or by hand."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from meshwright.config.pipeline_file import Pipeline
from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.hearing import domain_bus, queues
from meshwright.mesh.parts.pipeline_machine import LOGS, machine_of
from meshwright.mesh.parts.pipeline_policy import role_policy
from meshwright.mesh.parts.refreshes import heard, pattern
from meshwright.mesh.parts.service_role import fitting, service_role
from meshwright.mesh.place import place_in

__all__ = ["alarms", "resources", "role_policy", "widgets"]

STARTER: Final = "pipelines-start"
"""Key of the role with which schedules and events start pipelines."""
KEPT_DAYS: Final = 90
"""As long as Step Functions keeps the history of a run
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)."""

SCHEDULED: Final[Mapping[str, str]] = {"scheduled": "<aws.scheduler.scheduled-time>"}
"""What a run is started with by a schedule: the time that it stands for
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html)."""


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """State machines, their log, schedules, and what starts them when products are refreshed."""
    pipelines = domain.file.pipelines
    if not pipelines:
        return
    logs = mesh.names.pipeline_logs(domain.name)
    yield Declared(
        key=LOGS,
        type="AWS::Logs::LogGroup",
        name=logs,
        properties={"LogGroupName": logs, "RetentionInDays": KEPT_DAYS},
    )
    yield from domain_bus(mesh, domain)
    yield from queues(mesh, domain)
    for name, pipeline in pipelines.items():
        yield machine_of(mesh, domain, name, pipeline)
    triggers = {name: _triggers(mesh, domain, pipeline) for name, pipeline in pipelines.items()}
    started = [name for name, each in pipelines.items() if each.schedule is not None or triggers[name]]
    if started:
        yield _starter(mesh, domain, started)
    for name, pipeline in pipelines.items():
        if pipeline.schedule is not None:
            yield _schedule(mesh, domain, name, pipeline)
        for producer, products in triggers[name].items():
            yield _trigger(mesh, domain, name, producer, products)


def _triggers(mesh: Mesh, domain: Domain, pipeline: Pipeline) -> Mapping[str, tuple[str, ...]]:
    """The products, by their domain, whose refreshes start the pipeline; those that the domain hears of."""
    asked = frozenset(pipeline.triggered_by or ())
    told = {
        producer: tuple(product for product in products if f"{producer}.{product}" in asked)
        for producer, products in heard(mesh, domain).items()
    }
    return {producer: products for producer, products in told.items() if products}


def _starter(mesh: Mesh, domain: Domain, pipelines: list[str]) -> Declared:
    return service_role(
        mesh,
        key=STARTER,
        name=mesh.names.service_role(domain.name, "start"),
        account=domain.account,
        services=["events.amazonaws.com", "scheduler.amazonaws.com"],
        allows=[
            fitting(
                actions=["states:StartExecution"],
                resources=[_machine_arn(mesh, domain, name) for name in pipelines],
                pattern=_machine_arn(mesh, domain, "*"),
                why="All pipelines of the domain: their names are too many for a policy.",
            )
        ],
    )


def _schedule(mesh: Mesh, domain: Domain, name: str, pipeline: Pipeline) -> Declared:
    schedule = mesh.names.pipeline_schedule(domain.name, name)
    properties = schedule_properties(
        pipeline,
        name=schedule,
        machine_arn=Attribute(f"pipeline {name}", "Arn"),
        role_arn=Attribute(STARTER, "Arn"),
    )
    return Declared(
        key=f"schedule {name}",
        type="AWS::Scheduler::Schedule",
        name=schedule,
        properties=properties,
        shown={"starts": f"{pipeline.schedule}, {pipeline.timezone}"},
        tags="",
    )


def schedule_properties(
    pipeline: Pipeline, *, name: str, machine_arn: object, role_arn: object
) -> dict[str, Any]:
    """A schedule that starts the state machine with that role.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
    """
    return {
        "Name": name,
        "Description": f"Starts the pipeline {name}",
        "ScheduleExpression": pipeline.schedule,
        "ScheduleExpressionTimezone": pipeline.timezone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {
            "Arn": machine_arn,
            "RoleArn": role_arn,
            "Input": json.dumps(SCHEDULED),
            # Later than that, the next run is near.
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
        },
    }


def _trigger(mesh: Mesh, domain: Domain, name: str, producer: str, products: tuple[str, ...]) -> Declared:
    rule = f"{name}.{producer}"
    return Declared(
        key=f"trigger {name} {producer}",
        type="AWS::Events::Rule",
        name=rule,
        properties={
            "Name": rule,
            "Description": f"Starts the pipeline {name} when {producer} has refreshed what it works on",
            "EventBusName": mesh.names.workloads(domain.name),
            "EventPattern": pattern(mesh, producer, products),
            "State": "ENABLED",
            "Targets": [
                {
                    "Id": "pipeline",
                    "Arn": Attribute(f"pipeline {name}", "Arn"),
                    "RoleArn": Attribute(STARTER, "Arn"),
                }
            ],
        },
        shown={f"starts {name} when refreshed: {producer}.{product}": "" for product in products},
        after=("bus",),
    )


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Runs that fail, or take too long.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    """
    for name, pipeline in domain.file.pipelines.items():
        refreshes = ", ".join(pipeline.refreshes)
        late = f" Not refreshed: {refreshes}." if refreshes else ""
        yield Alarm(
            key=f"pipeline {name} failed",
            runbook="pipeline-failed",
            text=f"A run of the pipeline {name} has failed, after its steps were tried again.{late}",
            metric=_metric(mesh, domain, name, "ExecutionsFailed"),
            threshold=0,
        )
        yield Alarm(
            key=f"pipeline {name} timed out",
            runbook="pipeline-timed-out",
            text=f"A run of the pipeline {name} was ended, for it took longer than {pipeline.timeout}.{late}",
            metric=_metric(mesh, domain, name, "ExecutionsTimedOut"),
            threshold=0,
        )


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Runs that went well and that didn't."""
    for name in domain.file.pipelines:
        states = ("ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
        metrics = tuple(_metric(mesh, domain, name, state) for state in states)
        yield Widget(title=f"Pipeline {name}: runs", metrics=metrics, period=3600)


def _metric(mesh: Mesh, domain: Domain, name: str, metric: str) -> Metric:
    arn = _machine_arn(mesh, domain, name)
    return Metric(namespace="AWS/States", name=metric, dimensions={"StateMachineArn": arn})


def _machine_arn(mesh: Mesh, domain: Domain, name: str) -> str:
    place = place_in(mesh.region, account=domain.account)
    return place.arn("states", f"stateMachine:{mesh.names.pipeline(domain.name, name)}")
