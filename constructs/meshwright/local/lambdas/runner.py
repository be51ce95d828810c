"""Runs deployed Lambda functions in subprocesses, kept warm between invocations."""

import hashlib
import io
import json
import logging
import shutil
import threading
import uuid
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from meshwright.local.lambdas.container import Container, DiedError, TimedOutError
from meshwright.local.lambdas.logs import shortened

log = logging.getLogger(__name__)
UNZIPPED_BYTES = 262_144_000
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
RETRIES = 2
"""How often Lambda repeats an asynchronous invocation that failed."""


class BrokenCodeError(Exception):
    """Code that can't be unpacked; the message says why."""


class TooLargeError(BrokenCodeError):
    """Code that Lambda would refuse for its size."""


@dataclass(frozen=True)
class Function:
    """What the runner needs to know of a deployed function."""

    arn: str
    name: str
    account: str
    region: str
    role_arn: str
    handler: str
    timeout: int
    """Seconds."""
    memory: int
    """Megabytes; reported to the function, not enforced."""
    environment: Mapping[str, str]
    code: bytes
    """The zip archive."""

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"

    @property
    def fingerprint(self) -> str:
        """Changes whenever a warm container must not be used again."""
        settings = (self.arn, self.role_arn, self.handler, self.memory, sorted(self.environment.items()))
        return hashlib.sha256(repr(settings).encode() + self.code).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """The end of one invocation: the JSON text that it returned or the error object."""

    payload: str
    error: Mapping[str, Any] | None
    log: str


@dataclass
class Runner:
    folder: Path
    """Where assets are unpacked and logs are written."""
    find: Callable[[str], Function]
    """Looks up a function by ARN; raises LookupError if it doesn't exist."""
    environment: Callable[[Function], dict[str, str]]
    """AWS variables and credentials of the function's role."""
    write_log: Callable[[Function, str, str], None]
    """Takes the function, the log stream and the text of one invocation."""
    _idle: dict[str, list[Container]] = field(default_factory=dict)
    _busy: set[Container] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32, "lambda"))

    def invoke(self, function: Function, event: Any) -> Outcome:
        """Runs the function and waits for it. Whatever goes wrong is an error of the function."""
        request_id = str(uuid.uuid4())
        container: Container | None = None
        problem: Mapping[str, Any] | None = None
        payload, text = "null", ""
        try:
            container = self._take(function)
            self._busy.add(container)
            request = {"event": event, "request_id": request_id, "function_arn": function.arn}
            reply = container.call(request, timeout=function.timeout)
            payload, problem = reply.result, reply.error
        except Exception as error:
            problem = _problem(error, function, request_id)
        finally:
            self._busy.discard(container)
        if container:
            text = shortened(container.read_log())
            if container.alive:
                self._give_back(function, container)
        text = f"START RequestId: {request_id}\n{text}END RequestId: {request_id}\n"
        self.write_log(function, container.stream if container else "none", text)
        return Outcome(payload=json.dumps(problem) if problem else payload, error=problem, log=text)

    def start(self, arn: str, event: Any) -> "Future[str | None]":
        """Runs the function in the background, with Lambda's retries.

        The future holds the last error's message, or None after a success.
        """
        return self._pool.submit(self._with_retries, arn, event)

    def _with_retries(self, arn: str, event: Any) -> str | None:
        try:
            function = self.find(arn)
        except LookupError:
            return f"Function not found: {arn}"
        outcome = self.invoke(function, event)
        for _ in range(RETRIES):
            if outcome.error is None or outcome.error["errorType"] == "Sandbox.Timedout":
                break
            outcome = self.invoke(function, event)
        if outcome.error is None:
            return None
        return f"{outcome.error['errorType']}: {outcome.error['errorMessage']}"

    def close(self) -> None:
        """Ends every container, also those at work."""
        with self._lock:
            containers = [*self._busy, *(each for idle in self._idle.values() for each in idle)]
            self._idle.clear()
        for container in containers:
            container.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, function: Function) -> Container:
        with self._lock:
            idle = self._idle.get(function.fingerprint, [])
            while idle:
                container = idle.pop()
                if container.alive:
                    return container
        return Container.start(
            asset=self._unpacked(function.code),
            handler=function.handler,
            environment=self._variables(function),
            logs=self.folder / "logs",
        )

    def _give_back(self, function: Function, container: Container) -> None:
        outdated: list[Container] = []
        with self._lock:
            self._idle.setdefault(function.fingerprint, []).append(container)
            container.owner = function.arn
            for fingerprint, idle in self._idle.items():
                if fingerprint != function.fingerprint and idle and idle[0].owner == function.arn:
                    outdated += idle
                    idle.clear()
        for old in outdated:
            old.stop()

    def _variables(self, function: Function) -> dict[str, str]:
        stream = f"[$LATEST]{uuid.uuid4().hex}"
        return {
            **function.environment,
            **self.environment(function),
            "_HANDLER": function.handler,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        }

    def _unpacked(self, code: bytes) -> Path:
        digest = hashlib.sha256(code).hexdigest()[:20]
        target = self.folder / "assets" / digest
        with self._lock:
            if not target.exists():
                partial = target.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)  # what a crash left
                try:
                    partial.mkdir(parents=True)
                    with zipfile.ZipFile(io.BytesIO(code)) as archive:
                        unpack(archive, partial)
                except BrokenCodeError:
                    raise
                except Exception as error:  # whatever a broken archive brings `zipfile` to
                    raise BrokenCodeError(f"the archive can't be unpacked: {_said(error)}") from error
                partial.rename(target)
        return target


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Raises TooLargeError when the files come to more than Lambda takes, whatever the archive says."""
    left = UNZIPPED_BYTES
    for member in archive.infolist():
        if member.is_dir():
            continue
        # As ZipFile.extract does, without what leads out of the folder.
        parts = [part for part in member.filename.split("/") if part not in ("", ".", "..")]
        if not parts:
            continue
        try:
            sink = _new_file(folder.joinpath(*parts))
        except (OSError, ValueError) as error:
            raise BrokenCodeError(f"the member {member.filename} can't be made: {_said(error)}") from error
        with archive.open(member) as source, sink:
            while part := source.read(min(1 << 20, left + 1)):
                left -= len(part)
                if left < 0:
                    raise TooLargeError(f"Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")
                sink.write(part)


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _problem(error: Exception, function: Function, request_id: str) -> dict[str, str]:
    """The error object of an invocation that came to no answer of the function."""
    text = f"RequestId: {request_id} Error: {error}"
    match error:
        case TimedOutError():
            kind = "Sandbox.Timedout"
            text = f"{request_id} Task timed out after {function.timeout:.2f} seconds"
        case DiedError():
            kind = "Runtime.ExitError"
        case BrokenCodeError():
            kind = "InvalidZipFile"
        case _:
            unexpected = not isinstance(error, OSError | TypeError | ValueError)
            log.warning("%s can't be started: %r", function.name, error, exc_info=unexpected)
            kind, text = "Runtime.InvalidEntrypoint", f"RequestId: {request_id} Error: {_said(error)}"
    return {"errorType": kind, "errorMessage": text}


def _said(error: Exception) -> str:
    """What an error says, without the paths of this machine that errors of files have."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
