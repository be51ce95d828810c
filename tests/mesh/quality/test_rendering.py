"""Short forms in DQDL: by the table of the docs, and for any values by parsing what was written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.config.base import Column
from meshwright.config.domain_file import Product, Table
from meshwright.config.quality_file import Between, InSet, References, RowCount, Rule, Slo
from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.rendering import dqdl_of, ruleset
from meshwright.mesh.quality.rules import DqdlRule
from meshwright.mesh.quality.tokens import DqdlError

NUMBERS = st.one_of(
    st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False, width=64)
)


@pytest.mark.parametrize(
    ("rule", "dqdl"),
    [
        (Rule(not_null="a"), ['IsComplete "a"']),
        (Rule(unique="a"), ['IsUnique "a"']),
        (Rule(in_set=InSet(column="a", values=["x", 'y"z'])), ['ColumnValues "a" in ["x", "y\\"z", NULL]']),
        (Rule(in_set=InSet(column="a", values=[1, -2.5])), ['ColumnValues "a" in [1, -2.5, NULL]']),
        (
            Rule(between=Between(column="a", min=0, max=1e22)),
            [
                'ColumnValues "a" >= 0 where "a is not null"',
                'ColumnValues "a" <= 10000000000000000000000 where "a is not null"',
            ],
        ),
        (
            Rule(between=Between(column="a", max=0.00001)),
            ['ColumnValues "a" <= 0.00001 where "a is not null"'],
        ),
        (
            Rule(references=References(column="a", to="sales.orders.id")),
            ['ReferentialIntegrity "a" "sales__orders.id" = 1.0'],
        ),
        (Rule(row_count=RowCount(min=1, max=9)), ["RowCount >= 1", "RowCount <= 9"]),
        (Rule(dqdl="ColumnCount = 2"), ["ColumnCount = 2"]),
    ],
)
def test_short_forms(rule: Rule, dqdl: list[str]) -> None:
    assert list(dqdl_of(rule)) == dqdl


def table(**columns: Column) -> Table:
    return Table(description="Rows.", format="parquet", columns=columns)


def test_completeness_of_what_must_be_there() -> None:
    columns = {
        "id": Column(type="string"),
        "note": Column(type="string", optional=True),
        "tags": Column(type="array<string>"),
        "total": Column(type="decimal(12,2)"),
    }
    product = Product(
        description="P.",
        classification="public",
        tables={"t": table(**columns)},
        slo=Slo(completeness="99.50%"),
    )
    assert ruleset(product, product.tables["t"]) == (
        'Rules = [\n    Completeness "id" >= 0.995,\n    Completeness "total" >= 0.995\n]'
    )


def test_a_table_without_rules() -> None:
    product = Product(
        description="P.", classification="public", tables={"t": table(id=Column(type="string"))}
    )
    assert ruleset(product, product.tables["t"]) == ""


@given(st.lists(st.text(), min_size=1))
def test_texts_come_back(values: list[str]) -> None:
    """Those that look like dates are dates to DQDL, which the checks refuse."""
    (text,) = dqdl_of(Rule(in_set=InSet(column="a", values=values)))
    try:
        rule = parse_rule(text)
    except DqdlError:
        assert any(value[:1].isdigit() for value in values)
        return
    assert isinstance(rule, DqdlRule)
    assert rule.condition is not None
    *given_values, null = rule.condition.operands
    assert [each.text for each in given_values] == values
    assert null.kind == "null"


@given(NUMBERS, NUMBERS)
def test_numbers_come_back(low: float, high: float) -> None:
    parsed = [parse_rule(text) for text in dqdl_of(Rule(between=Between(column="a", min=low, max=high)))]
    found = []
    for rule in parsed:
        assert isinstance(rule, DqdlRule)
        assert rule.condition is not None
        assert rule.where == "a is not null"
        (operand,) = rule.condition.operands
        found.append((rule.condition.operator, Decimal(operand.text)))
    assert found == [(">=", Decimal(repr(low))), ("<=", Decimal(repr(high)))]


def mistake_in(text: str) -> DqdlError | None:
    try:
        parse_rule(text)
    except DqdlError as mistake:
        return mistake
    return None


@given(st.text())
def test_any_text_is_a_rule_or_a_mistake_inside_it(text: str) -> None:
    mistake = mistake_in(text)
    assert mistake is None or (0 <= mistake.offset <= len(text) and mistake.fix.endswith((".", "?")))


@given(st.text(alphabet='ab "[]()<>=!,.-+*/$#1 \\\n', max_size=30), st.integers(0, 60))
def test_a_rule_with_something_in_it(noise: str, at: int) -> None:
    rule = '(ColumnValues "a" in ["x", NULL] where "b > 1" with threshold > 0.5) and (RowCount > 1)'
    text = rule[:at] + noise + rule[at:]
    mistake = mistake_in(text)
    assert mistake is None or 0 <= mistake.offset <= len(text)
