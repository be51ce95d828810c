"""Parts of sentences that several checks put together."""

from collections.abc import Sequence


def joined(names: Sequence[str]) -> str:
    """`a`, `a and b`, or `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def quoted(names: Sequence[str]) -> str:
    """The names in backticks, joined."""
    return joined([f"`{name}`" for name in names])
