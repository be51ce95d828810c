"""Work that only computes, shared among processes."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")
Result = TypeVar("Result")
Beside = TypeVar("Beside")
MOST = 4
"""Processes."""
PARTS = 20
"""That each process does one after the other: what it found in one is handed over and forgotten."""
_work: list[Callable[[], list[Any]]] = []
"""What the processes do; they have it from this one by being forks of it."""


def in_parallel(
    work: Callable[[Sequence[T]], list[Result]],
    items: Sequence[T],
    *,
    share: int,
    beside: Callable[[], list[Beside]],
) -> tuple[list[Result], list[Beside]]:
    """`work` on all items, in any order, in as many processes as have `share` items to do, at most MOST.

    `beside` is done by the first of them that is free. On Linux only, where a process is forked with all that
    it has in memory. Otherwise one after the other.
    """
    processes = min(MOST, os.cpu_count() or 1, len(items) // share) if sys.platform == "linux" else 1
    if processes < 2:
        return work(items), beside()
    # Neighbours stay together: they may have work in common.
    parts = processes * PARTS
    ends = [len(items) * number // parts for number in range(parts + 1)]
    _work[:] = [beside, *(partial(work, items[start:end]) for start, end in pairwise(ends))]
    found: list[Result] = []
    with get_context("fork").Pool(processes) as pool:
        besides = pool.apply_async(_part, (0,))
        for part in pool.imap_unordered(_part, range(1, parts + 1)):
            found += part
        return found, besides.get()


def _part(number: int) -> list[Any]:
    return _work[number]()
