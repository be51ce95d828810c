"""The definition of a state machine from the states of its steps and their order.

Amazon States Language with JSONPath: https://states-language.net/spec.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

from meshwright.mesh.parts.step_order import Order, Series, Together

State = Mapping[str, Any]
"""A state without `Next` and `End`, which follow from its place."""
ACCEPTED: Final = {
    "AwsSolutions-SF1": "A run's history has all its events; the log of a pipeline has the errors alone.",
    "AwsSolutions-SF2": "X-Ray has a price, and a run's history tells which step took how long.",
}
"""Rules of cdk-nag that no state machine here keeps."""
_OURS = re.compile(r'"(ApplicationId|QueueUrl)":"\\u0024\{([A-Za-z0-9]+)\}"')
"""The keys whose values are substitutions of ours; no text of a user is at one."""


def definition(
    *,
    comment: str,
    order: Order,
    states: Mapping[str, State],
    finish: Sequence[tuple[str, State]],
    timeout_seconds: int,
) -> dict[str, Any]:
    """A machine that runs the steps in their order, each as its state, and then the states of `finish`.

    A failed step ends the run; what runs beside it is stopped
    (https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html).
    """
    numbers = count(1)
    chain = [*_chain(order, states, numbers), *finish]
    return {"Comment": comment, "TimeoutSeconds": timeout_seconds, **machine(chain)}


def machine(chain: Sequence[tuple[str, State]]) -> dict[str, Any]:
    """States by their names, one after the other."""
    names = [name for name, _ in chain]
    links: list[dict[str, Any]] = [*({"Next": name} for name in names[1:]), {"End": True}]
    return {
        "StartAt": names[0],
        "States": {name: {**state, **link} for (name, state), link in zip(chain, links, strict=True)},
    }


def text(machine_definition: Mapping[str, Any]) -> str:
    """The definition as CloudFormation gets it, safe from being taken for substitutions.

    `${` of a statement or an argument is written with JSON's escape, which the service reads as the same.
    """
    written = json.dumps(machine_definition, ensure_ascii=False, separators=(",", ":"))
    return _OURS.sub(r'"\1":"${\2}"', written.replace("${", "\\u0024{"))


def _chain(order: Order, states: Mapping[str, State], numbers: Iterator[int]) -> list[tuple[str, State]]:
    match order:
        case Series(parts=parts):
            return [each for part in parts for each in _chain(part, states, numbers)]
        case Together(parts=parts):
            # No step's name has a space.
            name = f"together {next(numbers)}"
            branches = [machine(_chain(part, states, numbers)) for part in parts]
            return [(name, {"Type": "Parallel", "Branches": branches, "ResultPath": None})]
    return [(order, states[order])]
