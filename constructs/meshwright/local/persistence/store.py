"""The file that holds the state of an embedded AWS: `.meshwright/state/state.sqlite`.

It is a SQLite database in WAL mode (https://sqlite.org/wal.html): the database is the snapshot, the log
beside it the journal, and each operation one transaction. So a process that is killed loses at most the
operation under way, and none is ever half there. Once in FLUSH_SECONDS the journal is forced to the disk; a
machine that loses power loses no more than that, and what is left is what was there at one moment.

Where the file can't be written any more, since the disk is full or broken, what is in memory is ahead of it;
so the process ends then, before it has answered, and the next one goes on from the file.

    about    name, value     FORMAT, the versions that wrote it, whether it is open, and a sum over all pieces
    piece    name, value     one part of the state, in the form of `codec`
    content  digest, value   the bytes of an object in a bucket, by their SHA-256

SQLite sees damage to its own structure alone. So that nothing of a state is missing, changed or in another's
place unseen, the sum covers the name and the checksum of each piece, and each content is looked at whole.
"""

import contextlib
import errno
import hashlib
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from meshwright.local.persistence.codec import CHECKSUM
from meshwright.local.persistence.contents import Check
from meshwright.texts import said

FILE, JOURNAL = "state.sqlite", "-wal"
FORMAT = "3"
APPLICATION = 0x6D657368
"""Of SQLite's `application_id`: "mesh"."""
FLUSH_SECONDS = 0.2
SCHEMA = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE piece (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE content (digest TEXT PRIMARY KEY, value BLOB NOT NULL)",
)


SUM, OPEN = "sum", "open"
"""Of `about`: what `_Sum` says, and whether a process has opened the file and not closed it."""
MOST_OF_A_VERSION = 60
GO_ON = "To go on without it: meshwright local reset; to one that was saved: meshwright local load NAME"
ALLOW = f"See to it that it can be, and try again. {GO_ON}"


class UnreadableError(Exception):
    """A state that can't be gone on from; the message says why, and `way` what can be done."""

    def __init__(self, why: str, *, way: str = GO_ON) -> None:
        super().__init__(why)
        self.way = way


class _Sum:
    """A sum over all pieces, which changes whenever one is missing, more, renamed or another one."""

    def __init__(self, pieces: Iterable[tuple[str, bytes]] = ()) -> None:
        self._parts = {name: _part(name, value) for name, value in pieces}
        self._sum = sum(self._parts.values())

    def __str__(self) -> str:
        return _written(len(self._parts), self._sum)

    def after(self, pieces: Mapping[str, bytes | None]) -> tuple[str, Callable[[], None]]:
        """How it is written once these are changed (None removes one), and what changes it then."""
        new = {name: _part(name, value) for name, value in pieces.items() if value is not None}
        old = {name: self._parts[name] for name in pieces if name in self._parts}
        total = self._sum + sum(new.values()) - sum(old.values())

        def change() -> None:
            for name in old:
                del self._parts[name]
            self._parts |= new
            self._sum = total

        return _written(len(self._parts) + len(new) - len(old), total), change


def _written(count: int, total: int) -> str:
    return f"{count} {total % (1 << 64):016x}"


def _part(name: str, value: bytes) -> int:
    """Of a piece: of its name and the checksum that it begins with."""
    return int.from_bytes(blake2b(name.encode() + b"\0" + value[:CHECKSUM], digest_size=8).digest())


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
        with _errors():
            _make_or_check(path, {"format": FORMAT, **about})
            self._database = _connected(path)
            run = self._database.execute
            run("PRAGMA journal_mode = WAL")
            run("PRAGMA synchronous = NORMAL")  # `_flush` does what FULL would do at each transaction
            self._check({"format": FORMAT, **about})
            found = list(self.pieces())
            if not all(isinstance(name, str) and isinstance(value, bytes) for name, value in found):
                raise UnreadableError("it is damaged: a part of it is not of the kind that was written")
            self._sum = _Sum(found)
            if str(self._sum) != self._about()[SUM]:
                raise UnreadableError("it is damaged: parts of it are missing, or are not what was written")
            self._contents = Check(path, self._database)
        threading.Thread(target=self._flush, name="state", daemon=True).start()

    def _about(self) -> dict[str, str]:
        return dict(self._database.execute("SELECT name, value FROM about"))

    def _check(self, wanted: Mapping[str, str]) -> None:
        """Raises UnreadableError unless it is a whole state that these versions wrote."""
        run = self._database.execute
        if run("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise UnreadableError("it is no state of an embedded AWS")
        if run("PRAGMA quick_check").fetchone()[0] != "ok":
            raise UnreadableError("it is damaged")
        made = {sql for (sql,) in run("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        found = self._about() if SCHEMA[0] in made else {}
        for name, value in wanted.items():
            if found.get(name) != value:
                given = said(str(found.get(name, "(none)")), MOST_OF_A_VERSION)
                raise UnreadableError(f"it was written with {name} {given}, this is {value}")
        if made != set(SCHEMA) or not {SUM, OPEN} <= found.keys():
            raise UnreadableError("it is damaged: its tables are not those of a state")

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
            run, changes = self._database.execute, dict(pieces)
            total, change_sum = self._sum.after(changes)
            try:
                run("BEGIN IMMEDIATE")
                for digest, value in contents:
                    run("INSERT OR IGNORE INTO content VALUES (?, ?)", (digest, value))
                for name, piece in changes.items():
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
                if changes:
                    run("UPDATE about SET value = ? WHERE name = ?", (total, SUM))
                run("COMMIT")
                change_sum()
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

    def go_on(self) -> None:
        """To be called once what it holds was read: until then the file stays as it is.

        Waits until all contents were looked at. Raises UnreadableError if one is not what was written.
        """
        with self._lock, _errors():
            if not self._contents.passed():
                raise UnreadableError("it is damaged: the content of an object in a bucket is another one")
            self._database.execute("UPDATE about SET value = 'yes' WHERE name = ?", (OPEN,))
            self._database.execute("PRAGMA wal_checkpoint")  # so that a journal that is lost then is missed

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._wanted.set()
            self._database.execute("PRAGMA synchronous = FULL")
            with contextlib.suppress(sqlite3.Error):  # on a full disk; it is whole without
                self._database.execute("UPDATE about SET value = 'no' WHERE name = ?", (OPEN,))
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


def _make_or_check(path: Path, about: Mapping[str, str]) -> None:
    """Makes the file, its owner's alone, at once with all its tables: an empty one is none of ours."""
    journal = Path(f"{path}{JOURNAL}")
    try:
        found = path.lstat()
    except FileNotFoundError:
        if journal.exists():
            raise UnreadableError(f"it is gone, and its journal, {journal.name}, is there") from None
        fresh = path.with_name(f"{path.name}.new")
        private_file(fresh)
        with contextlib.closing(_connected(fresh)) as database:
            for statement in ("BEGIN", *SCHEMA, f"PRAGMA application_id = {APPLICATION}"):
                database.execute(statement)
            rows = {**about, SUM: str(_Sum()), OPEN: "no"}
            database.executemany("INSERT INTO about VALUES (?, ?)", rows.items())
            database.execute("COMMIT")
        os.rename(fresh, path)
        return
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("it is no plain file")
    if not found.st_size:
        raise UnreadableError("it is empty")
    for file in (path, journal, Path(f"{path}-shm")):  # those of before may be readable for others
        with contextlib.suppress(FileNotFoundError):
            file.chmod(0o600)
    if not journal.exists() and _left_open(path):
        raise UnreadableError(f"its journal, {journal.name}, is gone")


def _left_open(path: Path) -> bool:
    """Whether the file alone says that no process closed it. To be asked before anything makes a journal."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
            found = database.execute("SELECT value FROM about WHERE name = ?", (OPEN,)).fetchone()
    except sqlite3.Error:
        return False  # what is wrong with it is said when it is opened
    return found is not None and found[0] != "no"


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA trusted_schema = OFF")
    return database


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Raises what SQLite and the disk say as UnreadableError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unreadable(error) from error
    except (OverflowError, TypeError, ValueError) as error:  # texts that are none, say
        raise UnreadableError(f"it is damaged ({said(str(error))})") from error


def unreadable(error: sqlite3.Error | OSError) -> UnreadableError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or code == sqlite3.SQLITE_FULL:
        return UnreadableError("there is no space left on its disk", way="Free some, and try again")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return UnreadableError("another program has it open", way="End that program, and try again")
    if isinstance(error, OSError):
        return UnreadableError(f"it can't be read and written ({error.strerror})", way=ALLOW)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY):
        return UnreadableError(f"it can't be read and written ({error})", way=ALLOW)
    return UnreadableError(f"it is damaged ({said(str(error))})")


def private_file(path: Path) -> None:
    """Makes an empty file that its owner alone may read, in the place of whatever file was there."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def copy(source: Path, target: Path, *, running: bool) -> None:
    """Writes a state as it is now into a new file, also while a server works on it.

    Where none is `running`, the journal that a killed one left is taken into the file, and goes. Raises
    UnreadableError.
    """
    with _errors():
        private_file(target)
        with contextlib.closing(_connected(source)) as database:
            database.execute("VACUUM INTO ?", (str(target),))
            if not running:
                database.execute("UPDATE about SET value = 'no' WHERE name = ?", (OPEN,))
        with contextlib.closing(_connected(target)) as database:
            database.execute("UPDATE about SET value = 'no' WHERE name = ?", (OPEN,))
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
