"""Characters that nobody sees: where a file holds them, as themselves or as an escape, and in which value."""

import re
import sys
import unicodedata
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from meshwright.config.nodes import Mark, Node, parse
from meshwright.config.problems import Path, Problem, dotted
from meshwright.texts import unseen

_UNREADABLE: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML does not allow in a file (https://yaml.org/spec/1.2.2/#51-character-set), and what only some
versions of it take for the end of a line."""
_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_STAND_IN: Final = "\ufffd"
_ESCAPE: Final = re.compile(
    r"\\(?:([0abvfreNLP])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL
)
"""Of text in double quotes (https://yaml.org/spec/1.2.2/#57-escaped-characters)."""
_SHORT: Final = dict(zip("0abvfreNLP", "\0\a\b\v\f\r\x1b\x85\u2028\u2029", strict=True))
_DIRECTION: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class _Scalar(NamedTuple):
    """A key or value, and the part of the text that it is written in."""

    start: int
    end: int
    node: Node
    path: Path


class Readable(NamedTuple):
    """A file's text as it can be parsed, and where it has such characters."""

    text: str
    problems: Sequence[Problem] = ()
    """One for each key, each value, and each line beside them."""
    marks: Collection[Mark] = ()
    """Of these keys and values: what else is said of them need not be true."""


def readable(text: str, file: str) -> Readable:
    """The text and its characters that nobody sees."""
    # Windows ends lines with a character that has no place elsewhere.
    raw = [found.start() for found in unseen(text.replace("\r", "\n"))]
    if not raw and not ('"' in text and any(map(_hides, _ESCAPE.finditer(text)))):
        return Readable(text)
    parsable = _UNREADABLE.sub(_STAND_IN, text)
    top, _ = parse(parsable, file)
    scalars = sorted(_scalars(top, ()) if top is not None else (), key=itemgetter(0))
    starts = [scalar.start for scalar in scalars]
    lines = [0, *(found.end() for found in _BREAK.finditer(text))]
    places: dict[tuple[bool, int], tuple[int, str, Path]] = {}

    def add(index: int, character: str, scalar: int | None) -> None:
        key = (True, starts[scalar]) if scalar is not None else (False, bisect(lines, index))
        path = scalars[scalar].path if scalar is not None else ()
        places[key] = min(places.get(key, (index, character, path)), (index, character, path))

    for index in raw:
        before = bisect(starts, index) - 1
        add(index, text[index], before if before >= 0 and index < scalars[before].end else None)
    for number, scalar in enumerate(scalars):
        for index, character in _escaped(parsable, scalar):
            add(index, character, number)
    problems = [
        Problem(
            file=file,
            line=bisect(lines, index),
            column=index - lines[bisect(lines, index) - 1] + 1,
            path=dotted(path),
            code="bad-character",
            what=_said(character),
            fix="Remove it.",
        )
        for index, character, path in places.values()
    ]
    marks = {scalar.node.mark for scalar in scalars if (True, scalar.start) in places}
    return Readable(parsable, problems, marks)


def _scalars(node: Node, path: Path) -> Iterator[_Scalar]:
    if node.text is not None:
        yield _Scalar(node.start, node.end, node, path)
    for name, (key, value) in (node.items or {}).items():
        yield _Scalar(key.start, key.end, key, (*path, name))
        yield from _scalars(value, (*path, name))
    for index, child in enumerate(node.children or ()):
        yield from _scalars(child, (*path, index))


def _escaped(text: str, scalar: _Scalar) -> Iterator[tuple[int, str]]:
    """Such characters of the scalar that are written as escapes."""
    if text.startswith('"', scalar.start):
        held = {found[0] for found in unseen(scalar.node.text or "")}
        for found in _ESCAPE.finditer(text, scalar.start, scalar.end) if held else ():
            if (character := _character(found)) in held:
                yield found.start(), character


def _character(escape: re.Match[str]) -> str:
    """What the escape stands for, if that can be such a character."""
    short, *digits = escape.groups()
    code = next(filter(None, digits), None)
    if code is not None:
        return chr(min(int(code, 16), sys.maxunicode))
    return _SHORT[short] if short else ""


def _hides(escape: re.Match[str]) -> bool:
    return any(unseen(_character(escape)))


def _said(character: str) -> str:
    name = unicodedata.name(character, "")
    called = f"U+{ord(character):04X}{f' ({name})' if name else ''}"
    if unicodedata.category(character) == "Cc":
        why = "a control character"
    elif character in _DIRECTION:
        why = "it turns the direction of the text around it"
    else:
        why = "it can't be seen"
    return f"the character {called} is not allowed: {why}"
