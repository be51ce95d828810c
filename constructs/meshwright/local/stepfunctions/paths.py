"""JSONPath as Amazon States Language uses it for references, and templates made of it.

Supported: names, numbers in brackets, names in brackets, the context object `$$`; see
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from meshwright.local.stepfunctions import intrinsics
from meshwright.local.stepfunctions.failures import StateError, broken, unknown

_STEP = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]|\[['\"]([^'\"]+)['\"]\]")


def find(path: str, data: Any, context: Mapping[str, Any]) -> Any:
    """The value at a path; raises StateError if there is none."""
    root, steps = _parsed(path)
    value: Any = context if root == "$$" else data
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            shown = json.dumps(data)[:200]
            raise StateError(
                "States.ParameterPathFailure", f"The path '{path}' isn't found in the input '{shown}'."
            ) from None
    return value


def present(path: str, data: Any, context: Mapping[str, Any]) -> bool:
    """Whether there is a value, null included, at a path."""
    try:
        find(path, data, context)
    except StateError:
        return False
    return True


def put(path: str, data: Any, value: Any) -> Any:
    """`data` with `value` at a path, whose objects are made where they are missing (a state's ResultPath)."""
    _, steps = _parsed(path)
    if not steps:
        return value
    made = copy.deepcopy(data)
    place = made
    for number, step in enumerate(steps):
        if not isinstance(place, dict) or not isinstance(step, str):
            raise StateError("States.ResultPathMatchFailure", f"Unable to apply the path '{path}'.")
        if number == len(steps) - 1:
            place[step] = value
        else:
            place = place.setdefault(step, {})
    return made


def filled(template: Any, data: Any, context: Mapping[str, Any]) -> Any:
    """A payload template: a key that ends in `.$` takes the value of its path or intrinsic function."""
    if isinstance(template, Mapping):
        made = {}
        for key, value in template.items():
            if key.endswith(".$"):
                made[key.removesuffix(".$")] = evaluated(value, data, context)
            else:
                made[key] = filled(value, data, context)
        return made
    if isinstance(template, list):
        return [filled(item, data, context) for item in template]
    return template


def evaluated(expression: Any, data: Any, context: Mapping[str, Any]) -> Any:
    """The value of a path or of an intrinsic function."""
    if not isinstance(expression, str):
        raise broken(f"The value of a key that ends in '.$' must be text: {expression!r}.")
    if expression.startswith("$"):
        return find(expression, data, context)
    return intrinsics.call(expression, lambda path: find(path, data, context))


def _parsed(path: str) -> tuple[str, list[str | int]]:
    root = "$$" if path.startswith("$$") else "$"
    rest, steps = path.removeprefix(root), list[str | int]()
    while rest:
        match = _STEP.match(rest)
        if not match:
            raise unknown(f"the path '{path}'")
        steps.append(int(match[2]) if match[2] else match[1] or match[3])
        rest = rest[match.end() :]
    return root, steps
