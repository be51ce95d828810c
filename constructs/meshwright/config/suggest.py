"""Names in messages: what was probably meant, and what there is to choose from."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean `x`?`, or nothing when no known name is close."""
    by_lower = {each.lower().replace("_", "-"): each for each in known}
    close = get_close_matches(name.lower().replace("_", "-"), by_lower, n=1, cutoff=0.6)
    return f"Did you mean `{by_lower[close[0]]}`?" if close else ""


def listed(names: Sequence[str], limit: int = 12) -> str:
    """The names for a sentence; only the first ones when there are many."""
    shown = ", ".join(f"`{name}`" for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def suggestion(name: str, known: Sequence[str], otherwise: str) -> str:
    """How to fix an unknown name: the closest known one, else the list of them, else `otherwise`."""
    if guess := did_you_mean(name, known):
        return guess
    return f"Known: {listed(known)}." if known else otherwise
