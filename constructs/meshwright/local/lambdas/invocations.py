"""Events for functions that nobody waits for: Lambda has taken them, and delivers them at least once.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from meshwright.local.persistence.entries import Entries

Start = Callable[[str, Any], "Future[str | None]"]
"""Runs a function, by ARN, with Lambda's retries."""


class Invocations:
    def __init__(self, start: Start) -> None:
        self._start = start
        self.pending: Entries[str, tuple[str, Any]] = Entries()
        """ARN and event of those that have not ended."""

    def take(self, arn: str, event: Any) -> None:
        """Takes an event; returns before the function has run."""
        name = str(uuid.uuid4())
        self.pending[name] = (arn, event)
        self.pending.save()
        self._run(name)

    def resume(self) -> None:
        """Delivers what had not ended when the last process did."""
        for name in list(self.pending):
            self._run(name)

    def _run(self, name: str) -> None:
        def ended(_: "Future[str | None]") -> None:
            del self.pending[name]
            self.pending.save()

        self._start(*self.pending[name]).add_done_callback(ended)
