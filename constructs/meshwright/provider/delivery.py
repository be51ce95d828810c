"""One delivery of a request: whether it was answered before, and whether another delivery is at work.

Lambda delivers an asynchronous event at least once: again after a crash, and now and then twice, hours late
or at the same time (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
CloudFormation asks one thing of a resource at a time. So, in Systems Manager Parameter Store:

- Before its first call a delivery writes down that it is at work, its claim. The last one of a request to do
  so works on it; one that began before gives way at its next write. Earlier requests of the same resource
  that still have a claim, since nobody lived to end them, are over.
- Once CloudFormation has its answer, the request is remembered with it: a later delivery does nothing and
  answers the same. Not before, so what was not answered is worked on again. Only a failure is remembered
  first: should its answer be lost, it must not become a success that CloudFormation never hears of.

What is remembered outlives the resource and its stack, so it is not kept by resource, but on a few shelves
that the stacks of an account share. Each shelf is a set of parameters of which a reader takes the union, and
a writer writes a new one before it deletes those that are in it. So writers at the same time lose nothing.
Nor need anybody be able to read at once what was written just before.
"""

import base64
import hashlib
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError, HTTPClientError

from .calls import Calls
from .errors import ProviderError, reason
from .packed import LIMIT, pack, unpack
from .request import Outcome, Request

ROOT = "/meshwright/requests"
SHELVES = 64
MOST = 8  # parameters of answers on a shelf, each of about a hundred requests; the oldest goes
REASON = 500  # characters of it that are remembered
KEPT = 7 * 24 * 3600  # seconds; Lambda keeps an event for six hours at most

Result = Outcome | str
"""What was answered; a text is why it failed, empty if that is not known."""
Answers = Mapping[str, tuple[int, Result]]
"""When each request was over, and what was answered, by its key."""


class AnsweredError(Exception):
    """The request is over: nothing is left to do, and this is what was answered."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


class OvertakenError(Exception):
    """Another delivery of the request is at work on it, and will answer."""


@dataclass(frozen=True)
class Shelf:
    """The answers in each parameter of a shelf, and when each claim on it was made."""

    parts: Mapping[str, Answers]
    claims: Mapping[str, float]

    def answers(self) -> Answers:
        return _union(self.parts.values())


class Delivery:
    """`calls` is for the time before the answer, `closing` for that after it."""

    def __init__(self, request: Request, calls: Calls, *, closing: Calls) -> None:
        self._calls, self._closing = calls, closing
        shelf = f"{ROOT}/{zlib.crc32(request.stack.encode()) % SHELVES:02}"
        self._shelf, self._answered, self._at_work = shelf, f"{shelf}/answered/", f"{shelf}/at-work/"
        self._resource = f"{self._at_work}{request.stack}/{request.logical_id}/"
        self._key = _key(request)
        self._claim = f"{self._resource}{self._key}/{uuid.uuid4().hex}"
        self._since = time.time()
        self.begun = False

    def check(self, changes: bool) -> None:
        """Before each call, whether it changes anything or not.

        Raises AnsweredError or OvertakenError for a delivery that has nothing to do, or no longer.
        """
        try:
            if not self.begun:
                self.begun = True
                self._begin()
            elif changes:
                self._confirm()
        except (ClientError, HTTPClientError) as error:
            raise ProviderError(
                f"Could not see in {self._shelf} if the request is new: {reason(error)}"
            ) from error

    def _begin(self) -> None:
        """Make this delivery the one at work."""
        self._write(self._calls, self._claim, repr(self._since))
        shelf = self._read(self._calls)
        answers = shelf.answers()
        if self._key in answers:
            self._delete(self._calls, [self._claim])
            raise AnsweredError(answers[self._key][1])
        others = self._others(shelf.claims)
        if others and max(others)[0] >= self._since:  # the clock was set back since
            self._since = max(others)[0] + 1
            self._write(self._calls, self._claim, repr(self._since))
        claims = [name for name in shelf.claims if name.startswith(self._resource)]
        earlier = {name: key for name in claims if (key := name.split("/")[-2]) != self._key}
        if earlier:
            over = dict.fromkeys(earlier.values(), (int(self._since), ""))
            self._remember(self._calls, shelf, over, earlier)

    def _confirm(self) -> None:
        """That it still is."""
        claims = dict(self._claims(self._parameters(self._calls, self._resource.rstrip("/"))))
        overtaken = any(other > (self._since, self._claim) for other in self._others(claims))
        if self._claim in claims and not overtaken:
            return
        answers = self._read(self._calls).answers()
        if self._key in answers:
            raise AnsweredError(answers[self._key][1])
        if overtaken:
            raise OvertakenError

    def end(self, result: Result) -> None:
        """Remember what CloudFormation was answered.

        Where that can't be written, the next request of the resource makes up for it.
        """
        answer = {self._key: (int(time.time()), result if isinstance(result, Outcome) else result[:REASON])}
        done_with = result.done_with if isinstance(result, Outcome) else ()
        try:
            shelf = self._read(self._closing)
            claims = [name for _, name in self._others(shelf.claims)]
            self._remember(self._closing, shelf, answer, [self._claim, *claims, *done_with])
        except Exception as error:
            self._closing.note(warning="the answer could not be remembered", reason=reason(error))

    def _others(self, claims: Mapping[str, float]) -> list[tuple[float, str]]:
        """Those of other deliveries of the request."""
        prefix = f"{self._resource}{self._key}/"
        return [(at, name) for name, at in claims.items() if name.startswith(prefix) and name != self._claim]

    def _remember(self, calls: Calls, shelf: Shelf, answers: Answers, ended: Iterable[str]) -> None:
        """Add to the shelf, and delete the parameters that have `ended`, and claims of nobody alive."""
        known = shelf.answers()
        answers = {key: answer for key, answer in answers.items() if key not in known or not known[key][1]}
        parts = {name: _recent(part) for name, part in shelf.parts.items()}
        merged: list[str] = []
        for name in sorted(parts, key=lambda name: (len(parts[name]), name)):
            both = _union([answers, parts[name]])
            if len(_packed(both)) > LIMIT:
                break
            answers = both
            merged.append(name)
        self._write(calls, f"{self._answered}{uuid.uuid4().hex}", _packed(answers))
        left = sorted(parts.keys() - merged, key=lambda name: max(at for at, _ in parts[name].values()))
        oldest = left[: max(0, len(left) + 1 - MOST)]
        dead = [name for name, at in shelf.claims.items() if at < time.time() - KEPT]
        self._delete(calls, list(dict.fromkeys([*merged, *oldest, *ended, *dead])))

    def _read(self, calls: Calls) -> Shelf:
        parameters = dict(self._parameters(calls, self._shelf))
        answered = {name: _unpacked(at) for name, at in parameters.items() if name.startswith(self._answered)}
        return Shelf(answered, dict(self._claims(parameters.items())))

    def _claims(self, parameters: Iterable[tuple[str, str]]) -> Iterator[tuple[str, float]]:
        return ((name, float(value)) for name, value in parameters if name.startswith(self._at_work))

    def _parameters(self, calls: Calls, path: str) -> Iterator[tuple[str, str]]:
        for parameter in calls.pages(
            "ssm", "get_parameters_by_path", "Parameters", Path=path, Recursive=True
        ):
            yield parameter["Name"], parameter["Value"]

    def _write(self, calls: Calls, name: str, value: str) -> None:
        calls("ssm", "put_parameter", Name=name, Value=value, Type="String", Overwrite=True)

    def _delete(self, calls: Calls, names: list[str]) -> None:
        for start in range(0, len(names), 10):
            calls("ssm", "delete_parameters", Names=names[start : start + 10])


def _key(request: Request) -> str:
    """A request id is unique with its stack's id (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html)."""
    text = "\n".join((request.stack_id, request.logical_id, request.request_id))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:12]).decode()


def _recent(answers: Answers) -> Answers:
    return {key: answer for key, answer in answers.items() if answer[0] >= time.time() - KEPT}


def _union(parts: Iterable[Answers]) -> Answers:
    """Of two answers to one request the one that is known."""
    found: dict[str, tuple[int, Result]] = {}
    for part in parts:
        for key, answer in part.items():
            if key not in found or not found[key][1]:
                found[key] = answer
    return found


def _packed(answers: Answers) -> str:
    return pack(
        {
            key: [at, result.physical_id, dict(result.data)] if isinstance(result, Outcome) else [at, result]
            for key, (at, result) in sorted(answers.items())
        }
    )


def _unpacked(value: str) -> Answers:
    return {
        key: (at, Outcome(physical_id=text, data=data[0]) if data else text)
        for key, (at, text, *data) in unpack(value).items()
    }
