"""Makes an input that shows a fault smaller, as long as it shows the same one."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.fault import kind_of

SECONDS = 8.0
"""For one input."""


def shrunk(data: bytes, kind: str, fault_of: Callable[[bytes], BaseException | None]) -> bytes:
    """The input without what can be left out, found by leaving out one thing after another."""
    end = time.monotonic() + SECONDS

    def same(one: bytes) -> bool:
        error = fault_of(one)
        return error is not None and kind_of(error) == kind

    if not same(data):
        return data
    while smaller := next((one for one in _smaller(data) if time.monotonic() < end and same(one)), None):
        data = smaller
    return data


def _smaller(data: bytes) -> Iterator[bytes]:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        yield from _shorter(data)
        return
    for one in _simpler(tree):
        yield json.dumps(one, indent=1).encode()


def _shorter(data: bytes) -> Iterator[bytes]:
    lines = data.splitlines(keepends=True)
    size = len(lines) // 2
    while size:
        for start in range(0, len(lines), size):
            yield b"".join(lines[:start] + lines[start + size :])
        size //= 2
    for number, line in enumerate(lines):
        for size in (len(line) // 2, 8):
            for start in range(0, len(line) - size, size) if size else ():
                yield b"".join([*lines[:number], line[:start] + line[start + size :], *lines[number + 1 :]])


def _simpler(tree: Any, top: bool = True) -> Iterator[Any]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else []
    for key in keys:
        less = copy.copy(tree)
        del less[key]
        yield less
    for key in keys:
        for value in _simpler(tree[key], top=False):
            less = copy.copy(tree)
            less[key] = value
            yield less
    if isinstance(tree, str) and len(tree) > 20:
        yield tree[: len(tree) // 2]
        yield tree[len(tree) // 2 :]
