"""What a change does to the resources of the stacks: the difference of two inventories."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum

from meshwright.mesh.inventory import GRANTS, KEPT, SHARES, Inventory, Resource, Stack


class Effect(StrEnum):
    """What becomes of a resource or a stack."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    """Another one is made, and this one is deleted."""
    REMOVED = "removed"
    """Deleted from the account."""
    KEPT = "kept"
    """It leaves its stack and stays in the account, managed by nothing."""
    LEFT = "left"
    """Of a stack: no file leads to it any more. It stays deployed with its resources until it is deleted."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A property before and after; None: it was not there, or is not any more."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource."""

    effect: Effect
    type: str
    name: str
    """After the change, if it is there then."""
    former_name: str = ""
    """Of a resource that is replaced by one of another name."""
    properties: tuple[PropertyChange, ...] = ()
    """Of a resource that stays; those of new ones and of those that go are known from the files."""


@dataclass(frozen=True, slots=True)
class StackChange:
    """A stack that a deployment would touch."""

    effect: Effect
    name: str
    account: str
    region: str
    domain: str | None
    resources: tuple[ResourceChange, ...]


def resource_changes(
    before: Inventory, after: Inventory, *, partial: Set[str] = frozenset()
) -> tuple[StackChange, ...]:
    """The stacks that differ, sorted by name.

    `partial` names domains of which only what concerns the change is known: whether their stacks are new or
    left can't be told, and they count as changed, and so do the lists of grants and shares in them.
    """
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        change = _stack_change(old, new, partial)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda each: (each.name, each.account, each.region)))


def _stack_change(old: Stack | None, new: Stack | None, partial: Set[str]) -> StackChange | None:
    stack = new or old
    if stack is None:
        return None
    effect = Effect.ADDED if old is None else Effect.LEFT if new is None else Effect.CHANGED
    held, wanted = (each.resources if each else {} for each in (old, new))
    if stack.domain in partial:
        effect = Effect.CHANGED
        held, wanted = _completed(held, wanted), _completed(wanted, held)
    resources = tuple(_resource_changes(held, wanted, left=effect is Effect.LEFT))
    if not resources:
        return None
    return StackChange(effect, stack.name, stack.account, stack.region, stack.domain, resources)


def _completed(some: Mapping[str, Resource], other: Mapping[str, Resource]) -> Mapping[str, Resource]:
    """The resources with the lists that only `other` has, without what is listed in them."""
    lists = {key: each for key, each in other.items() if key not in some and each.type in (GRANTS, SHARES)}
    empty = {key: replace(each, properties=_fixed(each)) for key, each in lists.items()}
    return {**some, **empty}


def _fixed(resource: Resource) -> dict[str, str]:
    """The properties of a list that are no members of it. Those of grants all are."""
    return (
        {} if resource.type == GRANTS else {name: text for name, text in resource.properties.items() if text}
    )


def _resource_changes(
    before: Mapping[str, Resource], after: Mapping[str, Resource], *, left: bool
) -> Iterator[ResourceChange]:
    """In the order of the stack after the change; what goes stands at the end."""
    for key, new in after.items():
        old = before.get(key)
        if old is None:
            yield ResourceChange(Effect.ADDED, new.type, new.name)
        elif (old.type, old.name) != (new.type, new.name):
            former = old.name if old.name != new.name else ""
            yield ResourceChange(Effect.REPLACED, new.type, new.name, former, _properties(old, new))
        elif old.properties != new.properties:
            yield ResourceChange(Effect.CHANGED, new.type, new.name, properties=_properties(old, new))
    for key, old in before.items():
        if key not in after:
            effect = Effect.LEFT if left else Effect.KEPT if old.type in KEPT else Effect.REMOVED
            yield ResourceChange(effect, old.type, old.name)


def _properties(old: Resource, new: Resource) -> tuple[PropertyChange, ...]:
    names = dict.fromkeys((*old.properties, *new.properties))
    return tuple(
        PropertyChange(name, old.properties.get(name), new.properties.get(name))
        for name in names
        if old.properties.get(name) != new.properties.get(name)
    )
