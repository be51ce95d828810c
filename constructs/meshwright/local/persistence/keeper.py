"""Keeps what the embedded AWS remembers, operation by operation."""

import contextlib
import gc
import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from meshwright.local.operations import Operation
from meshwright.local.persistence.backends import BACKEND, OBJECT, Backends
from meshwright.local.persistence.codec import DamagedError, decode, encode
from meshwright.local.persistence.entries import Entries
from meshwright.local.persistence.store import Store, UnreadableError

log = logging.getLogger(__name__)
Pieces = dict[str, bytes | None]


class Keeper:
    """Besides moto's backends, each thing has a name, with a slash at its end, below which its pieces are."""

    def __init__(
        self, path: Path, *, about: Mapping[str, str], unwritable: Callable[[Exception], None]
    ) -> None:
        """As `Store`."""
        self.store = Store(path, about=about, unwritable=unwritable)
        self.backends = Backends(self.store)
        self._entries: dict[str, Entries[Any, Any]] = {}
        self._lock = threading.Lock()
        found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for name, data in self.store.pieces():
            found[name.split("/", 1)[0] + "/"].append((name, data))
        self._found = found

    def restore(self) -> None:
        """Brings moto's backends back. To be called once, before the first request.

        Raises DamagedError, and UnreadableError where the contents of objects are damaged.
        """
        gc.disable()  # which would look, again and again, through what only grows: a third of the time
        try:
            with damage():
                self.backends.restore([*self._found.pop(BACKEND, ()), *self._found.pop(OBJECT, ())])
            self.store.go_on()
        finally:
            gc.freeze()
            gc.enable()

    def names_below(self, name: str) -> set[str]:
        """The next part of the names of what was kept below a name."""
        pieces = self._found.get(name.split("/", 1)[0] + "/", ())
        return {piece.removeprefix(name).split("/", 1)[0] for piece, _ in pieces if piece.startswith(name)}

    def pieces_of(self, name: str) -> Mapping[str, Any]:
        """What was kept below a name, by the rest of its name."""
        return {
            piece.removeprefix(name): decode(data, _nothing)
            for piece, data in self._found.get(name.split("/", 1)[0] + "/", ())
            if piece.startswith(name)
        }

    def keep(self, name: str, entries: Entries[Any, Any]) -> None:
        """Fills a dictionary with what was kept under the name, and keeps it from now on.

        What an operation changes in it is kept with that operation; `entries.save` keeps it at once.
        """
        with damage():
            for key, value in self.pieces_of(name).values():
                entries[key] = value
        entries.seen.clear()
        entries.save = lambda: self._save_entries(name)
        self._entries[name] = entries

    @contextlib.contextmanager
    def operation(self, asked: Operation) -> Iterator[Pieces]:
        """Keeps what is changed within, as one, however it ends; what is put into the result too."""
        self.backends.begin()
        others: Pieces = {}
        try:
            yield others
        finally:
            if asked.changes:
                if asked.path is not None:
                    self.backends.note_object(*asked.path)
                with self._lock:
                    for name in list(self._entries):
                        others |= self._changed(name)
                    self.backends.commit(others.items())
            else:
                self.backends.drop()

    def _save_entries(self, name: str) -> None:
        with self._lock:
            self.store.commit(self._changed(name).items())

    def notes(self) -> list[str]:
        """What a user must know of what is not kept."""
        places = [name.removeprefix(BACKEND).split("/") for name in sorted(self.backends.unkept)]
        return [
            f"{service} in {account} ({region}): its state is not kept when the embedded AWS ends."
            for service, account, region in places
        ]

    def close(self) -> None:
        self.store.close()

    def _changed(self, name: str) -> Pieces:
        entries = self._entries[name]
        changed: Pieces = {}
        while entries.seen:
            key = entries.seen.pop()
            value = dict.get(entries, key)
            piece = name + hashlib.sha256(repr(key).encode()).hexdigest()[:32]
            changed[piece] = encode((key, value), _whole) if key in entries else None
        return changed


@contextlib.contextmanager
def damage() -> Iterator[None]:
    """Raises whatever comes of what was read as DamagedError: a state may be made up by somebody else."""
    try:
        yield
    except (DamagedError, UnreadableError):
        raise
    except Exception as error:  # a piece that is whole, and not what its name says
        log.info("what was read of the state", exc_info=True)
        raise DamagedError(f"a part of it is no part of a state ({type(error).__name__}: {error})") from error


def written(value: Any) -> bytes:
    """A piece as `Keeper.operation` takes it."""
    return encode(value, _whole)


def _whole(obj: Any) -> None:
    return None


def _nothing(*given: Any) -> Any:
    raise DamagedError("something that is made of nothing but its bytes")
