"""Small meshes of plain data, and a table of round prices to work figures out with by hand."""

from collections.abc import Mapping
from datetime import date

import yaml

from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.cost.items import Charge, Item
from meshwright.cost.prices import parse_table
from meshwright.mesh.model import Mesh, resolve

TODAY = date(2027, 1, 1)
UNVERIFIED = ", unverified: true"
PAGE = "https://aws.amazon.com/pricing/"
TABLE = parse_table(
    "region: eu-west-1\ndate: 2026-11-24\nprices:\n"
    + "".join(
        f'  {key}: {{usd: "{usd}", per: unit, page: {PAGE}{UNVERIFIED if key == "athena-scan" else ""}}}\n'
        for key, usd in {
            "kinesis-on-demand-stream": "0.10",
            "kinesis-on-demand-in": "1",
            "kinesis-on-demand-week": "0.5",
            "kinesis-shard": "0.10",
            "kinesis-put": "0.01",
            "s3-standard": "0.02",
            "s3-tiering-frequent": "0.02",
            "s3-tiering-infrequent": "0.01",
            "s3-tiering-monitoring": "0.0025",
            "s3-glacier-instant": "0.004",
            "s3-glacier-instant-read": "0.03",
            "kms-key": "1",
            "kms-request": "0.03",
            "athena-scan": "5",
            "trail-data-event": "0.10",
        }.items()
    )
)

MESH = """\
mesh: acme
environments: {dev: {governance_account: "111111111111", region: eu-west-1}}
classifications: [internal]
"""
ORDERS = """\
domain: orders
description: Customer orders.
owner: {team: order-platform, email: orders@acme.example}
accounts: {dev: "222222222221"}
streams:
  order-events: {description: One record per change., retention_hours: 72}
products:
  sales:
    description: Orders and their lines.
    classification: internal
    storage: archive
    tables:
      orders: {description: One row per order., format: iceberg, columns: {order_id: string}}
      lines: {description: One row per line., format: parquet, columns: {order_id: string}}
"""
ANALYTICS = """\
domain: analytics
description: Reports.
owner: {team: insights, email: insights@acme.example}
accounts: {dev: "333333333331"}
roles: {analysts: {create: true}}
compute: {sql: {}}
"""


def mesh_of(mesh: str = MESH, *, orders: str = ORDERS, analytics: str = ANALYTICS) -> Mesh:
    """The mesh of these files, unchecked."""
    files = [DomainFile.model_validate(yaml.safe_load(text)) for text in (orders, analytics)]
    return resolve(
        MeshFile.model_validate(yaml.safe_load(mesh)),
        {file.domain: file for file in files},
        environment=None,
        today=TODAY,
    )


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with `old` replaced by `new`, each of which stands in it once."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def quantities(item: Item) -> Mapping[str, str]:
    """The quantity a month by price, to four digits; fixed ones marked."""
    return {charge.price: _shown(charge) for charge in item.charges}


def _shown(charge: Charge) -> str:
    return f"{charge.quantity:.4f}" + (" fixed" if charge.fixed else "")
