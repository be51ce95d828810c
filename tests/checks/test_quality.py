# ruff: noqa: E501 (whole lines of output)
"""Quality rules: every mistake with its place, in a table."""

from pathlib import Path

import pytest

from tests.config.small_mesh import ORDERS_FILE, edited, said_about, write_mesh

EMAIL = "          email: {type: string, pii: true}\n"
MORE = """\
          age: {type: int, pii: true}
          rating: double
          note: {type: string, optional: true}
          seen_at: timestamp
          paid: boolean
          tags: array<string>
"""
PATH = "products.sales.tables.orders.quality"
RULE = f"domains/orders.yaml:33:{{}}: {PATH}.rules[0]"


def mesh(root: Path, *rules: str, more: str = "") -> Path:
    """The small mesh with rules on `orders`: the first in line 33, its text from column 15 on."""
    listed = "".join(f"            - {rule}\n" for rule in rules)
    quality = f"        quality:\n          rules:\n{listed}{more}"
    return write_mesh(root, edited(ORDERS_FILE, EMAIL, EMAIL + MORE + quality))


@pytest.mark.parametrize(
    "rule",
    [
        "not_null: email",
        "unique: order_id",
        'in_set: {column: country, values: [DE, FR, "Côte d\'Ivoire"]}',
        "in_set: {column: order_date, values: [2026-01-01, 2026-01-02]}",
        "in_set: {column: total, values: [1, 2.5]}",
        "in_set: {column: age, values: [1, 2]}",
        "between: {column: total, min: 0}",
        "between: {column: rating, min: 0, max: 0}",
        "references: {column: order_id, to: sales.lines.order_id}",
        "row_count: {min: 0, max: 0}",
        'dqdl: ColumnLength "country" = 2',
        'ColumnLength "country" = 2',
        'dqdl: (IsComplete "country") or (RowCount = 0)',
        'dqdl: ReferentialIntegrity "order_id" "sales__lines.order_id" >= 0.9',
        'dqdl: CustomSql "select count(*) from primary where age < 0" = 0',
        'dqdl: DataFreshness "order_date" <= 24 hours',
        'dqdl: Completeness "tags" > 0.5',
        'dqdl: ColumnValues "age" != 5',
        'dqdl: ColumnValues "age" in [5, 6]',
        'dqdl: ColumnValues "email" matches ".+@.+"',
        'dqdl: ColumnValues "email" = "x"',
        'dqdl: Uniqueness "age" > 0.5',
        'dqdl: ColumnLength "email" < 200',
        'dqdl: DetectAnomalies "Completeness" "age"',
        'dqdl: CustomSql "select max(total) from primary" > 1',
        'dqdl: CustomSql "select count(distinct age) as n from primary" > 0',
        'dqdl: CustomSql "select order_id from primary where age < 18"',
        'dqdl: ColumnValues "country" matches "a{99999999999999}"',
        'dqdl: ColumnValues "order_date" > now()',
        'dqdl: ColumnValues "paid" = "true"',
        'dqdl: Completeness "country" between 0.9 and 1.1',
        'dqdl: ColumnCorrelation "rating" "total" > -0.5',
        'dqdl: ColumnValues "rating" > 0 with threshold > 0.95',
        'dqdl: Mean "total" > 1 where "age > 17"',
        r'dqdl: ColumnValues "country" matches "\\p{Lu}{2}(?<x>a)[a-z&&[^b]]"',
    ],
)
def test_right_ones(tmp_path: Path, rule: str) -> None:
    assert said_about(mesh(tmp_path, rule)) == ()


@pytest.mark.parametrize(
    ("rule", "place", "said"),
    [
        ("{}", 15, ": a rule has exactly one of not_null, unique, in_set, between, references, row_count and dqdl; this has none. Add one."),
        (
            "{not_null: order_id, unique: order_id}", 15,
            ": a rule has exactly one of not_null, unique, in_set, between, references, row_count and dqdl; this has `not_null` and `unique`. Write each as a rule of its own.",
        ),
        ("not_null: orderid", 25, ".not_null: the table has no column `orderid`. Did you mean `order_id`?"),
        ("not_null: tags", 25, ".not_null: `tags` is of type array, and DQDL has no such columns. Use a column of a simple type."),
        ("unique: ordr_id", 23, ".unique: the table has no column `ordr_id`. Did you mean `order_id`?"),
        ("in_set: {column: contry, values: [DE]}", 32, ".in_set.column: the table has no column `contry`. Did you mean `country`?"),
        (
            "in_set: {column: rating, values: [1]}", 32,
            ".in_set.column: `rating` is of type double, whose values in_set can't compare. Use a column of text, dates, whole numbers or decimals.",
        ),
        (
            "in_set: {column: paid, values: [true]}", 32,
            ".in_set.column: `paid` is of type boolean, whose values in_set can't compare. Use a column of text, dates, whole numbers or decimals.",
        ),
        ("in_set: {column: country, values: [DE, 1]}", 54, '.in_set.values[1]: `country` is of type string: 1 is not text. Put it in quotes: "1".'),
        ("in_set: {column: country, values: [DE, true]}", 54, '.in_set.values[1]: `country` is of type string: true is not text. Put it in quotes: "true".'),
        (
            "in_set: {column: country, values: [DE, 2026-01-01]}", 54,
            '.in_set.values[1]: `country` is of type string: 2026-01-01 looks like a date or a time, as which Glue would compare it. Compare it with a pattern: dqdl: ColumnValues "…" matches "2026-01-01".',
        ),
        ("in_set: {column: country, values: [DE, DE]}", 54, ".in_set.values[1]: DE is in the list twice. Remove one of the two."),
        ("in_set: {column: order_date, values: [today]}", 53, ".in_set.values[0]: `order_date` is of type date: today is no date. Write YYYY-MM-DD."),
        ('in_set: {column: order_date, values: ["2026-13-01"]}', 53, ".in_set.values[0]: `order_date` is of type date: 2026-13-01 is no date. Write YYYY-MM-DD."),
        ("in_set: {column: age, values: [old]}", 46, ".in_set.values[0]: `age` is of type int: old is no number. Write it without quotes, such as 10."),
        ("in_set: {column: age, values: [1.5]}", 46, ".in_set.values[0]: `age` is of type int: 1.5 is no whole number. Write it without a point."),
        ("in_set: {column: total, values: [.inf]}", 48, ".in_set.values[0]: `total` is of type decimal: inf is no number. Write digits."),
        ("between: {column: totl, min: 0}", 33, ".between.column: the table has no column `totl`. Did you mean `total`?"),
        ("between: {column: country, min: 0}", 33, ".between.column: `country` is of type string, and between is for numbers. Use dqdl for other comparisons."),
        (
            "between: {column: age, min: 0}", 33,
            '.between.column: `age` is personal data, and Glue publishes its least and greatest value. Count instead: dqdl: CustomSql "select count(*) from primary where …" = 0.',
        ),
        ("between: {column: total}", 24, ".between: neither `min` nor `max` is given. Give one of them, or both."),
        ("between: {column: total, min: 2, max: 1.5}", 45, ".between.min: `min` 2 is greater than `max` 1.5. Exchange them."),
        ("between: {column: total, min: .nan}", 45, ".between.min: nan is no number. Write digits."),
        ("row_count: {}", 26, ".row_count: neither `min` nor `max` is given. Give one of them, or both."),
        ("row_count: {min: 5, max: 1}", 32, ".row_count.min: `min` 5 is greater than `max` 1. Exchange them."),
        ("references: {column: order, to: sales.lines.order_id}", 36, ".references.column: the table has no column `order`. Did you mean `order_id`?"),
        ("references: {column: order_id, to: sale.lines.order_id}", 50, ".references.to: this domain has no product `sale`. Did you mean `sales`?"),
        ("references: {column: order_id, to: sales.line.order_id}", 50, ".references.to: sales has no table `line`. Did you mean `lines`?"),
        ("references: {column: order_id, to: sales.lines.orderid}", 50, ".references.to: sales.lines has no column `orderid`. Did you mean `order_id`?"),
        ("references: {column: order_id, to: sales.lines.quantity}", 50, ".references.to: `order_id` is of type string, and sales.lines.quantity of type int. Refer to a column of the same type."),
        (
            "references: {column: note, to: sales.lines.order_id}", 36,
            ".references.column: `note` is optional, and a missing value breaks `references`. Take `optional` off the column, or the rule out.",
        ),
        ('dqdl: IsComplet "country"', 21, ".dqdl: not DQDL: DQDL has no rule type `IsComplet`. Did you mean `IsComplete`?"),
        ('IsComplete "contry"', 27, ": the table has no column `contry`. Did you mean `country`?"),
        ('dqdl: ColumnLength "total" = 2', 35, ".dqdl: `total` is of type decimal, which ColumnLength can't judge. It is for text."),
        ('dqdl: Mean "country" > 2', 27, ".dqdl: `country` is of type string, which Mean can't judge. It is for numbers."),
        ('dqdl: Entropy "tags" > 1', 30, ".dqdl: `tags` is of type array, which Entropy can't judge. Use a column of a simple type."),
        (
            'dqdl: ColumnValues "age" > 17', 35,
            '.dqdl: `age` is personal data, and Glue publishes its least or greatest value. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: RowCountMatch "sales__line" = 1.0', 36,
            ".dqdl: `sales__line` is no table of this domain; rules call them `product__table`. Did you mean `sales__lines`?",
        ),
        (
            'dqdl: ReferentialIntegrity "order_id" "sales__lines.{order}" = 1.0', 68,
            ".dqdl: sales.lines has no column `order`. Did you mean `order_id`?",
        ),
        ("dqdl: RowCount > avg(last(5))", 32, ".dqdl: `avg(last(5))` depends on earlier runs, which only Glue jobs know. Compare with a fixed value."),
        (
            'dqdl: ColumnValues "age" between 1900 and 2020', 35,
            '.dqdl: `age` is personal data, and Glue publishes its least or greatest value. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: ColumnValues "age" not between 0 and 9', 35,
            '.dqdl: `age` is personal data, and Glue publishes its least or greatest value. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: ColumnValues "age" = 17', 35,
            '.dqdl: `age` is personal data, and Glue publishes its least or greatest value. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: Mean "age" > 17', 27,
            '.dqdl: `age` is personal data, and Glue publishes its mean. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: Sum "age" > 17', 26,
            '.dqdl: `age` is personal data, and Glue publishes its sum. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: StandardDeviation "age" > 1', 40,
            '.dqdl: `age` is personal data, and Glue publishes its standard deviation. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: Variance "age" > 1', 31,
            '.dqdl: `age` is personal data, and Glue publishes its variance. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: DetectAnomalies "Mean" "age"', 45,
            '.dqdl: `age` is personal data, and Glue publishes its mean. Count instead: CustomSql "select count(*) from primary where …" = 0.',
        ),
        (
            'dqdl: CustomSql "select max(age) from primary" > 1', 43,
            '.dqdl: `age` is personal data, and Glue publishes the number that the statement selects. Let it select a count and nothing else: select count(*) from primary where …',
        ),
        (
            'dqdl: CustomSql "select count(*) from primary union select max(AGE) from primary" = 0', 78,
            '.dqdl: `AGE` is personal data, and Glue publishes the number that the statement selects. Let it select a count and nothing else: select count(*) from primary where …',
        ),
        (
            'dqdl: CustomSql "select sum(o.age) from sales__orders o" > 1', 45,
            '.dqdl: `age` is personal data, and Glue publishes the number that the statement selects. Let it select a count and nothing else: select count(*) from primary where …',
        ),
        (
            'dqdl: ColumnValues "total" > "x"', 44,
            '.dqdl: `total` is of type decimal, and `x` is text. Compare it with a number without quotes, such as 10.',
        ),
        (
            'dqdl: ColumnValues "country" > 5', 46,
            '.dqdl: `country` is of type string, and `5` is a number. Compare it with text in double quotes.',
        ),
        (
            'dqdl: ColumnValues "country" > "DE"', 46,
            '.dqdl: DQDL does not order text: `>` is for numbers and dates. Use =, !=, in, or matches.',
        ),
        (
            'dqdl: ColumnValues "country" matches "["', 52,
            '.dqdl: `[` is no regular expression: unterminated character set. Correct it; brackets and signs that mean themselves have a backslash before them.',
        ),
        (
            'dqdl: ColumnValues "order_date" > 5', 49,
            '.dqdl: `order_date` is of type date, and `5` is a number. Compare it with a date, such as "2026-01-31".',
        ),
        (
            'dqdl: ColumnValues "order_date" > "x"', 49,
            '.dqdl: `order_date` is of type date, and `x` is text. Compare it with a date, such as "2026-01-31".',
        ),
        (
            'dqdl: ColumnValues "order_date" > "2026-13-01"', 49,
            '.dqdl: `2026-13-01` is no day of the calendar. Write YYYY-MM-DD.',
        ),
        (
            'dqdl: ColumnValues "seen_at" between "2026-01-01" and "2025-01-01"', 52,
            '.dqdl: nothing is between 2026-01-01 and 2025-01-01: both ends are outside. Give the lower one first.',
        ),
        (
            'dqdl: ColumnValues "rating" between 5 and 5', 51,
            '.dqdl: nothing is between 5 and 5: both ends are outside. Give the lower one first.',
        ),
        (
            'dqdl: Completeness "country" > 95', 46,
            '.dqdl: `95` is not a share: Completeness goes from 0 to 1. Write 0.95 for 95%.',
        ),
        (
            'dqdl: Completeness "country" > -0.5', 46,
            '.dqdl: `-0.5` is not a share: Completeness goes from 0 to 1. Write 0 to 1.',
        ),
        (
            'dqdl: ColumnCorrelation "rating" "total" > 2', 58,
            '.dqdl: `2` is not a correlation, which goes from -1 to 1. Write -1 to 1.',
        ),
        (
            'dqdl: ColumnValues "rating" > 0 with threshold > 95', 64,
            '.dqdl: `95` is not a share: a threshold goes from 0 to 1. Write 0.95 for 95%.',
        ),
        ('dqdl: (IsComplete "country") and (IsUnique "contry")', 59, ".dqdl: the table has no column `contry`. Did you mean `country`?"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, rule: str, place: int, said: str) -> None:
    assert said_about(mesh(tmp_path, rule)) == (RULE.format(place) + said,)


def test_the_same_rule_twice(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "not_null: order_id", "unique: total", "not_null: order_id")) == (
        f"domains/orders.yaml:35:15: {PATH}.rules[2]: the rule is the same as rules[0]. Remove one of the two.",
    )


def test_more_than_a_ruleset_holds(tmp_path: Path) -> None:
    long = [f'dqdl: RowCount > 0 where "{index:01900} < 1"' for index in range(35)]
    assert said_about(mesh(tmp_path, *long)) == (
        f"domains/orders.yaml:33:13: {PATH}.rules: the rules have more than 65536 characters in DQDL, which Glue does not take. Take some out.",
    )


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("cron(0 6 * * ? *)", None),
        ("cron(0/15 6-18,22 ? JAN-MAR MON-FRI 2026-2030)", None),
        ("cron(0 6 LW * ? *)", None),
        ("cron(0 6 ? * 2#1 *)", None),
        ("rate(1 day)", None),
        ("rate(15 minutes)", None),
        ("cron(0/15 * * * ? *)", None),
        ("rate(1 minute)", (21, "1 minute passes between two runs, which take minutes themselves and would overlap. Leave at least 15 minutes between two.")),
        ("cron(0/5 * * * ? *)", (21, "5 minutes pass between two runs, which take minutes themselves and would overlap. Leave at least 15 minutes between two.")),
        ("cron(0,14 6 * * ? *)", (21, "14 minutes pass between two runs, which take minutes themselves and would overlap. Leave at least 15 minutes between two.")),
        ("cron(60 6 * * ? *)", (26, "`60` can't be the minutes of a cron schedule. It goes from 0 to 59, with `*`, `,`, `-` and `/`.")),
        ("cron(0 24 * * ? *)", (28, "`24` can't be the hours of a cron schedule. It goes from 0 to 23, with `*`, `,`, `-` and `/`.")),
        ("cron(0 6 * FOO ? *)", (32, "`FOO` can't be the month of a cron schedule. It goes from 1 to 12, with `*`, `,`, `-` and `/`.")),
        (
            "cron(0 6 * * * *)",
            (21, "either the day of month or the day of week is `?`. For example every day: cron(30 4 * * ? *), every Monday: cron(30 4 ? * MON *)."),
        ),
    ],
)  # fmt: skip
def test_schedules(tmp_path: Path, schedule: str, said: tuple[int, str] | None) -> None:
    root = mesh(tmp_path, "not_null: order_id", more=f"          schedule: {schedule}\n")
    expected = () if said is None else (f"domains/orders.yaml:34:{said[0]}: {PATH}.schedule: {said[1]}",)
    assert said_about(root) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_time_zones(tmp_path: Path, zone: str) -> None:
    assert said_about(mesh(tmp_path, "not_null: order_id", more=f"          timezone: {zone}\n")) == ()


@pytest.mark.parametrize("zone", ["Europe/Berlim", "../etc", "Europe"])
def test_unknown_time_zones(tmp_path: Path, zone: str) -> None:
    root = mesh(tmp_path, "not_null: order_id", more=f"          timezone: {zone}\n")
    assert said_about(root) == (
        f"domains/orders.yaml:34:21: {PATH}.timezone: there is no time zone `{zone}`. Use a name of the IANA database, such as Europe/Berlin.",
    )
