"""IAM roles with one policy, inline, so that both come and go together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshwright.mesh.declared import Declared
from meshwright.mesh.statements import Allow, identity_policy


def role(
    key: str,
    *,
    name: str,
    trust: Mapping[str, Any],
    policy: str,
    allows: Sequence[Allow],
    description: str | None = None,
    boundary_arn: str | None = None,
) -> Declared:
    """The role `name` with `policy`, the name of what `allows` say, and a permissions boundary."""
    properties: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": policy, "PolicyDocument": identity_policy(allows)}],
    }
    if description is not None:
        properties["Description"] = description
    if boundary_arn is not None:
        properties["PermissionsBoundary"] = boundary_arn
    return Declared(
        key=key,
        type="AWS::IAM::Role",
        name=name,
        properties=properties,
        accepted=wildcard_reasons(allows),
    )


def wildcard_reasons(allows: Iterable[Allow]) -> dict[str, str]:
    """cdk-nag's AwsSolutions-IAM5 for exactly the wildcards that have a reason, each with it.

    A wildcard that nobody gave a reason for is found by it.
    """
    return {
        f"AwsSolutions-IAM5[{kind}::{value}]": allow.why_wildcard
        for allow in allows
        if allow.why_wildcard
        for kind, values in (("Resource", allow.resources), ("Action", allow.actions))
        for value in values
        if "*" in value
    }
