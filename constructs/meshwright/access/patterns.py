"""Texts with `*` and `?`, as IAM's policies have them."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cache


class Patterns:
    """Matches a text against many patterns, most of which are exact or end in `*`.

    `*` stands for any characters, `?` for one; nothing else is special
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
    """

    def __init__(self, patterns: Iterable[str], *, fold: bool = False) -> None:
        """`fold`: upper and lower case are the same, as in names of actions."""
        self._fold = fold
        exact, prefixes, other = set(), set(), []
        for pattern in patterns:
            text = pattern.lower() if fold else pattern
            plain = text.removesuffix("*")
            if "*" in plain or "?" in plain:
                other.append(re.compile(translate(text.replace("[", "[[]"))))
            elif plain == text:
                exact.add(text)
            else:
                prefixes.add(plain)
        self._exact, self._prefixes, self._other = frozenset(exact), frozenset(prefixes), tuple(other)
        self._lengths = tuple(sorted({len(prefix) for prefix in prefixes}))

    def __call__(self, text: str) -> bool:
        if self._fold:
            text = text.lower()
        if text in self._exact:
            return True
        for length in self._lengths:
            if text[:length] in self._prefixes:
                return True
        return any(pattern.match(text) for pattern in self._other)


@cache
def patterns(values: tuple[str, ...]) -> Patterns:
    """Patterns that are kept: policies repeat the same few conditions."""
    return Patterns(values)
