"""Puts declared resources into a stack."""

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import cloudformation_include
from constructs import Construct, IConstruct

from meshwright.cdk.place import Tags
from meshwright.mesh.declared import Attribute, AttributeText, Declared

PARTS: Final = "Parts"
WITHOUT_NAME: Final = "Default"
"""Id of a construct that leaves no trace in the logical ids of what is below it."""
TEMPLATE: Final = "Template"
UNRESOLVED: Final = "${Token["
"""Begins what the CDK puts into text for a value that is not known yet."""
KEPT: Final = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""It stays when its stack or its declaration goes; a failed first deploy still cleans up."""


class DeclaredResource(cdk.CfnResource):
    """One declared resource, without attributes of others, as a construct."""

    def __init__(
        self, scope: Construct, construct_id: str, declared: Declared, *, tags: Tags | None = None
    ) -> None:
        super().__init__(scope, construct_id, type=declared.type, properties=_properties(declared, tags))


def add_declared(
    scope: Construct, resources: Sequence[Declared], *, tags: Tags | None, construct_id: str = PARTS
) -> cloudformation_include.CfnInclude:
    """Add the resources, each with `tags`, below a construct that has them by key.

    As one template, whatever their number: each call into Node takes longer than what it does there. They
    have the classes of their types, which those who look at an app, like cdk-nag, go by.
    """
    template = {each.key: _resource(each, tags) for each in resources}
    # Ids of their own in each scope: the keys are names for this template alone.
    return _included(scope, construct_id, resources, template, preserve_logical_ids=False)


def add_template(
    stack: cdk.Stack, resources: Sequence[Declared], *, tags: Tags | None
) -> cloudformation_include.CfnInclude:
    """Add all that a stack has: as with `add_declared`, the logical ids of constructs at the same paths."""
    ids = {each.path: logical_id(each.path) for each in resources}
    template: dict[str, Any] = {}
    for each in resources:
        if ids[each.path] in template:
            raise ValueError(f"{each.path}: another resource of the stack has the id {ids[each.path]}.")
        template[ids[each.path]] = _resource(each, tags, _within(each.scope, ids))
    return _included(stack, TEMPLATE, resources, template, preserve_logical_ids=True)


def logical_id(path: str) -> str:
    """The logical id of a resource at `path` in its stack, as the CDK makes it of constructs there.

    tests/cdk/test_declared.py holds it against the CDK's.
    """
    parts = [part for part in path.split("/") if part != WITHOUT_NAME]
    if len(parts) == 1:
        return re.sub("[^A-Za-z0-9]", "", parts[0])
    shown: list[str] = []
    for part in parts:
        if not (shown and shown[-1].endswith(part)):
            shown.append(part)
    text = "".join(re.sub("[^A-Za-z0-9]", "", part) for part in shown if part != "Resource")
    return text[:240] + hashlib.md5("/".join(parts).encode(), usedforsecurity=False).hexdigest()[:8].upper()


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge rules, by their id, for all that is or will be below `scope`.

    Best while there is little: the CDK goes through all of it for each rule. A rule's id can't hold what
    CloudFormation alone knows, as the account of a stack without an environment: those stay unacknowledged.
    """
    rules = [
        cdk.Acknowledgment(id=rule, reason=reason)
        for rule, reason in reasons.items()
        if UNRESOLVED not in rule
    ]
    if rules:
        cdk.Validations.of(scope).acknowledge(*rules)


def _included(
    scope: Construct,
    construct_id: str,
    resources: Iterable[Declared],
    template: Mapping[str, Any],
    *,
    preserve_logical_ids: bool,
) -> cloudformation_include.CfnInclude:
    acknowledge(scope, {rule: reason for each in resources for rule, reason in each.accepted.items()})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.json")
        file.write_text(json.dumps({"Resources": template}))
        return cloudformation_include.CfnInclude(
            scope, construct_id, template_file=str(file), preserve_logical_ids=preserve_logical_ids
        )


Ids = Callable[[str], str]
"""From the key of an attribute to what the template calls its resource; `str`: the same."""


def _within(scope: str, ids: Mapping[str, str]) -> Ids:
    def name(key: str) -> str:
        if key.startswith("/"):
            return ids[key[1:]]
        return ids[f"{scope}/{key}" if scope else key]

    return name


def _resource(declared: Declared, tags: Tags | None, ids: Ids = str) -> dict[str, Any]:
    resource: dict[str, Any] = {"Type": declared.type, "Properties": _properties(declared, tags, ids)}
    if declared.after:
        resource["DependsOn"] = [ids(key) for key in declared.after]
    return {**resource, **KEPT} if declared.keep else resource


def _properties(declared: Declared, tags: Tags | None, ids: Ids = str) -> dict[str, Any]:
    return {**_rendered(declared.properties, ids), **_tagged(declared, tags)}


def _tagged(resource: Declared, tags: Tags | None) -> dict[str, Any]:
    if not tags or not resource.tags:
        return {}
    if resource.tag_map:
        return {resource.tags: dict(sorted(tags.items()))}
    return {resource.tags: [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _rendered(value: Any, ids: Ids) -> Any:
    """The value with CloudFormation's references for attributes of other resources."""
    match value:
        case Attribute(key=key, name="Ref"):
            return {"Ref": ids(key)}
        case Attribute(key=key, name=name):
            return {"Fn::GetAtt": [ids(key), name]}
        case AttributeText():
            return _rendered(value.attribute, ids)
        case Mapping():
            return {name: _rendered(inner, ids) for name, inner in value.items()}
        case list() | tuple():
            return [_rendered(inner, ids) for inner in value]
    return value
