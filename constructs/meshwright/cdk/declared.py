"""Puts declared resources of the data plane into a stack."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.buckets import retain
from meshwright.cdk.place import Tags
from meshwright.mesh.declared import Attribute, Declared

PARTS: Final = "Parts"


def add_declared(
    scope: Construct, resources: Sequence[Declared], *, tags: Tags | None
) -> dict[str, cdk.CfnResource]:
    """Add the resources, in their order, each with `tags`. Returns them by their keys.

    Not by the classes of each service's module: importing them takes longer than the rest of a synthesis.
    """
    added: dict[str, cdk.CfnResource] = {}
    if not resources:
        return added
    in_stack = isinstance(scope, cdk.Stack)
    # Below a construct of their own, for directly in a stack `a-b` and `ab` would have one logical id.
    scope = Construct(scope, PARTS)
    for each in resources:
        properties = {**_rendered(each.properties, None if in_stack else added), **_tagged(each, tags)}
        resource = cdk.CfnResource(scope, each.key, type=each.type, properties=properties)
        for key in each.after:
            resource.add_resource_dependency(added[key])
        if each.keep:
            retain(resource)
        added[each.key] = resource
    return added


def logical_id(key: str) -> str:
    """The logical id of a declared resource in a stack, as the CDK makes it of the path `Parts/<key>`.

    Made here, a reference costs no call into Node; tests/cdk/test_declared.py holds it against the CDK's.
    """
    path = f"{PARTS}/{key}"
    letters = re.sub("[^A-Za-z0-9]", "", path)[:240]
    return letters + hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()[:8].upper()


def _tagged(resource: Declared, tags: Tags | None) -> dict[str, Any]:
    if not tags or not resource.tags:
        return {}
    if resource.tag_map:
        return {resource.tags: dict(sorted(tags.items()))}
    return {resource.tags: [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


def _rendered(value: Any, added: Mapping[str, cdk.CfnResource] | None) -> Any:
    """The value with CloudFormation's references for attributes of other resources.

    `added` are these resources, outside a stack's own level; None: they are known by logical_id.
    """
    match value:
        case Attribute(key=key, name="Ref"):
            return {"Ref": logical_id(key)} if added is None else added[key].ref
        case Attribute(key=key, name=name):
            if added is None:
                return {"Fn::GetAtt": [logical_id(key), name]}
            return added[key].get_att(name).to_string()
        case Mapping():
            return {name: _rendered(inner, added) for name, inner in value.items()}
        case list() | tuple():
            return [_rendered(inner, added) for inner in value]
    return value
