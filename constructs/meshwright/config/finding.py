"""Which domain files are worth reading for a question, told from their bytes: nothing is parsed.

May name a file too many, such as one that has the word in a description, but misses none.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from meshwright.config.problems import Problem
from meshwright.config.reading import domain_files, domain_of
from meshwright.config.trees import Tree, all_domains

_WORD = re.compile(rb"[A-Za-z0-9_-]+")
_INSIDE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_MANY = 50
"""Above so many domains, a search takes longer than the reading that it would save."""


def domains_with(tree: Tree, words: Iterable[str]) -> frozenset[str]:
    """The domains whose file holds one of these words: `222222222221`, `OrdersAnalyst`, `orders.sales`, …

    A word counts if neither letters, digits, `_` nor `-` touch it: `orders` is found in `orders.sales`, and
    not in `orders-archive`. What files leave out, such as the default name of a created role, is not found.
    """
    sought = [word.encode() for word in words]
    return frozenset(domain for domain, data in _contents(tree) if _holds(data, sought))


def related(tree: Tree, names: Collection[str]) -> frozenset[str]:
    """These domains, the domains that name one of them, and those that they name; as far as they exist."""
    known = all_domains(tree)
    sought = [name.encode() for name in names]
    if len(sought) > _MANY:
        return known
    centre = known.intersection(names)
    by_bytes = {name.encode(): name for name in known}
    found = set(centre)
    for domain, data in _contents(tree):
        if domain in centre:
            if _escapes(data):
                return known
            found.update(by_bytes[word] for word in by_bytes.keys() & set(_WORD.findall(data)))
        elif _holds(data, sought):
            found.add(domain)
    return frozenset(found)


def _contents(tree: Tree) -> Iterator[tuple[str, bytes]]:
    """Each domain file's content; empty for one that can't be read."""
    files, _ = domain_files(tree.listing())
    for file, data in tree.read(files):
        yield domain_of(file), b"" if isinstance(data, Problem) else data


def _holds(data: bytes, words: list[bytes]) -> bool:
    return _escapes(data) or any(_has_word(data, word) for word in words)


def _escapes(data: bytes) -> bool:
    """In double quotes a backslash begins an escape: the text may then read otherwise than its bytes."""
    return b"\\" in data and b'"' in data


def _has_word(data: bytes, word: bytes) -> bool:
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        before = at > 0 and data[at - 1] in _INSIDE
        if not before and not (end < len(data) and data[end] in _INSIDE):
            return True
        at = data.find(word, at + 1)
    return False
