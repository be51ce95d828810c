"""Work that only computes, shared among processes."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")
Result = TypeVar("Result")
MOST = 4
"""Processes."""
PARTS = 8
"""That each process does one after the other: what it found in one is handed over and forgotten."""
_work: list[Callable[[int], list[Any]]] = []
"""What the processes do; they have it from this one by being forks of it."""


def in_parallel(
    work: Callable[[Sequence[T]], list[Result]], items: Sequence[T], *, share: int
) -> Iterable[Result]:
    """`work` on all items, in any order, in as many processes as have `share` items to do, at most MOST.

    On Linux only, where a process is forked with all that it has in memory. Otherwise one after the other.
    """
    processes = min(MOST, os.cpu_count() or 1, len(items) // share) if sys.platform == "linux" else 1
    if processes < 2:
        return work(items)
    # Neighbours stay together: they may have work in common.
    parts = processes * PARTS
    ends = [len(items) * number // parts for number in range(parts + 1)]
    _work[:] = [lambda number: work(items[ends[number] : ends[number + 1]])]
    with get_context("fork").Pool(processes) as pool:
        return [each for found in pool.imap_unordered(_part, range(parts)) for each in found]


def _part(number: int) -> list[Any]:
    return _work[0](number)
