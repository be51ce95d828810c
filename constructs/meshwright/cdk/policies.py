"""IAM statements as plain data, each wildcard in them with its reason.

The reason is also what acknowledges cdk-nag's rule AwsSolutions-IAM5 for that resource and no other: a
wildcard that nobody gave a reason for fails the check.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct

Conditions = Mapping[str, Mapping[str, Any]]
VERSION = "2012-10-17"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """A statement that allows `actions` on `resources`."""

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions | None = None
    why_wildcard: str = ""
    """Why a resource or an action of it has a `*`, in a sentence."""

    def statement(self, principal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """As IAM has it; with `principal` in a resource's policy or a trust policy."""
        statement: dict[str, Any] = {"Effect": "Allow", "Action": list(self.actions)}
        if principal is not None:
            statement["Principal"] = dict(principal)
        if self.resources:
            statement["Resource"] = list(self.resources)
        if self.conditions:
            statement["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return statement


def document(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": VERSION, "Statement": [dict(each) for each in statements]}


def role_policy(name: str, allows: Iterable[Allow]) -> dict[str, Any]:
    """An entry of a role's `policies`: its IAM policy inline, so that both come and go together."""
    return {"policyName": name, "policyDocument": document(each.statement() for each in allows)}


def trust(principal: Mapping[str, Any]) -> dict[str, Any]:
    """A trust policy that lets `principal` assume the role."""
    return document([Allow(actions=["sts:AssumeRole"], resources=[]).statement(principal)])


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
