"""One warm process of a function, and the line protocol with it."""

import contextlib
import json
import select
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

WORKER = Path(__file__).with_name("worker.py")


class TimedOutError(Exception):
    """The function took longer than its timeout; its process was ended."""


class DiedError(Exception):
    """The process ended during the invocation."""


@dataclass
class Container:
    process: "subprocess.Popen[str]"
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
                env=dict(environment),
                cwd=asset,
                text=True,
                start_new_session=True,  # ctrl-C in a terminal is for the server to handle
            )
        return cls(process, log, environment.get("AWS_LAMBDA_LOG_STREAM_NAME", log.stem))

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def call(self, request: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Sends one request and returns the reply.

        Raises TimedOutError after `timeout` seconds, and DiedError if the process ends first.
        """
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise DiedError("the process has no pipes")
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
        except OSError as error:
            raise DiedError("the process ended before the invocation") from error
        ready, _, _ = select.select([stdout], [], [], timeout)
        if not ready:
            self.stop()
            raise TimedOutError
        line = stdout.readline()
        if not line:
            raise DiedError(f"Runtime exited with error: exit status {self.process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def read_log(self) -> str:
        """What the function wrote since the last call."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        return text.decode(errors="replace")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
