# ruff: noqa: E501 (whole lines of output)
"""`meshwright quality check`: whole outputs in each format, exit codes, and mistakes."""

import json
from pathlib import Path

import pytest

from meshwright.cli import main
from tests.config.small_mesh import ORDERS_FILE, TEXTS, write_mesh

EMAIL = "          email: {type: string, pii: true}\n"
QUANTITY = "          quantity: int\n"
ORDER_RULES = """\
        quality:
          rules:
            - unique: order_id
            - between: {column: total, min: 0, max: 100}
            - in_set: {column: email, values: [a@b.c]}
            - dqdl: Mean "total" > 1
"""
LINE_RULES = """\
        quality:
          rules:
            - references: {column: order_id, to: sales.orders.order_id}
"""
ORDERS = """\
order_id,order_date,country,total,email
A1,2026-01-01,DE,1.50,a@b.c
A1,2026-01-01,DE,-2,
A2,2026-01-02,FR,,x@y.z
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    text = TEXTS[ORDERS_FILE].replace(EMAIL, EMAIL + ORDER_RULES).replace(QUANTITY, QUANTITY + LINE_RULES)
    text = text.replace(
        "    classification: internal\n", "    classification: internal\n    slo: {completeness: 50%}\n"
    )
    write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: text})
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "lines.json").write_text(
        '{"order_id": "A1", "article": {"sku": "x", "tags": []}, "quantity": 1}\n'
        '{"order_id": "A9", "article": null, "quantity": 2}\n'
    )
    return tmp_path


def run(root: Path, *arguments: str) -> int:
    return main(["quality", "check", *arguments, "--root", str(root)])


def test_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, str(root / "orders.csv"), "--table", "orders.sales.orders") == 1
    assert capsys.readouterr().out == (
        """\
orders.sales.orders: 3 rows in 1 file

fail           rules[0]  IsUnique "order_id"
                         2 rows break it, such as: A1
fail           rules[1]  ColumnValues "total" >= 0 where "total is not null"
                         1 row breaks it, such as: -2.00
pass           rules[1]  ColumnValues "total" <= 100 where "total is not null"
fail           rules[2]  ColumnValues "email" in ["a@b.c", NULL]
                         1 row breaks it; values are not shown: personal data
not evaluated  rules[3]  Mean "total" > 1
                         only Glue evaluates Mean
pass           slo       Completeness "order_id" >= 0.5
pass           slo       Completeness "order_date" >= 0.5
pass           slo       Completeness "country" >= 0.5
pass           slo       Completeness "total" >= 0.5
pass           slo       Completeness "email" >= 0.5

3 of 10 rules fail, 1 is not evaluated here.
"""
    )


def test_markdown_with_another_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = f"sales.orders={root / 'orders.csv'}"
    arguments = ("--table", "orders.sales.lines", "--with", other, "--format", "markdown")
    assert run(root, str(root / "lines.json"), *arguments) == 1
    assert capsys.readouterr().out == (
        """\
**orders.sales.lines: 2 rows in 1 file**

| | place | rule | |
| --- | --- | --- | --- |
| fail | rules[0] | `ReferentialIntegrity "order_id" "sales__orders.order_id" = 1.0` | """
        """1 row breaks it, such as: A9; 1 of 2 rows have their value there |
| pass | slo | `Completeness "order_id" >= 0.5` |  |
| pass | slo | `Completeness "quantity" >= 0.5` |  |

1 of 3 rules fails.
"""
    )


def test_json_without_the_other_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, str(root / "lines.json"), "--table", "orders.sales.lines", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "table": "orders.sales.lines",
        "files": 1,
        "rows": 2,
        "rules": [
            {
                "place": "rules[0]",
                "dqdl": 'ReferentialIntegrity "order_id" "sales__orders.order_id" = 1.0',
                "result": "not evaluated",
                "broken": None,
                "examples": [],
                "note": "it needs the other table: --with sales.orders=FILE",
            },
            {
                "place": "slo",
                "dqdl": 'Completeness "order_id" >= 0.5',
                "result": "pass",
                "broken": 0,
                "examples": [],
                "note": "",
            },
            {
                "place": "slo",
                "dqdl": 'Completeness "quantity" >= 0.5',
                "result": "pass",
                "broken": 0,
                "examples": [],
                "note": "",
            },
        ],
        "passed": 2,
        "failed": 0,
        "not_evaluated": 1,
    }


@pytest.mark.parametrize(
    ("table", "more", "said"),
    [
        ("order.sales.orders", [], "order.sales.orders: there is no domain `order`. Did you mean `orders`?\n"),
        ("orders.sale.orders", [], "There is no product `orders.sale`. Did you mean `orders.sales`?\n"),
        ("orders.sales.order", [], "There is no table `orders.sales.order`. Did you mean `orders.sales.orders`?\n"),
        ("orders", [], "orders: a table is named as domain.product.table, such as orders.sales.orders.\n"),
        ("analytics.x.y", [], "There is no product `analytics.x`. The domain has none.\n"),
        ("orders.sales.orders", ["--with", "sales.lines"], "--with sales.lines: write it as --with product.table=FILE.\n"),
        ("orders.sales.orders", ["--with", "sales.line=x"], "There is no table `orders.sales.line`. Did you mean `orders.sales.lines`?\n"),
    ],
)  # fmt: skip
def test_mistakes(
    root: Path, capsys: pytest.CaptureFixture[str], table: str, more: list[str], said: str
) -> None:
    assert run(root, str(root / "orders.csv"), "--table", table, *more) == 2
    assert capsys.readouterr().err == said


def test_a_table_without_rules(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_mesh(root)
    assert run(root, str(root / "orders.csv"), "--table", "orders.sales.orders") == 2
    assert capsys.readouterr().err == (
        "orders.sales.orders has no rules. Give it some under `quality`, see docs/quality.md.\n"
    )


def test_a_domain_file_with_mistakes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / ORDERS_FILE
    file.write_text(file.read_text().replace("unique: order_id", "unique: orderid"))
    assert run(root, str(root / "orders.csv"), "--table", "orders.sales.orders") == 2
    assert capsys.readouterr().err == (
        "The files of the mesh have problems:\n"
        "domains/orders.yaml:28:23: products.sales.tables.orders.quality.rules[0].unique: the table has no "
        "column `orderid`. Did you mean `order_id`?\n"
    )
