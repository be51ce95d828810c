"""Parts of sentences that several checks put together."""

from collections.abc import Collection, Sequence

from meshwright.texts import few_of


def joined(names: Sequence[str]) -> str:
    """`a`, `a and b`, or `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def some(names: Collection[str]) -> str:
    """The names joined; of many the first ones, and how many more there are."""
    return joined(few_of(names))


def quoted(names: Collection[str]) -> str:
    """The same with the names in backticks."""
    return joined(few_of(names, "`{}`"))
