"""Row filters: the comparisons found, and agreement with an SQL parser on all that is accepted."""

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.config.row_filters import Comparison, RowFilterError, parse_filter

GOOD = {
    "country = 'DE'": (Comparison(("country",), 0, "=", ("text",)),),
    "Country != 'D''E'": (Comparison(("country",), 0, "<>", ("text",)),),
    "a IN ('x', 'y')": (Comparison(("a",), 0, "IN", ("text", "text")),),
    "a NOT LIKE '%x'": (Comparison(("a",), 0, "LIKE", ("text",)),),
    "a BETWEEN 1 AND 2 AND b IS NOT NULL": (
        Comparison(("a",), 0, "BETWEEN", ("number", "number")),
        Comparison(("b",), 22, "IS NULL", ()),
    ),
    "(a = TRUE) or (s.f.g < 3)": (
        Comparison(("a",), 1, "=", ("boolean",)),
        Comparison(("s", "f", "g"), 15, "<", ("number",)),
    ),
}
BAD = {
    "": (0, "where-syntax"),
    "a": (1, "where-syntax"),
    "a =": (3, "where-syntax"),
    "a = 'x' b": (8, "where-syntax"),
    "(a = 1": (6, "where-syntax"),
    "a = 1)": (5, "where-syntax"),
    "a = NULL": (4, "where-unsupported"),
    "'x' = a": (0, "where-unsupported"),
    "true": (0, "where-unsupported"),
    "a = b": (4, "where-unsupported"),
    "a = lower('x')": (4, "where-unsupported"),
    "count(a) > 1": (0, "where-unsupported"),
    "(SELECT 1) = 1": (0, "where-unsupported"),
    "a NOT = 1": (6, "where-syntax"),
    "a == 1": (2, "where-syntax"),
    "a = 1 + 1": (6, "where-syntax"),
    "a = 1 /* x */": (6, "where-syntax"),
    "a = `x`": (4, "where-syntax"),
    "(" * 50 + "a = 1" + ")" * 50: (40, "where-syntax"),
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


@settings(max_examples=200, deadline=None)
@given(text=conditions)
def test_what_is_accepted_is_one_condition_on_the_same_columns_to_an_sql_parser(text: str) -> None:
    ours = {comparison.column for comparison in parse_filter(text)}
    parsed = sqlglot.parse_one(text, dialect="trino")
    theirs = {tuple(part.name for part in column.parts) for column in parsed.find_all(sqlglot.exp.Column)}
    assert ours == theirs
    assert isinstance(parsed, sqlglot.exp.Condition)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="ab='() \"AND,NOTIR;-.1`%", max_size=25))
def test_joining_two_accepted_conditions_keeps_both(text: str) -> None:
    """The two sides' conditions are joined as `(A) AND (B)`: neither may end the other's parentheses."""
    try:
        own = parse_filter(text)
    except RowFilterError:
        return
    joined = parse_filter(f"({text}) AND (country = 'DE')")
    assert [each.column for each in joined] == [*(each.column for each in own), ("country",)]
