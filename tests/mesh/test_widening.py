"""Which types and conditions leave a reader with what it had."""

import pytest

from meshwright.mesh.row_limits import hides_rows
from meshwright.mesh.widening import reads_on

READS_ON = [
    ("string", "string"),
    ("tinyint", "smallint"),
    ("smallint", "bigint"),
    ("float", "double"),
    ("varchar(10)", "varchar(20)"),
    ("varchar(10)", "string"),
    ("decimal(12,2)", "decimal(38,2)"),
    ("array<int>", "array<bigint>"),
    ("map<string,float>", "map<string,double>"),
    ("struct<a:int>", "struct<a:bigint,b:string>"),
    ("struct<a:int,b:string>", "struct<b:string,a:int>"),
    ("array<struct<a:int>>", "array<struct<A:int,b:date>>"),
]
NEEDS_ANOTHER = [
    ("bigint", "int"),
    ("int", "double"),
    ("int", "string"),
    ("double", "float"),
    ("string", "varchar(20)"),
    ("varchar(20)", "varchar(10)"),
    ("char(5)", "char(10)"),
    ("decimal(12,2)", "decimal(12,3)"),
    ("decimal(12,2)", "decimal(11,2)"),
    ("date", "timestamp"),
    ("array<int>", "int"),
    ("struct<a:int,b:int>", "struct<a:int>"),
    ("struct<a:bigint>", "struct<a:int>"),
    ("map<string,int>", "map<int,int>"),
    ("interval", "string"),
]


@pytest.mark.parametrize(("before", "after"), READS_ON)
def test_a_reader_reads_on(before: str, after: str) -> None:
    assert reads_on(before, after)


@pytest.mark.parametrize(("before", "after"), NEEDS_ANOTHER)
def test_a_reader_needs_another_query(before: str, after: str) -> None:
    assert not reads_on(before, after)


def test_without_promotion_only_structs_may_grow() -> None:
    assert reads_on("struct<a:int>", "struct<a:int,b:int>", promotes=False)
    assert not reads_on("struct<a:int>", "struct<a:bigint>", promotes=False)
    assert not reads_on("int", "bigint", promotes=False)


ROWS = [
    # before, after, whether rows are hidden
    ("a = 1", None, False),
    (None, "a = 1", True),
    ("a = 1", "a = 1", False),
    ("(a = 1) AND (b = 'x')", "b = 'x'", False),
    ("(a = 1) AND (b = 'x')", "B = 'x' AND A = 1", False),
    ("a = 1", "a IN (1, 2)", False),
    ("a IN (2, 1)", "a IN (1, 2, 3)", False),
    ("a IN (1, 2)", "a = 1", True),
    ("a = 1", "b = 1", True),
    ("a = 'x'", "a = 'X'", True),
    ("a = 1", "a = 1 AND b = 2", True),
    ("a = 1 OR b = 2", "a = 1", True),
    ("a NOT IN (1)", "a NOT IN (1, 2)", True),
    ("a NOT IN (1, 2)", "a NOT IN (1)", False),
    ("a > 2", "a > 1", False),
    ("a = 1 OR a = 2", "a BETWEEN 1 AND 2", False),
    ("a = 1 OR b = 2", "b = 2 OR a = 1", False),
    ("NOT (a = 1 AND b = 2)", "a = 1", True),
    ("upper(a) = 'X'", "upper(a)  =  'X'", False),
    ("upper(a) = 'X'", "a = 'X'", True),
]


@pytest.mark.parametrize(("before", "after", "hides"), ROWS)
def test_conditions_that_hide_rows(before: str | None, after: str | None, hides: bool) -> None:
    assert hides_rows(before, after) is hides


def test_types_tell_whether_a_condition_hides_rows() -> None:
    assert hides_rows("a > 1", "a >= 2")
    assert not hides_rows("a > 1", "a >= 2", {"a": "int"})
    assert hides_rows("a > 1", "a >= 2", {"a": "double"})
