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
    """The process ended during the invocation."""


@dataclass(eq=False)
class Container:
    process: "subprocess.Popen[bytes]"
    log: Path
    stream: str
    """Name of its CloudWatch log stream."""
    owner: str = ""
    """ARN of its function, once it is idle."""
    _read: int = 0

    @classmethod
    def start(cls, *, asset: Path, handler: str, environment: Mapping[str, str], logs: Path) -> "Container":
        logs.mkdir(parents=True, exist_ok=True)
        log = logs / f"{uuid.uuid4().hex}.log"
        site_packages = Path(boto3.__file__).parent.parent
        with log.open("wb") as sink:
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
                stderr=sink,
                env={**RUNTIME_VARIABLES, **environment},
                cwd=asset,
                start_new_session=True,  # ctrl-C in a terminal is for the server to handle
            )
        return cls(process, log, environment.get("AWS_LAMBDA_LOG_STREAM_NAME", log.stem))

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def call(self, request: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Sends one request and returns the reply.

        The time runs from now on, also while the module is still being imported. Raises TimedOutError after
        `timeout` seconds, and DiedError if the process ends first or replies more than Lambda takes.
        """
        deadline = time.monotonic() + timeout
        try:
            self._send(json.dumps({**request, "deadline": deadline}).encode() + b"\n", deadline)
            line = self._receive(deadline)
        except BlockingIOError:
            self.stop()
            raise TimedOutError from None
        except OSError as error:
            raise DiedError("the process ended before the invocation") from error
        if not line.endswith(b"\n"):
            self.stop()
            if len(line) > RESPONSE_BYTES:
                raise DiedError(f"Response payload size exceeded maximum of {RESPONSE_BYTES} bytes")
            raise DiedError(f"Runtime exited with error: exit status {self.process.wait()}")
        reply: dict[str, Any] = json.loads(line)
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
        """What the function wrote since the last call."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        return text.decode(errors="replace")

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
