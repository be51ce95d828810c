"""`meshwright access`: who can read what, whole outputs; limits; mistakes."""

import json
from datetime import date
from pathlib import Path

import pytest

from meshwright.access.compiled import compile_state
from meshwright.access.rows import DeployedAccess, access_rows
from meshwright.cli import main
from meshwright.commands.access import access
from meshwright.errors import UserError
from meshwright.project import load_mesh
from tests.config.small_mesh import ANALYTICS_FILE, TODAY, edited, write_mesh

REPOSITORY = Path(__file__).parents[2]
TEXT = """\
orders.order-events  (stream)
  orders.engineers  (acme-orders-engineers in 222222222221)
      all records, by shared throughput; may write
      own stream of orders

orders.sales.lines  (internal)
  orders.analysts  (OrdersAnalyst in 222222222221)
      all 3 columns
      own product of orders
  orders.engineers  (acme-orders-engineers in 222222222221)
      all 3 columns; may write
      own product of orders

orders.sales.orders  (internal)
  orders.analysts  (OrdersAnalyst in 222222222221)
      all 5 columns, with the personal data email
      own product of orders
  orders.engineers  (acme-orders-engineers in 222222222221)
      all 5 columns, with the personal data email; may write
      own product of orders
  analytics.analysts  (acme-analytics-analysts in 333333333331)
      order_id, order_date, country, total
      rows where country = 'DE'
      until 2027-06-30; approved by orders; for: Revenue by country.

Mesh acme, environment dev: 3 roles read 2 tables and 1 stream (6 combinations).
Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access.

Taken for granted, since no file says it:
  - IAM lets arn:aws:iam::222222222221:role/OrdersAnalyst use Lake Formation and Glue: its policies
    are not known.
"""
MARKDOWN = """\
| product and table | class | role | columns | rows | until | on whose approval | for |
|---|---|---|---|---|---|---|---|
| orders.sales.orders | internal | analytics.analysts | order_id, order_date, country, total | \
where country = 'DE' | 2027-06-30 | approved by orders \
| Revenue by country. |

Mesh acme, environment dev: 1 role reads 1 table (1 combination).
Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access.
"""


def run(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    output: str = "text",
    product: str | None = None,
    domain: str | None = None,
    role: str | None = None,
    classification: str | None = None,
    pii: bool = False,
    today: date = TODAY,
) -> str:
    code = access(
        root=root,
        environment=None,
        product=product,
        domain=domain,
        role=role,
        classification=classification,
        pii=pii,
        output=output,
        today=today,
    )
    assert code == 0
    return capsys.readouterr().out


def rows(text: str) -> list[tuple[str, str]]:
    return [(row["role"], row["table"]) for row in json.loads(text)["access"]]


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write_mesh(tmp_path), capsys) == TEXT


def test_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write_mesh(tmp_path), capsys, output="markdown", role="analytics.analysts") == MARKDOWN


def test_markdown_tells_who_may_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(write_mesh(tmp_path), capsys, output="markdown", role="orders.engineers").splitlines()
    assert lines[2] == (
        "| orders.order-events | stream | orders.engineers | all records, by shared throughput; may write | "
        "all |  | own stream |  |"
    )
    assert lines[3] == (
        "| orders.sales.lines | internal | orders.engineers | all 3 columns; may write | all |  | "
        "own product |  |"
    )


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(write_mesh(tmp_path), capsys, output="json", role="acme-analytics-analysts"))
    columns = ["order_id", "order_date", "country", "total"]
    assert found == {
        "mesh": "acme",
        "environment": "dev",
        "access": [
            {
                "role": "analytics.analysts",
                "principal": "arn:aws:iam::333333333331:role/acme-analytics-analysts",
                "table": "orders.sales.orders",
                "database": "acme_orders_sales",
                "classification": "internal",
                "columns": columns,
                "pii": [],
                "cells": [{"columns": columns, "where": ["country = 'DE'"]}],
                "writes": False,
                "own": False,
                "until": "2027-06-30",
                "approval": "approved by orders",
                "purpose": "Revenue by country.",
                "assumed": [],
            }
        ],
        "streams": [],
    }


def test_nobody_reads_what_has_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path)
    assert run(root, capsys, role="analytics.analysts", today=date(2027, 7, 1)) == (
        "Mesh acme, environment dev: nobody reads anything of that.\n"
        "Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access.\n"
    )
    last_day = run(root, capsys, output="json", role="analytics.analysts", today=date(2027, 6, 30))
    assert rows(last_day) == [("analytics.analysts", "orders.sales.orders")]


EXAMPLE = {
    "product": (
        {"product": "customers.profiles"},
        [
            ("customers.engineers", "customers.profiles.consents"),
            ("customers.pipelines", "customers.profiles.consents"),
            ("customers.stewards", "customers.profiles.consents"),
            ("customers.engineers", "customers.profiles.profiles"),
            ("customers.pipelines", "customers.profiles.profiles"),
            ("customers.stewards", "customers.profiles.profiles"),
            ("analytics.scientists", "customers.profiles.profiles"),
        ],
    ),
    "domain": (
        {"domain": "payments"},
        [
            ("payments.fraud", "orders.sales.orders"),
            ("payments.delivery", "payments.ledger.charges"),
            ("payments.engineers", "payments.ledger.charges"),
            ("payments.fraud", "payments.ledger.charges"),
            ("payments.engineers", "payments.ledger.entries"),
            ("payments.fraud", "payments.ledger.entries"),
        ],
    ),
    "role by ARN": (
        {"role": "arn:aws:iam::444444444441:role/acme-payments-fraud"},
        [
            ("payments.fraud", "orders.sales.orders"),
            ("payments.fraud", "payments.ledger.charges"),
            ("payments.fraud", "payments.ledger.entries"),
        ],
    ),
    "classification": (
        {"classification": "public"},
        [
            ("orders.analysts", "orders.delivery_times.by_country"),
            ("orders.engineers", "orders.delivery_times.by_country"),
            ("orders.pipelines", "orders.delivery_times.by_country"),
            ("orders.spark", "orders.delivery_times.by_country"),
            ("analytics.analysts", "orders.delivery_times.by_country"),
        ],
    ),
    "personal data": (
        {"pii": True, "domain": "analytics"},
        [("analytics.scientists", "customers.profiles.profiles")],
    ),
}


@pytest.mark.parametrize("case", EXAMPLE)
def test_limits(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    limits, expected = EXAMPLE[case]
    text = run(REPOSITORY, capsys, output="json", today=date(2026, 11, 24), **limits)  # type: ignore[arg-type]
    assert rows(text) == expected


def test_one_domain_after_the_other_or_the_state_as_a_whole() -> None:
    mesh = load_mesh(REPOSITORY, environment=None, today=date(2026, 11, 24))
    found = list(DeployedAccess(mesh).rows())
    assert len(found) > 40
    assert found == list(access_rows(mesh, compile_state(mesh)))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"role": "anlysts"}, "There is no role `anlysts` in dev. Did you mean `orders.analysts`?"),
        (
            {"role": "analysts"},
            "There is no role `analysts` in dev. Did you mean `analytics.analysts` or `orders.analysts`?",
        ),
        ({"role": "engineers"}, "There is no role `engineers` in dev. Did you mean `orders.engineers`?"),
        ({"role": "order.analysts"}, "There is no domain `order` in dev. Did you mean `orders`?"),
        ({"domain": "x"}, "--domain: there is no domain `x` in dev. Known: `analytics`, `orders`."),
        (
            {"product": "orders.sale"},
            "--product: there is no product or stream `orders.sale` in dev. Did you mean `orders.sales`?",
        ),
        ({"classification": "secret"}, "--classification: mesh.yaml has no `secret`. Known: `public`, "),
    ],
)
def test_unknown_names(
    limits: dict[str, str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError) as raised:
        run(write_mesh(tmp_path), capsys, **limits)  # type: ignore[arg-type]
    assert str(raised.value).startswith(message)


def test_files_with_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path)
    (root / "domains" / "orders.yaml").write_text("domain: orders\n")
    assert main(["access", "--root", str(root)]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("The files of the mesh have problems:\ndomains/orders.yaml:1:1: ")


def test_files_that_contradict_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is right in itself: the check runs beside the computing, whatever that does with them."""
    root = write_mesh(tmp_path, edited(ANALYTICS_FILE, "roles: [analysts]", "roles: [analyst]"))
    for arguments in ([], ["--role", "nobody"]):
        assert main(["access", "--root", str(root), *arguments]) == 2
        seen = capsys.readouterr()
        assert seen.out == ""
        assert seen.err == (
            "The files of the mesh have problems:\n"
            "domains/analytics.yaml:13:13: consumes[0].roles[0]: this domain has no role `analyst`. "
            "Did you mean `analysts`?\n"
        )
