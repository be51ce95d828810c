"""Puts declared resources of the data plane into a stack."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aws_cdk import cloudformation_include
from constructs import Construct

from meshwright.cdk.place import Tags
from meshwright.cdk.policies import acknowledge
from meshwright.mesh.declared import Attribute, Declared

PARTS: Final = "Parts"
WITHOUT_NAME: Final = "Default"
"""Id of a construct that leaves no trace in the logical ids of what is below it."""
KEPT: Final = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""As `buckets.retain`: it stays when its stack or its declaration goes; a failed first deploy cleans up."""


def add_declared(
    scope: Construct, resources: Sequence[Declared], *, tags: Tags | None, construct_id: str = PARTS
) -> cloudformation_include.CfnInclude:
    """Add one or more resources, each with `tags`, below a construct that has them by key.

    As one template, whatever their number: each call into Node takes longer than what it does there. They
    have the classes of their types, which those who look at an app, like cdk-nag, go by.
    """
    acknowledge(scope, {rule: reason for each in resources for rule, reason in each.accepted.items()})
    template = {"Resources": {each.key: _resource(each, tags) for each in resources}}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "parts.json")
        file.write_text(json.dumps(template))
        # Ids of their own in each scope: the keys are names for this template alone.
        return cloudformation_include.CfnInclude(
            scope, construct_id, template_file=str(file), preserve_logical_ids=False
        )


def _resource(declared: Declared, tags: Tags | None) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "Type": declared.type,
        "Properties": {**_rendered(declared.properties), **_tagged(declared, tags)},
    }
    if declared.after:
        resource["DependsOn"] = list(declared.after)
    return {**resource, **KEPT} if declared.keep else resource


def _tagged(resource: Declared, tags: Tags | None) -> dict[str, Any]:
    if not tags or not resource.tags:
        return {}
    if resource.tag_map:
        return {resource.tags: dict(sorted(tags.items()))}
    return {resource.tags: [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _rendered(value: Any) -> Any:
    """The value with CloudFormation's references for attributes of other resources."""
    match value:
        case Attribute(key=key, name="Ref"):
            return {"Ref": key}
        case Attribute(key=key, name=name):
            return {"Fn::GetAtt": [key, name]}
        case Mapping():
            return {name: _rendered(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_rendered(inner) for inner in value]
    return value
