"""What an edit does to the cost, and how `plan` words it, at the prices and figures of test_estimate.py."""

import json

import pytest

from meshwright.commands.plan_cost import cost_json, cost_lines, cost_rows
from meshwright.cost import changes
from meshwright.cost.changes import CostChange, cost_changes
from tests.cost.building import ANALYTICS, MESH, ORDERS, TABLE, edited, mesh_of


@pytest.fixture(autouse=True)
def round_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "load_table", lambda _: TABLE)


STREAM = "order-events: {description: One record per change., retention_hours: 72}"


def edit() -> tuple[CostChange, ...]:
    """orders: a longer retention (4 GB more: 2.00), no archive, another stream; analytics: no SQL."""
    return cost_changes(
        mesh_of(),
        mesh_of(
            orders=edited(
                ORDERS,
                (STREAM, f"{STREAM.replace('72', '168')}\n  clicks: {{description: A click., shards: 1}}"),
                ("storage: archive", "storage: hot"),
            ),
            analytics=edited(ANALYTICS, ("compute: {sql: {}}\n", "")),
        ),
    )


def test_text() -> None:
    """sales: 100 x 0.02 = 2.00. clicks: 730 x 0.10 + 31.8942 million PUT units x 0.01 = 73.32."""
    assert list(cost_lines(edit())) == [
        ("analytics: 5.09 → 2.05 (-3.04)", ["- queries, SQL: 3.04"]),
        (
            "orders: 107.39 → 183.79 (+76.40)",
            [
                "~ storage, product sales (hot): 0.92 → 2.00",
                "~ streams, order-events (on demand): 104.42 → 106.42",
                "+ streams, clicks (shards: 1): 73.32",
            ],
        ),
    ]


def test_rows_of_a_table() -> None:
    assert list(cost_rows(edit()))[:2] == [
        ("analytics", "queries, SQL", "3.04", "", "-3.04"),
        ("analytics", "all", "5.09", "2.05", "-3.04"),
    ]


def test_json() -> None:
    (first, _) = json.loads(json.dumps(cost_json(edit())))
    assert first == {
        "domain": "analytics",
        "before": "5.09",
        "after": "2.05",
        "difference": "-3.04",
        "lines": [
            {
                "part": "queries",
                "resource": "SQL",
                "before": "3.04",
                "after": None,
                "difference": "-3.04",
            }
        ],
    }


def test_of_a_domain_known_in_part_only_the_difference_is_told() -> None:
    found = cost_changes(
        mesh_of(),
        mesh_of(analytics=edited(ANALYTICS, ("compute: {sql: {}}\n", ""))),
        partial=frozenset({"analytics"}),
    )
    assert list(cost_lines(found)) == [("analytics: -3.04", ["- queries, SQL: 3.04"])]
    assert list(cost_rows(found))[-1] == ("analytics", "all", "", "", "-3.04")


def test_the_mesh_itself_comes_last() -> None:
    """Its trail: a key for 1.00, and a million events for 1.00."""
    after = mesh_of(MESH + "audit_trail: {}\n", analytics=edited(ANALYTICS, ("compute: {sql: {}}\n", "")))
    assert list(cost_lines(cost_changes(mesh_of(), after))) == [
        ("analytics: 5.09 → 2.05 (-3.04)", ["- queries, SQL: 3.04"]),
        ("mesh: 0.00 → 2.00 (+2.00)", ["+ watching, audit trail: 2.00"]),
    ]


def test_a_change_that_costs_nothing_is_not_told() -> None:
    after = mesh_of(orders=edited(ORDERS, ("team: order-platform", "team: order-desk")))
    assert cost_changes(mesh_of(), after) == ()
