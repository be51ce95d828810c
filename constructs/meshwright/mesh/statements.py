"""IAM statements as plain data, each wildcard in them with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def identity_policy(allows: Iterable[Allow]) -> dict[str, Any]:
    """The document of a role's own policy, whose principal is the role."""
    return document(each.statement() for each in allows)


def trust(principal: Mapping[str, Any], conditions: Conditions | None = None) -> dict[str, Any]:
    """A trust policy that lets `principal` assume the role."""
    return document(
        [Allow(actions=["sts:AssumeRole"], resources=[], conditions=conditions).statement(principal)]
    )
