"""The state of a project's embedded AWS as files: whose it is, saving it under a name, going back to one.

A state holds functions, and deployments under way that run them. So one is only gone on from if this user
wrote it on this machine, and not if it came with a repository: each has an identifier that only this user's
own list of them has too.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshwright.errors import UserError
from meshwright.local.persistence.store import FILE, GO_ON, UnreadableError, copy, private_file
from meshwright.local.private import PrivateFolder
from meshwright.local.record import LOCK

STATE, SAVES = "state", "saves"
OWNER = "owner"
"""In the folder of a state: its identifier."""


def own(folder: PrivateFolder) -> None:
    """Makes the folder of the state, or raises UserError if what is there is not this user's."""
    state = _subfolder(folder, STATE)
    if os.path.lexists(state.path / FILE):
        if not (state.path / FILE).is_file() or (state.path / FILE).is_symlink():
            raise UserError(f"{state.path / FILE} is no plain file, and so no state. {GO_ON}.")
        if not _ours(state):
            raise UserError(
                f"{state.path}: you did not write this state on this machine; it may have come with the "
                "repository, and can run programs. To go on without it: meshwright local reset"
            )
        return
    state.make()
    _sign(state)


def kept(folder: PrivateFolder) -> bool:
    """Whether there is a state to go on from."""
    return not folder.problem() and (folder.path / STATE / FILE).is_file()


def save(folder: PrivateFolder, name: str, *, replace: bool) -> Path:
    """Copies the state as it is, also while the server works on it; where the copy is.

    Raises UserError if there is none, or one of that name is there and `replace` is False.
    """
    if not kept(folder):
        raise UserError("There is no state to save. Start the embedded AWS first: meshwright local up")
    saves = _subfolder(folder, SAVES)
    saves.make()
    target = saves.path / name
    if target.exists() and not replace:
        raise UserError(
            f"There is a state `{name}` already. Replace it with --replace, or choose another name."
        )
    with _aside(target) as fresh:
        copied = PrivateFolder(fresh)
        copied.make()
        try:
            copy(folder.path / STATE / FILE, fresh / FILE, running=folder.held(LOCK))
        except UnreadableError as error:
            raise UserError(
                f"{folder.path / STATE / FILE}: the state can't be saved: {error}. {error.way}."
            ) from error
        _sign(copied)
    return target


def check(folder: PrivateFolder, name: str, *, trust: bool) -> None:
    """Raises UserError if no state of that name was saved, or it is another user's and `trust` is False."""
    source = PrivateFolder(_subfolder(folder, SAVES).path / name)
    if source.problem() or not (source.path / FILE).is_file():
        there = ", ".join(names(folder)) or "none"
        raise UserError(
            f"There is no saved state `{name}`; there is {there}. Save one: meshwright local save NAME"
        )
    if not trust and not _ours(source):
        raise UserError(
            f"{source.path}: you did not write this state on this machine, and a state can run programs. If "
            "you trust whoever wrote it, add --trust."
        )


def load(folder: PrivateFolder, name: str) -> tuple[Path, Path]:
    """Puts a saved state in the place of the one that is there; the file of it, and where that one is now."""
    source = _subfolder(folder, SAVES).path / name
    state, before = folder.path / STATE, folder.path / "state.before"
    _remove(before)
    with _aside(folder.path / "state.next") as fresh:
        PrivateFolder(fresh).make()
        private_file(fresh / FILE)
        shutil.copyfile(source / FILE, fresh / FILE)
        _sign(PrivateFolder(fresh))
    if state.exists() or state.is_symlink():
        os.rename(state, before)
    os.rename(folder.path / "state.next", state)
    return source / FILE, before


def go_back(folder: PrivateFolder, before: Path) -> None:
    """Undoes `load`."""
    _remove(folder.path / STATE)
    if before.exists():
        os.rename(before, folder.path / STATE)


def reset(folder: PrivateFolder) -> bool:
    """Forgets the state; False if there was none."""
    state = folder.path / STATE
    if folder.problem() or not (state.exists() or state.is_symlink()):
        return False
    gone = folder.path / f"state.gone-{os.getpid()}"
    os.rename(state, gone)
    _remove(gone)
    return True


def names(folder: PrivateFolder) -> list[str]:
    """Of the states that were saved."""
    saves = folder.path / SAVES
    if folder.problem() or not saves.is_dir() or saves.is_symlink():
        return []
    return sorted(each.name for each in saves.iterdir() if (each / FILE).is_file())


def _subfolder(folder: PrivateFolder, name: str) -> PrivateFolder:
    found = PrivateFolder(folder.path / name)
    if problem := folder.problem() or found.problem():
        raise UserError(problem)
    return found


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A path to make a folder at, which takes the place of `target` once it is whole."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    _remove(fresh)
    try:
        yield fresh
        _remove(target)
        os.rename(fresh, target)
    except BaseException:
        _remove(fresh)
        raise


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _ours(state: PrivateFolder) -> bool:
    identifier = (state.read(OWNER) or b"").decode(errors="replace").strip()
    return bool(identifier) and identifier in _known()


def _sign(state: PrivateFolder) -> None:
    """Gives a state an identifier, and notes it in this user's list.

    Where that list can't be written, the state is used, and not gone on from by the next server.
    """
    identifier = secrets.token_hex(16)
    state.write(OWNER, identifier.encode())
    try:
        _list().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(_list(), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(handle, "w") as file:
            file.write(f"{identifier} {state.path}\n")
    except OSError:
        return


def _known() -> set[str]:
    try:
        return {line.split(" ", 1)[0] for line in _list().read_text().splitlines()}
    except OSError:
        return set()


def _list() -> Path:
    """https://specifications.freedesktop.org/basedir-spec/latest/"""
    given = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
    return folder / "meshwright" / "states"
