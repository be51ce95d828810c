"""Whether a definition is one: what Step Functions refuses when a state machine is made."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

KINDS = frozenset({"Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"})
ENDS = frozenset({"Fail", "Succeed"})


def parsed(text: str) -> Mapping[str, Any]:
    """The definition. Raises ValueError with every problem of its structure."""
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise ValueError(f"INVALID_JSON_DESCRIPTION: {error}") from error
    if not isinstance(definition, Mapping):
        raise ValueError("INVALID_JSON_DESCRIPTION: the definition isn't an object")
    problems = list(_problems(definition, "/"))
    if problems:
        raise ValueError("SCHEMA_VALIDATION_FAILED: " + ", ".join(problems))
    return definition


def _problems(machine: Mapping[str, Any], place: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, Mapping) or not states:
        yield f"There are no States at {place}"
        return
    reached = {machine.get("StartAt")}
    for name, state in states.items():
        here = f"{place}States/{name}"
        if not isinstance(state, Mapping) or state.get("Type") not in KINDS:
            yield f"The Type of the state at {here} is none"
            continue
        kind = state["Type"]
        targets = _targets(state)
        reached |= targets
        if kind not in ENDS | {"Choice"} and ("Next" in state) == bool(state.get("End")):
            yield f"There must be either Next or End at {here}"
        if kind == "Task" and "Resource" not in state:
            yield f"There is no Resource at {here}"
        if kind == "Choice" and not state.get("Choices"):
            yield f"There are no Choices at {here}"
        for number, branch in enumerate(state.get("Branches", ()) if kind == "Parallel" else ()):
            yield from _problems(branch, f"{here}/Branches[{number}]/")
    for name in sorted(str(target) for target in reached - set(states)):
        yield f"The state {name} is missing at {place}States"
    for name in sorted(set(states) - reached):
        yield f"The state {name} is never reached at {place}States"


def _targets(state: Mapping[str, Any]) -> set[Any]:
    named = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    found = {each["Next"] for each in named if "Next" in each}
    return found | ({state["Default"]} if "Default" in state else set())
