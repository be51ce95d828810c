"""Runs the states of a definition: the part of Amazon States Language that pipelines need, with JSONPath.

https://states-language.net/spec.html. A Map state, JSONata and variables are refused where they are met.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from meshwright.local.stepfunctions.branches import run_all
from meshwright.local.stepfunctions.choice import holds
from meshwright.local.stepfunctions.clock import Limit, OutOfTimeError
from meshwright.local.stepfunctions.failures import StateError, unknown
from meshwright.local.stepfunctions.paths import evaluated, filled, find, put
from meshwright.local.stepfunctions.retries import Retriers, caught

State = Mapping[str, Any]
Perform = Callable[[str, Any, Limit], Any]
"""Does the work of a Task state: resource, parameters and limit; returns the result or raises StateError."""
Record = Callable[[str, Mapping[str, Any]], None]
"""Notes an event of the history: its type and its details."""


@dataclass(frozen=True)
class Machine:
    """What all states of a run share."""

    perform: Perform
    record: Record
    context: Mapping[str, Any]
    """The context object, without the current state."""

    def run(
        self,
        definition: State,
        data: Any,
        limit: Limit,
        *,
        start: str | None = None,
        entering: Callable[[str, Any], None] = lambda name, data: None,
    ) -> Any:
        """Runs states from `start` or `StartAt` on until one ends; the output.

        Raises StateError if one fails. `entering` is told the name and the input of each, before it runs.
        """
        name: str | None = start or definition["StartAt"]
        while name is not None:
            limit.check()
            entering(name, data)
            name, data = self._state(name, definition["States"][name], data, limit)
        return data

    def _state(self, name: str, state: State, data: Any, limit: Limit) -> tuple[str | None, Any]:
        """Runs one state; the name of the next one, if any, and its output."""
        kind = state["Type"]
        self.record(f"{kind}StateEntered", {"name": name, "input": data})
        if state.get("QueryLanguage", "JSONPath") != "JSONPath" or "Assign" in state:
            raise unknown(f"JSONata and variables, which state {name} uses")
        entered, retriers, attempt = _now(), Retriers(state), 0
        while True:
            place = {"Name": name, "EnteredTime": entered, "RetryCount": attempt}
            try:
                following, output = self._once(state, data, {**self.context, "State": place}, limit)
                break
            except StateError as error:
                seconds = retriers.wait(error)
                if seconds is None:
                    following, output = caught(state, data, error)
                    break
            limit.sleep(seconds)
            attempt += 1
        self.record(f"{kind}StateExited", {"name": name, "output": output})
        return following, output

    def _once(
        self, state: State, data: Any, context: Mapping[str, Any], limit: Limit
    ) -> tuple[str | None, Any]:
        given = _part(state.get("InputPath", "$"), data, context)
        following = state.get("Next")
        match state["Type"]:
            case "Succeed":
                return None, _part(state.get("OutputPath", "$"), given, context)
            case "Fail":
                raise StateError(*_failure(state, given, context))
            case "Choice":
                chosen = next((r for r in state["Choices"] if holds(r, given, context)), None)
                following = chosen["Next"] if chosen else state.get("Default")
                if following is None:
                    raise StateError(
                        "States.NoChoiceMatched", "No choice rule matched, and there is no Default."
                    )
                return following, _part(state.get("OutputPath", "$"), given, context)
            case "Wait":
                limit.sleep(_seconds(state, given, context))
                return following, _part(state.get("OutputPath", "$"), given, context)
            case "Pass":
                result = state["Result"] if "Result" in state else _given(state, given, context)
            case "Task":
                result = self._task(state, given, context, limit)
            case "Parallel":
                each_input = _given(state, given, context)
                branches = [partial(self.run, branch, each_input) for branch in state["Branches"]]
                result = run_all(branches, limit)
            case other:
                raise unknown(f"a {other} state")
        if "ResultSelector" in state:
            result = filled(state["ResultSelector"], result, context)
        path = state.get("ResultPath", "$")
        output = data if path is None else put(path, data, result)
        return following, _part(state.get("OutputPath", "$"), output, context)

    def _task(self, state: State, given: Any, context: Mapping[str, Any], limit: Limit) -> Any:
        parameters = _given(state, given, context)
        seconds = state.get("TimeoutSeconds")
        if "TimeoutSecondsPath" in state:
            seconds = find(state["TimeoutSecondsPath"], given, context)
        own = Limit(limit, seconds=seconds)
        details = {"resource": state["Resource"], "parameters": parameters}
        self.record("TaskScheduled", details)
        try:
            result = self.perform(state["Resource"], parameters, own)
            own.check()
        except OutOfTimeError as error:
            if error.limit is not own:
                raise
            self.record("TaskTimedOut", {"resource": state["Resource"], "error": "States.Timeout"})
            raise StateError("States.Timeout", f"The task took longer than {seconds} seconds.") from None
        except StateError as error:
            self.record(
                "TaskFailed", {"resource": state["Resource"], "error": error.error, "cause": error.cause}
            )
            raise
        self.record("TaskSucceeded", {"resource": state["Resource"], "output": result})
        return result


def _given(state: State, data: Any, context: Mapping[str, Any]) -> Any:
    return filled(state["Parameters"], data, context) if "Parameters" in state else data


def _part(path: str | None, data: Any, context: Mapping[str, Any]) -> Any:
    """InputPath and OutputPath: null means an empty object."""
    return {} if path is None else find(path, data, context)


def _seconds(state: State, data: Any, context: Mapping[str, Any]) -> float:
    if "Seconds" in state or "SecondsPath" in state:
        return float(state["Seconds"] if "Seconds" in state else find(state["SecondsPath"], data, context))
    until = state["Timestamp"] if "Timestamp" in state else find(state["TimestampPath"], data, context)
    return max(0.0, (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds())


def _failure(state: State, data: Any, context: Mapping[str, Any]) -> Iterator[str]:
    for key in ("Error", "Cause"):
        path = state.get(f"{key}Path")
        yield str(evaluated(path, data, context) if path else state.get(key, ""))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
