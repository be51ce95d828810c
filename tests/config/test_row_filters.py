"""Row filters: the comparisons found, what is refused, and that nothing else escapes."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.config.row_filters import Comparison, RowFilterError, parse_filter
from tests.depth import examples

GOOD = {
    "country = 'DE'": (Comparison(("country",), 0, "=", ("text",)),),
    "Country != 'D''E'": (Comparison(("country",), 0, "<>", ("text",)),),
    "a IN ('x', 'y')": (Comparison(("a",), 0, "IN", ("text", "text")),),
    "a NOT LIKE '%x'": (Comparison(("a",), 0, "LIKE", ("text",)),),
    "a BETWEEN 1 AND 2 AND b IS NOT NULL": (
        Comparison(("a",), 0, "BETWEEN", ("number", "number")),
        Comparison(("b",), 22, "IS NULL", ()),
    ),
    '"date" = 1': (Comparison(("date",), 0, "=", ("number",)),),
    " AND ".join(["a NOT IN (1)"] * 50): tuple(
        Comparison(("a",), 17 * number, "IN", ("number",)) for number in range(50)
    ),
    "(a = TRUE) or (s.f.g < 3)": (
        Comparison(("a",), 1, "=", ("boolean",)),
        Comparison(("s", "f", "g"), 15, "<", ("number",)),
    ),
}
BAD = {
    "": (0, "where-syntax"),
    "a": (0, "where-syntax"),
    "a =": (2, "where-syntax"),
    "a = 'x' b": (8, "where-syntax"),
    "(a = 1": (5, "where-syntax"),
    "a = 1)": (5, "where-syntax"),
    "a = NULL": (0, "where-unsupported"),
    "'x' = a": (0, "where-unsupported"),
    "true": (0, "where-syntax"),
    "a = b": (4, "where-unsupported"),
    "a = lower('x')": (4, "where-unsupported"),
    "count(a) > 1": (0, "where-unsupported"),
    "(SELECT 1) = 1": (1, "where-unsupported"),
    "a NOT = 1": (2, "where-syntax"),
    "a == 1": (2, "where-syntax"),
    "a = 1 + 1": (6, "where-syntax"),
    "a = 1 /* x */": (6, "where-syntax"),
    "a = `x`": (4, "where-syntax"),
    'a = "x"': (4, "where-syntax"),
    "date = 'x'": (0, "where-syntax"),
    "a = U&'x'": (4, "where-syntax"),
    "a = x'ab'": (4, "where-syntax"),
    "a = DATE '2026-01-01'": (4, "where-syntax"),
    "a ILIKE 'x'": (2, "where-syntax"),
    "a IS TRUE": (0, "where-syntax"),
    "-a = 1": (1, "where-unsupported"),
    "a = -'x'": (0, "where-unsupported"),
    "a = 1e3": (4, "where-syntax"),
    "a = b.1": (4, "where-unsupported"),
    "a IN b": (0, "where-syntax"),
    "a IN ()": (0, "where-syntax"),
    "a IN (1,)": (7, "where-syntax"),
    "a NOT NULL": (0, "where-syntax"),
    "a BETWEEN SYMMETRIC 1 AND 2": (0, "where-syntax"),
    "a BETWEEN ASYMMETRIC 1 AND 2": (10, "where-syntax"),
    "a = . 5": (4, "where-syntax"),
    "a =\xa01": (3, "where-syntax"),
    "a = 'x\\' OR b = 'y'": (4, "where-syntax"),
    '"Date" = 1': (0, "where-syntax"),
    "value = 1": (0, "where-syntax"),
    "a = 'it''s": (4, "where-syntax"),
    'a = "x': (4, "where-syntax"),
    "NOT " * 60 + "a = 1": (80, "where-syntax"),
    "a = " + "- " * 1000 + "1": (44, "where-syntax"),
    "a" + ".b" * 1000 + " = 1": (21, "where-syntax"),
    "(" * 50 + "a = 1" + ")" * 50: (20, "where-syntax"),
    "a = '" + "x" * 2048 + "'": (0, "where-too-long"),
}


@pytest.mark.parametrize("text", GOOD)
def test_conditions_come_apart(text: str) -> None:
    assert parse_filter(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_mistakes_are_placed(text: str) -> None:
    with pytest.raises(RowFilterError) as raised:
        parse_filter(text)
    assert (raised.value.offset, raised.value.code) == BAD[text]


names = st.sampled_from(["country", "total", "address.city"])
texts = st.sampled_from(["'DE'", "''", "'it''s'", "'%a_'", "'a) OR (1=1'"])
numbers = st.sampled_from(["1", "-2", "3.5", "0"])
constants = texts | numbers | st.sampled_from(["TRUE", "false"])
simple = st.one_of(
    st.builds("{} {} {}".format, names, st.sampled_from(["=", "<>", "!=", "<", ">", "<=", ">="]), constants),
    st.builds("{} IN ({}, {})".format, names, constants, constants),
    st.builds("{} {}LIKE {}".format, names, st.sampled_from(["", "NOT "]), texts),
    st.builds("{} BETWEEN {} AND {}".format, names, numbers, numbers),
    st.builds("{} IS {}NULL".format, names, st.sampled_from(["", "NOT "])),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=6,
)


@examples(40)
@given(text=conditions)
def test_each_comparison_of_a_condition_is_found_once(text: str) -> None:
    """The generated text is its own oracle: every comparison in it begins with one of the known names."""
    bare = re.sub(r"'(?:[^']|'')*'", "''", text)
    written = [tuple(name.split(".")) for name in re.findall(r"country|total|address\.city", bare)]
    assert [comparison.column for comparison in parse_filter(text)] == written


@examples(100)
@given(text=st.text(alphabet="ab='() \"AND,NOTIRLSEC;-.1`%/*\\\n:@{}[]", max_size=40) | st.text(max_size=20))
def test_no_other_error_escapes(text: str) -> None:
    with contextlib.suppress(RowFilterError):
        assert parse_filter(text)


@examples(60)
@given(text=st.text(alphabet="ab='() \"AND,NOTIR;-.1`%", max_size=25))
def test_joining_two_accepted_conditions_keeps_both(text: str) -> None:
    """The two sides' conditions are joined as `(A) AND (B)`: neither may end the other's parentheses."""
    try:
        own = parse_filter(text)
    except RowFilterError:
        return
    joined = parse_filter(f"({text}) AND (country = 'DE')")
    assert [each.column for each in joined] == [*(each.column for each in own), ("country",)]
