"""Whole outputs for a small mesh at round prices; each figure is worked out in the comments.

orders
  key         1.00 fixed; 100,000 requests: 10 x 0.03 = 0.30
  raw bucket  50 GB: 25 x 0.02 + 25 x 0.01 + 800 objects x 0.0025 / 1000 = 0.752
  sales       archive, 100 GB: 80 x 0.004 + 10 read x 0.03 + 10 x 0.02 + 10 x 0.01 + 320 objects: 0.9208
  stream      730 x 0.10 = 73.00 fixed; 30.4167 GB x 1 + 2 GB kept for longer x 0.5 = 31.4167
analytics
  key, raw bucket as above; SQL: 20 x 365 / 12 queries of 1 GB are 0.60833 TB, x 5 = 3.0417
"""

import json
from collections.abc import Iterable

from meshwright.commands.cost_text import Estimated, as_json, markdown, text
from meshwright.cost.assumptions import ASSUMPTIONS, assumed
from meshwright.cost.estimate import estimate
from tests.cost.building import MESH, PAGE, TABLE, edited, mesh_of


def estimated(*assume: str, mesh: str = MESH, domains: Iterable[str] | None = None) -> Estimated:
    found, figures = mesh_of(mesh), assumed(assume)
    lines = estimate(found, table=TABLE, assumed=figures, domains=domains)
    return Estimated(found.name, found.environment, found.region, TABLE, figures, lines)


TEXT = """\
Mesh acme, environment dev, eu-west-1: about 112.48 US dollars a month.
Prices of eu-west-1; written down on 2026-11-24. Lines with * rest on prices that were not verified.

analytics                                                       fixed      usage      total
  storage   key                                                  1.00       0.30       1.30
  storage   raw bucket                                           0.00       0.75       0.75
  queries   SQL                                                  0.00       3.04       3.04 *
  total                                                          1.00       4.09       5.09

orders                                                          fixed      usage      total
  storage   key                                                  1.00       0.30       1.30
  storage   raw bucket                                           0.00       0.75       0.75
  storage   product sales (archive)                              0.00       0.92       0.92
  streams   order-events (on demand)                            73.00      31.42     104.42
  total                                                         74.00      33.39     107.39

Assumed; change it with --assume KEY=VALUE
  stream_gb_per_day             1  GB written to each stream a day
  record_kb                     1  KB in a record; Firehose bills 5 KB at least, provisioned streams 25 KB
  product_gb                  100  GB stored of each product, with old versions
  raw_gb                       50  GB stored in each raw bucket, with old versions
  object_mb                    64  MB in an object
  infrequent_percent           50  percent of what is in Intelligent-Tiering that nobody read for 30 days
  archived_percent             80  percent of an archive product that is older than 90 days
  archive_read_gb              10  GB read of the older part of each archive product a month
  queries_per_day              20  SQL queries of each domain a day, besides pipelines
  query_gb                      1  GB that a query, or an SQL step, scans
  refreshes_per_day             1  refreshes a day of a product that triggers a pipeline
  spark_minutes                20  minutes that a Spark step runs
  spark_vcpus                  12  vCPUs that it uses
  spark_memory_gb              48  GB of memory that it uses
  quality_minutes               5  minutes that an evaluation of quality rules runs
  quality_dpus                  5  DPUs that it uses
  transitions_per_step          3  state transitions of a step
  kms_requests             100000  requests to each domain's key a month; bucket keys keep them few
  logs_gb                       1  GB of logs of each domain with workloads a month
  alarm_mails                  10  mails of alarms to each owner a month
  trail_events            1000000  reads and writes of objects that the audit trail records a month

Costs nothing while it isn't used: Spark, SQL, pipelines, deliveries, the Lake Formation provider.
Costs nothing at all: catalog, grants, links, roles, budgets without actions.
Not counted: data transfer, requests of queries to S3, failures and retries, support, tax, free
tiers, discounts."""


def test_text() -> None:
    assert text(estimated()) == TEXT


def test_markdown_has_the_same_figures_in_a_table() -> None:
    head, _, rest = markdown(estimated()).partition("\n<details>")
    assert head == (
        "### Mesh acme, environment dev, eu-west-1: about 112.48 US dollars a month\n\n"
        "Prices of eu-west-1; written down on 2026-11-24. Lines with * rest on prices that were not "
        "verified.\n\n"
        "| domain | part | resource | fixed | usage | total |\n"
        "|---|---|---|--:|--:|--:|\n"
        "| analytics | storage | key | 1.00 | 0.30 | 1.30 |\n"
        "| analytics | storage | raw bucket | 0.00 | 0.75 | 0.75 |\n"
        "| analytics | queries | SQL | 0.00 | 3.04 | 3.04 \\* |\n"
        "| **analytics** | | **total** | **1.00** | **4.09** | **5.09** |\n"
        "| orders | storage | key | 1.00 | 0.30 | 1.30 |\n"
        "| orders | storage | raw bucket | 0.00 | 0.75 | 0.75 |\n"
        "| orders | storage | product sales (archive) | 0.00 | 0.92 | 0.92 |\n"
        "| orders | streams | order-events (on demand) | 73.00 | 31.42 | 104.42 |\n"
        "| **orders** | | **total** | **74.00** | **33.39** | **107.39** |\n"
    )
    assert "| `query_gb` | 1 | GB that a query, or an SQL step, scans |" in rest


def test_the_most_that_can_be_assumed_is_added_up() -> None:
    figures = [f"{each.key}={100 if each.key.endswith('_percent') else 10**10}" for each in ASSUMPTIONS]
    figures += ["record_kb=0.001", "object_mb=0.001"]
    assert json.loads(as_json(estimated(*figures)))["assumed"]["product_gb"] == "10000000000"


def test_json_has_each_charge_with_its_price_and_page() -> None:
    found = json.loads(as_json(estimated(domains=["analytics"])))
    assert {key: found[key] for key in ("mesh", "environment", "region", "prices", "total")} == {
        "mesh": "acme",
        "environment": "dev",
        "region": "eu-west-1",
        "prices": {"region": "eu-west-1", "date": "2026-11-24"},
        "total": "5.09",
    }
    assert found["assumed"]["kms_requests"] == "100000"
    assert found["lines"][2] == {
        "domain": "analytics",
        "part": "queries",
        "resource": "SQL",
        "detail": None,
        "fixed": "0.00",
        "usage": "3.04",
        "total": "3.04",
        "charges": [
            {
                "price": "athena-scan",
                "quantity": "0.6083",
                "usd": "5",
                "per": "unit",
                "amount": "3.0417",
                "fixed": False,
                "page": PAGE,
                "unverified": True,
            }
        ],
    }


def test_one_domain_alone_has_its_own_lines_only() -> None:
    trail = MESH + "audit_trail: {}\n"
    alone = estimated(mesh=trail, domains=["orders"])
    assert {line.domain for line in alone.lines} == {"orders"}
    assert str(alone.total) == "107.39"
    # Everything: 112.48, and the trail with its key and a million events: 1 + 10 x 0.10.
    assert str(estimated(mesh=trail).total) == "114.48"


def test_an_assumption_changes_what_rests_on_it() -> None:
    """100 queries a day are 3.04167 TB: 15.21 instead of 3.04."""
    assert str(estimated("queries_per_day=100").total) == "124.65"


def test_without_unverified_prices_nothing_is_marked() -> None:
    found = estimated(domains=["orders"])
    assert found.basis == "Prices of eu-west-1; written down on 2026-11-24."
    assert "*" not in text(found)


def test_a_region_without_prices_says_whose_it_has() -> None:
    found = estimated(mesh=edited(MESH, ("eu-west-1", "eu-central-1")), domains=["orders"])
    assert found.basis == (
        "Prices of eu-west-1, since eu-central-1 has no table: they may differ by a quarter and more; "
        "written down on 2026-11-24."
    )
