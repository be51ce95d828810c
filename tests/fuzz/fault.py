"""What a target raises for a fault, how faults are told apart, and the time that an input may take."""

import contextlib
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType

PACKAGE = Path(__file__).resolve().parents[2] / "constructs" / "meshwright"
SECONDS = 5.0
"""In which an input of at most 64 KB must be done with, on a slow machine."""


class FaultError(Exception):
    """Something that must not be, in words that are the same for the same fault."""


class SlowError(BaseException):
    """An input takes too long. Nothing of ours catches this."""


@contextlib.contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Raises SlowError in whatever runs for longer. Of the main thread alone."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SlowError(f"takes more than {seconds:.0f} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def kind_of(error: BaseException) -> str:
    """What is the same of two inputs that show one fault: its words, or where in our code it was raised."""
    if isinstance(error, FaultError):
        return str(error).splitlines()[0]
    if isinstance(error, SlowError):
        return str(error)
    ours = owner(error.__traceback__)
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if ours in ("", _package(frame.filename))), frames[-1])
    name = last.filename.rpartition("/site-packages/")[2].removeprefix(f"{PACKAGE.parent}/")
    return f"{type(error).__name__} in {name}, {last.name}"


def owner(trace: TracebackType | None) -> str:
    """`meshwright` or `moto`, whose code comes last in a traceback; empty if neither does."""
    found = (_package(frame.filename) for frame in reversed(traceback.extract_tb(trace)))
    return next(filter(None, found), "")


def _package(file: str) -> str:
    if Path(file).is_relative_to(PACKAGE):
        return "meshwright"
    return "moto" if "/site-packages/moto/" in file else ""
