"""Texts that others wrote, in files, flags and accounts: what they may hold, and how output shows them."""

import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Final

_NEVER: Final = (
    # Controls but tab and line feed, of which terminals take some for commands; separators of lines.
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
    # Marks that turn the direction of text (https://trojansource.codes, https://unicode.org/reports/tr9).
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    # What else has no width or is left out when text is drawn: Default_Ignorable_Code_Point of
    # https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, with tags and byte order marks.
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0d"
    r"\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    # No characters at all: halves of pairs, and what Unicode keeps for a program's own use.
    r"\ud800-\udfff\ufdd0-\ufdef" + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
)
_JOINERS, _STYLES = r"\u200c\u200d", r"\ufe0e\ufe0f"
"""Persian, Hindi and emoji need joiners between two letters; the other two choose how an emoji is drawn."""
_JOINED: Final = rf"[^\x00-\x7f{_JOINERS}{_NEVER}]"
_STYLED: Final = rf"[^\s{_STYLES}{_JOINERS}{_NEVER}]"
_UNSEEN: Final = re.compile(
    rf"[{_NEVER}]|(?<!{_JOINED})[{_JOINERS}]|[{_JOINERS}](?!{_JOINED})|(?<!{_STYLED})[{_STYLES}]"
)
_SUSPECT: Final = re.compile(rf"[{_NEVER}{_JOINERS}{_STYLES}]")

MOST_SAID: Final = 300
"""Characters of one text in a message."""
MOST_NAMES: Final = 12
"""Names in a sentence."""
_LINE_ENDS: Final = {"\n": "\\n", "\t": "\\t"}
_COMMAND: Final = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
"""The start of a line that a GitHub runner takes for a command, such as `::add-mask::`."""
_OLD_COMMAND: Final = re.compile(r"##\[")
"""An older form, which it finds anywhere in a line."""


def unseen(text: str) -> Iterator[re.Match[str]]:
    """The characters that nobody sees, or that change how others are seen. No file holds any."""
    # Looked for among the different characters first, which takes a hundredth of the time.
    if text.isascii() and text.isprintable():
        return iter(())
    return _UNSEEN.finditer(text) if _SUSPECT.search("".join(set(text))) else iter(())


def visible(text: str) -> str:
    r"""The text with each unseen character as `\u202e`, which JSON reads as the character itself."""
    parts, end = [], 0
    for found in unseen(text):
        parts += [text[end : found.start()], escaped(found[0])]
        end = found.end()
    return "".join([*parts, text[end:]]) if parts else text


def escaped(text: str) -> str:
    """Each character as JSON escapes it: those beyond U+FFFF in two halves."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))


def inert(text: str) -> str:
    """Lines of output as they may go to a terminal or to the log of a workflow: shown, and not obeyed.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions; what a runner takes for a
    command is in https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return _OLD_COMMAND.sub(r"##\\u005b", _COMMAND.sub(r"\1\\u003a", visible(text)))


def one_line(text: str) -> str:
    """The text in one line of a message."""
    shown = visible(text)
    for sign, escape in _LINE_ENDS.items():
        shown = shown.replace(sign, escape)
    return shown


def said(text: str, most: int = MOST_SAID) -> str:
    """A key, value or flag as messages name it: in one line, and where it is long without its middle."""
    # Cut first, for it may be a megabyte; and once more, for escapes are longer.
    return cut(one_line(cut(text, most)), most)


def cut(text: str, most: int) -> str:
    """The text; without its middle where it has more than `most` characters."""
    end = (most - 1) // 2
    return text if len(text) <= most else f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def few(texts: Collection[str], most: int = MOST_SAID) -> tuple[list[str], int]:
    """Of names for a sentence those that have room in it, at least one; and how many more there are."""
    chosen: list[str] = []
    for text in islice(texts, MOST_NAMES):
        if chosen and len(text) > most:
            break
        chosen.append(said(text, most))
        most -= len(chosen[-1])
    return chosen, len(texts) - len(chosen)


def few_of(names: Collection[str], pattern: str = "{}") -> list[str]:
    """The first names, each in the pattern, and behind them how many more there are: `3 more`."""
    chosen, left = few(names)
    return [*map(pattern.format, chosen), *([f"{left:,} more"] if left else [])]


class Later:
    """A text that is made when it is shown: of thousands of problems only the first ones are."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __str__(self) -> str:
        return self._make()
