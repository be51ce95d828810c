"""One warm process of a function, and the line protocol with it."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

WORKER = Path(__file__).with_name("worker.py")
RESPONSE_BYTES = 6_291_556
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
LOG_BYTES = 262_144
"""What is kept of what one invocation prints."""
RUNTIME_VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
}
"""What a function finds besides its own variables: nothing of the server's environment, but where the
libraries of this Python are."""


class TimedOutError(Exception):
    """The function took longer than its timeout; its process was ended."""


class DiedError(Exception):
    """The process ended during the invocation, or answered what no worker does."""


@dataclass(frozen=True)
class Reply:
    result: str
    """JSON text."""
    error: Mapping[str, Any] | None
    """With `errorType` and `errorMessage`."""


@dataclass(eq=False)
class Container:
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]
    """What the process prints goes there, and is read once, also where the function removes the file."""
    stream: str
    """Name of its CloudWatch log stream."""
    owner: str = ""
    """ARN of its function, once it is idle."""
    _read: int = 0

    @classmethod
    def start(cls, *, asset: Path, handler: str, environment: Mapping[str, str], logs: Path) -> "Container":
        logs.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        site_packages = Path(boto3.__file__).parent.parent
        log = (logs / f"{name}.log").open("a+b", buffering=0)
        try:
            process = subprocess.Popen(
                # -S: no site-packages; -P and -E: nothing from the current folder or the environment
                [
                    sys.executable,
                    "-S",
                    "-P",
                    "-E",
                    "-B",
                    str(WORKER),
                    str(asset),
                    handler,
                    str(site_packages),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**RUNTIME_VARIABLES, **environment},
                cwd=asset,
                start_new_session=True,  # ctrl-C in a terminal is for the server to handle
            )
        except BaseException:
            log.close()
            raise
        return cls(process, log, environment.get("AWS_LAMBDA_LOG_STREAM_NAME", name))

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def call(self, request: Mapping[str, Any], *, timeout: float) -> Reply:
        """Sends one request and returns the reply.

        The time runs from now on, also while the module is still being imported. Raises TimedOutError after
        `timeout` seconds, and DiedError if the process ends first, replies more than Lambda takes, or what
        is no reply: the function may write to every descriptor of its process.
        """
        deadline = time.monotonic() + timeout
        try:
            self._send(json.dumps({**request, "deadline": deadline}).encode() + b"\n", deadline)
            line = self._receive(deadline)
        except BlockingIOError:
            self.stop()
            raise TimedOutError from None
        except OSError as error:
            self.stop()
            raise DiedError("the process ended before the invocation") from error
        if not line.endswith(b"\n"):
            self.stop()
            if len(line) > RESPONSE_BYTES:
                raise DiedError(f"Response payload size exceeded maximum of {RESPONSE_BYTES} bytes")
            raise DiedError(f"Runtime exited with error: exit status {self.process.wait()}")
        reply = reply_in(line, request["request_id"])
        if reply is None:
            self.stop()
            raise DiedError("Runtime exited with error: what it answered is no answer")
        return reply

    def _send(self, data: bytes, deadline: float) -> None:
        """Raises BlockingIOError when time is up: a pipe that nobody reads is soon full."""
        pipe = _descriptor(self.process.stdin)
        while data:
            _, ready, _ = select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BlockingIOError
            data = data[os.write(pipe, data[: select.PIPE_BUF]) :]

    def _receive(self, deadline: float) -> bytes:
        """A line, or what there was of it when the process ended or wrote too much."""
        pipe, line = _descriptor(self.process.stdout), bytearray()
        while not line.endswith(b"\n") and len(line) <= 2 * RESPONSE_BYTES:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BlockingIOError
            part = os.read(pipe, 65536)
            if not part:
                break
            line += part
        return bytes(line)

    def read_log(self) -> str:
        """What the function wrote since the last call; where it is more than is kept, start and end of it."""
        handle = self.log.fileno()
        end = os.fstat(handle).st_size
        start = min(self._read, end)  # a function may have made it shorter
        left_out = end - start - LOG_BYTES
        if left_out <= 0:
            self._read = end
            return os.pread(handle, end - start, start).decode(errors="replace")
        half = LOG_BYTES // 2
        first, last = (os.pread(handle, half, at).decode(errors="replace") for at in (start, end - half))
        os.ftruncate(handle, 0)  # the process appends, so it goes on at the start
        self._read = 0
        note = f"[meshwright] {left_out:,} bytes of this invocation are left out: {LOG_BYTES:,} are kept"
        return f"{first}\n{note}\n{last}"

    def stop(self) -> None:
        """Ends the process, with all that it started."""
        with contextlib.suppress(
            ProcessLookupError, PermissionError
        ):  # the latter on macOS, of one that has ended
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None or pipe.closed:
        raise OSError("the process has no pipes")
    return pipe.fileno()


def reply_in(line: bytes, request_id: str) -> Reply | None:
    """What a worker's line says about the request; None if no worker of ours wrote it, or about another."""
    try:
        found = json.loads(line)
        result, error = found["result"], found["error"]
        ours = found["request_id"] == request_id
        if error is None:
            json.loads(result.encode())
            return Reply(result, None) if ours else None
        texts = isinstance(error["errorType"], str) and isinstance(error["errorMessage"], str)
        return Reply("null", error) if ours and texts else None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None
