"""Time of a state machine: it runs faster than the world's, and can be stopped."""

import threading
import time
from collections.abc import Callable

from meshwright.local.stepfunctions.failures import StoppedError

SPEED = 60.0
"""Seconds of a state machine in one second of the world: waits and timeouts of a minute take a second."""
_SLICE = 0.05
"""Seconds of the world after which a sleeper looks whether it must stop."""


class Limit:
    """What ends a piece of work before it is done: being stopped, or its time being up.

    A limit inside another ends with that one too.
    """

    def __init__(
        self,
        outer: "Limit | None" = None,
        *,
        seconds: float | None = None,
        speed: float = SPEED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outer = outer
        self.speed: float = outer.speed if outer else speed
        self._now: Callable[[], float] = outer._now if outer else now
        self._stopped = threading.Event()
        self._ends = None if seconds is None else self._now() + seconds / self.speed

    def stop(self) -> None:
        """Makes whoever works under this limit stop soon."""
        self._stopped.set()

    def check(self) -> None:
        """Raises StoppedError if the work was stopped, OutOfTimeError if its time is up."""
        if self._outer:
            self._outer.check()
        if self._stopped.is_set():
            raise StoppedError
        if self._ends is not None and self._now() >= self._ends:
            raise OutOfTimeError(self)

    def sleep(self, seconds: float) -> None:
        """Sleeps so many seconds of the state machine's time; raises as `check` does."""
        ends = self._now() + seconds / self.speed
        while (left := ends - self._now()) > 0:
            self.check()
            self._stopped.wait(min(left, _SLICE))
        self.check()


class OutOfTimeError(Exception):
    """The time of `limit` is up."""

    def __init__(self, limit: Limit) -> None:
        super().__init__("out of time")
        self.limit = limit
