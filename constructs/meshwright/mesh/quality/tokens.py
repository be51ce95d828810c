r"""The words and signs of a DQDL rule, each with its place.

They are those of AWS's published grammar (https://github.com/awslabs/dqdl): strings in double quotes with
`\"` and `\\` inside, numbers without exponents, names, signs, and comments from `#` to the line's end.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from meshwright.texts import said

Kind = Literal["text", "number", "word", "sign", "end"]


class Token(NamedTuple):
    """A word, number, string or sign."""

    kind: Kind
    text: str
    """As written; of a string what stands between its quotes, with escapes."""
    offset: int
    """Characters from the beginning of the rule."""

    @property
    def shown(self) -> str:
        """For messages."""
        if self.kind == "end":
            return "the end"
        text = said(self.text)
        return f'`"{text}"`' if self.kind == "text" else f"`{text}`"


class DqdlError(Exception):
    """The text is no rule. `offset` counts characters from its beginning."""

    def __init__(self, offset: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.offset, self.what, self.fix = offset, what, fix


_TOKEN: Final = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
    |"(?P<text>(?:\\["\\]|[^"])*?)"
    |(?P<number>[0-9]+(?:\.[0-9]+)?)(?![A-Za-z0-9_.])
    |(?P<word>[A-Za-z0-9_.]+)
    |(?P<sign>!=|>=|<=|[-+*/=<>()\[\],$])""",
    re.VERBOSE,
)
_KINDS: Final[Mapping[str, Kind]] = {"text": "text", "number": "number", "word": "word", "sign": "sign"}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a rule, the last of kind `end`. Raises DqdlError."""
    at = 0
    while at < len(text):
        if (found := _TOKEN.match(text, at)) is None:
            raise _unknown(text, at)
        if (kind := _KINDS.get(found.lastgroup or "")) is not None:
            yield Token(kind, found[kind], at)
        at = found.end()
    yield Token("end", "", len(text))


def _unknown(text: str, at: int) -> DqdlError:
    sign = text[at]
    if sign == '"':
        return DqdlError(at, "a string is not closed", 'Put a `"` at its end.')
    if sign == "'":
        return DqdlError(at, "DQDL knows no single quotes here", 'Use double quotes: "…".')
    return DqdlError(at, f"DQDL has no sign `{sign}`", 'Column names and text stand in double quotes: "…".')


def unescaped(text: str) -> str:
    r"""What a string means: `\"` is a quote, `\\` a backslash; any other backslash is itself."""
    return re.sub(r'\\(["\\])', r"\1", text)


def quoted(text: str) -> str:
    """A text as a string of DQDL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
