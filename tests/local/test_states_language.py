"""The part of Amazon States Language that is run here, on definitions small enough to follow by hand.

https://states-language.net/spec.html
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from meshwright.local.stepfunctions.choice import holds
from meshwright.local.stepfunctions.clock import Limit, OutOfTimeError
from meshwright.local.stepfunctions.definition import parsed
from meshwright.local.stepfunctions.failures import StateError, StoppedError
from meshwright.local.stepfunctions.machine import Machine
from meshwright.local.stepfunctions.paths import evaluated, filled, put

CONTEXT = {"Execution": {"Id": "run-1"}}
FAST = 100_000.0
"""A day takes a second."""
DATA = {"a": {"b": [1, {"c": None}]}, "text": "x", "two words": 2}


class Work:
    """Stands for the services: results by resource, an exception among them is raised; the calls it saw."""

    def __init__(self, **results: Any) -> None:
        self.results = {name: list(each) for name, each in results.items()}
        self.calls: list[tuple[str, Any]] = []

    def perform(self, resource: str, parameters: Any, limit: Limit) -> Any:
        self.calls.append((resource, parameters))
        limit.check()
        result = self.results[resource].pop(0)
        if isinstance(result, Exception):
            raise result
        if isinstance(result, float):
            limit.sleep(result)
        return result


def run(
    states: Mapping[str, Any], data: Any, work: Work | None = None, *, limit: Limit | None = None
) -> tuple[Any, list[str]]:
    """The output, and which states were entered, in order."""
    entered: list[str] = []

    def record(kind: str, details: Mapping[str, Any]) -> None:
        if kind.endswith("StateEntered"):
            entered.append(details["name"])

    machine = Machine(perform=(work or Work()).perform, record=record, context=CONTEXT)
    definition = {"StartAt": next(iter(states)), "States": states}
    parsed(json.dumps(definition))
    return machine.run(definition, data, limit or Limit(speed=FAST)), entered


def task(resource: str = "job", **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **more}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$", DATA),
        ("$.a.b[1].c", None),
        ("$['two words']", 2),
        ("$$.Execution.Id", "run-1"),
        ("States.Format('s3://{}/{}', $.text, $.a.b[0])", "s3://x/1"),
        (r"States.Format('it\'s \{}')", "it's {}"),
        ("States.Array($.text, 'y', 2, true)", ["x", "y", 2, True]),
        ("States.ArrayLength($.a.b)", 2),
        ("States.ArrayContains($.a.b, 1)", True),
        ("States.ArrayGetItem($.a.b, 0)", 1),
        ("States.MathAdd($['two words'], -1)", 1),
        ("States.JsonToString($.a)", '{"b":[1,{"c":null}]}'),
        ("States.StringToJson(States.JsonToString($.a))", {"b": [1, {"c": None}]}),
        ("States.JsonMerge($.a, States.StringToJson('{\"d\": 1}'), false)", {"b": [1, {"c": None}], "d": 1}),
        ("States.StringSplit('a,b;c', ',;')", ["a", "b", "c"]),
    ],
)
def test_an_expression_has_this_value(expression: str, value: Any) -> None:
    assert evaluated(expression, DATA, CONTEXT) == value


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("$.none", "States.ParameterPathFailure"),
        ("$.a.b[7]", "States.ParameterPathFailure"),
        ("$..b", "States.Runtime"),
        ("States.Format('{}')", "States.IntrinsicFailure"),
        ("States.Hash('a', 'MD5')", "States.Runtime"),
        ("States.Array('a'", "States.IntrinsicFailure"),
        ("States.UUID() more", "States.IntrinsicFailure"),
    ],
)
def test_an_expression_fails_by_name(expression: str, error: str) -> None:
    with pytest.raises(StateError) as caught:
        evaluated(expression, DATA, CONTEXT)
    assert caught.value.error == error


def test_a_template_takes_paths_at_any_depth() -> None:
    template = {"plain": "$.text", "deep": [{"value.$": "$.text", "kept": 1}]}
    assert filled(template, DATA, CONTEXT) == {"plain": "$.text", "deep": [{"value": "x", "kept": 1}]}


@pytest.mark.parametrize(
    ("path", "data", "result"),
    [("$", {"a": 1}, "v"), ("$.a", {"a": 1, "b": 2}, {"a": "v", "b": 2}), ("$.c.d", {}, {"c": {"d": "v"}})],
)
def test_a_result_is_put_at_its_path(path: str, data: Any, result: Any) -> None:
    before = json.dumps(data)
    assert put(path, data, "v") == result
    assert json.dumps(data) == before


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.s", "StringEquals": "abc"}, True),
        ({"Variable": "$.s", "StringMatches": "a*"}, True),
        ({"Variable": "$.s", "StringMatches": "a?c"}, False),
        ({"Variable": "$.s", "StringGreaterThanEquals": "abd"}, False),
        ({"Variable": "$.n", "NumericGreaterThanEquals": 1}, True),
        ({"Variable": "$.n", "NumericLessThan": 1}, False),
        ({"Variable": "$.s", "NumericEquals": 1}, False),
        ({"Variable": "$.n", "NumericEqualsPath": "$.n"}, True),
        ({"Variable": "$.t", "BooleanEquals": True}, True),
        ({"Variable": "$.n", "BooleanEquals": True}, False),
        ({"Variable": "$.when", "TimestampLessThan": "2026-01-01T02:00:00+01:00"}, False),
        ({"Variable": "$.when", "TimestampGreaterThanEquals": "2026-01-01T02:00:00+01:00"}, True),
        ({"Variable": "$.none", "IsPresent": False}, True),
        ({"Variable": "$.nil", "IsPresent": True}, True),
        ({"Variable": "$.nil", "IsNull": True}, True),
        ({"Variable": "$.when", "IsTimestamp": True}, True),
        ({"Variable": "$.never", "IsTimestamp": True}, False),
        ({"Not": {"Variable": "$.n", "IsNumeric": True}}, False),
        ({"And": [{"Variable": "$.t", "IsBoolean": True}, {"Variable": "$.n", "IsString": True}]}, False),
        ({"Or": [{"Variable": "$.t", "IsBoolean": True}, {"Variable": "$.n", "IsString": True}]}, True),
    ],
)
def test_a_choice_rule(rule: dict[str, Any], expected: bool) -> None:
    data: dict[str, Any] = {"s": "abc", "n": 1, "t": True, "nil": None, "when": "2026-01-01T01:00:00Z"}
    data["never"] = "2026-02-30T00:00:00Z"
    assert holds(rule, data, CONTEXT) is expected


def test_input_parameters_selector_result_and_output() -> None:
    work = Work(job=[{"id": 7, "noise": 1}])
    state = task(
        InputPath="$.order",
        Parameters={"number.$": "$.n", "run.$": "$$.Execution.Id"},
        ResultSelector={"job.$": "$.id"},
        ResultPath="$.order.done",
        OutputPath="$.order",
        End=True,
    )
    output, _ = run({"A": state}, {"order": {"n": 1}}, work)
    assert work.calls == [("job", {"number": 1, "run": "run-1"})]
    assert output == {"n": 1, "done": {"job": 7}}


def test_a_discarded_result_leaves_the_input() -> None:
    assert run({"A": task(ResultPath=None, End=True)}, {"x": 1}, Work(job=["lost"]))[0] == {"x": 1}


def test_a_loop_ends_by_its_choice() -> None:
    states = {
        "count": {
            "Type": "Pass",
            "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
            "Next": "enough?",
        },
        "enough?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThanEquals": 3, "Next": "done"}],
            "Default": "wait",
        },
        "wait": {"Type": "Wait", "Seconds": 60, "Next": "count"},
        "done": {"Type": "Succeed"},
    }
    output, entered = run(states, {"n": 1})
    assert output == {"n": 3}
    assert entered == ["count", "enough?", "wait", "count", "enough?", "done"]


def test_no_rule_and_no_default_fails() -> None:
    states = {
        "which": {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "end"}]},
        "end": {"Type": "Succeed"},
    }
    with pytest.raises(StateError) as caught:
        run(states, {"n": 1})
    assert caught.value.error == "States.NoChoiceMatched"


def test_an_error_is_tried_again_as_often_as_its_retrier_says() -> None:
    retry = [
        {"ErrorEquals": ["Final"], "MaxAttempts": 0},
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2},
    ]
    faults = [StateError("Once"), StateError("Twice"), "good"]
    work = Work(job=faults, other=[StateError("Final", "why")])
    states = {
        "A": task(Retry=retry, ResultPath="$.a", Next="B"),
        "B": task("other", Retry=retry, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "C"}], End=True),
        "C": {"Type": "Pass", "End": True},
    }
    output, entered = run(states, {}, work)
    assert [resource for resource, _ in work.calls] == ["job", "job", "job", "other"]
    assert (output, entered) == ({"Error": "Final", "Cause": "why"}, ["A", "B", "C"])


def test_waits_between_tries_grow_to_their_limit() -> None:
    """1, 3 and 5 seconds, at ten seconds in one: 0.9 s."""
    clock = [0.0]
    limit = Limit(speed=10, now=lambda: clock[0])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds / 10

    limit.sleep = sleep  # type: ignore[method-assign]
    again = {
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 1,
        "BackoffRate": 3,
        "MaxDelaySeconds": 5,
    }
    faults = [StateError("E"), StateError("E"), StateError("E"), "good"]
    assert run({"A": task(Retry=[again], End=True)}, {}, Work(job=faults), limit=limit)[0] == "good"
    assert slept == [1.0, 3.0, 5.0]
    assert clock == [pytest.approx(0.9)]


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        (["States.ALL"], "Any", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.TaskFailed"], "Any", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["One", "Two"], "Two", True),
        (["One"], "Two", False),
    ],
)
def test_what_a_catcher_catches(names: list[str], error: str, caught: bool) -> None:
    states = {
        "A": task(Catch=[{"ErrorEquals": names, "Next": "B", "ResultPath": "$.error"}], End=True),
        "B": {"Type": "Succeed"},
    }
    work = Work(job=[StateError(error, "why")])
    if caught:
        assert run(states, {"x": 1}, work)[0] == {"x": 1, "error": {"Error": error, "Cause": "why"}}
    else:
        with pytest.raises(StateError, match=error):
            run(states, {"x": 1}, work)


def test_branches_run_side_by_side_and_give_a_list() -> None:
    branches = [
        {"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 600, "End": True}}},
        {"StartAt": "b", "States": {"b": {"Type": "Pass", "Result": 2, "End": True}}},
    ]
    parallel = {"Type": "Parallel", "Parameters": {"n.$": "$.x"}, "Branches": branches, "End": True}
    assert run({"P": parallel}, {"x": 1})[0] == [{"n": 1}, 2]


def test_a_failed_branch_stops_the_others_at_once() -> None:
    """The other branch would wait for a week."""
    branches = [
        {"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 604_800, "End": True}}},
        {"StartAt": "b", "States": {"b": {"Type": "Fail", "Error": "Bad", "Cause": "rules"}}},
    ]
    parallel = {"Type": "Parallel", "Branches": branches, "End": True}
    with pytest.raises(StateError) as caught:
        run({"P": parallel}, {}, limit=Limit(speed=1))
    assert (caught.value.error, caught.value.cause) == ("Bad", "rules")


def test_a_task_that_takes_too_long_times_out_and_can_be_caught() -> None:
    states = {
        "A": task(TimeoutSeconds=60, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "B"}], End=True),
        "B": {"Type": "Pass", "Result": "late", "End": True},
    }
    assert run(states, {}, Work(job=[3600.0]), limit=Limit(speed=10_000))[0] == "late"


def test_the_time_of_a_run_ends_it_whatever_is_caught() -> None:
    states = {
        "A": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 3600, "End": True}}}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
            "End": True,
        },
        "B": {"Type": "Succeed"},
    }
    limit = Limit(seconds=600, speed=10_000)
    with pytest.raises(OutOfTimeError) as caught:
        run(states, {}, limit=limit)
    assert caught.value.limit is limit


def test_a_stopped_run_stops() -> None:
    limit = Limit(speed=1)
    limit.stop()
    with pytest.raises(StoppedError):
        run({"A": {"Type": "Wait", "Seconds": 3600, "End": True}}, {}, limit=limit)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ({"Type": "Map", "ItemProcessor": {}, "End": True}, "a Map state"),
        (task(QueryLanguage="JSONata", End=True), "JSONata and variables, which state A uses"),
        (task(Assign={"x": 1}, End=True), "JSONata and variables, which state A uses"),
    ],
)
def test_what_is_not_run_is_said(state: dict[str, Any], what: str) -> None:
    with pytest.raises(StateError) as caught:
        run({"A": state}, {}, Work(job=["x"]))
    assert caught.value.cause == f"The embedded AWS doesn't run {what}."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "INVALID_JSON_DESCRIPTION: Expecting property name"),
        ("[]", "INVALID_JSON_DESCRIPTION: the definition isn't an object"),
        ("{}", "There are no States at /"),
        ('{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}', "The state B is missing at /States"),
        (
            '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}',
            "The state B is missing at /States",
        ),
        ('{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}', "either Next or End at /States/A"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Sleep"}}}', "The Type of the state at /States/A"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true}}}', "no Resource at /States/A"),
        (
            '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}',
            "The state B is never reached",
        ),
        (
            '{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [{}]}}}',
            "There are no States at /States/A/Branches[0]/",
        ),
    ],
)
def test_a_definition_that_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        parsed(text)
    assert problem in str(caught.value)
