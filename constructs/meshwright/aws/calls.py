"""The calls by which one account is read: one that fails is noted, and the rest is still read."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.access.state import Unread
from meshwright.aws.accounts import Account, items

T = TypeVar("T")
R = TypeVar("R")
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")


@dataclass(slots=True)
class _Failure:
    why: str
    about: list[str]


BESIDE = ("sts", "ec2", "organizations")
"""Services that tell nothing of the account's own data."""


class Calls:
    """Calls to one account, by several threads at once; what failed is in `unread`."""

    def __init__(self, account: Account, executor: Executor) -> None:
        self.account = account.account
        self.region = account.region
        self._client = account.client
        self._executor = executor
        self._failures: dict[tuple[str, str], _Failure] = {}
        self._lock = threading.Lock()
        self.answered = False
        """Whether any call, other than for the caller's own identity, was answered."""

    def one(
        self,
        service: str,
        operation: str,
        /,
        *,
        about: str = "",
        absent: Iterable[str] = (),
        **arguments: Any,
    ) -> Mapping[str, Any] | None:
        """The answer; None if the call failed, and nothing (`{}`) for an error code in `absent`.

        `about` says in the note of a failure what was asked for.
        """
        try:
            client = self._client(service)
            answer: Mapping[str, Any] = getattr(client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            if code(error) in absent:
                self.answered = self.answered or service not in BESIDE
                return {}
            self._failed(service, operation, error, about)
            return None
        self.answered = self.answered or service not in BESIDE
        return answer

    def listing(
        self,
        service: str,
        operation: str,
        result: str,
        /,
        *,
        about: str = "",
        absent: Iterable[str] = (),
        **arguments: Any,
    ) -> list[Any]:
        """The items of all pages; of those before the failure, if there was one."""
        return self._pages(service, operation, result, about, absent, arguments)[0]

    def whole(
        self, service: str, operation: str, result: str, /, *, about: str = "", **arguments: Any
    ) -> list[Any] | None:
        """The items of all pages; None if one of them could not be read."""
        found, complete = self._pages(service, operation, result, about, (), arguments)
        return found if complete else None

    def _pages(
        self,
        service: str,
        operation: str,
        result: str,
        about: str,
        absent: Iterable[str],
        arguments: Mapping[str, Any],
    ) -> tuple[list[Any], bool]:
        found: list[Any] = []
        try:
            for item in items(self._client(service), operation, result, **arguments):
                found.append(item)
        except (ClientError, BotoCoreError) as error:
            if code(error) not in absent:
                self._failed(service, operation, error, about)
                return found, False
        self.answered = self.answered or service not in BESIDE
        return found, True

    def each(self, function: Callable[[T], R], values: Iterable[T]) -> list[R]:
        """The function's result for each value, in order; several at a time."""
        return list(self._executor.map(function, values))

    def note(self, call: str, why: str) -> None:
        """Something that is missing although its call was answered."""
        with self._lock:
            self._failures.setdefault((call, why), _Failure(why, []))

    def failed(self, call: str) -> bool:
        """Whether a call, as `lakeformation:ListLFTags`, failed at least once."""
        return any(name == call for name, _ in self._failures)

    def forgive(self, call: str) -> None:
        """Forget that it failed: what it tells does not matter."""
        self._failures = {at: failure for at, failure in self._failures.items() if at[0] != call}

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What failed, once for each call and kind of error."""
        return tuple(
            Unread(self.account, call, failure.why + _about(failure.about))
            for (call, _), failure in sorted(self._failures.items())
        )

    def _failed(self, service: str, operation: str, error: Exception, about: str) -> None:
        name = self._client(service).meta.method_to_api_mapping[operation]
        with self._lock:
            at = (f"{service}:{name}", code(error))
            failure = self._failures.setdefault(at, _Failure(reason(error), []))
            if about:
                failure.about.append(about)


def code(error: Exception) -> str:
    """AWS's error code; of an error that isn't AWS's answer, the name of its class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def reason(error: Exception) -> str:
    """Why a call failed, as one sentence without its end."""
    if not isinstance(error, ClientError):
        return " ".join(str(error).split()).rstrip(".")
    text = str(error.response.get("Error", {}).get("Message") or "").rstrip(".")
    if code(error) in DENIED:
        return f"the caller is not allowed to: {text}" if text else "the caller is not allowed to"
    return f"{code(error)}: {text}" if text else code(error)


def _about(names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f" ({min(names)}{more})"
