# ruff: noqa: E501 (tables)
"""DQDL taken apart, by the documentation's own examples; mistakes with their places."""

import pytest

from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.rule_types import RULE_TYPES
from meshwright.mesh.quality.rules import (
    AnyRule,
    Composite,
    Condition,
    DqdlRule,
    Operand,
    Parameter,
    named_columns,
    named_datasets,
    single_rules,
)
from meshwright.mesh.quality.tokens import DqdlError

EXAMPLES = (
    'AggregateMatch "sum(total)" "sum(reference.total)" >= 0.95',
    'ColumnCorrelation "height" "weight" > 0.8',
    'ColumnCorrelation "height" and "weight" between 0.8 and 0.9',
    "ColumnCount = 10",
    'ColumnDataType "total" = "INTEGER" with threshold > 0.8',
    'ColumnExists "middle_name"',
    'ColumnLength "postal_code" = 5',
    'ColumnLength "country" in [2, 3]',
    'ColumnNamesMatchPattern "aws_.*_[a-zA-Z0-9]+"',
    'ColumnValues "country" in [ "US", "CA", "UK", NULL, EMPTY, WHITESPACES_ONLY ]',
    'ColumnValues "gender" in ["F", "M"] where "weight < 10"',
    'ColumnValues "first_name" matches "[a-zA-Z]*"',
    'ColumnValues "first_name" not matches "[0-9]*"',
    'ColumnValues "load_date" > (now() - 3 days)',
    'ColumnValues "load_date" between "2026-01-01" and now()',
    'ColumnValues "customer_id" between 1 and 2000',
    'ColumnValues "age" != NULL',
    'ColumnValues "age" not in [21, 22, 23, NULL]',
    'ColumnValues "age" > -4.5',
    'Completeness "first_name" > 0.95',
    'CustomSql "select count(*) from primary" between 10 and 20',
    'CustomSql "select id from primary where age < 100"',
    'CustomSql "select id from primary" with threshold > 0.9',
    'DataFreshness "order_date" <= 24 hours',
    'DataFreshness "order_date" between 2 days and 5 days',
    'DatasetMatch "reference" "id1,id2" >= 0.9',
    'DatasetMatch "reference" "id->customer_id" "total->amount" = 1.0',
    'DetectAnomalies "Completeness" "total"',
    'DistinctValuesCount "state" between 5 and 50',
    'Entropy "feedback" > 1.0',
    'FileFreshness "s3://bucket/" between "9:30 AM" and "9:35 AM" with timeZone = "America/New_York"',
    'FileMatch "s3://bucket/a.json" in ["3ff1"] with hashAlgorithm = "MD5"',
    "FileSize > 10 MB",
    'FileUniqueness "s3://bucket/" > 0.5',
    'IsComplete "order_id"',
    'IsComplete "order_id" where "total > 0" labels=["team"="orders", "sla"="gold"]',
    'IsPrimaryKey "first_name" "last_name"',
    'IsUnique "email"',
    'Mean "star_rating" > 3',
    'ReferentialIntegrity "city,state" "reference.{ref_city,ref_state}" = 1.0',
    "RowCount > 100",
    "RowCount > avg(last(10)) * 0.6",
    "RowCount between min(last(10)) - 1 and max(last(10)) + 1",
    'RowCountMatch "reference" >= 0.9',
    'SchemaMatch "reference" = 1.0',
    'StandardDeviation "star_rating" < 1.5',
    'Sum "transaction_total" > 500000',
    'UniqueValueRatio "test_score" between 0 and 0.5',
    'Uniqueness "zip_code" >= 0.95',
    'Variance "age" < 9',
    '(IsComplete "id") and (IsUnique "id")',
    '(RowCount > 0) or ((IsComplete "a") AND (IsUnique "a"))',
    'IsComplete "id" # never empty',
)


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_is_documented_is_understood(text: str) -> None:
    assert list(single_rules(parse_rule(text)))


def test_every_type_has_an_example() -> None:
    seen = {rule.type for text in EXAMPLES for rule in single_rules(parse_rule(text))}
    assert seen == set(RULE_TYPES)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            'ColumnValues "a" in ["x\\"y", \'z\', NULL]'.replace("'z'", '"z\\\\"'),
            DqdlRule(
                type="ColumnValues",
                parameters=(Parameter("column", "a", 14),),
                condition=Condition(
                    "in",
                    (Operand("text", 'x"y', 21), Operand("text", "z\\", 29), Operand("null", "NULL", 36)),
                ),
            ),
        ),
        (
            'ColumnValues "d" not between "2026-01-01" and (now() - 3 days) where "x > 1" with threshold >= 0.9',
            DqdlRule(
                type="ColumnValues",
                parameters=(Parameter("column", "d", 14),),
                condition=Condition(
                    "not between",
                    (Operand("date", "2026-01-01", 29), Operand("date", "(now() - 3 days)", 46)),
                ),
                where="x > 1",
                threshold=Condition(">=", (Operand("number", "0.9", 95),)),
            ),
        ),
        (
            "(RowCount > 0) or (RowCount = 1) and (RowCount < 9)",
            Composite(
                "or",
                (
                    DqdlRule(
                        type="RowCount", condition=Condition(">", (Operand("number", "0", 12),)), offset=1
                    ),
                    Composite(
                        "and",
                        (
                            DqdlRule(
                                type="RowCount",
                                condition=Condition("=", (Operand("number", "1", 30),)),
                                offset=19,
                            ),
                            DqdlRule(
                                type="RowCount",
                                condition=Condition("<", (Operand("number", "9", 49),)),
                                offset=38,
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ],
    ids=["escapes", "dates", "and binds tighter"],
)
def test_taken_apart(text: str, rule: AnyRule) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "columns", "datasets"),
    [
        ('IsPrimaryKey "a" "b"', [(None, "a", 14), (None, "b", 18)], []),
        (
            'ReferentialIntegrity "a, b" "other.{c,d}" = 1.0',
            [(None, "a", 22), (None, "b", 25), ("other", "c", 36), ("other", "d", 38)],
            ["other"],
        ),
        ('ReferentialIntegrity "a" "other.c" = 1.0', [(None, "a", 22), ("other", "c", 32)], ["other"]),
        (
            'DatasetMatch "other" "id" "a->b" = 1.0',
            [(None, "id", 22), ("other", "id", 22), (None, "a", 27), ("other", "b", 27)],
            ["other"],
        ),
        ('AggregateMatch "sum(a)" "avg(other.b)" > 1', [(None, "a", 16), ("other", "b", 25)], ["other"]),
        ('SchemaMatch "other" = 1.0', [], ["other"]),
        ('CustomSql "select a from other" = 1', [], []),
    ],
)
def test_what_it_names(text: str, columns: list[tuple[str | None, str, int]], datasets: list[str]) -> None:
    rule = parse_rule(text)
    assert isinstance(rule, DqdlRule)
    assert [(each.dataset, each.name, each.offset) for each in named_columns(rule)] == columns
    assert [each.text for each in named_datasets(rule)] == datasets


@pytest.mark.parametrize(
    ("text", "offset", "what", "fix"),
    [
        ("", 0, "expected a rule, found the end", 'For example: IsComplete "order_id".'),
        ('"a"', 0, 'expected a rule, found `"a"`', 'For example: IsComplete "order_id".'),
        ("iscomplete a", 0, "DQDL has no rule type `iscomplete`", "Did you mean `IsComplete`?"),
        ("Rules = [ RowCount > 1 ]", 0, "`Rules` begins a document", "Write one rule, without `Rules = [ ]`."),
        ('IsComplete "a', 11, "a string is not closed", 'Put a `"` at its end.'),
        ("ColumnValues \"a\" = 'x'", 19, "DQDL knows no single quotes here", 'Use double quotes: "…".'),
        ("RowCount > 1;", 12, "DQDL has no sign `;`", 'Column names and text stand in double quotes: "…".'),
        ("IsComplete", 0, "`IsComplete` has no parameters", "It takes 1."),
        ('IsComplete "a" "b"', 15, "`IsComplete` has 2 parameters", "It takes 1."),
        ("IsUnique", 0, "`IsUnique` has no parameters", "It takes 1 or more."),
        ('RowCount "a" > 1', 9, "`RowCount` has 1 parameter", "It takes none."),
        ('DatasetMatch "r" = 1', 13, "`DatasetMatch` has 1 parameter", "It takes 2 or 3."),
        (
            "RowCount",
            8,
            "`RowCount` needs a condition behind it, found the end",
            "For example: = 2 or between 0.9 and 1.",
        ),
        ('IsComplete "a" > 1', 15, "`IsComplete` takes no condition", "Take `> …` out."),
        (
            'RowCount = "2"',
            9,
            "`RowCount` can't be compared with a text",
            "For example: = 2 or between 0.9 and 1.",
        ),
        ('ColumnValues "a" BETWEEN 1 and 2', 17, "DQDL has no `BETWEEN`", "Write it in lower case: `between`."),
        ("RowCount between 1, 2", 18, "expected `and`, found `,`", "For example: between 0 and 10."),
        ('ColumnValues "a" in "x"', 20, 'expected `[`, found `"x"`', 'For example: in ["a", "b"].'),
        ('ColumnValues "a" in ["x" "y"]', 25, 'expected `,`, found `"y"`', 'For example: in ["a", "b"].'),
        (
            'ColumnValues "a" in ["x", 1]',
            26,
            "the values are of different kinds: a text and a number",
            "Use one kind.",
        ),
        (
            'ColumnValues "a" in ["x", "2026-01-01"]',
            26,
            "the values are of different kinds: a text and a date",
            "Text that looks like a date is one to Glue.",
        ),
        (
            'ColumnValues "a" not = 1',
            21,
            "`not` stands before `in`, `between` or `matches`, found `=`",
            "Use `!=` for one value.",
        ),
        (
            'ColumnValues "a" > (now() - 3)',
            28,
            "expected a number of days, hours or minutes",
            "For example: (now() - 3 days).",
        ),
        (
            "RowCount > 1e3",
            11,
            "expected a value, found `1e3`",
            'Write a number, text in double quotes, a date such as "2026-01-31", or NULL.',
        ),
        ("RowCount > (1", 13, "expected `)`, found the end", "Close the parenthesis."),
        ("RowCount > $least", 11, "variables can't be declared here", "Write the value itself."),
        ('ColumnCount = 1 where "a"', 16, "`ColumnCount` takes no `where`", "Take it out."),
        ('RowCount = 1 where ""', 19, "the condition of `where` is empty", 'For example: where "total > 0".'),
        ("RowCount = 1 with threshold > 1", 18, "`RowCount` takes no threshold", "Take it out."),
        ("RowCount > 1, RowCount < 2", 12, "a second rule follows", "Write each rule as an entry of its own."),
        (
            'IsComplete "a" and IsUnique "a"',
            15,
            "`and` joins rules in parentheses",
            'Put each rule that is joined in parentheses: (IsComplete "a") and (IsUnique "a").',
        ),
        ('(IsComplete "a"', 15, "expected `)`, found the end", "Close the parenthesis."),
        ('IsComplete "a" ]', 15, "`]` is left over", "Take it out."),
        ("(" * 21 + "RowCount > 1" + ")" * 21, 20, "more than 20 parentheses inside each other", "Write less of them."),
    ],
)  # fmt: skip
def test_mistakes(text: str, offset: int, what: str, fix: str) -> None:
    with pytest.raises(DqdlError) as raised:
        parse_rule(text)
    assert (raised.value.offset, raised.value.what, raised.value.fix) == (offset, what, fix)
