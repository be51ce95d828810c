"""How an object is written down, and read again without running anything that the bytes ask for.

The form is a pickle of protocol 5 (https://docs.python.org/3/library/pickle.html) behind a checksum. A pickle
can call what it can name, and here it can name nothing but the types of PLAIN and `revived`, which makes
objects of classes in KNOWN, without their `__init__`. So bytes of whatever origin make data at worst.
"""

import copyreg
import functools
import importlib
import io
import pickle
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType
from typing import Any
from uuid import UUID

KNOWN = ("moto.", "meshwright.", "requests.structures")
"""Packages of the classes that may be made."""
PLAIN: tuple[type, ...] = (
    *(Decimal, OrderedDict, bytearray, date, datetime, defaultdict, deque, dict, frozenset, int, list, set),
    *(str, time, timedelta, timezone),
)
"""All of them are written in C, so no bytes can change their methods."""
CHECKSUM = 8
"""In bytes, at the start."""
_BY_NAME: dict[tuple[str, str], Any] = {(each.__module__, each.__qualname__): each for each in PLAIN}

Reduced = tuple[str, tuple[Any, ...]]
"""A name of what the reader revives, and what it needs for it."""


class DamagedError(Exception):
    """Bytes that this module did not write."""


class UnknownClassError(Exception):
    """An object whose class is none of KNOWN, so that it could not be read again."""


def revived(name: str, *given: Any) -> Any:
    """Stands in the bytes for what the reader makes itself. Never called."""
    raise AssertionError(name)


_REVIVED = revived.__module__, revived.__qualname__


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, reduce: Callable[[Any], Reduced | None]) -> None:
        super().__init__(file, protocol=5)
        self._reduce = reduce

    def reducer_override(self, obj: Any) -> Any:
        if obj is revived:
            return NotImplemented
        reduced = self._reduce(obj)
        if reduced is not None:
            return revived, (reduced[0], *reduced[1])
        kind = type(obj)
        if kind is Counter:
            return revived, ("counter", dict(obj))
        if kind is UUID:
            return revived, ("uuid", obj.int)
        if kind is re.Pattern:
            return revived, ("pattern", obj.pattern, obj.flags)
        if kind in PLAIN or (isinstance(obj, type) and obj in PLAIN):
            return NotImplemented
        named = obj if isinstance(obj, type | FunctionType | BuiltinFunctionType) else kind
        name = named.__module__, named.__qualname__
        if named is obj or not name[0].startswith(KNOWN):
            raise UnknownClassError(".".join(name))
        if isinstance(obj, Enum):
            return revived, ("enum", *name, obj.value)
        how, (_, *arguments), *state = obj.__reduce_ex__(4)
        if how is not copyreg.__newobj__ or not _sets_attributes_alone(kind):  # type: ignore[attr-defined]
            raise UnknownClassError(".".join(name))
        return revived, ("new", *name, *arguments), *state


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, revive: Callable[..., Any]) -> None:
        super().__init__(file)
        self._revive = revive

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _REVIVED:
            return self._revived
        if (module, name) in _BY_NAME:
            return _BY_NAME[module, name]
        raise DamagedError(f"{module}.{name} is not called")

    def _revived(self, kind: str, *given: Any) -> Any:
        match kind, given:
            case "new", (str() as module, str() as name, *arguments):
                made = _class(module, name)
                return made.__new__(made, *arguments)
            case "enum", (str() as module, str() as name, value) if issubclass(_class(module, name), Enum):
                return _class(module, name)(value)
            case "counter", (dict() as values,):
                return Counter(values)
            case "uuid", (int() as number,):
                return UUID(int=number)
            case "pattern", (str() | bytes() as pattern, int() as flags):
                return re.compile(pattern, flags)
        return self._revive(kind, *given)


@functools.cache
def _class(module: str, name: str) -> Any:
    """The class of that name. Raises DamagedError if its objects may not be made."""
    found: Any = importlib.import_module(module) if module.startswith(KNOWN) else None
    for part in name.split("."):
        found = vars(found).get(part) if found is not None else None
        if not isinstance(found, type):
            raise DamagedError(f"{module}.{name} is no class that is kept")
    if not _sets_attributes_alone(found):
        raise DamagedError(f"{module}.{name} runs something when it is read")
    return found


def _sets_attributes_alone(kind: type) -> bool:
    """Whether reading an object of the class runs no `__setstate__` but that of dataclasses with slots."""
    given = getattr(kind, "__setstate__", None)
    return given is None or (is_dataclass(kind) and given.__module__ == "dataclasses")


def encode(obj: Any, reduce: Callable[[Any], Reduced | None]) -> bytes:
    """`reduce` names what is not written down itself; None for what is. Raises UnknownClassError."""
    file = io.BytesIO()
    _Writer(file, reduce).dump(obj)
    return sealed(file.getvalue())


def decode(data: bytes, revive: Callable[..., Any]) -> Any:
    """`revive` makes what `reduce` named. Raises DamagedError for anything that `encode` does not write."""
    body = data[CHECKSUM:]
    if sealed(body) != data:
        raise DamagedError("its checksum does not fit")
    try:
        return _Reader(io.BytesIO(body), revive).load()
    except DamagedError:
        raise
    except Exception as error:  # whatever a damaged stream brings a stack machine to
        raise DamagedError(f"{type(error).__name__}: {error}") from error


def sealed(body: bytes) -> bytes:
    """The bytes behind their checksum."""
    return blake2b(body, digest_size=CHECKSUM).digest() + body
