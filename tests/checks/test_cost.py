# ruff: noqa: E501 (whole lines of output)
"""Budgets and storage classes."""

from pathlib import Path

import pytest

from tests.config.small_mesh import MESH_FILE, ORDERS_FILE, TEXTS, Case, edited, said_about, write_mesh

CASES = (
    Case(
        "an alert twice",
        ORDERS_FILE,
        "streams:\n",
        "budget: {monthly_usd: 100, alert_at: [80, 100, 80]}\nstreams:\n",
        (
            "domains/orders.yaml:8:48: budget.alert_at[2]: 80 percent stands there twice. Take one of them out.",
        ),
    ),
    Case("a budget", ORDERS_FILE, "streams:\n", "budget: {monthly_usd: 100}\nstreams:\n", ()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_a_budget_where_nobody_pays_in_dollars(region: str, tmp_path: Path) -> None:
    mesh = edited(MESH_FILE, '"111111111112", region: eu-west-1', f'"111111111112", region: {region}')
    budget = edited(ORDERS_FILE, "streams:\n", "budget: {monthly_usd: 100}\nstreams:\n")
    texts = {**TEXTS, MESH_FILE: mesh[MESH_FILE], ORDERS_FILE: budget[ORDERS_FILE]}
    assert said_about(write_mesh(tmp_path, texts)) == (
        f"domains/orders.yaml:8:9: budget: accounts in {region} have no budgets in US dollars. Take the budget out; watch the cost in the console of the account that pays.",
    )


def products(number: int, storage: str) -> str:
    """So many more products, in flow style to be read quickly."""
    table = "t: {description: T., format: json, columns: {id: string}}"
    return "".join(
        f"  p{each}: {{description: P., classification: internal, storage: {storage}, tables: {{{table}}}}}\n"
        for each in range(number)
    )


@pytest.mark.parametrize(
    ("number", "storage", "lines"),
    [
        (998, "standard", ()),
        (
            999,
            "archive",
            (
                "domains/orders.yaml:11:3: products: 1001 lifecycle rules are needed, and a bucket has at most 1000. Put products together, split the domain, or make some `storage: hot`, which needs no rule.",
            ),
        ),
        (999, "hot", ()),
    ],
)
def test_a_bucket_has_at_most_a_thousand_rules(
    number: int, storage: str, lines: tuple[str, ...], tmp_path: Path
) -> None:
    """One to clean up, one for the product of the small mesh, one for each further product that isn't hot.

    So many products don't fit into a stack either.
    """
    texts = edited(ORDERS_FILE, "products:\n", f"products:\n{products(number, storage)}")
    said = said_about(write_mesh(tmp_path, texts))
    assert tuple(line for line in said if ": its stack " not in line) == lines
