"""The tables in the repository: complete, with a source for each price."""

import ast
from pathlib import Path

import pytest

import meshwright.cost
from meshwright.cost.prices import FOLDER, TABLES, load_table, nearest_table

ARCHITECTURES = ("arm64", "x86_64")


def asked_for() -> set[str]:
    """The prices that the code names in `fixed(…)` and `used(…)`; {…} stands for an architecture of Spark."""
    found: set[str] = set()
    for path in Path(meshwright.cost.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id not in ("fixed", "used"):
                    continue
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
                else:
                    assert isinstance(name, ast.JoinedStr)
                    start, _ = name.values
                    assert isinstance(start, ast.Constant)
                    found |= {f"{start.value}{each}" for each in ARCHITECTURES}
    return found


@pytest.mark.parametrize("region", TABLES)
def test_a_table_has_each_price_that_the_code_asks_for_and_no_other(region: str) -> None:
    needed = asked_for()
    assert len(needed) > 30
    assert set(load_table(region).prices) == needed


@pytest.mark.parametrize("region", TABLES)
def test_a_table_says_where_its_prices_come_from(region: str) -> None:
    table = load_table(region)
    assert table.region == region
    assert table.date.year >= 2026
    for key, price in table.prices.items():
        assert price.usd > 0, key
        assert price.page.startswith("https://aws.amazon.com/"), key
        assert price.per, key


def test_no_table_is_forgotten() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(TABLES)


@pytest.mark.parametrize(
    ("region", "table"),
    [
        ("eu-west-1", "eu-west-1"),
        ("us-east-1", "us-east-1"),
        ("eu-central-1", "eu-west-1"),
        ("af-south-1", "eu-west-1"),
        ("us-west-2", "us-east-1"),
        ("ap-southeast-2", "us-east-1"),
    ],
)
def test_a_region_without_a_table_has_the_nearest(region: str, table: str) -> None:
    assert nearest_table(region) == table
