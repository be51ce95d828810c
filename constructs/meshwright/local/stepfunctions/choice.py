"""Rules of a Choice state.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

import fnmatch
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from meshwright.local.stepfunctions.failures import broken, unknown
from meshwright.local.stepfunctions.paths import find, present

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": eq,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
    "LessThan": lt,
    "LessThanEquals": le,
}
_OPERATOR = re.compile(r"(String|Numeric|Boolean|Timestamp)([A-Za-z]+?)(Path)?")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def holds(rule: Mapping[str, Any], data: Any, context: Mapping[str, Any]) -> bool:
    """Whether a rule, or a combination of rules, holds for the state's input."""
    if "And" in rule:
        return all(holds(each, data, context) for each in rule["And"])
    if "Or" in rule:
        return any(holds(each, data, context) for each in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    operators = [key for key in rule if key not in ("Variable", "Next", "Comment", "Assign", "Output")]
    if len(operators) != 1:
        raise broken(f"A choice rule needs exactly one comparison, and has {operators}.")
    operator, expected = operators[0], rule[operators[0]]
    if operator == "IsPresent":
        return present(rule["Variable"], data, context) is bool(expected)
    value = find(rule["Variable"], data, context)
    if operator in KINDS:
        return KINDS[operator](value) is bool(expected)
    if operator == "StringMatches":
        pattern = re.sub(r"([\[?])", r"[\1]", expected)
        return isinstance(value, str) and fnmatch.fnmatchcase(value, pattern)
    match = _OPERATOR.fullmatch(operator)
    if not match or match[2] not in COMPARED:
        raise unknown(f"the comparison {operator}")
    if match[3]:
        expected = find(expected, data, context)
    fits = KINDS[f"Is{match[1]}"]
    if not fits(value) or not fits(expected):
        return False
    if match[1] == "Timestamp":
        value, expected = datetime.fromisoformat(value), datetime.fromisoformat(expected)
    return COMPARED[match[2]](value, expected)


def _is_moment(text: str) -> bool:
    try:
        return _ISO.fullmatch(text) is not None and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


KINDS: dict[str, Callable[[Any], bool]] = {
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "IsString": lambda value: isinstance(value, str),
    "IsTimestamp": lambda value: isinstance(value, str) and _is_moment(value),
}
