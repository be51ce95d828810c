"""Texts with `*` and `?`, as IAM's policies have them."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cache

LITERAL = frozenset("*?$")
"""What `${…}` around it makes a character like others
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars).
"""


class Patterns:
    """Matches a text against many patterns, most of which are exact or end in `*`.

    `*` stands for any characters, `?` for one; nothing else is special
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
    """

    def __init__(self, patterns: Iterable[str], *, fold: bool = False) -> None:
        """`fold`: upper and lower case are the same, as in names of actions."""
        self._fold = fold
        exact, prefixes, pieces, other = set(), set(), [], []
        for pattern in patterns:
            text = pattern.lower() if fold else pattern
            plain = text.removesuffix("*")
            if "${" in text:
                other.append(re.compile(_expression(text), re.DOTALL))
            elif "?" in plain:
                other.append(re.compile(translate(text.replace("[", "[[]"))))
            elif "*" in plain:
                first, *middle, last = text.split("*")
                pieces.append((first, middle, last))
            elif plain == text:
                exact.add(text)
            else:
                prefixes.add(plain)
        self._exact, self._prefixes = frozenset(exact), frozenset(prefixes)
        self._pieces, self._other = tuple(pieces), tuple(other)
        self._lengths = tuple(sorted({len(prefix) for prefix in prefixes}))

    def __call__(self, text: str) -> bool:
        if self._fold:
            text = text.lower()
        if text in self._exact:
            return True
        for length in self._lengths:
            if text[:length] in self._prefixes:
                return True
        for pieces in self._pieces:
            if _has_in_order(text, *pieces):
                return True
        return bool(self._other) and any(pattern.match(text) for pattern in self._other)


def as_text(value: str) -> str:
    """The value of a condition that compares without wildcards: `${*}` in it is the character."""
    return re.sub(r"\$\{([*?$])\}", r"\1", value) if "${" in value else value


def _expression(text: str) -> str:
    """The pattern as a regular expression, with `${*}` for the character itself."""
    pieces = re.split(r"(\$\{[*?$]\}|[*?])", text)
    special = {"*": ".*", "?": "."}
    return (
        "".join(
            special.get(each) or re.escape(each[2] if re.fullmatch(r"\$\{.\}", each) else each)
            for each in pieces
        )
        + r"\Z"
    )


def _has_in_order(text: str, first: str, middle: list[str], last: str) -> bool:
    """Whether it begins with `first`, ends with `last`, and has the others in between."""
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return text.endswith(last) and len(text) - len(last) >= position


ANY, ONE = "any signs", "one sign"
"""What `*` and `?` stand for, among the signs of a pattern."""


def signs_of(text: str) -> tuple[str, ...]:
    """The pattern sign by sign, with ANY and ONE among them."""
    special = {"*": ANY, "?": ONE}
    return tuple(
        each[2] if len(each) > 1 else special.get(each, each)
        for each in re.findall(r"\$\{[*?$]\}|.", text, re.DOTALL)
    )


@cache
def patterns(values: tuple[str, ...], *, fold: bool = False) -> Patterns:
    """Patterns that are kept: policies repeat the same few conditions and lists of actions."""
    return Patterns(values, fold=fold)
