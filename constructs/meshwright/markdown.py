"""Markdown of texts that others wrote: it shows them, and makes nothing of what is in them.

GitHub looks for `@name`, `#1` and addresses in the text that is left when Markdown is done, and with it all
escapes. What keeps GitHub from them is a comment of HTML inside, which nobody sees.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_APART: Final = "<!-- -->"
_CODE: Final = re.compile(r"(`[^`|\s](?:[^`|]*[^`|\s])?`)")
"""As our own sentences have it. A bar would end a cell, in code too."""
_SIGNS: Final = re.compile(r"[\\`*\[\]~|$]|(?<![^\W_])_|_(?![^\W_])")
"""What makes emphasis, code, links, images, cells and formulas. An underscore between letters makes none."""
_START: Final = re.compile(r"^(?:[0-9]{1,9}(?=[.)](?:\s|$))|(?=(?:[-+]|#{1,6})(?:\s|$)|[-=]+$))")
"""Behind what a line has a sign that makes it an item or a heading, or the line above it a heading."""
_FOUND: Final = re.compile(
    r"#(?=[0-9])|\bGH-(?=[0-9])|:(?=//)|\bwww(?=\.)|(?<![\w:]):(?=[\w+-]+:)", re.IGNORECASE
)
"""Issues, addresses and emoji (https://github.github.com/gfm/#autolinks-extension-,
https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls).
"""


def escaped(text: str) -> str:
    """The text in a line, as it is; what stands between backticks is code, where GitHub looks for nothing."""
    first, *parts = _CODE.split(" ".join(text.split()))
    shown = _START.sub(r"\g<0>\\", _escaped(first))
    for within, after in zip(parts[::2], parts[1::2], strict=True):
        shown += f"{_APART if shown.endswith('`') else ''}{within}{_escaped(after)}"
    return shown


def _escaped(text: str) -> str:
    shown = _SIGNS.sub(r"\\\g<0>", html.escape(text, quote=False))
    return _FOUND.sub(rf"\g<0>{_APART}", shown).replace("@", f"&#64;{_APART}")


def without_html(text: str) -> str:
    """The text in a line, for a reader of Markdown that has no HTML, such as CloudWatch's dashboards."""
    shown = re.sub(r"[&<>]|:(?=//)|(?<=\bwww)\.", r"\\\g<0>", _SIGNS.sub(r"\\\g<0>", " ".join(text.split())))
    return _START.sub(r"\g<0>\\", shown)


def code(text: str) -> str:
    """The text in a line as code, in which GitHub looks for nothing."""
    shown = " ".join(text.split())
    fence = "`" * (1 + _longest_run(shown))
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{room}{shown}{room}{fence}" if shown else ""


def fenced(lines: Sequence[str], language: str = "") -> list[str]:
    """The lines as a block of code."""
    fence = "`" * max(3, 1 + max(map(_longest_run, lines), default=0))
    return [f"{fence}{language}", *lines, fence]


def preformatted(lines: Iterable[str]) -> Iterator[str]:
    """The lines as they are, in a block of HTML."""
    yield "<pre>"
    yield from (html.escape(line, quote=False) for line in lines)
    yield "</pre>"


def row(cells: Iterable[str]) -> str:
    """A row of a table. The cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of texts; the heads are Markdown."""
    yield row(heads)
    yield "|" + "---|" * len(heads)
    for cells in rows:
        yield row(map(escaped, cells))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
