"""A project with its embedded AWS, whose process and disk are disturbed."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from meshwright.aws.accounts import Account
from meshwright.local import control
from tests.soak.faults import POLL_SECONDS, Clock, Faults

REGION = "eu-west-1"
LIMITED = ("full",) if hasattr(psutil, "RLIMIT_FSIZE") else ()  # Linux alone can limit another process
DISTURBANCES = ("kill", "kill", "freeze", "clock", *LIMITED)
CLOCK_SECONDS = (-600.0, -61.0, 61.0, 600.0)
"""Less than what a signature may be off by, so that a request on its way stays valid."""


@dataclass(frozen=True)
class Disturbance:
    """What happens to the machine, some seconds after a step began."""

    after: float
    kind: str
    amount: float
    """Seconds of a freeze or that the clock is moved by; bytes until the disk is full."""

    @classmethod
    def some(cls, chance: random.Random, most: int, within: float) -> "list[Disturbance]":
        made = []
        for _ in range(chance.randint(0, most)):
            kind = chance.choice(DISTURBANCES)
            amounts = {
                "kill": 0.0,
                "freeze": chance.uniform(0.05, 1.5),
                "full": chance.uniform(0, 200_000),
                "clock": chance.choice(CLOCK_SECONDS),
            }
            made.append(cls(chance.uniform(0, within), kind, amounts[kind]))
        return sorted(made, key=lambda each: each.after)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:.2f} after {self.after:.2f} s"


class Machine:
    def __init__(self, root: Path) -> None:
        self.root, self.clock, self._offset = root, Clock(), 0.0
        self.happened: list[str] = []
        self._accounts: dict[tuple[str, str, str], Account] = {}

    @property
    def folder(self) -> Path:
        return self.root / ".meshwright"

    def up(self) -> control.Embedded:
        """The running server; started if there is none, as a user does who finds that it ended."""
        return control.up(self.root)

    def down(self) -> None:
        control.down(self.root)
        self.clock.stop()

    def kill(self) -> None:
        """Ends the server, and waits until it is gone."""
        running = self.up()
        os.kill(running.pid, signal.SIGKILL)
        while control.status(self.root) is not None:
            time.sleep(0.01)
        self.happened.append("kill")

    def account(self, number: str, role: str = control.ADMIN_ROLE) -> Account:
        running = self.up()
        known = (running.endpoint, number, role)
        if known not in self._accounts:  # its clients take longer to make than most calls
            environment = control.environment(running, number, REGION, role=role)
            self._accounts[known] = Account(number, REGION, environment)
        return self._accounts[known]

    def request_faults(self, faults: Faults) -> None:
        """From now on requests meet these; the clock stays where it is."""
        self._faults = replace(faults, offset=self._offset)
        self._faults.write(self.folder)

    def move_clock(self, offset: float) -> None:
        """Sets the seconds that the clock of all processes is ahead."""
        self._offset = offset
        self.request_faults(self._faults)
        self.clock.move_to(offset)
        time.sleep(2 * POLL_SECONDS)

    @contextlib.contextmanager
    def disturbed(self, disturbances: list[Disturbance]) -> Iterator[None]:
        """While these happen; those that have not happened yet at the end do not."""
        ended = threading.Event()

        def disturb() -> None:
            begun = time.monotonic()
            for each in disturbances:
                if ended.wait(max(0.0, begun + each.after - time.monotonic())):
                    return
                if self._disturb(each):
                    self.happened.append(str(each))

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _disturb(self, what: Disturbance) -> bool:
        if what.kind == "clock":
            self.move_clock(self._offset + what.amount)
            return True
        running = control.status(self.root)
        if running is None:
            return False
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if what.kind == "kill":
                os.kill(running.pid, signal.SIGKILL)
            elif what.kind == "freeze":
                os.kill(running.pid, signal.SIGSTOP)
                time.sleep(what.amount)
                os.kill(running.pid, signal.SIGCONT)
            else:
                self._fill(running.pid, int(what.amount))
            return True
        return False

    def _fill(self, pid: int, more: int) -> None:
        """No file may grow beyond a size, which is to the server what a full disk is."""
        journal = self.folder / "state" / "state.sqlite-wal"
        size = (journal.stat().st_size if journal.exists() else 0) + more
        process: Any = psutil.Process(pid)
        _, most = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (size, most))
