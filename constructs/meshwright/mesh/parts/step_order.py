"""The order of a pipeline's steps, as Step Functions can run it: one after the other, and side by side.

A state machine nests: a state that runs branches side by side is over when all of them are. Most graphs of
steps can be taken apart like that without loss. Of one that can't (c after a; d after a and b), some steps
are made to wait for more than they ask for; those cuts are chosen that add the fewest such pairs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter


@dataclass(frozen=True, slots=True)
class Series:
    """Parts that run one after the other."""

    parts: tuple["Order", ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Parts that run side by side."""

    parts: tuple["Order", ...]


Order = str | Series | Together
"""A step, by its name, or parts in their order."""


def order_of(after: Mapping[str, Iterable[str]]) -> Order:
    """The order of these steps; `after` has for each step those that must have succeeded before.

    The steps must be known, and there must be no cycle and at least one step.
    """
    direct = {step: frozenset(others) for step, others in after.items()}
    before: dict[str, frozenset[str]] = {}
    for step in TopologicalSorter(direct).static_order():
        before[step] = direct[step].union(*(before[other] for other in direct[step]))
    return _order(list(direct), before)


def shown_order(order: Order) -> str:
    """The order in words: `correct, then (lines beside check)`."""
    match order:
        case Series(parts=parts):
            return ", then ".join(_enclosed(part) for part in parts)
        case Together(parts=parts):
            return " beside ".join(_enclosed(part) for part in parts)
    return order


def _enclosed(order: Order) -> str:
    return order if isinstance(order, str) else f"({shown_order(order)})"


def _order(steps: Sequence[str], before: Mapping[str, frozenset[str]]) -> Order:
    if len(steps) == 1:
        return steps[0]

    def related(one: str, other: str) -> bool:
        return one in before[other] or other in before[one]

    groups = _connected(steps, related)
    if len(groups) > 1:
        return Together(tuple(_order(group, before) for group in groups))
    # Groups between which all are related: each group as a whole comes before the next.
    groups = _connected(steps, lambda one, other: not related(one, other))
    if len(groups) == 1:
        groups = _cut(steps, before)
    else:
        # Who has fewer before it is in a group that comes before; so any step of a group tells.
        present = frozenset(steps)
        groups.sort(key=lambda group: len(before[group[0]] & present))
    parts: list[Order] = []
    for group in groups:
        part = _order(group, before)
        parts += part.parts if isinstance(part, Series) else [part]
    return Series(tuple(parts))


def _connected(steps: Sequence[str], linked: Callable[[str, str], bool]) -> list[list[str]]:
    """The steps in groups, so that no two of different groups are linked; groups and steps in order."""
    groups: list[list[str]] = []
    left = list(steps)
    while left:
        group = {left[0]}
        edge = [left[0]]
        while edge:
            step = edge.pop()
            found = [other for other in left if other not in group and linked(step, other)]
            group.update(found)
            edge += found
        groups.append([step for step in left if step in group])
        left = [step for step in left if step not in group]
    return groups


def _cut(steps: Sequence[str], before: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """The steps in two groups, the first of which may run before all of the second, in this order."""
    present = frozenset(steps)
    choices = [chosen for step in steps if (chosen := before[step] & present)]

    def waits(first: frozenset[str]) -> int:
        """Pairs of steps of which the second waits for the first only because of the cut."""
        return sum(len(first - before[other]) for other in present - first)

    first = min(choices, key=waits)
    return [[step for step in steps if step in first], [step for step in steps if step not in first]]
