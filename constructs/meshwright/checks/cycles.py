"""Cycles of things that wait for each other."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from meshwright.texts import few_of

Node = TypeVar("Node", bound=str)


def cycles(before: Mapping[Node, Collection[Node]]) -> Iterator[list[Node]]:
    """Cycles, from the first name in the alphabet: each comes before the next, and the last before the first.

    `before` has for each node those that come before it. Of cycles that share a part not all are told, but as
    many as it takes for none to be left when one link of each is cut; and of more and longer ones than the
    whole has links, the first.
    """
    room = sum(1 + len(others) for others in before.values())
    done: set[Node] = set()
    for start in before:
        # A walk from each node to those before it: what leads back to where it came along closes a cycle.
        path = [start] if start not in done else []
        left = {node: iter(before[node]) for node in path}
        places = dict.fromkeys(path, 0)
        while path:
            earlier = next(left[path[-1]], None)
            if earlier is None:
                done.add(path[-1])
                del places[path.pop()]
            elif earlier in places:
                cycle = path[places[earlier] :][::-1]
                room -= len(cycle)
                if room < 0:
                    return
                first = cycle.index(min(cycle))
                yield cycle[first:] + cycle[:first]
            elif earlier not in done:
                places[earlier] = len(path)
                left[earlier] = iter(before.get(earlier, ()))
                path.append(earlier)


def written(cycle: Collection[str]) -> str:
    """The cycle for people: `a -> b -> a`."""
    names = few_of(cycle)
    return " -> ".join([*names, names[0]])
