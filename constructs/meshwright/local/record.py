"""What is written down of a running embedded AWS, by which commands find it."""

import json
import math
import os
from dataclasses import asdict, dataclass

from meshwright.local.private import PrivateFolder

FILE = "embedded-aws.json"
LOCK = "embedded-aws.lock"
"""Held by the server for as long as it lives, whatever becomes of its process id."""
PORT_FILE = "embedded-aws.port"
"""The port of the last server, so that the next one is found where it was."""


@dataclass(frozen=True)
class Record:
    port: int
    pid: int
    started: float
    """Of the process, in seconds since the epoch, as the system tells it."""
    wanted_port: int
    """The port that was asked for; differs from `port` if it was taken. 0: none in particular."""
    token: str
    """By which the server and the commands know each other. A secret."""

    def write(self, folder: PrivateFolder) -> None:
        folder.write(FILE, json.dumps(asdict(self)).encode())
        folder.write(PORT_FILE, str(self.port).encode())

    @property
    def describes_a_server(self) -> bool:
        """Whether the process is alive, the same that wrote the record, and an embedded AWS."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1 and process.uids().real == os.getuid()
            return same and "meshwright.local.server" in process.cmdline()
        except psutil.Error:
            return False


def started(pid: int) -> float:
    """When a living process was started, in seconds since the epoch."""
    import psutil

    return float(psutil.Process(pid).create_time())


def record_in(text: bytes) -> Record | None:
    """The record that a file holds; None if no server of ours wrote it."""
    try:
        found = Record(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    numbers = (found.port, found.pid, found.wanted_port)
    if not all(type(number) is int for number in numbers) or not isinstance(found.started, int | float):
        return None
    fits = 0 < found.port < 65536 and 1 < found.pid < 1 << 31 and math.isfinite(found.started)
    return found if fits and isinstance(found.token, str) and found.token.isascii() else None


def last_port(folder: PrivateFolder) -> int:
    """The port of the last server; 0 if there was none."""
    text = (folder.read(PORT_FILE) or b"").strip()
    return int(text) if text.isdigit() and len(text) <= 5 and 1024 <= int(text) < 65536 else 0
