"""Retriers and catchers of a state.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from meshwright.local.stepfunctions.failures import StateError
from meshwright.local.stepfunctions.paths import put

FINAL = ("States.DataLimitExceeded", "States.Runtime")
"""What States.ALL doesn't stand for."""


class Retriers:
    """The retriers of one state while it runs: each counts how often it was used."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._retriers = list(state.get("Retry", ()))
        self._used = [0] * len(self._retriers)

    def wait(self, error: StateError) -> float | None:
        """How many seconds to wait before another try after this error; None: there is none."""
        for number, retrier in enumerate(self._retriers):
            if concerns(retrier["ErrorEquals"], error.error):
                used = self._used[number]
                if used >= retrier.get("MaxAttempts", 3):
                    return None
                self._used[number] += 1
                seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** used
                return float(min(seconds, retrier.get("MaxDelaySeconds", seconds)))
        return None


def caught(state: Mapping[str, Any], data: Any, error: StateError) -> tuple[str, Any]:
    """The next state and its input, by the first catcher for the error; without one the error goes on."""
    for catcher in state.get("Catch", ()):
        if concerns(catcher["ErrorEquals"], error.error):
            output = {"Error": error.error, "Cause": error.cause}
            path = catcher.get("ResultPath", "$")
            return catcher["Next"], data if path is None else put(path, data, output)
    raise error


def concerns(names: Sequence[str], error: str) -> bool:
    """Whether an error is among the names, one of which may stand for many."""
    if error in names:
        return True
    if "States.ALL" in names:
        return error not in FINAL
    return "States.TaskFailed" in names and error not in (*FINAL, "States.Timeout")
