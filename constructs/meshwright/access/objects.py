"""The keys of a table's files, as all that a policy may say of them.

No key is known, and policies name keys by patterns. So for each pattern that speaks of some of the keys, one
is made up of which it speaks; and one of which only those speak that speak of all. What policies say of these
keys they say of every key that can be there.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from meshwright.access.patterns import ANY, ONE, patterns, signs_of

MOST = 64
"""How many keys are made up at most."""
NAMES = ("object", "0~key", "A-1_z", "%%")
"""Names of files that patterns hardly ever mean; the first that none means is taken."""


class Sample(NamedTuple):
    """A key that stands for all that the same patterns speak of."""

    resource: str
    """Its ARN."""
    like: tuple[str, ...] = ()
    """The patterns that speak of it and not of all keys."""


@lru_cache(maxsize=8192)
def samples(start: str, resources: tuple[str, ...]) -> tuple[Sample, ...]:
    """Keys that stand for all that begin with `start`, an ARN up to and with a `/`; `resources`: patterns."""
    partly = tuple(dict.fromkeys(each for each in resources if _partly(each, start)))
    if not partly:
        return (Sample(f"{start}{NAMES[0]}"),)
    found: dict[tuple[str, ...], str] = {}
    for key in _candidates(start, partly):
        like = tuple(each for each in partly if patterns((each,))(key))
        found.setdefault(like, key)
    ordered = sorted(found.items(), key=lambda each: (len(each[0]), each[1]))
    return tuple(Sample(key, like) for like, key in ordered[:MOST])


def _partly(pattern: str, start: str) -> bool:
    """Whether it speaks of some keys that begin so, and not of all."""
    plain = pattern.removesuffix("*")
    if "*" not in plain and "?" not in plain and "${" not in plain:
        if plain != pattern and start.startswith(plain):
            return False
        return plain.startswith(start)
    rests = list(_rests(pattern, start))
    return bool(rests) and not any(rest and set(rest) == {ANY} for rest in rests)


def _rests(pattern: str, start: str) -> Iterator[tuple[str, ...]]:
    """What of the pattern may be left once it has met `start`."""
    tokens = signs_of(pattern)
    states = _closed({0}, tokens)
    for sign in start:
        left = [each for each in states if each < len(tokens)]
        met = {each + 1 for each in left if tokens[each] in (sign, ONE)}
        met |= {each for each in left if tokens[each] == ANY}
        states = _closed(met, tokens)
        if not states:
            return
    for state in sorted(states):
        yield tokens[state:]


def _closed(states: set[int], tokens: tuple[str, ...]) -> set[int]:
    """With those that are reached past a `*`, which may stand for nothing."""
    found = set(states)
    for state in states:
        while state < len(tokens) and tokens[state] == ANY:
            state += 1
            found.add(state)
    return found


def _candidates(start: str, partly: tuple[str, ...]) -> Iterator[str]:
    """Keys that no pattern means, that one means, and that two mean."""
    rests = [rest for each in partly[:MOST] for rest in list(_rests(each, start))[:4] if rest]
    plain = [_filled(rest, "") for rest in rests]
    for name in NAMES:
        yield f"{start}{name}"
    for rest in rests:
        for inside in ("", *NAMES[:2]):
            yield f"{start}{_filled(rest, inside)}"
    for rest in rests[:12]:
        for inside in plain[:12]:
            yield f"{start}{_filled(rest, inside)}"


def _filled(rest: Iterable[str], inside: str) -> str:
    return "".join(inside if each == ANY else "x" if each == ONE else each for each in rest)


def names_of(like: Iterable[str]) -> str:
    """`acme-products/t/*.parquet or acme-products/t/country=DE/*`"""
    return " or ".join(sorted({each.partition(":::")[2] or each for each in like}))
