"""Dictionaries that are kept an entry at a time."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Entries(dict[K, V]):
    """Knows which entries may have changed: those that were set, removed or asked for by key.

    What is reached by iterating must not be changed in place.
    """

    def __init__(self, given: Iterable[tuple[K, V]] = ()) -> None:
        super().__init__(given)
        self.seen: set[K] = set(self)
        self.save: Callable[[], None] = lambda: None
        """Keeps what changed, where no operation of the API does; of a dictionary that is kept."""

    def __getitem__(self, key: K) -> V:
        value = super().__getitem__(key)
        self.seen.add(key)
        return value

    def get(self, key: K, default: Any = None) -> Any:
        if key in self:
            self.seen.add(key)
        return super().get(key, default)

    def setdefault(self, key: K, default: Any = None) -> Any:
        self.seen.add(key)
        return super().setdefault(key, default)

    def __setitem__(self, key: K, value: V) -> None:
        self.seen.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self.seen.add(key)

    def pop(self, key: K, *default: Any) -> Any:
        self.seen.add(key)
        return super().pop(key, *default)

    def touch(self, key: K) -> None:
        """The entry was changed in place."""
        self.seen.add(key)

    def keep_only(self, keys: Iterable[K]) -> None:
        """Removes all others."""
        for key in set(self) - set(keys):
            del self[key]

    def update(self, *given: Any, **named: Any) -> None:
        raise NotImplementedError("Set the entries one by one.")

    def clear(self) -> None:
        self.keep_only(())

    def popitem(self) -> tuple[K, V]:
        raise NotImplementedError("Remove entries by key.")
