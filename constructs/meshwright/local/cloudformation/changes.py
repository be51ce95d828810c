"""Which resources a new template adds, modifies and removes, and whether it must replace them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meshwright.local.cloudformation.intrinsics import Known, Scope, TemplateError, evaluate
from meshwright.local.cloudformation.model import Change, Resource
from meshwright.local.cloudformation.template import Resolved

WATCHED = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")


def changes(
    *,
    old: Mapping[str, Any],
    resources: Mapping[str, Resource],
    new: Resolved,
    immutable: Callable[[str], frozenset[str]],
    tags_changed: bool,
) -> tuple[Change, ...]:
    """The difference between what is deployed and `new`, in the order in which it would be applied.

    `old` are the resources of the deployed template. Values known only after the deployment count as changed.
    """
    known = {name: Known(r.physical_id, r.attributes) for name, r in resources.items()}
    pending = {name for name in new.order if name not in resources}
    found = []
    for name in new.order:
        declared = new.body["Resources"][name]
        scope = _with_resources(new.scope, known, frozenset(pending))
        properties = _evaluated(declared.get("Properties", {}), scope)
        if name not in resources:
            found.append(
                Change("Add", name, declared["Type"], after=_text(properties), policy=_policy(declared))
            )
            continue
        change = _modified(
            resources[name],
            before=old.get(name, {}),
            after=declared,
            properties=properties,
            immutable=immutable(declared["Type"]),
            tags_changed=tags_changed,
        )
        if change:
            found.append(change)
            if change.replacement == "True":
                pending.add(name)
    removed = [name for name in reversed(list(resources)) if name not in new.order]
    return (*found, *(_removed(resources[name]) for name in removed))


def _modified(
    resource: Resource,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    properties: Mapping[str, Any],
    immutable: frozenset[str],
    tags_changed: bool,
) -> Change | None:
    names = [
        name
        for name in {**resource.properties, **properties}
        if resource.properties.get(name) != properties.get(name)
    ]
    scope = [part for part in WATCHED if before.get(part) != after.get(part)]
    if names:
        scope.insert(0, "Properties")
    if tags_changed:
        scope.append("Tags")
    if not scope:
        return None
    replaced = [name for name in names if name in immutable]
    details = [_detail("Properties", name, name in immutable) for name in names]
    details += [_detail(part, None, False) for part in scope if part != "Properties"]
    return Change(
        "Modify",
        resource.logical_id,
        resource.type,
        physical_id=resource.physical_id,
        replacement="True" if replaced else "False",
        scope=tuple(scope),
        details=tuple(details),
        policy="ReplaceAndDelete" if replaced and resource.replace_policy == "Delete" else None,
        before=_text(resource.properties),
        after=_text(properties),
    )


def _detail(attribute: str, name: str | None, recreate: bool) -> Mapping[str, Any]:
    target = {"Attribute": attribute, "RequiresRecreation": "Always" if recreate else "Never"}
    if name:
        target["Name"] = name
    return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def _removed(resource: Resource) -> Change:
    return Change(
        "Remove",
        resource.logical_id,
        resource.type,
        physical_id=resource.physical_id,
        policy="Delete" if resource.deletion_policy == "Delete" else "Retain",
        before=_text(resource.properties),
    )


def _policy(declared: Mapping[str, Any]) -> str | None:
    policy = declared.get("DeletionPolicy")
    return policy if policy in ("Retain", "RetainExceptOnCreate") else None


def _with_resources(scope: Scope, known: Mapping[str, Known], pending: frozenset[str]) -> Scope:
    return Scope(
        values=scope.values,
        mappings=scope.mappings,
        conditions=scope.conditions,
        resources=known,
        pending=pending,
        exported=scope.exported,
        resolve=scope.resolve,
    )


def _evaluated(properties: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    return dict(_each(properties, scope))


def _each(properties: Mapping[str, Any], scope: Scope) -> Iterator[tuple[str, Any]]:
    for name, value in properties.items():
        try:
            evaluated = evaluate({name: value}, scope)
        except TemplateError:
            # An attribute that the deployed resource does not have yet.
            evaluated = {name: value}
        yield from evaluated.items()


def _text(properties: Mapping[str, Any]) -> str:
    return json.dumps({"Properties": properties}, default=str)
