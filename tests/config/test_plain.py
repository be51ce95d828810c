"""The quick way to a file's data finds what the careful one finds, or leaves it to that."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.config import plain
from meshwright.config.nodes import parse
from meshwright.config.plain import plain_data, plain_data_of_many
from tests.config.small_mesh import ANALYTICS, MESH, ORDERS, TEXTS
from tests.config.test_never_raises import PIECES
from tests.depth import examples


def carefully(text: str) -> object:
    top, problems = parse(text, "domains/x.yaml")
    return None if top is None or problems else top.data


def same_or_left(text: str) -> None:
    """What is found quickly is just what is found carefully, down to the types: 1 is not 1.0, nor true."""
    found = plain_data(text)
    assert found is None or repr(found) == repr(carefully(text))


@examples(60)
@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_random_pieces_of_yaml(text: str) -> None:
    same_or_left(text)


@examples(60)
@given(st.integers(0, 800), st.integers(0, 12), PIECES | st.text(max_size=5))
def test_mutated_files(start: int, length: int, piece: str) -> None:
    at = start % len(ORDERS)
    same_or_left(ORDERS[:at] + piece + ORDERS[at + length :])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_ordinary_files_are_not_left_to_the_careful_way(text: str) -> None:
    found = plain_data(text)
    assert found
    assert found == carefully(text)


def test_the_data_of_a_file() -> None:
    text = "a: {b: [1, 1.5, true, no, 'no', \"1\", 2027-01-01], c: x}\nd: >\n  folded\n  text\n"
    assert plain_data(text) == {
        "a": {"b": [1, 1.5, True, "no", "no", "1", "2027-01-01"], "c": "x"},
        "d": "folded text\n",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "- a",
        "a: 1\na: 2",
        "1: a",
        "a:",
        "a: [~]",
        "a: 012",
        "a: !x b",
        "a: &b c",
        "a: &b [c]\nd: *b",
        "<<: {a: b}",
        "? [a]\n: b",
        "? {a: b}\n: c",
        "a: b\n---\nc: d",
        "a: [",
        "a: " + "[" * 60 + "]" * 60,
        "a: [" + "b," * 200_001 + "]",
    ],
)
def test_whatever_is_odd_is_left_to_the_careful_way(text: str) -> None:
    assert plain_data(text) is None


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python", "/bin/false"])
def test_many_files_in_several_processes(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text's data is in its place, also where no other process can be had, or it can't do the work."""
    monkeypatch.setattr(plain, "_SHARED_FROM", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(sys, "executable", python)
    texts = [MESH, "a: [", ORDERS, ANALYTICS, "b: 1"]
    found = plain_data_of_many(texts)
    assert found == [carefully(MESH), None, carefully(ORDERS), carefully(ANALYTICS), {"b": 1}]
