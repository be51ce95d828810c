"""Inputs like those of the corpus, and not quite: seeded changes of bytes and of JSON trees."""

import copy
import json
import random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

ODD_TEXTS = [
    "", " ", "\n", "\x00", "\t", "\r\n", "\u2028", "\u202e", "\ufeff", "é", "😀", "\ud800", "²", "%", "%00",
    "..", "/", "//", "../..", ":", "*", "null", "true", "[]", "{}", "<a>", "&", "+", "=", "-1", "1e999", "'",
    '"', "$.a", "arn:aws:iam::123456789012:role/", "arn:aws:", "123456789012", "{{resolve:x}}", "${a}",
    "2026-02-30", "0001-01-01", "99991231T235959Z", "00010101T000000Z", "a" * 300, "a" * 5000, "9" * 5000,
    "(" * 200, "array<" * 400,
]  # fmt: skip
ODD_NUMBERS = [0, -1, 1, 2**31, 2**63, 2**64, 10**400, 0.5, 1e300, float("inf"), float("nan")]
ODD_SIGNS = [
    b"\x00", b"\xff", b"\xc3", b"\r", b"\n", b"\r\n\r\n", b"\t", b" ", b":", b": ", b"- ", b"{", b"}",
    b"[", b"]", b"'", b'"', b"#", b"|", b">-", b"? ", b",", b"&a ", b"*a", b"<<: *a", b"!!int ", b"---\n",
    b"~", b"null", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"%", b"%zz", b"?", b"http://[", b"9" * 5000,
    b"Origin: x\r\n", b";", b"/", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"_", b"-",
    b"1e999", b"0x", b"2026-02-30",
]  # fmt: skip


def odd_values(number: int) -> list[Any]:
    """Values of JSON that hypothesis comes up with for this seed, and usual suspects."""
    found: list[Any] = []
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12)
    trees = st.recursive(
        leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one)
    )
    generated = settings(
        max_examples=60,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @seed(number)
    @generated
    @given(trees)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    return [*ODD_TEXTS, *ODD_NUMBERS, *found, None, True, [], {}, deep]


def bytes_mutated(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The data with one to four changes, among them parts of another input of the corpus."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        lines = data.splitlines(keepends=True) or [b""]
        line = chance.randrange(len(lines))
        match chance.randrange(9):
            case 0:
                data = data[:at] + chance.choice(ODD_SIGNS) + data[at:]
            case 1:
                data = data[:at] + chance.choice(ODD_SIGNS) + data[at + chance.randrange(12) :]
            case 2:
                data = data[:at] + data[at + chance.randrange(1, 40) :]
            case 3:
                data = b"".join(lines[:line] + lines[line + chance.randrange(1, 4) :])
            case 4:
                data = b"".join([*lines[:line], lines[line] * chance.choice((2, 3, 300)), *lines[line + 1 :]])
            case 5:
                others = other.splitlines(keepends=True) or [b""]
                data = b"".join([*lines[:line], chance.choice(others), *lines[line:]])
            case 6:
                spaces = b" " * chance.choice((1, 2, 4))
                data = b"".join([*lines[:line], spaces + lines[line], *lines[line + 1 :]])
            case 7:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
            case 8:
                one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[two] = lines[two], lines[one]
                data = b"".join(lines)
        data = data[:60_000]
    return data


def scalars_mutated(chance: random.Random, data: bytes, odd: list[Any]) -> bytes:
    """A YAML file with the value of one line replaced by an odd one."""
    lines = data.splitlines(keepends=True) or [b""]
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b": ")
    value = json.dumps(chance.choice(odd), ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )
    lines[at] = key + colon + value + b"\n"
    return b"".join(lines)[:60_000]


def tree_mutated(chance: random.Random, tree: Any, other: Any, odd: list[Any]) -> Any:
    """The tree with one to three changes."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(tree))
        if not places:
            return chance.choice(odd)
        where, key = chance.choice(places)
        value = where[key]
        match chance.randrange(8):
            case 0 | 1 | 2:
                where[key] = copy.deepcopy(chance.choice(odd))
            case 3:
                del where[key]
            case 4 if isinstance(where, dict):
                where[str(chance.choice(ODD_TEXTS))] = where.pop(key)
            case 5 if isinstance(value, str):
                at = chance.randrange(len(value) + 1)
                where[key] = value[:at] + str(chance.choice(ODD_TEXTS)) + value[at + chance.randrange(3) :]
            case 6:
                from_other = list(_places(other))
                if from_other:
                    there, name = chance.choice(from_other)
                    where[key] = copy.deepcopy(there[name])
            case _:
                where[key] = chance.choice(([value], {"a": value}, str(value), [value, value], [value] * 300))
    return tree


def _places(tree: Any) -> Any:
    """Each container in the tree with each key or index of it."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from _places(tree[key])
