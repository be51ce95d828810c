"""The history of a run, as GetExecutionHistory answers it."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

TASK = {
    "TaskScheduled": "taskScheduledEventDetails",
    "TaskSucceeded": "taskSucceededEventDetails",
    "TaskFailed": "taskFailedEventDetails",
    "TaskTimedOut": "taskTimedOutEventDetails",
}


class History:
    """Events in the order in which they happened; branches note theirs side by side."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    """One for all, so that a history can be kept."""

    def __init__(self, role: str) -> None:
        self._role, self._events = role, list[dict[str, Any]]()

    def note(self, kind: str, details: Mapping[str, Any]) -> None:
        """Adds an event; its inputs and outputs are JSON."""
        with self._lock:
            number = len(self._events) + 1
            event: dict[str, Any] = {
                "timestamp": datetime.now(UTC),
                "type": kind,
                "id": number,
                "previousEventId": number - 1,
            }
            name, shown = _shown(kind, details)
            if name:
                event[name] = shown
            self._events.append(event)

    def events(self) -> list[dict[str, Any]]:
        """Those so far, oldest first."""
        with self._lock:
            return list(self._events)


def _shown(kind: str, details: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    texts = {
        key: json.dumps(value) if key in ("input", "output", "parameters") else value
        for key, value in details.items()
    }
    if kind.endswith("StateEntered"):
        return "stateEnteredEventDetails", texts
    if kind.endswith("StateExited"):
        return "stateExitedEventDetails", texts
    if kind in TASK:
        *_, service, action = texts["resource"].split(":")
        texts |= {"resourceType": service, "resource": action}
        return TASK[kind], texts
    return f"{kind[0].lower()}{kind[1:]}EventDetails", texts
