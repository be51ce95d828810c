"""Whether the contents in a state are what their names say: each is named by its SHA-256.

Run as a program where there are many, so that they are looked at while the rest of the state is read.
"""

import contextlib
import hashlib
import sqlite3
import subprocess
import sys
from pathlib import Path

MANY_BYTES = 50_000_000
"""From here on looking at them takes longer than starting a process."""


def whole(database: sqlite3.Connection) -> bool:
    """Raises sqlite3.Error where they can't be read."""
    return all(
        isinstance(value, bytes) and hashlib.sha256(value).hexdigest() == digest
        for digest, value in database.execute("SELECT digest, value FROM content")
    )


class Check:
    """Looks at the contents of a file that is open, by a process of its own where they are many."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._database = database
        (size,) = database.execute("SELECT total(length(value)) FROM content").fetchone()
        command = [sys.executable, "-P", "-m", __spec__.name, str(path)]
        self._process = subprocess.Popen(command) if size > MANY_BYTES else None

    def passed(self) -> bool:
        """Waits for the result."""
        return whole(self._database) if self._process is None else self._process.wait() == 0


def main(path: str) -> int:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        return 0 if whole(database) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
