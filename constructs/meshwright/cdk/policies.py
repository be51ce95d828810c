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


def wildcard_reasons(allows: Iterable[Allow]) -> dict[str, str]:
    """AwsSolutions-IAM5 for exactly the wildcards that have a reason, each with it."""
    return {
        f"AwsSolutions-IAM5[{kind}::{value}]": allow.why_wildcard
        for allow in allows
        if allow.why_wildcard
        for kind, values in (("Resource", allow.resources), ("Action", allow.actions))
        for value in values
        if "*" in value
    }


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge rules, by their id, for all that is or will be below `scope`.

    Best while there is little: the CDK goes through all of it for each rule.
    """
    if reasons:
        cdk.Validations.of(scope).acknowledge(
            *(cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items())
        )
