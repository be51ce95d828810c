"""A small valid mesh, for tests that break one thing in it."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from meshwright.project import examine

TODAY = date(2027, 1, 1)

MESH_FILE, ORDERS_FILE, ANALYTICS_FILE = "mesh.yaml", "domains/orders.yaml", "domains/analytics.yaml"
MESH = """\
mesh: acme
environments:
  dev: {governance_account: "111111111111", region: eu-west-1}
  prod: {governance_account: "111111111112", region: eu-west-1}
classifications: [public, internal, restricted]
open_classifications: [public]
"""
ORDERS = """\
domain: orders
description: Customer orders.
owner: {team: order-platform, email: orders@acme.example}
accounts: {dev: "222222222221", prod: "222222222222"}
roles:
  engineers: {create: true}
  analysts: OrdersAnalyst
streams:
  order-events: {description: One record per change.}
products:
  sales:
    description: Orders and their lines.
    classification: internal
    tables:
      orders:
        description: One row per order.
        format: iceberg
        partition_by: [order_date]
        columns:
          order_id: string
          order_date: date
          country: string
          total: decimal(12,2)
          email: {type: string, pii: true}
      lines:
        description: One row per line.
        format: parquet
        columns:
          order_id: string
          article: struct<sku:string,tags:array<string>>
          quantity: int
    shared_with:
      - {domain: analytics, until: 2027-12-31}
"""
ANALYTICS = """\
domain: analytics
description: Reports.
owner: {team: insights, email: insights@acme.example}
accounts: {dev: "333333333331", prod: "333333333332"}
roles:
  analysts: {create: true}
consumes:
  - product: orders.sales
    tables: [orders]
    where: country = 'DE'
    purpose: Revenue by country.
    until: 2027-06-30
    roles: [analysts]
"""
TEXTS = {MESH_FILE: MESH, ORDERS_FILE: ORDERS, ANALYTICS_FILE: ANALYTICS}


def write_mesh(root: Path, texts: dict[str, str] | None = None) -> Path:
    """Write these files below `root`; by default the small mesh."""
    for name, text in (TEXTS if texts is None else texts).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return root


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """The small mesh with one edit, which must apply exactly once."""
    assert TEXTS[file].count(old) == 1, f"{old!r} is {TEXTS[file].count(old)} times in {file}"
    return {**TEXTS, file: TEXTS[file].replace(old, new)}


class Case(NamedTuple):
    """An edit of the small mesh, and every line that is said about it."""

    name: str
    file: str
    old: str
    new: str
    lines: tuple[str, ...]


def said_about(root: Path) -> tuple[str, ...]:
    """Every problem and notice of the mesh below `root`, as printed."""
    found = examine(root, environment=None, today=TODAY)
    return tuple(str(problem) for problem in sorted(found.errors + found.notices))
