"""Conditions on rows compared: whatever is said of them is what an SQL engine finds, row by row."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.mesh.rows import comparing, solver
from meshwright.mesh.rows.comparing import Relation, compared, rows_beyond
from meshwright.mesh.rows.conditions import PRESENT, row_text
from tests.depth import examples

TYPES = {
    "i": "int",
    "n": "decimal(4,1)",
    "x": "double",
    "t": "string",
    "d": "date",
    "m": "timestamp",
    "b": "boolean",
}
SQL_TYPES = TYPES | {"t": "varchar"}
CONSTANTS = {
    "i": ("0", "1", "2", "-1", "1.5"),
    "n": ("0.5", "1", "1.25", "-0.1"),
    "x": ("0.5", "1", "-2"),
    "t": ("'a'", "'b'", "'ab'", "''", "'B'"),
    "d": ("DATE '2026-01-01'", "'2026-01-02'", "DATE '2026-01-31'"),
    "m": ("TIMESTAMP '2026-01-01 00:00:00'", "'2026-01-01 12:00:00.500'", "DATE '2026-01-02'"),
    "b": ("TRUE", "FALSE"),
}
VALUES = {
    "i": "-2, -1, 0, 1, 2, 3, NULL",
    "n": "-0.2, -0.1, 0.5, 0.6, 1.0, 1.2, 1.3, NULL",
    "x": "-3, -2, 0.5, 0.75, 1, 2, NULL",
    "t": "'', 'a', 'A', 'B', 'b', 'aa', 'ab', 'abb', 'ba', 'b a', 'é', NULL",
    "d": "DATE '2025-12-31', DATE '2026-01-01', DATE '2026-01-02', DATE '2026-01-31', NULL",
    "m": "TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-01 12:00:00.5', "
    "TIMESTAMP '2026-01-02 00:00:01', NULL",
    "b": "TRUE, FALSE, NULL",
}
SOME = {"i": 1, "n": 1, "x": 1, "t": "a", "d": "2026-01-01", "m": "2026-01-01 00:00:00", "b": True}
PATTERNS = ("'a%'", "'%b'", "'a_'", "'%a%'", "'_%b'", "'ab'", "'%'", "''", "'a%b'", "'__'")


def single_tests(column: str) -> st.SearchStrategy[str]:
    constants = st.sampled_from(CONSTANTS[column])
    orders = ("=", "<>") if column == "b" else ("=", "<>", "<", ">", "<=", ">=")
    maybe_null = st.one_of(constants, st.just("NULL")) if column == "i" else constants
    found = [
        st.builds(f"{column} {{}} {{}}".format, st.sampled_from(orders), constants),
        st.sampled_from([f"{column} IS NULL", f"{column} IS NOT NULL"]),
        st.builds(
            lambda maybe, some: f"{column} {maybe}IN ({', '.join(some)})",
            st.sampled_from(("", "NOT ")),
            st.lists(maybe_null, min_size=1, max_size=3),
        ),
    ]
    if column != "b":
        found.append(st.builds(f"{column} BETWEEN {{}} AND {{}}".format, constants, constants))
    if column == "t":
        found.append(
            st.builds("t {}LIKE {}".format, st.sampled_from(("", "NOT ")), st.sampled_from(PATTERNS))
        )
    return st.one_of(found)


def conditions(columns: tuple[str, ...]) -> st.SearchStrategy[str]:
    def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("({} AND {})".format, parts, parts),
            st.builds("({} OR {})".format, parts, parts),
            st.builds("NOT ({})".format, parts),
        )

    return st.recursive(st.one_of(*map(single_tests, columns)), joined, max_leaves=4)


PAIRS = st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=2, unique=True).flatmap(
    lambda columns: st.tuples(st.just(tuple(columns)), conditions(tuple(columns)), conditions(tuple(columns)))
)


ENGINE: list[duckdb.DuckDBPyConnection] = []
"""The one that all tests ask; in a list, since what a fixture gives away stays until the process ends."""


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[None]:
    ENGINE.append(duckdb.connect())
    yield
    ENGINE.pop().close()


def asked(query, values=()):
    return ENGINE[0].execute(query, values).fetchall()


def shown(columns, first, second) -> list[tuple[bool, bool]]:
    """Of every row with such values: whether the one condition shows it, and whether the other does."""
    tables = ", ".join(
        f"(SELECT CAST(unnest([{VALUES[column]}]) AS {SQL_TYPES[column]}) AS {column})" for column in columns
    )
    return asked(f"SELECT ({first}) IS TRUE, ({second}) IS TRUE FROM {tables}")  # noqa: S608


def shows(row, condition) -> bool:
    """Whether the engine finds that one row by the condition."""
    values = ", ".join(f"CAST(? AS {SQL_TYPES[column]}) AS {column}" for column, _ in row)
    query = f"SELECT ({condition}) IS TRUE FROM (SELECT {values})"  # noqa: S608
    return asked(query, [SOME[column] if value == PRESENT else value for column, value in row])[0][0]


@pytest.mark.slow
@examples(100)
@given(PAIRS)
def test_what_is_said_of_two_conditions_is_what_an_engine_finds(pair):
    columns, first, second = pair
    found = compared(first, second, TYPES)
    rows = shown(columns, first, second)
    if found.relation in (Relation.EQUAL, Relation.NARROWER):
        assert not any(one and not other for one, other in rows)
    if found.relation in (Relation.EQUAL, Relation.WIDER):
        assert not any(other and not one for one, other in rows)
    if found.relation is Relation.DISJOINT:
        assert not any(one and other for one, other in rows)
    assert (found.only_first is None) or found.relation not in (Relation.EQUAL, Relation.NARROWER)
    assert (found.only_second is None) or found.relation not in (Relation.EQUAL, Relation.WIDER)
    for row, yes, no in ((found.only_first, first, second), (found.only_second, second, first)):
        if row is not None:
            assert shows(row, yes)
            assert not shows(row, no)


@pytest.mark.slow
@examples(25)
@given(PAIRS)
def test_without_types_nothing_else_is_said(pair):
    _, first, second = pair
    known, unknown = compared(first, second, TYPES).relation, compared(first, second).relation
    assert unknown in (known, Relation.UNKNOWN)


@pytest.mark.slow
@examples(25)
@given(PAIRS)
def test_the_way_back_is_the_opposite(pair):
    _, first, second = pair
    there, back = compared(first, second, TYPES), compared(second, first, TYPES)
    opposite = {Relation.WIDER: Relation.NARROWER, Relation.NARROWER: Relation.WIDER}
    assert back.relation is opposite.get(there.relation, there.relation)
    assert (there.only_first is None) == (back.only_second is None)


SAME, WIDER, NARROWER, DISJOINT, OVERLAPPING, UNKNOWN = (
    Relation.EQUAL,
    Relation.WIDER,
    Relation.NARROWER,
    Relation.DISJOINT,
    Relation.OVERLAPPING,
    Relation.UNKNOWN,
)
COMPARED = [
    # first, second, relation, a row of the first alone, a row of the second alone
    ("t = 'DE'", "t IN ('DE', 'FR')", NARROWER, None, "t = FR"),
    ("t IN ('FR', 'DE')", "t = 'DE' OR t = 'FR'", SAME, None, None),
    ("t = 'DE'", "t = 'FR'", DISJOINT, "t = DE", "t = FR"),
    ("t <> 'DE'", "t <> 'FR'", OVERLAPPING, "t = FR", "t = DE"),
    ("t <> 'DE'", "t IS NOT NULL", NARROWER, None, "t = DE"),
    ("t NOT IN ('DE', NULL)", "FALSE", SAME, None, None),
    ("T = 'DE'", "t = 'DE' AND \"t\" < 'E'", SAME, None, None),
    ("i > 10", "i >= 11", SAME, None, None),
    ("i > 10", "i > 5", NARROWER, None, "i = 10"),
    ("i = 1.5", "FALSE", SAME, None, None),
    ("i <= 2147483647", "i IS NOT NULL", SAME, None, None),
    ("n > 10", "n >= 10.1", SAME, None, None),
    ("n < 1000", "n IS NOT NULL", SAME, None, None),
    ("x > 10", "x >= 11", WIDER, "x = 10.5", None),
    ("x > 10", "NOT x <= 10", UNKNOWN, None, None),
    ("x = 0.1", "x BETWEEN 0.1 AND 0.1", SAME, None, None),
    ("d > '2025-12-31'", "d >= DATE '2026-01-01'", SAME, None, None),
    ("m > '2025-12-31'", "m >= '2026-01-01 00:00:00'", WIDER, "m = 2025-12-31 00:00:01", None),
    ("b = TRUE", "b <> FALSE", SAME, None, None),
    ("b = TRUE", "NOT b IS NULL", NARROWER, None, "b = false"),
    ("t LIKE 'A%'", "t >= 'A' AND t < 'B'", SAME, None, None),
    ("t LIKE 'A%'", "t LIKE 'AB%'", WIDER, "t = A", None),
    ("t LIKE 'A_'", "t LIKE 'A%'", NARROWER, None, "t = A"),
    ("v LIKE '____'", "FALSE", SAME, None, None),
    (None, "t IS NULL OR t IS NOT NULL", SAME, None, None),
    (None, "t = 'DE'", WIDER, "t = other", None),
    ("s.a = 'x'", "s.a IS NOT NULL", NARROWER, None, "s.a = other"),
    ("i = 1", "z = TRUE", OVERLAPPING, "i = 1, z = false", "i = 2, z = true"),
    ("z IS NULL", "FALSE", WIDER, "z = NULL", None),
    ("z IS NOT NULL", "FALSE", WIDER, "z = (some value)", None),
]
MORE_TYPES = TYPES | {"v": "varchar(3)", "s": "struct<a:string>"}


@pytest.mark.parametrize(("first", "second", "relation", "one", "other"), COMPARED)
def test_conditions_compared(first, second, relation, one, other):
    found = compared(first, second, MORE_TYPES)
    texts = tuple(row_text(row) if row is not None else None for row in (found.only_first, found.only_second))
    assert (found.relation, *texts) == (relation, one, other)


NOT_UNDERSTOOD = [
    "lower(t) = 'x'",
    "t = u",
    "1 = i",
    "t = 'a' -- and more",
    r"t LIKE 'a\%'",
    "t LIKE 'a!%' ESCAPE '!'",
    "t ILIKE 'a'",
    "t = 1",
    "i = '1'",
    "i = 1e3",
    "i BETWEEN SYMMETRIC 2 AND 1",
    "i IN (SELECT 1)",
    "b > FALSE",
    "b",
    "d = '2026-02-30'",
    "d = '2026-1-1'",
    "d = TIMESTAMP '2026-01-01 00:00:00'",
    "m = TIMESTAMP '2026-01-01 00:00:00 UTC'",
    "x = 0.1234567890123456789",
    "c = 'x'",
    "s.c = 'x'",
    "s.a.b = 'x'",
    "s IS NULL OR s.a = 'x'",
    "u = '2026-01-01'",
    "u = 'x' OR u = 1",
    "u = 0.1234567",
    "t = '\U00030000'",
    "i =",
    "d LIKE '2026%'",
    " OR ".join(f"i = {number}" for number in range(300)),
]


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_what_is_not_certainly_understood_is_not_known(text):
    types = MORE_TYPES | {"c": "char(3)"}
    assert compared(text, "i = 0 OR i IS NULL", types).relation is Relation.UNKNOWN
    assert compared(text, text, types).relation is Relation.EQUAL


def test_several_limits_add_up():
    assert rows_beyond("i < 3", ("i < 2", "i BETWEEN 1 AND 9"), TYPES) == (True, None)
    assert rows_beyond("i < 3", ("i < 1", "i > 1"), TYPES) == (True, (("i", 1),))
    assert rows_beyond("i < 3", (), TYPES).row is not None


def test_a_row_has_the_values_of_its_columns():
    condition = "i = 1 AND n = 0.5 AND x = 2 AND d = '2026-01-01' AND m = '2026-01-01 00:00:00.5'"
    assert rows_beyond(condition, (), TYPES).row == (
        ("i", 1),
        ("n", 0.5),
        ("x", 2.0),
        ("d", date(2026, 1, 1)),
        ("m", datetime(2026, 1, 1, microsecond=500_000)),
    )


def test_without_the_solver_what_the_likely_rows_show_is_known(monkeypatch):
    comparing._search.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "z3", None)
    try:
        assert compared("i > 1", "i > 2", TYPES) == (Relation.UNKNOWN, (("i", 2),), None)
    finally:
        comparing._search.cache_clear()


def test_the_solver_gives_up_after_a_while(monkeypatch):
    comparing._search.cache_clear()
    monkeypatch.setattr(solver, "EFFORT", 1)
    try:
        assert compared("t LIKE '%a%b_c%'", "t LIKE '%b_c%'", TYPES).relation is Relation.UNKNOWN
    finally:
        comparing._search.cache_clear()


@pytest.mark.slow
@examples(3)
@given(st.lists(PAIRS, min_size=20, max_size=20))
def test_most_is_known(pairs):
    told = Counter(compared(first, second, TYPES).relation for _, first, second in pairs)
    assert told.total() == 20
    assert told[Relation.UNKNOWN] <= 10
