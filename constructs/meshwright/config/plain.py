"""The quick way from a file's text to its data, for files in which all is well.

Nearly every file is read to be used, not to be complained about, so the tree that knows places is made only
when one must be named. This takes less than half of its time, and shares the work on many files with other
processes. What is out of the ordinary in any way is left to `nodes.parse`, which also has the words for it.
"""

import gc
import marshal
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import yaml

from meshwright.config.nodes import LOADER, MAX_DEPTH, MAX_EXPANDED
from meshwright.config.scalars import DISPUTED, read_scalar

_SHARED_FROM = 3_000_000
"""Characters from which the start of another process, a tenth of a second, pays."""
_MOST_PROCESSES = 4


def plain_data(text: str) -> dict[str, Any] | None:
    """What `nodes.parse` would find, if that is a mapping without any problem or alias; else None."""
    with suppress(yaml.YAMLError):
        return _build(text)
    return None


def _build(text: str) -> dict[str, Any] | None:
    # One function without calls of its own: it runs three million times for a mesh of a thousand domains.
    next_event = LOADER(text).get_event
    scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
    known: dict[str, Any] = {}
    top: dict[str, Any] | None = None
    here: Any = None
    value: Any
    key: str | None = None
    outside: list[Any] = []
    size = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is scalar:
            size += 1
            value = event.value
            if event.anchor is not None or event.tag is not None or size > MAX_EXPANDED:
                return None
            if not event.style:
                if value not in known:
                    known[value] = read_scalar(value)
                value = known[value]
                if value is None or value is DISPUTED or value == "<<":
                    return None
            if type(here) is list:
                here.append(value)
            elif key is not None:
                here[key] = value
                key = None
            elif here is None or type(value) is not str or value in here:
                return None
            else:
                key = value
        elif kind is mapping or kind is sequence:
            size += 1
            if event.anchor is not None or event.tag is not None or len(outside) >= MAX_DEPTH:
                return None
            value = {} if kind is mapping else []
            if type(here) is list:
                here.append(value)
            elif key is not None:
                here[key] = value
                key = None
            elif here is None and top is None and kind is mapping:
                top = value
            else:
                return None
            outside.append(here)
            here = value
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            here = outside.pop()
        elif kind is yaml.AliasEvent:
            return None
        elif kind is yaml.StreamEndEvent:
            return top


def plain_data_of_many(texts: list[str]) -> list[dict[str, Any] | None]:
    """`plain_data` of each; of much text, in several processes where there are cores for them."""
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    if processes == 1 or sum(map(len, texts)) < _SHARED_FROM:
        return [plain_data(text) for text in texts]
    shares = [texts[number::processes] for number in range(processes)]
    helpers = [_start() for _ in shares[1:]]
    for helper, share in zip(helpers, shares[1:], strict=True):
        _send(helper, share)
    found: list[dict[str, Any] | None] = [None] * len(texts)
    found[::processes] = [plain_data(text) for text in shares[0]]
    for number, helper in enumerate(helpers, start=1):
        answer = _answer(helper)
        found[number::processes] = [plain_data(text) for text in shares[number]] if answer is None else answer
    return found


def _start() -> subprocess.Popen[bytes] | None:
    """A process that runs `_help`; not a fork, as this one may have threads, nor with its main module."""
    command = [sys.executable, "-P", "-m", "meshwright.config.plain"]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None


def _send(helper: subprocess.Popen[bytes] | None, texts: list[str]) -> None:
    if helper is not None and helper.stdin is not None:
        # It may have ended at once; then its exit code says so.
        with suppress(OSError), helper.stdin as pipe:
            marshal.dump(texts, pipe)


def _answer(helper: subprocess.Popen[bytes] | None) -> list[dict[str, Any] | None] | None:
    """What it found; None when it could not, as where it can't import this module."""
    if helper is None or helper.stdout is None:
        return None
    with helper.stdout as pipe:
        output = pipe.read()
    return None if helper.wait() else marshal.loads(output)  # noqa: S302 (from this very module)


def _help() -> None:
    gc.disable()
    texts = marshal.load(sys.stdin.buffer)  # noqa: S302 (from this very module)
    marshal.dump([plain_data(text) for text in texts], sys.stdout.buffer)


if __name__ == "__main__":
    _help()
