"""What a resource type has to provide, and what its handlers are given."""

import json
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meshwright.local.cloudformation.intrinsics import scalar

Properties = Mapping[str, Any]
Attributes = dict[str, Any]


class HandlerError(Exception):
    """A handler's failure, in the words that go into the stack's events."""


@dataclass
class Context:
    """Where and for which resource a handler works."""

    account: str
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    type: str
    client: Callable[[str], Any]
    """Returns the boto3 client of a service, with the credentials of the deploying role."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The stack's tags, which CloudFormation puts on every resource that can be tagged."""
    partial_id: str | None = None
    work: str = ""
    """What this piece of work is called, also when it is begun anew after a crash."""

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One API call; scalars get the types that the API has, parameters that are None are left out."""
        client = self.client(service)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        given = {name: value for name, value in parameters.items() if value is not None}
        answer: dict[str, Any] = getattr(client, operation)(**typed(given, model.input_shape))
        return answer

    def created(self, physical_id: str) -> str:
        """Notes that the resource now exists, so that a failure after it deletes it again."""
        self.partial_id = physical_id
        return physical_id

    def name(self, *, limit: int = 128, lower: bool = False) -> str:
        """A generated name as CloudFormation makes them: stack, logical id and a random part.

        It is the same when the work is begun anew after a crash, so that nothing is made twice.
        """
        own = random.Random(self.work)  # noqa: S311 - a name, no secret
        tail = "".join(own.choices(string.ascii_uppercase + string.digits, k=12))
        room = limit - len(tail) - len(self.logical_id[:40]) - 2
        name = f"{self.stack_name[: max(room, 1)]}-{self.logical_id[:40]}-{tail}"
        return name.lower() if lower else name

    def all_tags(self, own: Any) -> dict[str, str]:
        """The stack's tags and the resource's own, which win; as a mapping."""
        if isinstance(own, Mapping):
            return {**self.tags, **own}
        return {**self.tags, **{tag["Key"]: str(tag["Value"]) for tag in own or ()}}

    def tag_list(self, own: Any) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.all_tags(own).items()]


def typed(value: Any, shape: Any) -> Any:
    """`value` with the scalar types of a botocore shape: templates may write numbers and booleans as text."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {key: typed(item, shape.members.get(key)) for key, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [typed(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: typed(item, shape.value) for key, item in value.items()}
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if shape.type_name in ("float", "double") and isinstance(value, str):
        return float(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if shape.type_name == "string" and not isinstance(value, str):
        return json.dumps(value) if isinstance(value, dict | list) else str(scalar(value))
    return value


def only(properties: Properties, *names: str) -> dict[str, Any]:
    """Those of the properties that are named and present."""
    return {name: properties[name] for name in names if name in properties}


@dataclass(frozen=True)
class ResourceType:
    """The handlers of one type.

    `create` returns the physical id and the attributes of Fn::GetAtt; `update` the attributes. `delete` may
    raise whatever botocore says of a resource that is gone already: that counts as deleted.
    """

    name: str
    create: Callable[[Context, Properties], tuple[str, Attributes]]
    update: Callable[[Context, str, Properties, Properties], Attributes]
    """Given the physical id, the new and the former properties."""
    delete: Callable[[Context, str, Properties], None]
    immutable: frozenset[str] = frozenset()
    """Properties whose change means a replacement."""
    mutable: frozenset[str] | None = None
    """The other properties that are emulated; None for any. Another one fails the deployment by name."""

    def check(self, properties: Properties) -> None:
        """Raises HandlerError for a property that isn't emulated, rather than ignore it."""
        if self.mutable is not None:
            unknown = sorted(set(properties) - self.mutable - self.immutable)
            if unknown:
                raise HandlerError(f"The embedded AWS doesn't emulate {self.name}: {', '.join(unknown)}.")


def is_custom(kind: str) -> bool:
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"
