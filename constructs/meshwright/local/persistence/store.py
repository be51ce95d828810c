"""The file that holds the state of an embedded AWS: `.meshwright/state/state.sqlite`.

It is a SQLite database in WAL mode (https://sqlite.org/wal.html): the database is the snapshot, the log
beside it the journal, and each operation one transaction. So a process that is killed loses at most the
operation under way, and none is ever half there. Once in FLUSH_SECONDS the journal is forced to the disk; a
machine that loses power loses no more than that, and what is left is what was there at one moment.

Where the file can't be written any more, since the disk is full or broken, what is in memory is ahead of it;
so the process ends then, before it has answered, and the next one goes on from the file.

    about    name, value     FORMAT, and the versions that wrote it
    piece    name, value     one part of the state, in the form of `codec`
    content  digest, value   the bytes of an object in a bucket, by their SHA-256
"""

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

FILE = "state.sqlite"
FORMAT = "2"
APPLICATION = 0x6D657368
"""Of SQLite's `application_id`: "mesh"."""
FLUSH_SECONDS = 0.2
SCHEMA = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE piece (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE content (digest TEXT PRIMARY KEY, value BLOB NOT NULL)",
)


class UnreadableError(Exception):
    """A state that can't be gone on from; the message says why."""


class Store:
    """The open file. Every method may be called by any thread."""

    def __init__(
        self, path: Path, *, about: Mapping[str, str], unwritable: Callable[[Exception], None]
    ) -> None:
        """Opens the file, or makes it. Raises UnreadableError if it is damaged, or of another version.

        `unwritable` is called with the error once something can't be written, and should end the process.
        """
        self._path, self._unwritable = path, unwritable
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._closed = False
        wanted = {"format": FORMAT, **about}
        try:
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            run = self._database.execute
            run("PRAGMA journal_mode = WAL")
            run("PRAGMA synchronous = NORMAL")  # `_flush` does what FULL would do at each transaction
            run("PRAGMA trusted_schema = OFF")
            if run("PRAGMA schema_version").fetchone()[0] == 0:
                run("BEGIN IMMEDIATE")
                for statement in (*SCHEMA, f"PRAGMA application_id = {APPLICATION}"):
                    run(statement)
                self._database.executemany("INSERT INTO about VALUES (?, ?)", wanted.items())
                run("COMMIT")
            if run("PRAGMA application_id").fetchone()[0] != APPLICATION:
                raise UnreadableError("it is no state of an embedded AWS")
            found = dict(run("SELECT name, value FROM about"))
            if run("PRAGMA quick_check").fetchone()[0] != "ok":
                raise UnreadableError("it is damaged")
        except sqlite3.Error as error:
            raise UnreadableError(_why(error)) from error
        for name, value in wanted.items():
            if found.get(name) != value:
                raise UnreadableError(
                    f"it was written with {name} {found.get(name, '(none)')}, this is {value}"
                )
        threading.Thread(target=self._flush, name="state", daemon=True).start()

    def commit(
        self,
        pieces: Iterable[tuple[str, bytes | None]],
        *,
        contents: Iterable[tuple[str, bytes]] = (),
        forgotten: Iterable[str] = (),
    ) -> None:
        """Writes all of it or nothing: pieces (None deletes one), new contents, and contents to delete."""
        with self._lock:
            if self._closed:
                return
            run = self._database.execute
            try:
                run("BEGIN IMMEDIATE")
                for digest, value in contents:
                    run("INSERT OR IGNORE INTO content VALUES (?, ?)", (digest, value))
                for name, piece in pieces:
                    if piece is None:
                        run("DELETE FROM piece WHERE name = ?", (name,))
                    else:
                        run(
                            "INSERT INTO piece VALUES (?, ?) "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                            (name, piece),
                        )
                for digest in forgotten:
                    run("DELETE FROM content WHERE digest = ?", (digest,))
                run("COMMIT")
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    run("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    self._unwritable(error)
                raise
        self._wanted.set()

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """All of them, in the order in which they were first written."""
        with self._lock:
            yield from self._database.execute("SELECT name, value FROM piece ORDER BY rowid").fetchall()

    def content(self, digest: str) -> bytes:
        """Raises LookupError if there is none."""
        with self._lock:
            found = self._database.execute("SELECT value FROM content WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            raise LookupError(digest)
        value: bytes = found[0]
        return value

    def digests(self) -> set[str]:
        with self._lock:
            return {digest for (digest,) in self._database.execute("SELECT digest FROM content")}

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._wanted.set()
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.close()

    def _flush(self) -> None:
        journal = Path(f"{self._path}-wal")
        while not self._closed:
            self._wanted.wait()
            self._wanted.clear()
            try:
                sync(journal)
            except FileNotFoundError:
                pass
            except OSError as error:
                self._unwritable(error)
            threading.Event().wait(FLUSH_SECONDS)


def _why(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "there is no space left on its disk"
    return f"it is damaged ({error})"


def copy(source: Path, target: Path) -> None:
    """Writes a state as it is now into a new file, also while a server works on it."""
    with contextlib.closing(sqlite3.connect(source, isolation_level=None)) as database:
        database.execute("VACUUM INTO ?", (str(target),))
    sync(target)


def sync(path: Path) -> None:
    """Forces a file to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
