"""Evaluation of CloudFormation's intrinsic functions on plain values."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What CloudFormation shows in a change set for a value that only the deployment will know."""


class TemplateError(Exception):
    """The template is wrong; CloudFormation answers with a ValidationError."""


WRONG_ARGUMENTS = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What a function raises of arguments that have not its form."""


class _NoValue:
    """The value of AWS::NoValue: the property that holds it is left out."""


NO_VALUE = _NoValue()


@dataclass(frozen=True)
class Known:
    """What other parts of a template may refer to of one resource."""

    physical_id: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """Everything that an expression in a template can refer to."""

    values: Mapping[str, Any]
    """Parameters and pseudo parameters, by name."""
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    resources: Mapping[str, Known] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    """Resources whose ids and attributes are not known yet (only while planning a change set)."""
    exported: Callable[[str], str] | None = None
    resolve: Callable[[str], str] | None = None
    """Looks up a dynamic reference, given the text between the braces."""


def evaluate(value: Any, scope: Scope) -> Any:
    """`value` with every intrinsic function replaced; properties that are AWS::NoValue disappear."""
    if isinstance(value, list):
        return [item for item in (evaluate(v, scope) for v in value) if item is not NO_VALUE]
    if isinstance(value, str) and "{{resolve:" in value and scope.resolve:
        return re.sub(r"\{\{resolve:(.*?)\}\}", lambda m: scope.resolve(m[1]), value)  # type: ignore[misc]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref" and isinstance(argument, str):
            return _ref(argument, scope)
        if name == "Condition" and isinstance(argument, str) and argument in scope.conditions:
            return scope.conditions[argument]
        if name.startswith("Fn::"):
            if name not in FUNCTIONS:
                raise TemplateError(f"Template error: {name} is not emulated here.")
            try:
                return FUNCTIONS[name](argument, scope)
            except WRONG_ARGUMENTS:
                raise TemplateError(f"Template error: {name} has wrong arguments") from None
    evaluated = ((key, evaluate(item, scope)) for key, item in value.items())
    return {key: item for key, item in evaluated if item is not NO_VALUE}


def references(value: Any) -> Iterator[str]:
    """Names that an expression refers to: parameters, pseudo parameters and logical ids."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, argument in value.items():
            if name == "Ref" and isinstance(argument, str):
                yield argument
            elif name == "Fn::GetAtt":
                yield (argument if isinstance(argument, list) else argument.split("."))[0]
            elif name == "Fn::Sub":
                text, local = (argument, {}) if isinstance(argument, str) else argument
                yield from (m.split(".")[0] for m in re.findall(r"\$\{([^!}]+)\}", text) if m not in local)
                yield from references(local)
            else:
                yield from references(argument)


def _ref(name: str, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return NO_VALUE
    if name in scope.values:
        return scope.values[name]
    if name in scope.pending:
        return UNKNOWN
    if name in scope.resources:
        return scope.resources[name].physical_id
    raise TemplateError(f"Template format error: Unresolved resource dependencies [{name}] in the template")


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
    attribute = evaluate(attribute, scope)
    if name in scope.pending:
        return UNKNOWN
    if name not in scope.resources:
        raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
    attributes = scope.resources[name].attributes
    if attribute in attributes:
        return attributes[attribute]
    raise TemplateError(
        f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
    )


def _sub(argument: Any, scope: Scope) -> str:
    text, local = (argument, {}) if isinstance(argument, str) else argument

    def replaced(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in local:
            return str(evaluate(local[name], scope))
        return str(_get_att(name, scope) if "." in name else _ref(name, scope))

    return re.sub(r"\$\{([^}]*)\}", replaced, text)


def _if(argument: Any, scope: Scope) -> Any:
    name, yes, no = argument
    if name not in scope.conditions:
        raise TemplateError(f"Template error: unresolved condition dependency {name} in Fn::If")
    return evaluate(yes if scope.conditions[name] else no, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    names = [evaluate(part, scope) for part in argument[:3]]
    found: Any = scope.mappings
    for name in names:
        if name not in found:
            if len(argument) > 3:
                return evaluate(argument[3]["DefaultValue"], scope)
            raise TemplateError(f"Template error: Unable to get mapping for {'::'.join(map(str, names))}")
        found = found[name]
    return found


def _import_value(argument: Any, scope: Scope) -> str:
    name = evaluate(argument, scope)
    if scope.exported is None:
        raise TemplateError(f"No export named {name} found.")
    return scope.exported(name)


def _join(argument: Any, scope: Scope) -> str:
    items = evaluate(argument[1], scope)
    return str(argument[0]).join(str(item) for item in items) if isinstance(items, list) else str(items)


def _select(argument: Any, scope: Scope) -> Any:
    items = evaluate(argument[1], scope)
    return items[int(evaluate(argument[0], scope))] if isinstance(items, list) else UNKNOWN


def _equals(argument: Any, scope: Scope) -> bool:
    left, right = (evaluate(side, scope) for side in argument)
    return bool(scalar(left) == scalar(right))


def scalar(value: Any) -> Any:
    """A number or boolean as the string that CloudFormation makes of it; containers likewise, inside out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {key: scalar(item) for key, item in value.items()}
    if isinstance(value, list):
        return [scalar(item) for item in value]
    return value if value is None or isinstance(value, str) else str(value)


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Fn::And": lambda a, s: all(evaluate(item, s) for item in a),
    "Fn::Base64": lambda a, s: base64.b64encode(str(evaluate(a, s)).encode()).decode(),
    "Fn::Contains": lambda a, s: evaluate(a[1], s) in evaluate(a[0], s),
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::GetAZs": lambda a, s: [(evaluate(a, s) or s.values["AWS::Region"]) + letter for letter in "abc"],
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": lambda a, s: len(evaluate(a, s)),
    "Fn::Not": lambda a, s: not evaluate(a[0], s),
    "Fn::Or": lambda a, s: any(evaluate(item, s) for item in a),
    "Fn::Select": _select,
    "Fn::Split": lambda a, s: str(evaluate(a[1], s)).split(a[0]),
    "Fn::Sub": _sub,
    "Fn::ToJsonString": lambda a, s: json.dumps(evaluate(a, s), separators=(",", ":")),
}
