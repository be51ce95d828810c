"""Texts of others: nothing of them acts, and nothing of them is lost."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.texts import MOST_SAID, few, inert, said, unseen, visible

FEW = settings(max_examples=50, deadline=None)
ODD = st.sampled_from(
    [
        *"\x00\x07\x1b\r\n\t\x7f\x85\xad\u061c\u200b\u200c\u200d\u200e\u202e\u2028\u2067\ufe0f\ufeff\ud800",
        *("\U000e0041", "\U000e0100", "\U0001f469\u200d\U0001f4bb", "می‌خواهم"),
        *("::", "##[", ":", "#", " ", "\\u202e"),
    ]
)
TEXTS = st.lists(ODD | st.text(max_size=3), max_size=12).map("".join)


@FEW
@given(TEXTS)
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)
    assert not any(unseen(shown))
    assert {unicodedata.category(each) for each in shown} & {"Cc", "Zl", "Zp", "Cs"} <= {"Cc"}
    assert {each for each in shown if unicodedata.category(each) == "Cc"} <= {"\n", "\t"}
    assert visible(shown) == shown


@FEW
@given(
    st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
)
def test_json_means_the_same_afterwards(content: object) -> None:
    for indent in (None, 2):
        written = json.dumps(content, ensure_ascii=False, indent=indent)
        assert json.loads(inert(written)) == json.loads(written)


@FEW
@given(TEXTS)
def test_no_line_is_a_command_of_a_workflow(text: str) -> None:
    for line in inert(text).split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@FEW
@given(TEXTS, st.integers(1, 40))
def test_what_messages_say_is_one_short_line(text: str, most: int) -> None:
    assert len(said(text, most)) <= most
    assert "\n" not in said(text, most)
    if said(text, 10_000) == text and len(text) <= most:
        assert said(text, most) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ünïcödé, 日本語", "plain, ünïcödé, 日本語"),
        ("a\u202eb", "a\\u202eb"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\u200bb", "a\\u200bb"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\udcff", "\\udcff"),
        # Joiners and the choice of an emoji's style are kept where scripts and emoji need them.
        ("می‌خواهم क्‍ष 👩‍💻 ❤️‍🔥 1️⃣", "می‌خواهم क्‍ष 👩‍💻 ❤️‍🔥 1️⃣"),
        ("pay\u200dpal", "pay\\u200dpal"),
        ("x\ufe0f\ufe0f", "x\ufe0f\\ufe0f"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_commands_are_shown() -> None:
    assert inert("a\n  ::error::b\na ::c\n##[group]d") == "a\n  \\u003a:error::b\na ::c\n##\\u005bgroup]d"


def test_a_long_text_loses_its_middle() -> None:
    assert said("a" * 200 + "b" * 200) == f"{'a' * 150}…{'b' * 149}"
    assert len(said("a" * MOST_SAID)) == MOST_SAID
    assert said("one\ntwo\t\u202e") == "one\\ntwo\\t\\u202e"


def test_names_for_a_sentence() -> None:
    assert few(["a", "b"]) == (["a", "b"], 0)
    assert few([f"n{number}" for number in range(40)]) == ([f"n{number}" for number in range(12)], 28)
    assert few(["a" * 200, "b" * 200]) == (["a" * 200], 1)
    assert few(["a" * 400]) == ([f"{'a' * 150}…{'a' * 149}"], 0)
