"""How an object is written down, and read again without running anything that the bytes ask for.

The form is a pickle of protocol 5 (https://docs.python.org/3/library/pickle.html) with less in it: classes
come from KNOWN, are made without their `__init__`, and nothing is called but PLAIN and what the reader
revives by name. So bytes of whatever origin make data at worst.
"""

import io
import pickle
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import BuiltinFunctionType, FunctionType
from typing import Any
from uuid import UUID

KNOWN = ("moto.", "meshwright.", "requests.structures")
"""Packages of the classes that may be made."""
FACTORIES = (dict, list, set, int, str)
"""Of defaultdicts."""
PLAIN: tuple[Callable[..., Any], ...] = (
    Counter,
    Decimal,
    OrderedDict,
    UUID,
    bytearray,
    date,
    datetime,
    defaultdict,
    deque,
    frozenset,
    re._compile,  # type: ignore[attr-defined] # how a compiled expression is written down
    set,
    time,
    timedelta,
    timezone,
)
"""All that is called in reading, besides enumerations by their values."""
_BY_NAME: dict[tuple[str, str], Any] = {(each.__module__, each.__qualname__): each for each in PLAIN} | {
    ("builtins", each.__name__): each for each in FACTORIES
}
_BY_NAME["re", "Pattern"] = re.Pattern

Reduced = tuple[str, tuple[Any, ...]]
"""A name of what the reader revives, and what it needs for it."""


class DamagedError(Exception):
    """Bytes that this module did not write."""


class UnknownClassError(Exception):
    """An object whose class is none of KNOWN, so that it could not be read again."""


def revived(name: str, *given: Any) -> Any:
    """Stands in the bytes for what the reader makes itself. Never called."""
    raise AssertionError(name)


_BY_NAME[revived.__module__, revived.__qualname__] = revived


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, reduce: Callable[[Any], Reduced | None]) -> None:
        super().__init__(file, protocol=5)
        self._reduce = reduce

    def reducer_override(self, obj: Any) -> Any:
        reduced = self._reduce(obj)
        if reduced is not None:
            return revived, (reduced[0], *reduced[1])
        function = isinstance(obj, FunctionType | BuiltinFunctionType)
        named: Any = obj if function or isinstance(obj, type) else type(obj)
        name = named.__module__, named.__qualname__
        if name not in _BY_NAME and (function or not name[0].startswith(KNOWN)):
            raise UnknownClassError(".".join(name))
        return NotImplemented


# The one in Python, whose steps can be taken away. It reads a million steps a second.
class _Reader(pickle._Unpickler):
    stack: list[Any]

    def __init__(self, file: io.BytesIO, revive: Callable[..., Any]) -> None:
        super().__init__(file)
        self._revive = revive

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _BY_NAME:
            return _BY_NAME[module, name]
        if module.startswith(KNOWN):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise DamagedError(f"{module}.{name} is no class that is kept")

    def load_reduce(self) -> None:
        given = self.stack.pop()
        what = self.stack[-1]
        if what is revived:
            self.stack[-1] = self._revive(*given)
        elif what in PLAIN or (isinstance(what, type) and issubclass(what, Enum)):
            self.stack[-1] = what(*given)
        else:
            raise DamagedError(f"{what} is not called")

    def load_build(self) -> None:
        """Attributes alone: a `__setstate__` would be code of the class."""
        state = self.stack.pop()
        slots: Any = {}
        if isinstance(state, tuple) and len(state) == 2:
            state, slots = state
        made = self.stack[-1]
        if isinstance(state, list) and is_dataclass(made):  # one with slots
            state = dict(zip((each.name for each in fields(made)), state, strict=True))
        if isinstance(made, type) or not isinstance(state or {}, dict) or not isinstance(slots or {}, dict):
            raise DamagedError("a state that is no dictionary of attributes")
        for name, value in {**(state or {}), **(slots or {})}.items():
            object.__setattr__(made, name, value)


def _refused(self: Any) -> None:
    raise DamagedError("a step that is never written")


_STEPS = (
    *("PROTO", "FRAME", "STOP", "MEMOIZE", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1"),
    *("BININT2", "LONG1", "LONG4", "BINFLOAT", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8", "EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
    *("TUPLE", "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_SET"),
    *("ADDITEMS", "FROZENSET", "BINGET", "LONG_BINGET", "STACK_GLOBAL", "NEWOBJ", "POP", "POP_MARK"),
)
"""Of pickle's, those that are taken as they are (https://docs.python.org/3/library/pickletools.html)."""
_Reader.dispatch = (
    dict.fromkeys(pickle._Unpickler.dispatch, _refused)
    | {getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]] for name in _STEPS}
    | {pickle.REDUCE[0]: _Reader.load_reduce, pickle.BUILD[0]: _Reader.load_build}
)


def encode(obj: Any, reduce: Callable[[Any], Reduced | None]) -> bytes:
    """`reduce` names what is not written down itself; None for what is. Raises UnknownClassError."""
    file = io.BytesIO()
    _Writer(file, reduce).dump(obj)
    return file.getvalue()


def decode(data: bytes, revive: Callable[..., Any]) -> Any:
    """`revive` makes what `reduce` named. Raises DamagedError for anything that `encode` does not write."""
    try:
        return _Reader(io.BytesIO(data), revive).load()
    except DamagedError:
        raise
    except Exception as error:  # whatever a damaged stream brings a stack machine to
        raise DamagedError(f"{type(error).__name__}: {error}") from error
