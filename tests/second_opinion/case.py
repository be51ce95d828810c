"""One request with the policies that decide on it, as plain values: what every evaluator is given."""

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
"""A policy, as its JSON."""

ALLOWED, DENIED, IMPLICIT = "allowed", "denied", "implicitly denied"


@dataclass(frozen=True)
class Case:
    """A principal wants to do something with a thing. All condition keys that matter are known."""

    principal: str
    """The ARN of a user or role; a role acts through a session."""
    action: str
    resource: str
    owner: str
    """The account of the resource."""
    identity: list[Document]
    boundary: Document | None = None
    session: Document | None = None
    of_resource: Document | None = None
    context: dict[str, str | list[str] | None] = field(default_factory=dict)
    """By condition key, in lower case; None: the request does not have it."""

    @property
    def account(self) -> str:
        return self.principal.split(":")[4]
