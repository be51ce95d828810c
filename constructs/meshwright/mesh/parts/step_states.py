"""Each kind of step as a state of a state machine.

A step passes its input on and nothing of its output, so no data goes through a run. What needs more than
one state is a parallel state of one branch: it is tried again as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from meshwright.config.pipeline_file import Pipeline, Retry, Step
from meshwright.mesh.durations import seconds
from meshwright.mesh.parts.state_machine import State

NOT_REFRESHED: Final = "NotRefreshed"
RULES_FAILED: Final = "QualityRulesFailed"
RUN_FAILED: Final = "QualityRunFailed"
QUALITY_LOOKS, REFRESH_LOOKS = 40, 100
"""How often at most a step looks whether what it waits for is there: a run has 25,000 events in all
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)."""
LEAST_WAIT: Final = 30
"""Seconds between two looks, at least."""
AGAIN: Final[list[dict[str, Any]]] = [
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 4, "BackoffRate": 2}
]
"""For calls that only look, or tell: a fault of a moment shall not end a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """What the steps of a pipeline run on; what none of them needs may be left out."""

    partition: str
    scripts_bucket: str = ""
    spark_application: object = ""
    """Its id."""
    spark_role_arn: str = ""
    workgroup: str = ""
    evaluations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Parameters of a run of the quality rules of a table, by `product.table`."""
    queues: Mapping[tuple[str, str], object] = field(default_factory=dict)
    """URL of the queue of refreshes, by product and `within`."""


def step_states(pipeline: Pipeline, *, name: str, engines: Engines) -> dict[str, State]:
    """The state of each step of the pipeline called `name`."""
    states = {}
    for key, step in pipeline.steps.items():
        retry = step.retry or pipeline.retry
        timeout = limit(step, pipeline)
        if step.spark is not None:
            states[key] = _spark(step, f"{name} {key}", retry, timeout, engines)
        elif step.sql is not None:
            states[key] = _sql(step.sql, retry, timeout, engines)
        elif step.quality is not None:
            states[key] = _quality(key, step.quality, retry, timeout, engines)
        elif step.wait_for is not None:
            states[key] = _wait_for(key, step.wait_for, step.within, timeout, engines)
    return states


def limit(step: Step, pipeline: Pipeline) -> int:
    """Seconds that a step may take: no longer than the whole run."""
    return min(seconds(step.timeout), seconds(pipeline.timeout))


def pause(timeout: int, looks: int) -> int:
    """Seconds between two of so many looks of a step that may take `timeout` seconds."""
    return max(LEAST_WAIT, -(-timeout // looks))


def _spark(step: Step, job: str, retry: Retry, timeout: int, engines: Engines) -> State:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html"""
    driver: dict[str, Any] = {"EntryPoint": f"s3://{engines.scripts_bucket}/{step.spark}"}
    if step.arguments:
        driver["EntryPointArguments"] = list(step.arguments)
    return {
        "Type": "Task",
        "Resource": f"arn:{engines.partition}:states:::emr-serverless:startJobRun.sync",
        "Parameters": {
            "ApplicationId": engines.spark_application,
            "ExecutionRoleArn": engines.spark_role_arn,
            "Name": job,
            # The job ends too, not only the wait for it.
            "ExecutionTimeoutMinutes": timeout // 60,
            "JobDriver": {"SparkSubmit": driver},
        },
        "ResultPath": None,
        "TimeoutSeconds": timeout,
        **_retry(retry),
    }


def _sql(statement: str, retry: Retry, timeout: int, engines: Engines) -> State:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html"""
    return {
        "Type": "Task",
        "Resource": f"arn:{engines.partition}:states:::athena:startQueryExecution.sync",
        "Parameters": {"QueryString": statement, "WorkGroup": engines.workgroup},
        "ResultPath": None,
        "TimeoutSeconds": timeout,
        **_retry(retry),
    }


def _quality(key: str, reference: str, retry: Retry, timeout: int, engines: Engines) -> State:
    """Start a run of the table's rules, look until it is over, and fail unless all of them passed.

    https://docs.aws.amazon.com/glue/latest/webapi/API_StartDataQualityRulesetEvaluationRun.html
    """
    glue = f"arn:{engines.partition}:states:::aws-sdk:glue:"
    run, look, ended, result, passed = (
        f"{key} {each}" for each in ("run", "look", "ended?", "result", "passed?")
    )
    start = {
        "Type": "Task",
        "Resource": f"{glue}startDataQualityRulesetEvaluationRun",
        "Parameters": {**engines.evaluations[reference], "Timeout": timeout // 60},
        "ResultPath": "$.run",
        "Next": f"{key} wait",
    }
    states: dict[str, State] = {
        run: start,
        f"{key} wait": {"Type": "Wait", "Seconds": pause(timeout, QUALITY_LOOKS), "Next": look},
        look: {
            "Type": "Task",
            "Resource": f"{glue}getDataQualityRulesetEvaluationRun",
            "Parameters": {"RunId.$": "$.run.RunId"},
            "ResultPath": "$.state",
            "Retry": AGAIN,
            "Next": ended,
        },
        ended: {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.state.Status", "StringEquals": "SUCCEEDED", "Next": result},
                {
                    "Or": [
                        {"Variable": "$.state.Status", "StringEquals": status}
                        for status in ("FAILED", "STOPPED", "STOPPING", "TIMEOUT")
                    ],
                    "Next": f"{key} broke",
                },
            ],
            "Default": f"{key} wait",
        },
        result: {
            "Type": "Task",
            "Resource": f"{glue}getDataQualityResult",
            "Parameters": {"ResultId.$": "$.state.ResultIds[0]"},
            # The rules and what they found aren't kept: they can tell of values.
            "ResultSelector": {"Score.$": "$.Score"},
            "ResultPath": "$.result",
            "Retry": AGAIN,
            "Next": passed,
        },
        passed: {
            "Type": "Choice",
            "Choices": [{"Variable": "$.result.Score", "NumericGreaterThanEquals": 1, "Next": f"{key} good"}],
            "Default": f"{key} bad",
        },
        f"{key} good": {"Type": "Succeed"},
        f"{key} bad": _fail(RULES_FAILED, f"{reference} does not fulfil all of its quality rules"),
        f"{key} broke": _fail(RUN_FAILED, f"the run of the quality rules of {reference} did not end well"),
    }
    return _as_one(key, run, states, given={}, retry=_retry(retry, never=RULES_FAILED))


def _wait_for(key: str, product: str, within: str, timeout: int, engines: Engines) -> State:
    """Look into the queue of refreshes until there is one, or the step's time is over.

    A message is in it as long as the refresh counts: nobody takes it out, and its retention is `within`.
    """
    wait = pause(timeout, REFRESH_LOOKS)
    look, there, waiting = f"{key} look", f"{key} there?", f"{key} wait"
    states: dict[str, State] = {
        look: {
            "Type": "Task",
            "Resource": f"arn:{engines.partition}:states:::aws-sdk:sqs:getQueueAttributes",
            "Parameters": {
                "QueueUrl": engines.queues[product, within],
                "AttributeNames": ["ApproximateNumberOfMessages"],
            },
            "ResultSelector": {"number.$": "$.Attributes.ApproximateNumberOfMessages"},
            "ResultPath": "$.refreshes",
            "Retry": AGAIN,
            "Next": there,
        },
        there: {
            "Type": "Choice",
            "Choices": [
                {
                    "Not": {"Variable": "$.refreshes.number", "StringEquals": "0"},
                    "Next": f"{key} refreshed",
                },
                {"Variable": "$.looks", "NumericGreaterThanEquals": timeout // wait, "Next": f"{key} late"},
            ],
            "Default": waiting,
        },
        waiting: {"Type": "Wait", "Seconds": wait, "Next": f"{key} count"},
        f"{key} count": {
            "Type": "Pass",
            "Parameters": {"looks.$": "States.MathAdd($.looks, 1)"},
            "Next": look,
        },
        f"{key} refreshed": {"Type": "Succeed"},
        f"{key} late": _fail(
            NOT_REFRESHED,
            f"{product} was refreshed neither in the last {within} nor in the {timeout // 60} minutes since",
        ),
    }
    return _as_one(key, look, states, given={"looks": 0}, retry={})


def _as_one(
    key: str, first: str, states: Mapping[str, State], *, given: Mapping[str, Any], retry: Mapping[str, Any]
) -> State:
    """The states as one, which begin with `given`, whatever the run was started with."""
    begin: State = {"Type": "Pass", "Result": given, "Next": first}
    branch = {"StartAt": f"{key} begin", "States": {f"{key} begin": begin, **states}}
    return {"Type": "Parallel", "Branches": [branch], "ResultPath": None, **retry}


def _fail(error: str, cause: str) -> State:
    return {"Type": "Fail", "Error": error, "Cause": cause}


def _retry(retry: Retry, *, never: str | None = None) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    if retry.attempts == 0:
        return {}
    rules: list[dict[str, Any]] = [{"ErrorEquals": [never], "MaxAttempts": 0}] if never else []
    again = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": seconds(retry.wait),
        "MaxAttempts": retry.attempts,
        "BackoffRate": retry.backoff,
    }
    return {"Retry": [*rules, again]}
