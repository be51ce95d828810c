"""Policies as the CDK has them, and the acknowledgements that their wildcards need.

The reason of a wildcard is also what acknowledges cdk-nag's rule AwsSolutions-IAM5 for that resource and no
other: a wildcard that nobody gave a reason for fails the check.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct

from meshwright.mesh.statements import Allow, identity_policy


def role_policy(name: str, allows: Iterable[Allow]) -> dict[str, Any]:
    """An entry of a role's `policies`: its IAM policy inline, so that both come and go together."""
    return {"policyName": name, "policyDocument": identity_policy(allows)}


def acknowledge_wildcards(scope: IConstruct, allows: Iterable[Allow]) -> None:
    """Acknowledge AwsSolutions-IAM5 below `scope` for exactly the wildcards that have a reason."""
    reasons = {
        f"AwsSolutions-IAM5[{kind}::{value}]": allow.why_wildcard
        for allow in allows
        if allow.why_wildcard
        for kind, values in (("Resource", allow.resources), ("Action", allow.actions))
        for value in values
        if "*" in value
    }
    acknowledge(scope, reasons)


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge rules, by their id, for all that is below `scope`."""
    if reasons:
        cdk.Validations.of(scope).acknowledge(
            *(cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items())
        )
