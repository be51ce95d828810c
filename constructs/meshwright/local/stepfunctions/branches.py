"""Branches of a Parallel state, side by side."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from meshwright.local.stepfunctions.clock import Limit


def run_all(branches: Sequence[Callable[[Limit], Any]], limit: Limit) -> list[Any]:
    """Their results, in order. When one fails, the others are stopped, and its error is raised."""
    inner = Limit(limit)
    results: list[Any] = [None] * len(branches)
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            results[number] = branches[number](inner)
        except Exception as error:
            # The first one is why the others are stopped.
            errors.append(error)
            inner.stop()

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(branches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
