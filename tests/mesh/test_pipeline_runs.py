"""Runs of pipelines of the small mesh by the embedded AWS's interpreter; services answer as told."""

import json
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from meshwright.local.stepfunctions.clock import Limit
from meshwright.local.stepfunctions.failures import StateError
from meshwright.local.stepfunctions.machine import Machine
from meshwright.mesh.parts import pipelines
from meshwright.project import load_mesh
from tests.config.pipeline_mesh import texts
from tests.config.small_mesh import TODAY, write_mesh

CONTEXT = {"Execution": {"Id": "arn:of:the:run"}, "StateMachine": {"Id": "arn:of:the:machine"}}
OTHERS_OUTPUT = {"QueryExecution": {"ResultConfiguration": {"OutputLocation": "s3://somewhere"}}}
"""What services answer that the pipeline has no use for."""


class Services:
    """Answers each action with the next of its answers; an error is raised."""

    def __init__(self, **answers: Iterator[Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []

    def perform(self, resource: str, parameters: Any, limit: Limit) -> Any:
        action = resource.rpartition(":")[2].removesuffix(".sync")
        self.calls.append((action, parameters))
        answer = next(self.answers.get(action, repeat(OTHERS_OUTPUT)))
        if isinstance(answer, StateError):
            raise answer
        return answer

    def count(self, action: str) -> int:
        return [name for name, _ in self.calls].count(action)


@pytest.fixture
def definitions(tmp_path: Path) -> dict[str, Any]:
    mesh = load_mesh(write_mesh(tmp_path, texts()), environment=None, today=TODAY)
    found = {}
    for domain in mesh.domains.values():
        for each in pipelines.resources(mesh, domain):
            if each.type == "AWS::StepFunctions::StateMachine":
                found[each.key.removeprefix("pipeline ")] = json.loads(each.properties["DefinitionString"])
    return found


def run(definition: Any, services: Services, given: Any) -> Any:
    machine = Machine(perform=services.perform, record=lambda kind, details: None, context=CONTEXT)
    return machine.run(definition, given, Limit(speed=1e4))


def looked(*statuses: str) -> Iterator[Any]:
    return iter([{"Status": each, "ResultIds": ["result-1"]} for each in statuses])


def quality(score: float, *statuses: str) -> Services:
    return Services(
        startDataQualityRulesetEvaluationRun=repeat({"RunId": "run-1"}),
        getDataQualityRulesetEvaluationRun=looked(*statuses),
        getDataQualityResult=repeat({"Score": score, "RuleResults": [{"Result": "PASS"}]}),
    )


def test_a_run_that_goes_well_announces_the_refresh_and_passes_on_what_it_began_with(
    definitions: dict[str, Any],
) -> None:
    services = quality(1.0, "STARTING", "RUNNING", "SUCCEEDED")
    assert run(definitions["nightly"], services, {"scheduled": "2027-01-01T03:00:00Z"}) == {
        "scheduled": "2027-01-01T03:00:00Z"
    }
    assert [name for name, _ in services.calls] == [
        "startQueryExecution",
        "startJobRun",
        "startDataQualityRulesetEvaluationRun",
        *["getDataQualityRulesetEvaluationRun"] * 3,
        "getDataQualityResult",
        "putEvents",
        "putMetricData",
    ]
    given = dict(services.calls)
    assert given["getDataQualityRulesetEvaluationRun"] == {"RunId": "run-1"}
    assert given["getDataQualityResult"] == {"ResultId": "result-1"}
    [entry] = given["putEvents"]["Entries"]
    told_at = entry["Detail"].pop("at")
    assert entry["Detail"] == {
        "mesh": "acme",
        "domain": "orders",
        "product": "sales",
        "pipeline": "nightly",
        "execution": "arn:of:the:run",
    }
    assert told_at.endswith("Z")


@pytest.mark.parametrize("given", [None, [1], "text", {}])
def test_it_may_be_started_with_anything(definitions: dict[str, Any], given: Any) -> None:
    assert run(definitions["nightly"], quality(1.0, "SUCCEEDED"), given) == given


def test_rules_that_fail_fail_the_run_at_once_and_nothing_is_announced(definitions: dict[str, Any]) -> None:
    services = quality(0.9, "SUCCEEDED")
    with pytest.raises(StateError) as failure:
        run(definitions["nightly"], services, {})
    assert failure.value.error == "QualityRulesFailed"
    assert services.count("startDataQualityRulesetEvaluationRun") == 1
    assert services.count("putEvents") == services.count("putMetricData") == 0


@pytest.mark.parametrize("status", ["FAILED", "STOPPED", "TIMEOUT"])
def test_a_run_of_rules_that_breaks_is_tried_again(definitions: dict[str, Any], status: str) -> None:
    services = quality(1.0, status, "RUNNING", "SUCCEEDED")
    run(definitions["nightly"], services, {})
    assert services.count("startDataQualityRulesetEvaluationRun") == 2
    broken = quality(1.0, *[status] * 4)
    with pytest.raises(StateError) as failure:
        run(definitions["nightly"], broken, {})
    assert failure.value.error == "QualityRunFailed"
    assert broken.count("startDataQualityRulesetEvaluationRun") == 4  # and three times more


def test_a_step_is_tried_again_three_times(definitions: dict[str, Any]) -> None:
    fault = StateError("States.TaskFailed", "exhausted resources")
    services = quality(1.0, "SUCCEEDED")
    services.answers["startQueryExecution"] = iter([fault, fault, fault, {}])
    run(definitions["nightly"], services, {})
    assert services.count("startQueryExecution") == 4
    services.answers["startQueryExecution"] = repeat(fault)
    services.calls.clear()
    with pytest.raises(StateError, match="exhausted resources"):
        run(definitions["nightly"], services, {})
    assert services.count("startQueryExecution") == 4
    assert services.count("startJobRun") == 0


def messages(*numbers: int) -> Iterator[Any]:
    return iter([{"Attributes": {"ApproximateNumberOfMessages": str(each)}} for each in numbers])


def test_a_step_waits_until_there_is_a_refresh(definitions: dict[str, Any]) -> None:
    services = Services(getQueueAttributes=messages(0, 0, 2))
    assert run(definitions["revenue"], services, {"id": "an event"}) == {"id": "an event"}
    assert [name for name, _ in services.calls] == [*["getQueueAttributes"] * 3, "startQueryExecution"]
    assert services.calls[0][1]["AttributeNames"] == ["ApproximateNumberOfMessages"]


def test_a_step_waits_no_longer_than_its_time_and_is_not_tried_again(definitions: dict[str, Any]) -> None:
    """It looks, waits 36 seconds and looks again, a hundred times: an hour."""
    services = Services(getQueueAttributes=messages(*[0] * 1000))
    with pytest.raises(StateError) as failure:
        run(definitions["revenue"], services, {})
    assert failure.value.error == "NotRefreshed"
    assert services.count("getQueueAttributes") == 101
    assert services.count("startQueryExecution") == 0


def test_a_fault_of_looking_is_none_of_waiting(definitions: dict[str, Any]) -> None:
    fault = StateError("Sqs.SdkClientException", "no answer")
    services = Services(getQueueAttributes=iter([fault, fault, *messages(1)]))
    run(definitions["revenue"], services, {})
    assert services.count("startQueryExecution") == 1
