"""Writing files: all of them or none, never over another one by accident, never through a link."""

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from meshwright.errors import UserError

NO_HARD_LINKS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""What file systems without hard links answer (https://man7.org/linux/man-pages/man2/link.2.html)."""
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY
_Undo = list[Callable[[], None]]


class ExistsError(UserError):
    """Something is in the place of a new file."""


def create(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write new files, each by its path below `folder`, which is made when it is missing.

    They are written aside and then moved, so a failure or Ctrl-C leaves none of them. A folder that is not
    there yet arrives in one step; into one that is, file follows file, and a kill in between leaves some.

    Raises ExistsError when one is there, and UserError when a folder below `folder` is a link, or when the
    system refuses.
    """
    base = folder
    while not os.path.lexists(base):
        base = base.parent
    missing = folder.relative_to(base)
    if ".." in missing.parts:
        raise UserError(f"{folder}: there is no {base / missing.parts[0]}. Write the path without `..`.")
    with _refusals_of_the_system(folder):
        stage = Path(tempfile.mkdtemp(dir=base, prefix=".meshwright-"))
        try:
            for name, content in contents.items():
                file = stage / missing / name
                file.parent.mkdir(parents=True, exist_ok=True)
                _write(os.open(file, _NEW, 0o666), content)
            _move(stage, base)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def replace(folder: Path, name: str, content: str) -> None:
    """Put `content` in the place of what the file `name` below `folder` holds, in one step; its mode stays.

    Raises UserError when it, or a folder below `folder` on the way to it, is a link.
    """
    file = folder / name
    with _refusals_of_the_system(file), ExitStack() as handles:
        parent = _opened(folder, handles)
        for place in reversed(Path(name).parents[:-1]):
            parent = _inner(folder / place, parent, handles)
        mode = os.lstat(file.name, dir_fd=parent).st_mode
        if stat.S_ISLNK(mode):
            raise _is_link(file)
        aside = f".{file.name}.{secrets.token_hex(8)}"
        try:
            handle = os.open(aside, _NEW, 0o600, dir_fd=parent)
            os.fchmod(handle, stat.S_IMODE(mode))
            _write(handle, content)
            os.replace(aside, file.name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(aside, dir_fd=parent)
            raise


def refuse_link(folder: Path) -> None:
    """Raises UserError when `folder` is a link, also one to nothing."""
    if folder.is_symlink():
        raise _is_link(folder)


def _is_link(path: Path) -> UserError:
    return UserError(f"{path} is a link; nothing is written through links. Replace it by what it leads to.")


@contextmanager
def _refusals_of_the_system(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):  # it has appeared since we looked
            raise ExistsError(f"{path} exists already, and is left as it is.") from None
        raise UserError(f"{path} can't be written: {error.strerror}.") from None


def _write(handle: int, content: str | bytes) -> None:
    with open(handle, "wb") as opened:
        opened.write(content.encode() if isinstance(content, str) else content)
        opened.flush()
        os.fsync(handle)


def _move(stage: Path, base: Path) -> None:
    """Move what is in the folder `stage` into the folder `base`, or nothing of it."""
    undo: _Undo = []
    with ExitStack() as handles:
        try:
            _merge(_opened(stage, handles), _opened(base, handles), base, handles, undo)
        except BaseException:
            for back in reversed(undo):
                with suppress(OSError):
                    back()
            raise


def _merge(source: int, target: int, place: Path, handles: ExitStack, undo: _Undo) -> None:
    """Move what is in the folder `source` to the folder `target`, which lies at `place`."""
    for name in sorted(os.listdir(source)):
        is_folder = stat.S_ISDIR(_mode(name, source) or 0)
        if _mode(name, target) is None:
            (_move_folder if is_folder else _move_file)(name, source, target, undo)
        elif is_folder:
            inner = _inner(place / name, target, handles)
            _merge(_inner(Path(name), source, handles), inner, place / name, handles, undo)
        else:
            raise ExistsError(f"{place / name} exists already, and is left as it is. Choose another name.")


def _move_folder(name: str, source: int, target: int, undo: _Undo) -> None:
    os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    undo.append(lambda: os.rename(name, name, src_dir_fd=target, dst_dir_fd=source))


def _move_file(name: str, source: int, target: int, undo: _Undo) -> None:
    """A hard link, unlike a rename, fails where a file has appeared meanwhile."""
    try:
        os.link(name, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    undo.append(lambda: os.unlink(name, dir_fd=target))


def _opened(folder: Path, handles: ExitStack) -> int:
    handle = os.open(folder, _FOLDER)
    handles.callback(os.close, handle)
    return handle


def _inner(folder: Path, parent: int, handles: ExitStack) -> int:
    """A handle of a folder that `parent` has, which must be no link."""
    if stat.S_ISLNK(_mode(folder.name, parent) or 0):
        raise _is_link(folder)
    handle = os.open(folder.name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    handles.callback(os.close, handle)
    return handle


def _mode(name: str, folder: int) -> int | None:
    """The mode of what `folder` has by this name; None when it has nothing."""
    try:
        return os.lstat(name, dir_fd=folder).st_mode
    except FileNotFoundError:
        return None
