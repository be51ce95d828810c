# ruff: noqa: E501 (whole lines of output)
"""Requests and approvals that are not wired are told, not refused."""

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
        "expired request",
        ANALYTICS_FILE,
        "2027-06-30",
        "2026-06-30",
        (
            "domains/analytics.yaml:12:12: notice: consumes[0].until: expired: the request ended on 2026-06-30. Renew it, or remove the request.",
        ),
    ),
    Case(
        "expired approval",
        ORDERS_FILE,
        "2027-12-31",
        "2026-12-30",
        (
            "domains/orders.yaml:33:36: notice: products.sales.shared_with[0].until: expired: the approval of orders ended on 2026-12-30. Renew it, or remove the approval.",
        ),
    ),
    Case(
        "pending",
        ORDERS_FILE,
        "    shared_with:\n      - {domain: analytics, until: 2027-12-31}\n",
        "",
        (
            "domains/analytics.yaml:8:14: notice: consumes[0].product: pending: orders has not approved it under products.sales.shared_with. Not wired until order-platform (orders@acme.example) adds `domain: analytics` there.",
        ),
    ),
    Case(
        "offered",
        ANALYTICS_FILE,
        "consumes:\n  - product: orders.sales\n    tables: [orders]\n    where: country = 'DE'\n    purpose: Revenue by country.\n    until: 2027-06-30\n    roles: [analysts]\n",
        "",
        (
            "domains/orders.yaml:33:18: notice: products.sales.shared_with[0].domain: offered: analytics has not asked for it. Wired once domains/analytics.yaml names orders.sales under `consumes`.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
