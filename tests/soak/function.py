"""The provider's function as Lambda runs it, on simulated time.

What the provider has of time, chance and unique ids is simulated too, so a schedule can be repeated exactly.
"""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

from meshwright.provider import calls as calls_module
from meshwright.provider import delivery as delivery_module
from meshwright.provider import ledger as ledger_module
from meshwright.provider.calls import READS, Calls
from meshwright.provider.handler import LAST_MOMENT, RESERVED, respond, too_late
from meshwright.provider.response import Answer
from tests.provider.lake_model import Client, Crash, Model

Event = dict[str, Any]
SECONDS = 900.0  # that the function has, unless a delivery is short of time
CALL, SLOW_CALL = 0.1, 25.0  # seconds that a call takes
ONLY_OF = {"not yet": "get_database", "undone": "put_data_lake_settings"}  # faults of one operation


class Clock:
    """The seconds since a schedule began, and the time of day, which may jump."""

    def __init__(self) -> None:
        self.now = 0.0
        self.offset = 1.8e9

    def time(self) -> float:
        return self.now + self.offset


@contextlib.contextmanager
def simulated(clock: Clock, seed: int) -> Iterator[None]:
    """The provider's modules have this clock, and chance and unique ids that the seed decides."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    ids = SimpleNamespace(uuid4=lambda: SimpleNamespace(hex=f"{chance.getrandbits(128):032x}"))
    with (
        mock.patch.object(delivery_module, "time", clock),
        mock.patch.object(delivery_module, "uuid", ids),
        mock.patch.object(ledger_module, "uuid", ids),
        mock.patch.object(calls_module, "random", chance),
    ):
        yield


class Quiet(Calls):
    """Calls without a log, which would take a fifth of the time."""

    def note(self, **fields: Any) -> None:
        pass


class Invocation:
    """One run of the function. `faults` are those of its calls, in order; after them there are none."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        event: Event,
        faults: list[str],
        *,
        put: Callable[[Event, bytes], None],
        seconds: float = SECONDS,
    ) -> None:
        self.model, self.clock, self.event, self.faults = model, clock, event, faults
        self.end = clock.now + seconds
        self.last_moment = self.end - min(LAST_MOMENT, seconds / 4)
        self.before_read: Callable[[int], None] = lambda number: None
        self.number = 0
        self.answer = Answer(event, sleep=self.sleep)
        self.answer._put = lambda content: put(event, content)  # type: ignore[method-assign]

    def run(self) -> bool:
        """False if it failed, so that Lambda runs it again."""
        reserved = min(RESERVED, (self.end - self.clock.now) / 3)

        def client(service: str) -> Client:
            return Client(self.model, service, self.fault)

        def work() -> float:
            return -1.0 if self.answer.sent else self.end - self.clock.now - reserved

        same: dict[str, Any] = {"client": client, "sleep": self.sleep}
        self.closing = Quiet(remaining=lambda: self.end - self.clock.now, **same)
        try:
            respond(self.event, Quiet(remaining=work, **same), closing=self.closing, answer=self.answer)
        except (Crash, OSError):
            return False
        return True

    def sleep(self, seconds: float) -> None:
        until = self.clock.now + seconds
        if until >= self.last_moment and not self.answer.sent:
            self.clock.now = max(self.clock.now, self.last_moment)
            self.last_moment = self.end
            with contextlib.suppress(OSError):  # it is another thread's
                too_late(self.event, self.answer, self.closing)
        self.clock.now = max(self.clock.now, until)
        if self.clock.now >= self.end:
            raise Crash

    def fault(self, service: str, operation: str) -> str:
        if operation.startswith(READS):
            self.before_read(self.number)
        self.number += 1
        fault = self.faults.pop(0) if self.faults else "none"
        self.sleep(SLOW_CALL if fault == "slow" else CALL)
        return fault if ONLY_OF.get(fault, operation) == operation else "none"


class Paused:
    """An invocation that stops before the first read from its call number `at` on, until it is finished.

    Not before a write: what is written is in flight once it was found that it may be.
    """

    def __init__(self, invocation: Invocation, at: int) -> None:
        self._at = at
        self._stopped, self._go = threading.Event(), threading.Event()
        self.ended = False
        invocation.before_read = self._stop
        self._thread = threading.Thread(target=self._run, args=(invocation,), daemon=True)
        self._thread.start()
        self._stopped.wait()

    def finish(self) -> bool:
        """As `Invocation.run`."""
        self._go.set()
        self._thread.join()
        return self.ended

    def _stop(self, number: int) -> None:
        if number >= self._at and not self._go.is_set():
            self._stopped.set()
            self._go.wait()

    def _run(self, invocation: Invocation) -> None:
        try:
            self.ended = invocation.run()
        finally:
            self._stopped.set()
