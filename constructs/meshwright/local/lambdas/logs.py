"""How much of what functions print is kept.

CloudWatch keeps all of it. Here all that a service holds in an account is written anew when some of it
changes, so that a function which prints much would slow down all that come later.
"""

import re
from collections.abc import Callable
from typing import Any

from moto.logs.models import LogEvent, LogGroup

INVOCATION_LINES = 500
FUNCTION_LINES, FUNCTION_CHARACTERS = 2_000, 1_000_000
GROUPS = "/aws/lambda/"
CUT = "[meshwright] earlier lines of this function are left out: its last {:,} are kept, of {:,} characters"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def shortened(text: str) -> str:
    """The first and last lines of what an invocation printed, and one that says how many were between."""
    lines = _LINE.findall(text)
    left_out = len(lines) - INVOCATION_LINES
    if left_out <= 0:
        return text
    half = INVOCATION_LINES // 2
    note = f"[meshwright] {left_out:,} lines of this invocation are left out: {INVOCATION_LINES} are kept\n"
    return "".join([*lines[:half], note, *lines[len(lines) - half :]])


def keep_the_last_events_of_functions() -> None:
    """Has moto forget the oldest events in a log group of a function, and say so by one in their place."""
    put: Callable[[LogGroup, str, list[dict[str, Any]]], str] = LogGroup.put_log_events

    def put_and_forget(self: LogGroup, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
        token = put(self, log_stream_name, log_events)
        if self.name.startswith(GROUPS):
            forget(self)
        return token

    LogGroup.put_log_events = put_and_forget  # type: ignore[method-assign]


def forget(group: LogGroup) -> None:
    """Removes the oldest events beyond what is kept: a quarter more, lest it be done at each invocation."""
    events = [event for stream in group.streams.values() for event in stream.events]
    lines, characters = len(events), sum(len(event.message) for event in events)
    if lines <= FUNCTION_LINES and characters <= FUNCTION_CHARACTERS:
        return
    gone = set[int]()
    for event in sorted(events, key=lambda event: (event.timestamp, event.event_id))[:-1]:
        if lines <= FUNCTION_LINES * 3 // 4 and characters <= FUNCTION_CHARACTERS * 3 // 4:
            break
        gone.add(id(event))
        lines, characters = lines - 1, characters - len(event.message)
    note = CUT.format(FUNCTION_LINES, FUNCTION_CHARACTERS)
    for name, stream in list(group.streams.items()):
        kept = [event for event in stream.events if id(event) not in gone]
        if not kept and stream.events:
            del group.streams[name]
        elif len(kept) < len(stream.events):
            stream.events = [_noted(kept[0], note), *kept]


def _noted(event: LogEvent, message: str) -> LogEvent:
    """An event that says something just before another."""
    return LogEvent(event.ingestion_time, {"timestamp": event.timestamp, "message": message})
