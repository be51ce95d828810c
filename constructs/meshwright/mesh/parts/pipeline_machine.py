"""The state machine of a pipeline."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from meshwright.config.pipeline_file import Pipeline, Retry, Step
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.durations import seconds
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.announcements import announcements
from meshwright.mesh.parts.hearing import queue_key, waits
from meshwright.mesh.parts.refreshes import mesh_bus_arn
from meshwright.mesh.parts.spark import APPLICATION_ID
from meshwright.mesh.parts.state_machine import ACCEPTED, State, definition, text
from meshwright.mesh.parts.step_order import order_of, shown_order
from meshwright.mesh.parts.step_states import Engines, step_states
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import PIPELINES, SPARK
from meshwright.mesh.quality.runs import checked_tables, evaluation_run

LOGS: Final = "pipelines-logs"
"""Key of the log group of a domain's pipelines."""
APPLICATION: Final = "SparkApplication"
"""Stands for the id of the Spark application in a definition."""


def machine_of(mesh: Mesh, domain: Domain, name: str, pipeline: Pipeline) -> Declared:
    """The state machine of the domain's pipeline `name`."""
    place = place_in(mesh.region, account=domain.account)
    finish = announcements(
        partition=place.partition,
        bus_arn=mesh_bus_arn(mesh),
        mesh=mesh.name,
        domain=domain.name,
        pipeline=name,
        products=pipeline.refreshes,
    )
    machine = mesh.names.pipeline(domain.name, name)
    properties: dict[str, Any] = {
        "StateMachineName": machine,
        "RoleArn": domain.roles[PIPELINES].arn,
        **machine_properties(
            pipeline,
            name=name,
            engines=engines(mesh, domain),
            finish=list(finish),
            log_group_arn=Attribute(LOGS, "Arn"),
        ),
    }
    return Declared(
        key=f"pipeline {name}",
        type="AWS::StepFunctions::StateMachine",
        name=machine,
        properties=properties,
        shown=_shown(pipeline),
        accepted=ACCEPTED,
    )


def machine_properties(
    pipeline: Pipeline,
    *,
    name: str,
    engines: Engines,
    finish: Sequence[tuple[str, State]] = (),
    log_group_arn: object,
) -> dict[str, Any]:
    """Properties of the state machine of a pipeline but for its name, role and tags.

    The id of the Spark application and the URLs of queues may be anything that CloudFormation resolves.
    What goes into states and comes out of them is not logged, and there is no data in it: a state passes on
    what the run was started with.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    """
    standing_in, substitutions = _substituted(pipeline, engines)
    written = definition(
        comment=pipeline.description,
        order=order_of({key: step.after for key, step in pipeline.steps.items()}),
        states=step_states(pipeline, name=name, engines=standing_in),
        finish=finish,
        timeout_seconds=seconds(pipeline.timeout),
    )
    return {
        **({"DefinitionSubstitutions": substitutions} if substitutions else {}),
        "StateMachineType": "STANDARD",
        "DefinitionString": text(written),
        "LoggingConfiguration": {
            "Level": "ERROR",
            "IncludeExecutionData": False,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": log_group_arn}}],
        },
    }


def engines(mesh: Mesh, domain: Domain) -> Engines:
    """What the steps of the domain's pipelines run on."""
    names, roles = mesh.names, domain.roles
    return Engines(
        partition=place_in(mesh.region, account=domain.account).partition,
        scripts_bucket=names.bucket(domain.name, domain.account, "raw"),
        spark_application=APPLICATION_ID,
        spark_role_arn=roles[SPARK].arn if SPARK in roles else "",
        workgroup=names.workgroup(domain.name, PIPELINES),
        evaluations={
            each.reference: evaluation_run(mesh, domain, each) for each in checked_tables(domain.file)
        },
        queues={wait: Attribute(queue_key(wait)) for wait in waits(domain)},
    )


def _substituted(pipeline: Pipeline, engines: Engines) -> tuple[Engines, dict[str, object]]:
    """The engines with names for what CloudFormation puts in, and what it puts in for those that are used."""
    steps = pipeline.steps.values()
    asked = {(step.wait_for, step.within) for step in steps}
    names = {wait: f"Queue{number}" for number, wait in enumerate(engines.queues)}
    values = {names[wait]: url for wait, url in engines.queues.items() if wait in asked}
    if any(step.spark is not None for step in steps):
        values[APPLICATION] = engines.spark_application
    standing_in = replace(
        engines,
        spark_application=f"${{{APPLICATION}}}",
        queues={wait: f"${{{name}}}" for wait, name in names.items()},
    )
    return standing_in, values


def _shown(pipeline: Pipeline) -> dict[str, str]:
    if pipeline.schedule is not None:
        runs = f"{pipeline.schedule}, {pipeline.timezone}"
    elif pipeline.triggered_by:
        runs = f"when {' or '.join(pipeline.triggered_by)} is refreshed"
    else:
        runs = "when somebody starts it"
    shown = {
        "description": pipeline.description,
        "runs": runs,
        "order": shown_order(order_of({key: step.after for key, step in pipeline.steps.items()})),
        "at most": pipeline.timeout,
    }
    for key, step in pipeline.steps.items():
        retry = step.retry or pipeline.retry
        shown[f"step {key}"] = _shown_step(step)
        shown[f"limits of step {key}"] = step.timeout + (_shown_retry(retry) if step.wait_for is None else "")
    return shown | {f"refreshes {product}": "" for product in pipeline.refreshes}


def _shown_step(step: Step) -> str:
    if step.spark is not None:
        return " ".join(["spark", step.spark, *step.arguments])
    if step.sql is not None:
        return f"sql {' '.join(step.sql.split())}"
    if step.quality is not None:
        return f"quality of {step.quality}"
    return f"wait for {step.wait_for}, not longer ago than {step.within}"


def _shown_retry(retry: Retry) -> str:
    if retry.attempts == 0:
        return "; not tried again"
    return (
        f"; tried again {retry.attempts} times, after {retry.wait}, then {retry.backoff} times as long each"
    )
