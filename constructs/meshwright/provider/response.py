"""The answer to CloudFormation: exactly one PUT to the event's presigned URL, which must never be logged."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

LIMIT = 4096  # bytes of the whole body, CloudFormation's limit
PUT_TRIES = 4


def body(
    event: Mapping[str, Any],
    *,
    status: str,
    physical_id: str,
    reason: str = "",
    data: Mapping[str, str] | None = None,
) -> bytes:
    """The JSON of an answer below LIMIT: data is dropped first, then the reason cut in its middle.

    The middle, since a reason begins with the grant it is about and ends with what AWS said.
    """
    answer: dict[str, Any] = {
        "Status": status,
        "PhysicalResourceId": physical_id,
        **{name: _text(event.get(name)) for name in ("StackId", "RequestId", "LogicalResourceId")},
        "Reason": " ".join(reason.split()),
        "Data": dict(data or {}),
    }
    if len(_encoded(answer)) >= LIMIT:
        answer["Data"] = {}
    whole, kept = answer["Reason"], len(answer["Reason"])
    while len(_encoded(answer)) >= LIMIT and kept > 0:
        kept = kept * 9 // 10
        half = kept // 2
        answer["Reason"] = f"{whole[:half]} ... {whole[len(whole) - half :]}"
    return _encoded(answer)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _encoded(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer).encode()


class Answer:
    """Sends the first of possibly several answers, from whichever thread; the others are dropped."""

    def __init__(self, event: Mapping[str, Any], *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._event = event
        self._sleep = sleep
        self._lock = threading.Lock()
        self.sent = False

    def __call__(
        self, *, status: str, physical_id: str, reason: str = "", data: Mapping[str, str] | None = None
    ) -> bool:
        """Whether this answer is the one that was sent; OSError if CloudFormation cannot be reached."""
        with self._lock:
            if self.sent:
                return False
            self._put(body(self._event, status=status, physical_id=physical_id, reason=reason, data=data))
            self.sent = True
            return True

    def _put(self, content: bytes) -> None:
        # The presigned URL is signed for an empty content type.
        headers = {"Content-Type": "", "Content-Length": str(len(content))}
        request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
            self._event["ResponseURL"], data=content, headers=headers, method="PUT"
        )
        for attempt in range(PUT_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                    return
            except (OSError, http.client.HTTPException) as error:
                if attempt == PUT_TRIES - 1:
                    # Without the URL, whose query is a credential.
                    raise OSError(f"Could not answer CloudFormation: {type(error).__name__}") from None
                self._sleep(0.5 * 2**attempt)
