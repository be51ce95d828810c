# ruff: noqa: E501, S608 (a table; types of columns are written here)
"""What rules mean: data, rule, the DQDL that is deployed, and what Glue would say of it.

Where an expected result is documented by AWS, its page is named; `deequ` is the engine that AWS publishes,
https://github.com/awslabs/deequ, at its release 2.0.21:

- DQDL: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (`between` leaves out both ends)
- VALUES: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html (NULL fails all but
  `!=` and `not in`, unless the list has NULL)
- LENGTH: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnLength.html (NULL has no length)
- ROWS: https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-RowCount.html
- EMPTY: deequ, analyzers/Analyzer.scala: a metric of no values is an error, and the rule fails
- UNIQUE: deequ, analyzers/GroupingAnalyzers.scala: rows in which all columns are NULL are left out
- REFERENCE: deequ, comparison/ReferentialIntegrity.scala: NULL equals nothing; no rows, no result
"""

from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import pytest

from meshwright.config.quality_file import Between, InSet, References, RowCount, Rule
from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.rendering import dqdl_of
from meshwright.quality.judging import judge
from meshwright.quality.outcomes import EMPTY, Data

Cell = str | int | float | None
PASS, FAIL, SKIP = "pass", "fail", "not evaluated"


class Case(NamedTuple):
    """A column `a` of a type, a rule on it, and what comes of each of its rules in DQDL."""

    source: str
    type: str
    values: tuple[Cell, ...]
    rule: Rule
    expected: tuple[tuple[str, str, int | None], ...]
    """The rule in DQDL, its result, and how many rows break it."""


def in_set(*values: str | int | float) -> Rule:
    return Rule(in_set=InSet(column="a", values=list(values)))


def between(low: float | None = None, high: float | None = None) -> Rule:
    return Rule(between=Between(column="a", min=low, max=high))


def dqdl(text: str) -> Rule:
    return Rule(dqdl=text)


NOT_NULL, UNIQUE = Rule(not_null="a"), Rule(unique="a")
LEAST, MOST = 'ColumnValues "a" >= 0 where "a is not null"', 'ColumnValues "a" <= 10 where "a is not null"'
REFERS = Rule(references=References(column="a", to="sales.orders.id"))
"""To the values x and y."""
IN_ORDERS = 'ReferentialIntegrity "a" "sales__orders.id" = 1.0'

CASES = (
    # not_null
    Case("DQDL", "string", ("x", ""), NOT_NULL, (('IsComplete "a"', PASS, 0),)),
    Case("DQDL", "string", ("x", None, None), NOT_NULL, (('IsComplete "a"', FAIL, 2),)),
    Case("EMPTY", "string", (), NOT_NULL, (('IsComplete "a"', FAIL, None),)),
    # unique
    Case("DQDL", "string", ("x", "y", "X"), UNIQUE, (('IsUnique "a"', PASS, 0),)),
    Case("DQDL", "string", ("x", "y", "x", "x"), UNIQUE, (('IsUnique "a"', FAIL, 3),)),
    Case("UNIQUE", "string", ("x", None, None), UNIQUE, (('IsUnique "a"', PASS, 0),)),
    Case("UNIQUE", "string", ("x", "x", None), UNIQUE, (('IsUnique "a"', FAIL, 2),)),
    Case("UNIQUE", "string", (None, None), UNIQUE, (('IsUnique "a"', FAIL, None),)),
    Case("EMPTY", "string", (), UNIQUE, (('IsUnique "a"', FAIL, None),)),
    Case("DQDL", "decimal(4,2)", ("1.5", "1.50"), UNIQUE, (('IsUnique "a"', FAIL, 2),)),
    # in_set
    Case("VALUES", "string", ("x", "y"), in_set("x", "y"), (('ColumnValues "a" in ["x", "y", NULL]', PASS, 0),)),
    Case("VALUES", "string", ("x", "X", ""), in_set("x"), (('ColumnValues "a" in ["x", NULL]', FAIL, 2),)),
    Case("VALUES", "string", ("x", None), in_set("x"), (('ColumnValues "a" in ["x", NULL]', PASS, 0),)),
    Case("VALUES", "string", (None, None), in_set("x"), (('ColumnValues "a" in ["x", NULL]', PASS, 0),)),
    Case("EMPTY", "string", (), in_set("x"), (('ColumnValues "a" in ["x", NULL]', FAIL, None),)),
    Case("VALUES", "string", ('y"z', "it's", "b\\c"), in_set('y"z', "it's", "b\\c"), (('ColumnValues "a" in ["y\\"z", "it\'s", "b\\\\c", NULL]', PASS, 0),)),
    Case("VALUES", "string", ("yz",), in_set('y"z'), (('ColumnValues "a" in ["y\\"z", NULL]', FAIL, 1),)),
    Case("VALUES", "int", (1, 2, None), in_set(1, 2), (('ColumnValues "a" in [1, 2, NULL]', PASS, 0),)),
    Case("VALUES", "decimal(12,2)", ("0.10", "-2.50", "0.11"), in_set(0.1, -2.5), (('ColumnValues "a" in [0.1, -2.5, NULL]', FAIL, 1),)),
    Case("VALUES", "date", ("2026-01-31", "2026-02-01"), in_set("2026-01-31"), (('ColumnValues "a" in ["2026-01-31", NULL]', FAIL, 1),)),
    # between
    Case("VALUES", "int", (0, 10), between(0, 10), ((LEAST, PASS, 0), (MOST, PASS, 0))),
    Case("VALUES", "int", (-1, 11, 12), between(0, 10), ((LEAST, FAIL, 1), (MOST, FAIL, 2))),
    Case("VALUES", "int", (5, None), between(0, 10), ((LEAST, PASS, 0), (MOST, PASS, 0))),
    Case("EMPTY", "int", (None,), between(0, 10), ((LEAST, FAIL, None), (MOST, FAIL, None))),
    Case("EMPTY", "int", (), between(high=10), ((MOST, FAIL, None),)),
    Case("VALUES", "decimal(12,2)", ("0.10", "0.30"), between(0.1, 0.3), (
        ('ColumnValues "a" >= 0.1 where "a is not null"', PASS, 0), ('ColumnValues "a" <= 0.3 where "a is not null"', PASS, 0),
    )),
    Case("VALUES", "double", (0.1 + 0.2,), between(high=0.3), (('ColumnValues "a" <= 0.3 where "a is not null"', FAIL, 1),)),
    # references
    Case("REFERENCE", "string", ("x", "y", "x"), REFERS, ((IN_ORDERS, PASS, 0),)),
    Case("REFERENCE", "string", ("x", "z", "z"), REFERS, ((IN_ORDERS, FAIL, 2),)),
    Case("REFERENCE", "string", ("x", None), REFERS, ((IN_ORDERS, FAIL, 1),)),
    Case("REFERENCE", "string", (), REFERS, ((IN_ORDERS, FAIL, None),)),
    # row_count
    Case("ROWS", "string", ("x", None), Rule(row_count=RowCount(min=2, max=2)), (("RowCount >= 2", PASS, None), ("RowCount <= 2", PASS, None))),
    Case("ROWS", "string", (), Rule(row_count=RowCount(min=1)), (("RowCount >= 1", FAIL, None),)),
    Case("ROWS", "string", (), Rule(row_count=RowCount(min=0, max=9)), (("RowCount >= 0", PASS, None), ("RowCount <= 9", PASS, None))),
    # dqdl: the ends of between, NULL, shares
    Case("DQDL", "int", (1, 2), dqdl('ColumnValues "a" between 1 and 3'), (('ColumnValues "a" between 1 and 3', FAIL, 1),)),
    Case("DQDL", "int", (2, None), dqdl('ColumnValues "a" between 1 and 3'), (('ColumnValues "a" between 1 and 3', FAIL, 1),)),
    Case("DQDL", "int", (1, 3), dqdl('ColumnValues "a" not between 1 and 3'), (('ColumnValues "a" not between 1 and 3', PASS, 0),)),
    Case("DQDL", "int", (1, 2), dqdl("RowCount between 2 and 9"), (("RowCount between 2 and 9", FAIL, None),)),
    Case("VALUES", "int", (1, None), dqdl('ColumnValues "a" = 1'), (('ColumnValues "a" = 1', FAIL, 1),)),
    Case("VALUES", "int", (1, None), dqdl('ColumnValues "a" != 2'), (('ColumnValues "a" != 2', PASS, 0),)),
    Case("VALUES", "int", (1, None), dqdl('ColumnValues "a" not in [2, NULL]'), (('ColumnValues "a" not in [2, NULL]', FAIL, 1),)),
    Case("VALUES", "int", (1, None), dqdl('ColumnValues "a" = NULL'), (('ColumnValues "a" = NULL', FAIL, 1),)),
    Case("VALUES", "int", (1, None), dqdl('ColumnValues "a" != NULL'), (('ColumnValues "a" != NULL', FAIL, 1),)),
    Case("VALUES", "string", ("", " ", None, "x"), dqdl('ColumnValues "a" in ["x", EMPTY]'), (('ColumnValues "a" in ["x", EMPTY]', FAIL, 2),)),
    Case("VALUES", "string", ("", " ", None, "x"), dqdl('ColumnValues "a" in [WHITESPACES_ONLY]'), (('ColumnValues "a" in [WHITESPACES_ONLY]', FAIL, 3),)),
    Case("VALUES", "date", ("2026-01-31", None), dqdl('ColumnValues "a" > "2026-01-30"'), (('ColumnValues "a" > "2026-01-30"', FAIL, 1),)),
    Case("VALUES", "timestamp", ("2026-01-31 23:59:59",), dqdl('ColumnValues "a" <= "2026-01-31"'), (('ColumnValues "a" <= "2026-01-31"', PASS, 0),)),
    Case("VALUES", "int", (1, 1, 1, 9), dqdl('ColumnValues "a" = 1 with threshold >= 0.75'), (('ColumnValues "a" = 1 with threshold >= 0.75', PASS, 1),)),
    Case("VALUES", "int", (1, 1, 1, 9), dqdl('ColumnValues "a" = 1 with threshold > 0.75'), (('ColumnValues "a" = 1 with threshold > 0.75', FAIL, 1),)),
    Case("DQDL", "int", (1, None, 2, 3), dqdl('Completeness "a" >= 0.75'), (('Completeness "a" >= 0.75', PASS, 1),)),
    Case("DQDL", "int", (1, None, None, 3), dqdl('Completeness "a" >= 0.75'), (('Completeness "a" >= 0.75', FAIL, 2),)),
    Case("EMPTY", "int", (), dqdl('Completeness "a" >= 0'), (('Completeness "a" >= 0', FAIL, None),)),
    Case("UNIQUE", "int", (1, 1, 2, None), dqdl('Uniqueness "a" > 0.3'), (('Uniqueness "a" > 0.3', PASS, 2),)),
    Case("UNIQUE", "int", (1, 2, None), dqdl('IsPrimaryKey "a"'), (('IsPrimaryKey "a"', FAIL, 1),)),
    Case("UNIQUE", "int", (1, 2, 2), dqdl('IsPrimaryKey "a"'), (('IsPrimaryKey "a"', FAIL, 2),)),
    Case("LENGTH", "string", ("DE", "FR"), dqdl('ColumnLength "a" = 2'), (('ColumnLength "a" = 2', PASS, 0),)),
    Case("LENGTH", "string", ("DE", "FRA", None), dqdl('ColumnLength "a" = 2'), (('ColumnLength "a" = 2', FAIL, 2),)),
    Case("LENGTH", "string", ("DE", None), dqdl('ColumnLength "a" < 3'), (('ColumnLength "a" < 3', PASS, 0),)),
    # composite rules: each on the whole table, then combined
    Case("DQDL", "int", (1, None), dqdl('(ColumnValues "a" = 1) or (ColumnValues "a" = NULL)'), (('(ColumnValues "a" = 1) or (ColumnValues "a" = NULL)', FAIL, None),)),
    Case("DQDL", "int", (1, 2), dqdl('(IsComplete "a") and (IsUnique "a")'), (('(IsComplete "a") and (IsUnique "a")', PASS, None),)),
    # what only Glue evaluates passes nowhere
    Case("", "string", ("x",), dqdl('ColumnValues "a" matches "x"'), (('ColumnValues "a" matches "x"', SKIP, None),)),
    Case("", "int", (1,), dqdl('Mean "a" = 1'), (('Mean "a" = 1', SKIP, None),)),
    Case("", "int", (1,), dqdl('RowCount > 0 where "a > 0"'), (('RowCount > 0 where "a > 0"', SKIP, None),)),
    Case("", "int", (1,), dqdl('RowCount > 0 where "b is not null"'), (('RowCount > 0 where "b is not null"', SKIP, None),)),
    Case("", "int", (1,), REFERS, ((IN_ORDERS, SKIP, None),)),
    Case("", "date", ("2026-01-31",), dqdl('ColumnValues "a" < now()'), (('ColumnValues "a" < now()', SKIP, None),)),
    Case("", "int", (1,), dqdl('(RowCount = 1) or (Mean "a" = 1)'), (('(RowCount = 1) or (Mean "a" = 1)', SKIP, None),)),
    Case("", "string", ("1",), dqdl('ColumnValues "a" = 1'), (('ColumnValues "a" = 1', SKIP, None),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE orders AS SELECT * FROM (VALUES ('x'), ('y'), (NULL)) AS rows(id)")
        yield opened


def fill(connection: duckdb.DuckDBPyConnection, kind: str, values: tuple[Cell, ...]) -> Data:
    duck = {"string": "VARCHAR"}.get(kind, kind)
    connection.execute(f"CREATE OR REPLACE TABLE rows (a {duck})")
    if values:
        connection.executemany(f"INSERT INTO rows VALUES (CAST(? AS {duck}))", [[value] for value in values])
    types = {"a": kind.partition("(")[0]}
    return Data(table="rows", types=types, others={"sales__orders": "orders"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{next(dqdl_of(case.rule))} on {case.values}")
def test_what_a_rule_means(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    data = fill(connection, case.type, case.values)
    found = []
    for text in dqdl_of(case.rule):
        outcome = judge(connection, parse_rule(text), data)
        found.append((text, outcome.result, outcome.broken))
    assert tuple(found) == case.expected


def test_every_short_form_and_source_is_there() -> None:
    assert {case.source for case in CASES} == {
        "DQDL",
        "VALUES",
        "LENGTH",
        "ROWS",
        "EMPTY",
        "UNIQUE",
        "REFERENCE",
        "",
    }
    for form in ("not_null", "unique", "in_set", "between", "references", "row_count", "dqdl"):
        assert any(getattr(case.rule, form) is not None for case in CASES)


def said(connection: duckdb.DuckDBPyConnection, text: str, data: Data) -> tuple[tuple[str, ...], str]:
    outcome = judge(connection, parse_rule(text), data)
    return outcome.examples, outcome.note


def test_examples_and_reasons(connection: duckdb.DuckDBPyConnection) -> None:
    data = fill(connection, "string", ("b", "b", "a", "a", "c", "d", "d", "e", "e", None))
    assert said(connection, 'IsUnique "a"', data) == (("a", "b", "d"), "")
    assert said(connection, 'ColumnValues "a" in ["a", "b", "c"]', data) == (("d", "e"), "")
    assert said(connection, "RowCount > 10", data) == ((), "there are 10 rows")
    assert said(connection, 'Completeness "a" = 1', data) == ((), "9 of 10 rows have a value")
    assert said(connection, IN_ORDERS, data) == (("a", "b", "c"), "0 of 10 rows have their value there")
    assert said(connection, 'IsComplete "a"', fill(connection, "string", ())) == ((), EMPTY)


@pytest.mark.parametrize(
    "text",
    ['IsUnique "a"', 'ColumnValues "a" in ["x"]', 'ColumnLength "a" = 9', IN_ORDERS, 'IsPrimaryKey "a"'],
)
def test_personal_data_is_never_an_example(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    data = fill(connection, "string", ("secret", "secret"))
    personal = Data(table=data.table, types=data.types, others=data.others, personal=["a"])
    assert said(connection, text, personal) == ((), "values are not shown: personal data")


def test_a_reference_whose_files_are_not_given(connection: duckdb.DuckDBPyConnection) -> None:
    data = fill(connection, "string", ("x",))
    alone = Data(table=data.table, types=data.types, others={})
    outcome = judge(connection, parse_rule(IN_ORDERS), alone)
    assert (outcome.result, outcome.note) == (
        "not evaluated",
        "it needs the other table: --with sales.orders=FILE",
    )
