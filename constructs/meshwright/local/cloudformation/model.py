"""What CloudFormation remembers: stacks, their resources and events, change sets."""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

MILLISECOND = timedelta(milliseconds=1)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Resource:
    """A resource as last deployed (or, while a deployment goes on, as it was last attempted)."""

    logical_id: str
    type: str
    physical_id: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    depends: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    status: str = "CREATE_COMPLETE"
    reason: str | None = None
    changed: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Event:
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    token: str | None
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    timestamp: datetime = field(default_factory=now)


@dataclass
class Output:
    value: str
    description: str | None = None
    export: str | None = None


@dataclass
class Deployed:
    """The part of a stack that a rollback brings back."""

    text: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    """As given, without defaults."""
    values: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)


@dataclass
class Work:
    """A deployment under way: all that is needed to go on with it after a crash."""

    kind: str
    """CREATE, UPDATE or DELETE."""
    token: str | None
    target: Deployed = field(default_factory=Deployed)
    before: dict[str, Resource] = field(default_factory=dict)
    """The resources as a rollback brings them back."""
    retain: tuple[str, ...] = ()
    obsolete: list[Resource] = field(default_factory=list)
    """What the cleanup phase deletes: the former selves of replaced resources."""
    discard: list[Resource] = field(default_factory=list)
    """What a rollback deletes beside new resources: half-made replacements."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Stack:
    name: str
    stack_id: str
    account: str
    region: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    role_arn: str | None = None
    protected: bool = False
    rollback_disabled: bool = False
    deployed: Deployed = field(default_factory=Deployed)
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, "ChangeSet"] = field(default_factory=dict)
    """By id."""
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None
    policy: str | None = None
    work: Work | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    save: Callable[["Stack", str | None], None] = lambda stack, done: None
    """Keeps the stack as it is now, and forgets the calls of the piece of work that is done."""

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def event(
        self,
        *,
        status: str,
        resource: Resource | None = None,
        reason: str | None = None,
        token: str | None = None,
        done: str | None = None,
    ) -> None:
        """Records what happened to a resource or, without one, to the stack, and keeps it.

        `done` is the piece of work that ended with it.
        """
        if resource is None:
            self.status, self.reason = status, reason
            record = Event(self.name, self.stack_id, "AWS::CloudFormation::Stack", status, reason, token)
        else:
            record = Event(resource.logical_id, resource.physical_id, resource.type, status, reason, token)
        # The cdk CLI sorts by time, in milliseconds.
        if self.events and record.timestamp < self.events[-1].timestamp + MILLISECOND:
            record = replace(record, timestamp=self.events[-1].timestamp + MILLISECOND)
        self.events.append(record)
        self.save(self, done)


@dataclass(frozen=True)
class Change:
    """One line of a change set."""

    action: str
    """Add, Modify or Remove."""
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: str | None = None
    """True, False or Conditional; absent unless modified."""
    scope: tuple[str, ...] = ()
    """Which of Properties, Metadata, Tags and the policies change."""
    details: tuple[Mapping[str, Any], ...] = ()
    policy: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass
class ChangeSet:
    change_set_id: str
    name: str
    kind: str
    """CREATE or UPDATE."""
    text: str
    body: Mapping[str, Any]
    parameters: dict[str, str]
    values: dict[str, Any]
    tags: dict[str, str]
    role_arn: str | None
    description: str | None
    on_failure: str | None
    changes: tuple[Change, ...]
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str | None = None
    token: str | None = None
    """Of the request that made it, by which a repetition is known."""
    created: datetime = field(default_factory=now)


class Archive(Protocol):
    """Where stacks outlive the process."""

    def stacks(self) -> Iterable[Stack]: ...
    def save(self, stack: Stack, done: str | None = None) -> None: ...
    def remove(self, stack: Stack) -> None: ...


class Store:
    """All stacks of all accounts and regions."""

    def __init__(self, archive: "Archive") -> None:
        self.lock = threading.RLock()
        self._archive = archive
        self._stacks: dict[str, Stack] = {stack.stack_id: stack for stack in archive.stacks()}
        """By stack id, deleted ones included."""

    def add(self, *, name: str, account: str, region: str) -> Stack:
        stack_id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
        stack = Stack(name=name, stack_id=stack_id, account=account, region=region, save=self._archive.save)
        self._stacks[stack_id] = stack
        return stack

    def remove(self, stack: Stack) -> None:
        self._stacks.pop(stack.stack_id, None)
        self._archive.remove(stack)

    def all(self, account: str, region: str) -> Iterator[Stack]:
        """Every stack there, also the deleted ones."""
        return (s for s in list(self._stacks.values()) if (s.account, s.region) == (account, region))

    def find(self, name_or_id: str, account: str, region: str) -> Stack | None:
        """By name only if not deleted, by id in any case."""
        for stack in self.all(account, region):
            if stack.stack_id == name_or_id or (
                stack.name == name_or_id and stack.status != "DELETE_COMPLETE"
            ):
                return stack
        return None

    def everywhere(self) -> Iterator[Stack]:
        return iter(list(self._stacks.values()))

    def exports(self, account: str, region: str) -> dict[str, tuple[Stack, Output]]:
        return {
            output.export: (stack, output)
            for stack in self.all(account, region)
            if stack.status != "DELETE_COMPLETE"
            for output in stack.deployed.outputs.values()
            if output.export
        }
