"""A template: parsed, checked, its parameters and conditions resolved, its resources put in order."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from meshwright.local.cloudformation.intrinsics import (
    WRONG_ARGUMENTS,
    Scope,
    TemplateError,
    evaluate,
    references,
)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`), and dates left as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str) -> dict[str, Any]:
    """The template as a mapping.

    Raises TemplateError if it isn't JSON or YAML, or declares no resource.
    """
    try:
        body = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, Loader=_Loader)  # noqa: S506
    except (RecursionError, TypeError, ValueError, yaml.YAMLError) as error:
        raise TemplateError(f"Template format error: {error}") from error
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict) or not body["Resources"]:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    for name, resource in body["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"Template format error: [/Resources/{name}] Every resource needs a Type.")
        _check_form(name, resource)
    for section in ("Parameters", "Mappings", "Conditions", "Rules", "Outputs"):
        members = body.get(section, {})
        of_objects = section == "Conditions" or (
            isinstance(members, dict) and all(isinstance(member, dict) for member in members.values())
        )
        if not isinstance(members, dict) or not of_objects:
            raise TemplateError(f"Template format error: {section} must be an object of objects.")
    return body


def _check_form(name: str, resource: Mapping[str, Any]) -> None:
    depends = resource.get("DependsOn", [])
    named = [depends] if isinstance(depends, str) else depends
    if not isinstance(named, list) or not all(isinstance(other, str) for other in named):
        raise TemplateError(f"Template format error: [/Resources/{name}/DependsOn] must be names.")
    if not isinstance(resource.get("Properties", {}), dict):
        raise TemplateError(f"Template format error: [/Resources/{name}/Properties] must be an object.")
    if not isinstance(resource.get("Condition", ""), str):
        raise TemplateError(f"Template format error: [/Resources/{name}/Condition] must be a name.")


def parameter_values(
    body: Mapping[str, Any], given: Mapping[str, str], lookup: Callable[[str], str]
) -> dict[str, Any]:
    """The value of every parameter that the template declares.

    `lookup` reads an SSM parameter. Raises TemplateError for missing, unknown or disallowed values.
    """
    declared: dict[str, Any] = body.get("Parameters", {})
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [n for n, parameter in declared.items() if n not in given and "Default" not in parameter]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        value = str(given.get(name, parameter.get("Default")))
        allowed = [str(item) for item in parameter.get("AllowedValues", [])]
        if allowed and value not in allowed:
            raise TemplateError(f"Template error: Parameter '{name}' must be one of AllowedValues")
        kind = str(parameter.get("Type", "String"))
        if kind.startswith("AWS::SSM::Parameter::Value"):
            value = lookup(value)
        values[name] = value.split(",") if "List" in kind else value
    return values


@dataclass(frozen=True)
class Resolved:
    """A template with its parameters: what is to exist, in the order in which it can be made."""

    body: Mapping[str, Any]
    scope: Scope
    order: tuple[str, ...]
    """Logical ids whose condition holds, each after what it depends on."""
    depends: Mapping[str, frozenset[str]]


def resolved(body: Mapping[str, Any], scope: Scope) -> Resolved:
    """Evaluates the conditions and rules, and orders the resources.

    Raises TemplateError for a reference to nothing, a circle, or a rule that does not hold.
    """
    conditions: dict[str, bool] = {}

    def condition(name: str) -> bool:
        if name not in body.get("Conditions", {}):
            raise TemplateError(f"Template format error: Unresolved condition dependency {name}")
        if name not in conditions:
            expression = body["Conditions"][name]
            for other in _conditions_in(expression):
                condition(other)
            conditions[name] = bool(
                evaluate(expression, Scope(scope.values, body.get("Mappings", {}), conditions))
            )
        return conditions[name]

    for name in body.get("Conditions", {}):
        condition(name)
    full = Scope(
        values=scope.values,
        mappings=body.get("Mappings", {}),
        conditions=conditions,
        exported=scope.exported,
        resolve=scope.resolve,
    )
    _check_rules(body, full)
    resources: Mapping[str, Any] = body["Resources"]
    wanted = [n for n, r in resources.items() if "Condition" not in r or condition(r["Condition"])]
    depends = {name: _dependencies(name, resources[name], resources, scope.values) for name in wanted}
    return Resolved(body, full, tuple(in_order(wanted, depends)), depends)


def in_order(names: Iterable[str], depends: Mapping[str, frozenset[str]]) -> list[str]:
    """`names`, each after those of them that it depends on; otherwise in the given order."""
    names = list(names)
    wanted, done, open_ = set(names), list[str](), list[str]()

    def visit(name: str) -> None:
        if name in open_:
            raise TemplateError(f"Circular dependency between resources: [{', '.join(open_)}]")
        if name in done or name not in wanted:
            return
        open_.append(name)
        for other in sorted(depends.get(name, ())):
            visit(other)
        open_.pop()
        done.append(name)

    for name in names:
        visit(name)
    return done


def _conditions_in(expression: Any) -> Iterable[str]:
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "Condition" and isinstance(value, str):
                yield value
            else:
                yield from _conditions_in(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from _conditions_in(value)


def _dependencies(
    name: str, resource: Mapping[str, Any], resources: Mapping[str, Any], values: Mapping[str, Any]
) -> frozenset[str]:
    explicit = resource.get("DependsOn", [])
    explicit = [explicit] if isinstance(explicit, str) else explicit
    try:
        found = {*explicit, *references(resource.get("Properties", {}))} - {"AWS::NoValue"}
    except WRONG_ARGUMENTS:
        raise TemplateError(f"Template error: a function in {name} has wrong arguments") from None
    unresolved = sorted(other for other in found if other not in resources and other not in values)
    if unresolved:
        raise TemplateError(
            "Template format error: Unresolved resource dependencies "
            f"[{', '.join(unresolved)}] in the Resources block of the template"
        )
    if name in found:
        raise TemplateError(f"Circular dependency between resources: [{name}]")
    return frozenset(other for other in found if other in resources)


def _check_rules(body: Mapping[str, Any], scope: Scope) -> None:
    for rule in body.get("Rules", {}).values():
        if "RuleCondition" in rule and not evaluate(rule["RuleCondition"], scope):
            continue
        for assertion in rule.get("Assertions", []):
            if not evaluate(assertion["Assert"], scope):
                raise TemplateError(f"Template error: {assertion.get('AssertDescription', 'a rule fails')}")
