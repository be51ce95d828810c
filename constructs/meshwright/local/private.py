"""The folder `.meshwright` of a project: only its owner's, and no link in it is ever followed.

A repository may bring such a folder along, with links to files of whoever works in it.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from meshwright.errors import UserError

NAME = ".meshwright"


@dataclass(frozen=True)
class PrivateFolder:
    path: Path

    @classmethod
    def of(cls, root: Path) -> "PrivateFolder":
        return cls(root.resolve() / NAME)

    def make(self) -> None:
        """Raises UserError if it can't be made, is a link, or is another user's."""
        if problem := self.problem():
            raise UserError(problem)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)  # it may be of before, or of a repository
            probe = self.path / f".{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise UserError(
                f"{self.path}: the embedded AWS keeps its state and log there, and can't write them: "
                f"{error.strerror}. {_way(error)}, or name another folder with --root DIR."
            ) from error

    def problem(self) -> str | None:
        """Why what is in the folder is not to be believed."""
        try:
            found = self.path.lstat()
        except OSError:
            return None
        if stat.S_ISLNK(found.st_mode):
            return f"{self.path} is a link, and the embedded AWS follows none. Remove it, and try again."
        if not stat.S_ISDIR(found.st_mode):
            return f"{self.path} is no folder, and the embedded AWS keeps its state and log there. Remove it."
        if found.st_uid != os.getuid():
            return f"{self.path} belongs to another user. Remove it, or work in a folder of your own."
        return None

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none, or what is there is no plain file of this user."""
        if self.problem():
            return None
        try:
            handle = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        with open(handle, "rb") as file:
            found = os.fstat(file.fileno())
            plain = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
            return file.read() if plain else None

    def write(self, name: str, content: bytes) -> None:
        """Puts a file in the place of whatever was there, at once."""
        aside = self.path / f"{name}.{os.getpid()}"
        with open(self.create(aside.name), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, self.path / name)

    def create(self, name: str) -> int:
        """A descriptor of a new and empty file, in the place of whatever was there."""
        try:
            os.unlink(self.path / name)
        except FileNotFoundError:
            pass
        except OSError as error:  # a folder is no file to unlink, in Linux or in POSIX's words
            if error.errno not in (errno.EISDIR, errno.EPERM):
                raise
            raise UserError(f"{self.path / name} is no plain file. Remove it.") from error
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self.path / name, flags, 0o600)

    def remove(self, name: str) -> None:
        if not self.problem():
            (self.path / name).unlink(missing_ok=True)

    def held(self, name: str) -> bool:
        """Whether a living process holds the lock of that name."""
        handle = self._lock_file(name, create=False)
        if handle is None:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def hold(self, name: str) -> int | None:
        """Takes a lock until the process ends or closes the descriptor; None if another process has it."""
        handle = self._lock_file(name, create=True)
        if handle is None:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    @contextlib.contextmanager
    def alone(self, name: str, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Waits until no other process is in here; if one is, says so by `waiting` first."""
        handle = self._lock_file(name, create=True)
        if handle is None:
            raise UserError(f"{self.path / name} is no plain file. Remove it.")
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _lock_file(self, name: str, *, create: bool) -> int | None:
        if self.problem():
            return None
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_CREAT if create else 0)
        try:
            return os.open(self.path / name, flags, 0o600)
        except OSError:
            return None


def _way(error: OSError) -> str:
    """What to do where something can't be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space"
    return "Make the folder writable"
