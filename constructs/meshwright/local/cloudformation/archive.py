"""Keeps the stacks, in pieces, so that each event writes no more than what it is about."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from meshwright.local.cloudformation.calls import Calls
from meshwright.local.cloudformation.model import Resource, Stack
from meshwright.local.persistence.keeper import Keeper, Pieces, written

STACKS = "stack/"
WHOLE = ("deployed", "change_sets", "work")
"""What has a piece of its own, written when it may have changed."""
LISTED = ("resources", "events")
"""What has a piece for each member."""
HEAD = tuple(each.name for each in fields(Stack) if each.name not in (*WHOLE, *LISTED, "lock", "save"))


@dataclass
class _Written:
    """What was written of a stack last."""

    head: tuple[Any, ...] = ()
    whole: dict[str, bytes] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    events: int = 0


class Archive:
    def __init__(self, keeper: Keeper, calls: Calls) -> None:
        self._keeper, self._calls = keeper, calls
        self._written: dict[str, _Written] = defaultdict(_Written)

    def stacks(self) -> Iterator[Stack]:
        """Those that were kept, oldest first."""
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, value in self._keeper.pieces_of(STACKS).items():
            unique, _, part = name.partition("/")
            found[unique][part] = value
        for parts in sorted(found.values(), key=lambda parts: parts["head"]["created"]):
            stack = Stack(**parts["head"], save=self.save)
            for name in WHOLE:
                setattr(stack, name, parts[name])
            for part in sorted(parts):
                kind, _, name = part.partition("/")
                if kind == "resources":
                    stack.resources[name] = parts[part]
                elif kind == "events":
                    stack.events.append(parts[part])
            self._written[stack.stack_id] = _Written(
                resources=dict(stack.resources), events=len(stack.events)
            )
            yield stack

    def save(self, stack: Stack, done: str | None = None) -> None:
        """Writes what changed of a stack since the last time, and forgets the calls of a piece of work."""
        last, at = self._written[stack.stack_id], _at(stack)
        pieces: Pieces = self._calls.done(done) if done else {}
        head = tuple(getattr(stack, name) for name in HEAD)
        if head != last.head:
            pieces[at + "head"] = written(dict(zip(HEAD, head, strict=True)))
        for name in WHOLE:
            data = written(getattr(stack, name))
            if last.whole.get(name) != data:
                pieces[at + name] = last.whole[name] = data
        for name in last.resources.keys() - stack.resources.keys():
            pieces[f"{at}resources/{name}"] = None
        for name, resource in stack.resources.items():
            if last.resources.get(name) is not resource:
                pieces[f"{at}resources/{name}"] = written(resource)
        for number in range(last.events, len(stack.events)):
            pieces[f"{at}events/{number:09d}"] = written(stack.events[number])
        last.head, last.resources, last.events = head, dict(stack.resources), len(stack.events)
        self._keeper.store.commit(pieces.items())

    def remove(self, stack: Stack) -> None:
        last, at = self._written.pop(stack.stack_id, _Written()), _at(stack)
        names = ["head", *WHOLE, *(f"resources/{name}" for name in last.resources)]
        names += [f"events/{number:09d}" for number in range(last.events)]
        self._keeper.store.commit([(at + name, None) for name in names])


def _at(stack: Stack) -> str:
    return f"{STACKS}{stack.stack_id.rpartition('/')[2]}/"
