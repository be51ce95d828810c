# ruff: noqa: E501 (whole lines of output)
"""Names of teams, which are tags."""

from pathlib import Path

import pytest

from tests.config.small_mesh import ORDERS_FILE, Case, edited, said_about, write_mesh

TEAM = "team: order-platform"
PRODUCT = "    classification: internal\n"
CASES = (
    Case("letters of other scripts", ORDERS_FILE, TEAM, "team: 'Größe 2 _.:/=+-@ 注文'", ()),
    Case(
        "signs",
        ORDERS_FILE,
        TEAM,
        "team: 'Orders & (Returns)'",
        (
            "domains/orders.yaml:3:15: owner.team: AWS refuses `&` `(` `)` in the tag `owner`, which has the team's name. Use letters, digits, spaces and _ . : / = + - @.",
        ),
    ),
    Case(
        "two lines",
        ORDERS_FILE,
        TEAM,
        'team: "Orders\\nReturns"',
        (
            "domains/orders.yaml:3:15: owner.team: AWS refuses '\\n' in the tag `owner`, which has the team's name. Use letters, digits, spaces and _ . : / = + - @.",
        ),
    ),
    Case("256 characters", ORDERS_FILE, TEAM, f"team: {'a' * 256}", ()),
    Case(
        "257 characters",
        ORDERS_FILE,
        TEAM,
        f"team: {'a' * 257}",
        (
            "domains/orders.yaml:3:15: owner.team: the team's name has 257 characters; as the tag `owner` it may have 256. Shorten it.",
        ),
    ),
    Case(
        "AWS's own",
        ORDERS_FILE,
        TEAM,
        "team: AWS:orders",
        (
            "domains/orders.yaml:3:15: owner.team: a tag must not begin with `aws:`, and the team's name is the tag `owner`. Leave out `aws:`.",
        ),
    ),
    Case(
        "of a product",
        ORDERS_FILE,
        PRODUCT,
        f"{PRODUCT}    owner: {{team: Sales!, email: sales@acme.example}}\n",
        (
            "domains/orders.yaml:14:19: products.sales.owner.team: AWS refuses `!` in the tag `owner`, which has the team's name. Use letters, digits, spaces and _ . : / = + - @.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
