"""Cycles of things that wait for each other."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

Node = TypeVar("Node", bound=str)


def cycles(before: Mapping[Node, Iterable[Node]]) -> Iterator[list[Node]]:
    """Cycles, from the first name in the alphabet: each comes before the next, and the last before the first.

    `before` has for each node those that come before it. Of cycles that share a part not all are told, but as
    many as it takes for none to be left when one link of each is cut.
    """
    left = {node: dict.fromkeys(others) for node, others in before.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            around: list[Node] = error.args[1][:-1]
            start = around.index(min(around))
            cycle = around[start:] + around[:start]
            yield cycle
            del left[cycle[0]][cycle[-1]]
        else:
            return


def written(cycle: Iterable[str]) -> str:
    """The cycle for people: `a -> b -> a`."""
    names = list(cycle)
    return " -> ".join([*names, names[0]])
