"""The small mesh with pipelines: orders refreshes sales every night, which starts a pipeline of analytics."""

from tests.config.small_mesh import ANALYTICS, ANALYTICS_FILE, MESH, MESH_FILE, ORDERS, ORDERS_FILE

ENGINES = """\
compute: {spark: {}, sql: {}}
pipelines:
  nightly:
    description: Corrects orders.
    schedule: cron(0 3 * * ? *)
    steps:
      load: {sql: SELECT 1}
      fix: {spark: scripts/fix.py, after: [load]}
      check: {quality: sales.orders, after: [fix]}
    refreshes: [sales]
"""
"""From line 35 of the file; `nightly` is on line 37, its steps from line 41."""
RULES = "          email: {type: string, pii: true}\n"
WITH_RULES = RULES + "        quality: {rules: [{not_null: order_id}]}\n"
LISTENER = """\
compute: {sql: {}}
pipelines:
  revenue:
    description: Revenue.
    triggered_by: [orders.sales]
    steps:
      again: {wait_for: orders.sales, within: 2h}
      revenue: {sql: SELECT 1, after: [again]}
"""
"""From line 14 of the file."""


def texts(orders: str = ENGINES, analytics: str = LISTENER, mesh: str = MESH) -> dict[str, str]:
    """The small mesh with a rule on sales.orders, and these pipelines."""
    assert ORDERS.count(RULES) == 1
    return {
        MESH_FILE: mesh,
        ORDERS_FILE: ORDERS.replace(RULES, WITH_RULES) + orders,
        ANALYTICS_FILE: ANALYTICS + analytics,
    }
