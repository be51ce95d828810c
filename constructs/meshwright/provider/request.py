"""A custom resource event of CloudFormation, validated, and what a handler returns for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ProviderError

CREATE, UPDATE, DELETE = "Create", "Update", "Delete"


@dataclass(frozen=True, kw_only=True)
class Request:
    """`old` is empty unless the event is an update; `physical_id` is None for a create."""

    kind: str
    type: str
    request_id: str
    stack_id: str
    logical_id: str
    physical_id: str | None
    properties: Mapping[str, Any]
    old: Mapping[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        """Raises ProviderError for an event that is no custom resource request."""
        if event.get("RequestType") not in (CREATE, UPDATE, DELETE):
            raise ProviderError(f"RequestType {event.get('RequestType')!r} is not Create, Update or Delete")
        for name in ("ResourceType", "StackId", "LogicalResourceId", "RequestId"):
            if not event.get(name) or not isinstance(event[name], str):
                raise ProviderError(f"The event has no {name}")
        if not isinstance(event.get("PhysicalResourceId"), str | None):
            raise ProviderError("The event's PhysicalResourceId is no text")
        return cls(
            kind=event["RequestType"],
            type=event["ResourceType"],
            request_id=event["RequestId"],
            stack_id=event["StackId"],
            logical_id=event["LogicalResourceId"],
            physical_id=event.get("PhysicalResourceId"),
            properties=_without_token(event.get("ResourceProperties")),
            old=_without_token(event.get("OldResourceProperties")),
        )

    @property
    def stack(self) -> str:
        """The stack's name: `arn:aws:cloudformation:<region>:<account>:stack/<name>/<guid>`."""
        return self.stack_id.split("/")[1]

    @property
    def account(self) -> str:
        return self.stack_id.split(":")[4]

    @property
    def stable_id(self) -> str:
        """The physical id that never changes, since CloudFormation deletes the old one when it does."""
        return self.physical_id or f"{self.stack}/{self.logical_id}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a handler answers on success; `data` is what Fn::GetAtt can read.

    `done_with` are parameters to delete once that is answered: until then the event may be delivered again.
    """

    physical_id: str
    data: Mapping[str, str] = field(default_factory=dict)
    done_with: tuple[str, ...] = field(default=(), compare=False)


def only_keys(properties: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Raises ProviderError naming the first key that is not `allowed`."""
    for name in sorted(set(properties) - set(allowed)):
        raise ProviderError(
            f"{where} has an unknown property {name!r}; it takes {', '.join(sorted(allowed))}"
        )


def text(properties: Mapping[str, Any], name: str, where: str) -> str:
    """A required non-empty string."""
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(f"{where} needs {name} as a non-empty string, got {value!r}")
    return value


def number(properties: Mapping[str, Any], name: str, where: str, default: int) -> int:
    """A whole number, which CloudFormation hands over as a string."""
    value = properties.get(name, default)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ProviderError(f"{where} needs {name} as a whole number, got {value!r}") from None


def texts(properties: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list of non-empty strings; absent is empty."""
    value = properties.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ProviderError(f"{where} needs {name} as a list of non-empty strings, got {value!r}")
    return tuple(value)


def _without_token(properties: Any) -> Mapping[str, Any]:
    if not isinstance(properties, Mapping):
        return {}
    # ServiceToken and ServiceTimeout are CloudFormation's own.
    return {
        name: value for name, value in properties.items() if name not in ("ServiceToken", "ServiceTimeout")
    }
