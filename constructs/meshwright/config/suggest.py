"""Names in messages: what was probably meant, and what there is to choose from."""

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from functools import partial
from typing import Final

from meshwright.texts import Later, few

Names = Collection[str] | Callable[[], Collection[str]]
"""Known names, or what makes them once they are needed."""
_MANY: Final = 200
"""Names that are all compared with; of more, those that begin alike."""
_LONG: Final = 200
"""Characters of a name that nothing known is like."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean `x`?`, or nothing when no known name is close."""
    if len(name) > _LONG:
        return ""
    sought = _plain(name)
    by_plain = {_plain(each): each for each in known}
    if len(by_plain) > _MANY:
        by_plain = {key: each for key, each in by_plain.items() if key[:2] == sought[:2]}
    close = get_close_matches(sought, list(by_plain)[:_MANY], n=1, cutoff=0.6)
    return f"Did you mean `{by_plain[close[0]]}`?" if close else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def listed(names: Collection[str]) -> str:
    """The names for a sentence; only the first ones when there are many."""
    chosen, left = few(names)
    shown = ", ".join(f"`{name}`" for name in chosen)
    return f"{shown} and {left:,} more" if left else shown


def meant(name: str, known: Names, otherwise: str) -> Later:
    """How to fix an unknown name: the closest known one, else `otherwise`."""
    return Later(partial(_meant, name, known, otherwise))


def _meant(name: str, known: Names, otherwise: str) -> str:
    return did_you_mean(name, known() if callable(known) else known) or otherwise


def suggestion(name: str, known: Names, otherwise: str) -> Later:
    """How to fix an unknown name: the closest known one, else the list of them, else `otherwise`."""
    return Later(partial(_suggestion, name, known, otherwise))


def _suggestion(name: str, known: Names, otherwise: str) -> str:
    names = known() if callable(known) else known
    return did_you_mean(name, names) or (f"Known: {listed(names)}." if names else otherwise)
