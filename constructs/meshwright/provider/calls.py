"""Every AWS call of the provider: retried with backoff, bounded by the time left, logged as one line."""

import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from .errors import ProviderError, code, reason

# Lake Formation serialises writes to a catalog and answers the loser with ConcurrentModificationException.
RETRYABLE = frozenset(
    {
        "ConcurrentModificationException",
        "ConcurrentUpdateException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceException",
        "OperationTimeoutException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ResourceNotReadyException",
        "ServerInternalException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
ATTEMPTS = 12
FIRST_PAUSE = 0.25  # seconds, doubled by each attempt up to LONGEST_PAUSE, the actual pause random below that
LONGEST_PAUSE = 20.0
# A listing beyond these has no end: more rows than one resource can have, more pages than any other can take.
MOST_ITEMS = 50_000
MOST_PAGES = 5_000
READS = ("describe_", "get_", "list_")  # how an operation begins that changes nothing


def retryable(error: Exception) -> bool:
    """Whether the same call may succeed later; a broken connection counts, as every call is repeatable."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code(error) in RETRYABLE or status in (500, 502, 503, 504)
    return isinstance(error, HTTPClientError)


class Calls:
    """`calls("lakeformation", "get_lf_tag", TagKey="domain")`, through `client(service)`.

    `remaining` gives the seconds left for work; once it is used up, any further call raises ProviderError.
    """

    def __init__(
        self,
        *,
        client: Callable[[str], Any],
        remaining: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        log: Callable[[str], None] = print,
    ) -> None:
        self._client = client
        self._remaining = remaining
        self._sleep = sleep
        self._log = log
        self.check: Callable[[bool], None] = lambda changes: None

    def checked(self, check: Callable[[bool], None]) -> "Calls":
        """The same calls, but `check` is made before each, told whether it changes something, and may raise.

        It is told so of no call of Parameter Store: who writes several parameters there makes it once.
        """
        calls = copy.copy(self)
        calls.check = check
        return calls

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The response; raises ClientError once retrying is pointless, ProviderError when time is up."""
        for attempt in range(ATTEMPTS):
            try:
                return self.once(service, operation, **parameters)
            except (ClientError, HTTPClientError) as error:
                if not retryable(error) or attempt == ATTEMPTS - 1:
                    raise
                self.pause(attempt, reason(error))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def once(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The same without retries, for a call that is only right for what was read just before."""
        self.check(service != "ssm" and not operation.startswith(READS))
        self._check_time(f"before {operation}")
        started = time.monotonic()
        try:
            response: dict[str, Any] = getattr(self._client(service), operation)(**parameters)
        except (ClientError, HTTPClientError) as error:
            self._report(service, operation, started, reason(error))
            raise
        self._report(service, operation, started, "ok")
        return response

    def pages(
        self, service: str, operation: str, items: str, *, cursor: str = "NextToken", **parameters: Any
    ) -> Iterator[Any]:
        """The `items` of every page of a listing; ProviderError for one that has no end."""
        asked = set()
        number = 0
        for _ in range(MOST_PAGES):
            page = self(service, operation, **parameters)
            number += len(page.get(items, []))
            if number > MOST_ITEMS:
                raise ProviderError(
                    f"{service}:{operation} does not end: it has more than {MOST_ITEMS} {items}"
                )
            yield from page.get(items, [])
            token = page.get(cursor)
            if not token:
                return
            if token in asked:
                raise ProviderError(f"{service}:{operation} does not end: it answers a {cursor} once again")
            asked.add(token)
            parameters[cursor] = token
        raise ProviderError(f"{service}:{operation} does not end: it has more than {MOST_PAGES} pages")

    def pause(self, attempt: int, why: str) -> None:
        """Wait before attempt number `attempt` + 1; ProviderError if that would leave no time for it."""
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
        pause = longest * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret
        if pause >= self._remaining():
            raise ProviderError(f"Ran out of time while retrying; the last answer was {why}")
        self._sleep(pause)

    def remaining(self) -> float:
        return self._remaining()

    def note(self, **fields: Any) -> None:
        """One structured line in the function's log."""
        self._log(json.dumps(fields, sort_keys=True, default=str))

    def _check_time(self, when: str) -> None:
        if self._remaining() <= 0:
            raise ProviderError(f"Ran out of time {when}; deploy again, it continues where it stopped")

    def _report(self, service: str, operation: str, started: float, outcome: str) -> None:
        milliseconds = round((time.monotonic() - started) * 1000)
        self.note(call=f"{service}:{operation}", milliseconds=milliseconds, outcome=outcome)
