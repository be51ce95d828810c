"""Roles that only AWS services use, to call one another."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.place import place_in
from meshwright.mesh.statements import Allow, Conditions, identity_policy, trust

ARN_BUDGET: Final = 6000
"""Characters for ARNs in a policy; all policies of a role have 10,240
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


def fitting(
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    pattern: str,
    why: str,
    conditions: Conditions | None = None,
    budget: int = ARN_BUDGET,
) -> Allow:
    """A statement on these resources, or on all that are like `pattern` where they are too many."""
    if sum(len(arn) + 3 for arn in resources) <= budget:
        return Allow(actions=actions, resources=resources, conditions=conditions)
    return Allow(actions=actions, resources=[pattern], conditions=conditions, why_wildcard=why)


def service_role(
    mesh: Mesh, *, key: str, name: str, account: str, services: Sequence[str], allows: Iterable[Allow]
) -> Declared:
    """A role that `services` may assume on behalf of this account alone, with the mesh's boundary.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    boundary = mesh.file.permissions_boundary
    place = place_in(mesh.region, account=account)
    principal: dict[str, Any] = {"Service": list(services)}
    properties: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust(principal, {"StringEquals": {"aws:SourceAccount": account}}),
        "Policies": [{"PolicyName": "use", "PolicyDocument": identity_policy(allows)}],
    }
    if boundary:
        properties["PermissionsBoundary"] = place.iam(f"policy/{boundary}")
    shown = {"may be assumed by": ", ".join(services)} | ({"boundary": boundary} if boundary else {})
    return Declared(key=key, type="AWS::IAM::Role", name=name, properties=properties, shown=shown)
