# ruff: noqa: E501 (whole lines of output)
"""Row filters."""

from pathlib import Path

import pytest

from tests.config.small_mesh import (
    ANALYTICS_FILE,
    ORDERS_FILE,
    Case,
    edited,
    said_about,
    write_mesh,
)

CASES = (
    Case(
        "where does not parse",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = = 'DE'",
        (
            "domains/analytics.yaml:10:22: consumes[0].where: it is not a condition at `= 'DE'`. Write conditions as: country = 'DE' AND total >= 10",
        ),
    ),
    Case(
        "where with an open quote",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = 'DE",
        ("domains/analytics.yaml:10:22: consumes[0].where: a quote is not closed. Close it with '.",),
    ),
    Case(
        "where in double quotes",
        ANALYTICS_FILE,
        "country = 'DE'",
        'country = "DE"',
        (
            "domains/analytics.yaml:10:22: consumes[0].where: \"DE\" is in the wrong quotes. Text goes in single quotes ('DE'), a column's name in none.",
        ),
    ),
    Case(
        "where with a function",
        ANALYTICS_FILE,
        "country = 'DE'",
        "lower(country) = 'de'",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: the function `lower` is not supported: Lake Formation takes none in row filters. Compare the column itself.",
        ),
    ),
    Case(
        "where with a subquery",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country IN (SELECT x FROM y)",
        (
            "domains/analytics.yaml:10:24: consumes[0].where: a subquery is not supported. Write conditions as: country = 'DE' AND total >= 10",
        ),
    ),
    Case(
        "where with two columns",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = order_id",
        (
            "domains/analytics.yaml:10:22: consumes[0].where: `order_id` is not a constant: Lake Formation compares columns with constants only. Text goes in single quotes: 'DE'.",
        ),
    ),
    Case(
        "where with two statements",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = 'DE'; DROP TABLE x",
        (
            "domains/analytics.yaml:10:26: consumes[0].where: `;` is not used in conditions. Write conditions as: country = 'DE' AND total >= 10",
        ),
    ),
    Case(
        "where with a comment",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = 'DE' -- x",
        (
            "domains/analytics.yaml:10:27: consumes[0].where: a comment is not allowed here. Put it behind a # of YAML.",
        ),
    ),
    Case(
        "where with an unknown column",
        ANALYTICS_FILE,
        "country = 'DE'",
        "total > 1 AND contry = 'DE'",
        (
            "domains/analytics.yaml:10:26: consumes[0].where: orders.sales.orders has no column `contry`. Did you mean `country`?",
        ),
    ),
    Case(
        "where on hidden PII",
        ANALYTICS_FILE,
        "country = 'DE'",
        "country = 'DE' AND email LIKE 'a%'",
        (
            "domains/analytics.yaml:10:31: consumes[0].where: the condition uses `email` of orders, which stays hidden from this domain. `email` is PII: ask for it with `pii: true`, or leave it out of the condition.",
        ),
    ),
    Case(
        "where on an excluded column",
        ANALYTICS_FILE,
        "    where: country = 'DE'",
        "    exclude: [country]\n    where: country = 'DE'",
        (
            "domains/analytics.yaml:11:12: consumes[0].where: the condition uses `country` of orders, which stays hidden from this domain. Take `country` out of `exclude`, or leave it out of the condition.",
        ),
    ),
    Case(
        "where on a column that the producer excludes",
        ORDERS_FILE,
        "until: 2027-12-31",
        "exclude: [country]",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: the condition uses `country` of orders, which stays hidden from this domain. The producer excludes `country`: leave it out of the condition.",
        ),
    ),
    Case(
        "where on a date",
        ANALYTICS_FILE,
        "country = 'DE'",
        "order_date > '2027-01-01'",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: `order_date` is of type date, which row filters can't compare. Use a column of text, numbers, or true and false.",
        ),
    ),
    Case(
        "where with a constant of another type",
        ANALYTICS_FILE,
        "country = 'DE'",
        "total = 'DE'",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: `total` is of type decimal and is compared with something else. Compare it with a number: 10.",
        ),
    ),
    Case(
        "where tests a partition for NULL",
        ANALYTICS_FILE,
        "country = 'DE'",
        "order_date IS NULL",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: `order_date` is a partition column, which row filters can't test for NULL. Compare it with a constant.",
        ),
    ),
    Case(
        "where on an array",
        ANALYTICS_FILE,
        "    tables: [orders]\n    where: country = 'DE'",
        "    tables: [lines]\n    where: article.tags = 'a'",
        (
            "domains/analytics.yaml:10:12: consumes[0].where: `article.tags` is of type array, which row filters can't compare. Use a column of text, numbers, or true and false.",
        ),
    ),
    Case(
        "where that does not fit all tables",
        ANALYTICS_FILE,
        "    tables: [orders]\n",
        "",
        (
            "domains/analytics.yaml:9:12: consumes[0].where: orders.sales.lines has no column `country`. Limit it with `tables` to tables that have the column.",
        ),
    ),
    Case(
        "approval's where that fits no table",
        ORDERS_FILE,
        "until: 2027-12-31",
        "where: contry = 'DE'",
        (
            "domains/orders.yaml:33:36: products.sales.shared_with[0].where: no table of orders.sales has a column `contry`. Did you mean `country`?",
        ),
    ),
    Case(
        "approval's where that does not fit what is asked",
        ORDERS_FILE,
        "until: 2027-12-31",
        "where: quantity > 1",
        (
            "domains/orders.yaml:33:36: products.sales.shared_with[0].where: orders.sales.orders has no column `quantity`. Limit it with `tables` to tables that have the column.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
