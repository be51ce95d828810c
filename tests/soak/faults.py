"""What is wrong at the moment with a machine under test, told to its processes by a file."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

FILE = "faults.json"
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Faults:
    offset: float = 0
    """Seconds that the clock is moved by."""
    lost: float = 0
    """Probability that a request is answered with 503 and not served."""
    unanswered: float = 0
    """Probability that a request is served, and answered with 503."""
    repeated: float = 0
    """Probability that a request is served twice, and answered once."""
    ends: float = 0
    """Probability that the process ends once a call of a deployment is served, before its answer is used."""

    def write(self, folder: Path) -> None:
        aside = folder / f"{FILE}.{os.getpid()}"
        aside.write_text(json.dumps(asdict(self)))
        os.replace(aside, folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> "Faults":
        """Those of a folder; none if there is no file."""
        try:
            return cls(**json.loads((folder / FILE).read_text()))
        except FileNotFoundError:
            return cls()


class Clock:
    """Moves the clock of this process; that of monotonic time goes on."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._travel: Any = None
        self._here: Any = None

    def move_to(self, offset: float) -> None:
        """Sets the seconds that the clock is ahead of the machine's."""
        if self._travel is None:
            self._travel = time_machine.travel(datetime.now(UTC), tick=True)
            self._here = self._travel.start()
        self._here.shift(timedelta(seconds=offset - self._offset))
        self._offset = offset

    def stop(self) -> None:
        if self._travel is not None:
            self._travel.stop()
            self._travel, self._offset = None, 0.0


def follow(folder: Path, told: Callable[[Faults], None]) -> None:
    """Tells the faults of a folder now, and from now on whenever they change."""
    latest = Faults.read(folder)
    told(latest)

    def watch() -> None:
        nonlocal latest
        while True:
            time.sleep(POLL_SECONDS)
            if (found := Faults.read(folder)) != latest:
                latest = found
                told(found)

    threading.Thread(target=watch, name="faults", daemon=True).start()


def follow_clock(folder: Path) -> None:
    """Moves the clock of this process with that of the machine under test."""
    clock = Clock()

    def moved(faults: Faults) -> None:
        if faults.offset or clock._offset:
            clock.move_to(faults.offset)

    follow(folder, moved)
