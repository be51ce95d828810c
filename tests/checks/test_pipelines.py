# ruff: noqa: E501 (whole lines of output)
"""Pipelines: every line that is said about a mistake, and none about what is right."""

import json
from pathlib import Path

import pytest

from meshwright.checks.pipeline_limits import definition_bytes
from meshwright.mesh.parts.pipeline_machine import machine_of
from meshwright.project import load_mesh
from tests.config.pipeline_mesh import ENGINES, LISTENER, texts
from tests.config.small_mesh import (
    ANALYTICS,
    ANALYTICS_FILE,
    MESH,
    MESH_FILE,
    ORDERS,
    ORDERS_FILE,
    TEXTS,
    TODAY,
    said_about,
    write_mesh,
)


def said(root: Path, old: str, new: str) -> tuple[str, ...]:
    """What is said when one thing is changed in the pipelines of either domain."""
    assert (ENGINES + LISTENER).count(old) == 1, old
    return said_about(write_mesh(root, texts(ENGINES.replace(old, new), LISTENER.replace(old, new))))


def test_nothing_is_wrong_with_them(tmp_path: Path) -> None:
    assert said_about(write_mesh(tmp_path, texts())) == ()


ORD, ANA = "domains/orders.yaml", "domains/analytics.yaml"
STEPS = "pipelines.nightly.steps"
ONE_EDIT = (
    (
        "a step of two kinds",
        "load: {sql: SELECT 1}",
        "load: {sql: SELECT 1, spark: a.py}",
        (
            f"{ORD}:41:13: {STEPS}.load: a step has exactly one of spark, sql, quality and wait_for; this has `spark` and `sql`. Make each a step of its own.",
        ),
    ),
    (
        "a step of no kind",
        "load: {sql: SELECT 1}",
        "load: {timeout: 5m}",
        (
            f"{ORD}:41:13: {STEPS}.load: a step has exactly one of spark, sql, quality and wait_for; this has none. Add one.",
        ),
    ),
    (
        "arguments of a statement",
        "load: {sql: SELECT 1}",
        "load: {sql: SELECT 1, arguments: [a]}",
        (
            f"{ORD}:41:29: {STEPS}.load.arguments: `arguments` is for steps with `spark`; this one has `sql`. Remove it.",
        ),
    ),
    (
        "within of a script",
        "fix: {spark: scripts/fix.py,",
        "fix: {spark: scripts/fix.py, within: 1h,",
        (
            f"{ORD}:42:36: {STEPS}.fix.within: `within` is for steps with `wait_for`; this one has `spark`. Remove it.",
        ),
    ),
    (
        "after an unknown step",
        "after: [fix]",
        "after: [fixx]",
        (f"{ORD}:43:46: {STEPS}.check.after[0]: the pipeline has no step `fixx`. Did you mean `fix`?",),
    ),
    (
        "after itself",
        "after: [fix]",
        "after: [check]",
        (f"{ORD}:43:46: {STEPS}.check.after[0]: a step can't wait for itself. Remove it.",),
    ),
    (
        "after one step twice",
        "after: [fix]",
        "after: [fix, fix]",
        (f"{ORD}:43:51: {STEPS}.check.after[1]: `fix` is in the list twice. Remove one of the two.",),
    ),
    (
        "steps in a circle",
        "load: {sql: SELECT 1}",
        "load: {sql: SELECT 1, after: [check]}",
        (
            f"{ORD}:43:46: {STEPS}.check.after[0]: these steps wait for each other, so none would ever start: check -> load -> fix -> check. Take one of them out of an `after`.",
        ),
    ),
    (
        "no such table",
        "quality: sales.orders",
        "quality: sales.order",
        (
            f"{ORD}:43:24: {STEPS}.check.quality: this domain has no table `sales.order`. Did you mean `sales.orders`?",
        ),
    ),
    (
        "a table without rules",
        "quality: sales.orders",
        "quality: sales.lines",
        (
            f"{ORD}:43:24: {STEPS}.check.quality: sales.lines has no quality rules to evaluate. Add `quality: {{rules: [...]}}` to products.sales.tables.lines.",
        ),
    ),
    (
        "no engines",
        "compute: {spark: {}, sql: {}}\n",
        "",
        (
            f"{ORD}:40:19: {STEPS}.load.sql: the domain has no workgroup to run it in. Add `sql: {{}}` under `compute`.",
            f"{ORD}:41:20: {STEPS}.fix.spark: the domain has no Spark to run it on. Add `spark: {{}}` under `compute`.",
        ),
    ),
    (
        "a refresh of no product",
        "refreshes: [sales]",
        "refreshes: [sale]",
        (
            f"{ORD}:44:17: pipelines.nightly.refreshes[0]: this domain has no product `sale`. Did you mean `sales`?",
        ),
    ),
    (
        "a refresh named twice",
        "refreshes: [sales]",
        "refreshes: [sales, sales]",
        (
            f"{ORD}:44:24: pipelines.nightly.refreshes[1]: `sales` is in the list twice. Remove one of the two.",
        ),
    ),
    (
        "a schedule and a trigger",
        "    triggered_by: [orders.sales]\n",
        "    triggered_by: [orders.sales]\n    schedule: rate(1 day)\n",
        (
            f"{ANA}:18:19: pipelines.revenue.triggered_by: a pipeline has either a `schedule` or `triggered_by`, so that one run is over before the next. Remove one; with a schedule, a step can `wait_for` the product.",
        ),
    ),
    (
        "a time zone of no schedule",
        "    triggered_by: [orders.sales]\n",
        "    triggered_by: [orders.sales]\n    timezone: Europe/Berlin\n",
        (
            f"{ANA}:19:15: pipelines.revenue.timezone: a `timezone` is for a `schedule`, and there is none. Remove it, or add a schedule.",
        ),
    ),
    (
        "a schedule and a time zone that there aren't",
        "    schedule: cron(0 3 * * ? *)\n",
        "    schedule: cron(0 33 * * ? *)\n    timezone: Europe/Bonn\n",
        (
            f"{ORD}:39:22: pipelines.nightly.schedule: `33` can't be the hours of a cron schedule. It goes from 0 to 23, with `*`, `,`, `-` and `/`.",
            f"{ORD}:40:15: pipelines.nightly.timezone: there is no time zone `Europe/Bonn`. Use a name of the IANA database, such as Europe/Berlin.",
        ),
    ),
    (
        "an unknown domain",
        "triggered_by: [orders.sales]",
        "triggered_by: [order.sales]",
        (
            f"{ANA}:18:20: pipelines.revenue.triggered_by[0]: there is no domain `order`. Did you mean `orders`?",
        ),
    ),
    (
        "an unknown product",
        "wait_for: orders.sales",
        "wait_for: orders.sale",
        (
            f"{ANA}:20:25: pipelines.revenue.steps.again.wait_for: orders has no product `sale`. Did you mean `orders.sales`?",
        ),
    ),
    (
        "its own product",
        "wait_for: orders.sales",
        "wait_for: analytics.reports",
        (
            f"{ANA}:20:25: pipelines.revenue.steps.again.wait_for: the mesh carries refreshes to other domains only. Put the steps of both into one pipeline, with `after`.",
        ),
    ),
    (
        "a trigger named twice",
        "triggered_by: [orders.sales]",
        "triggered_by: [orders.sales, orders.sales]",
        (
            f"{ANA}:18:34: pipelines.revenue.triggered_by[1]: `orders.sales` is in the list twice. Remove one of the two.",
        ),
    ),
    (
        "a refresh that counts longer than it is kept",
        "within: 2h",
        "within: 15d",
        (
            f"{ANA}:20:47: pipelines.revenue.steps.again.within: refreshes are kept for 14 days at most, not 15d. Give it 14d or less.",
        ),
    ),
    (
        "runs that overlap",
        "schedule: cron(0 3 * * ? *)",
        "schedule: rate(4 hours)",
        (
            f"{ORD}:39:15: pipelines.nightly.schedule: a run may take 6h, and the next starts 4 hours after it: two would work on the same tables at once. Add `timeout: 4h` or less, or start it less often.",
        ),
    ),
    (
        "runs that overlap twice a day",
        "schedule: cron(0 3 * * ? *)",
        "schedule: cron(30 3,8 * * ? *)",
        (
            f"{ORD}:39:15: pipelines.nightly.schedule: a run may take 6h, and the next starts 5 hours after it: two would work on the same tables at once. Add `timeout: 5h` or less, or start it less often.",
        ),
    ),
    (
        "a run of more than a year",
        "    refreshes: [sales]\n",
        "    refreshes: [sales]\n    timeout: 400d\n",
        (
            f"{ORD}:45:14: pipelines.nightly.timeout: a run can take 365 days at most, not 400d. Give it less.",
        ),
    ),
    (
        "a step longer than the run",
        "load: {sql: SELECT 1}",
        "load: {sql: SELECT 1, timeout: 7h}",
        (
            f"{ORD}:41:38: {STEPS}.load.timeout: the step may take 7h, longer than the whole run: 6h. Give it less, or the pipeline a longer `timeout`.",
        ),
    ),
    (
        "a retry after the end",
        "load: {sql: SELECT 1}",
        "load: {sql: SELECT 1, retry: {wait: 6h}}",
        (
            f"{ORD}:41:43: {STEPS}.load.retry.wait: after a wait of 6h the run is over, for it may take 6h. Wait less, or give the run more time.",
        ),
    ),
)


@pytest.mark.parametrize(
    ("old", "new", "lines"), [each[1:] for each in ONE_EDIT], ids=[each[0] for each in ONE_EDIT]
)
def test_one_edit_gives_exactly_these_lines(
    tmp_path: Path, old: str, new: str, lines: tuple[str, ...]
) -> None:
    assert said(tmp_path, old, new) == lines


OTHER_WAY = """\
consumes:
  - {product: analytics.reports, purpose: To order more., roles: [analysts]}
"""
REPORTS = """\
products:
  reports:
    description: Revenue.
    classification: public
    tables:
      revenue: {description: A row a day., format: parquet, columns: {day: date}}
"""


def test_a_circle_through_the_refreshes_of_two_domains(tmp_path: Path) -> None:
    """orders.nightly refreshes what starts analytics.revenue, which refreshes what orders.nightly waits for."""
    files = texts(
        ENGINES.replace("load: {sql: SELECT 1}", "load: {wait_for: analytics.reports}") + OTHER_WAY,
        LISTENER + "    refreshes: [reports]\n" + REPORTS,
    )
    assert said_about(write_mesh(tmp_path, files)) == (
        "domains/analytics.yaml:18:20: pipelines.revenue.triggered_by[0]: these pipelines start or wait for each other without end: analytics.revenue -> orders.nightly -> analytics.revenue. Take one of them out of the circle, or give it a schedule.",
    )


def test_a_product_that_the_domain_does_not_ask_for(tmp_path: Path) -> None:
    files = texts(analytics=LISTENER)
    files[ANALYTICS_FILE] = ANALYTICS[: ANALYTICS.index("consumes:")] + LISTENER
    fix = "this domain does not ask for orders.sales. Ask for it under `consumes`: whoever may read a product may hear of its refreshes."
    assert [line for line in said_about(write_mesh(tmp_path, files)) if "notice" not in line] == [
        f"domains/analytics.yaml:11:20: pipelines.revenue.triggered_by[0]: {fix}",
        f"domains/analytics.yaml:13:25: pipelines.revenue.steps.again.wait_for: {fix}",
    ]


def test_what_nobody_announces_is_told(tmp_path: Path) -> None:
    files = texts(ENGINES.replace("    refreshes: [sales]\n", ""))
    what = "no pipeline of orders refreshes sales. Until one does,"
    assert said_about(write_mesh(tmp_path, files)) == (
        f"domains/analytics.yaml:18:20: notice: pipelines.revenue.triggered_by[0]: {what} it starts only by hand.",
        f"domains/analytics.yaml:20:25: notice: pipelines.revenue.steps.again.wait_for: {what} the step fails when its time is over.",
    )


def test_another_trigger_starts_it_all_the_same(tmp_path: Path) -> None:
    """Orders has a second product, which nobody refreshes."""
    files = texts()
    stock = "  stock: {description: S., classification: public, tables: {s: {description: S., format: csv, columns: {a: string}}}}\n"
    files[ORDERS_FILE] = files[ORDERS_FILE].replace("products:\n", f"products:\n{stock}")
    asks = "consumes:\n  - {product: orders.stock, purpose: To know., roles: [analysts]}\n"
    files[ANALYTICS_FILE] = (
        files[ANALYTICS_FILE]
        .replace("consumes:\n", asks)
        .replace("[orders.sales]", "[orders.sales, orders.stock]")
    )
    assert said_about(write_mesh(tmp_path, files)) == (
        "domains/analytics.yaml:19:34: notice: pipelines.revenue.triggered_by[1]: no pipeline of orders refreshes stock. Until one does, only its other triggers start it.",
    )


def test_what_is_not_agreed_is_told(tmp_path: Path) -> None:
    files = texts()
    files[ORDERS_FILE] = files[ORDERS_FILE].replace("until: 2027-12-31", "until: 2026-12-31")
    what = "this domain hears of refreshes of orders.sales only once it may read it. Until then,"
    assert [line for line in said_about(write_mesh(tmp_path, files)) if "pipelines." in line] == [
        f"domains/analytics.yaml:18:20: notice: pipelines.revenue.triggered_by[0]: {what} it starts only by hand.",
        f"domains/analytics.yaml:20:25: notice: pipelines.revenue.steps.again.wait_for: {what} the step fails when its time is over.",
    ]


def test_names_that_aws_would_refuse(tmp_path: Path) -> None:
    """`<mesh>-<domain>.<pipeline>` of a schedule: 20 + 1 + 6 + 1 + 30 fits into 64; with a longer domain not."""
    mesh = MESH.replace("mesh: acme", "mesh: a-mesh-of-20-letters")
    name = "n" * 30
    pipeline = ENGINES.replace("nightly:", f"{name}:")
    assert said_about(write_mesh(tmp_path / "short", texts(pipeline, "", mesh))) == ()
    files = texts(pipeline, "", mesh)
    domain = "orders-and-returns-24"
    files[f"domains/{domain}.yaml"] = files.pop(ORDERS_FILE).replace("domain: orders", f"domain: {domain}")
    del files[ANALYTICS_FILE]
    said_of_it = said_about(write_mesh(tmp_path / "long", files))
    assert (
        f"domains/{domain}.yaml:37:3: pipelines.{name}: its schedule would have a name of 73 characters, and AWS takes 64. Shorten it by 9."
        in said_of_it
    )


def test_too_many_steps_and_too_long_statements(tmp_path: Path) -> None:
    """A step of SQL that is tried three times more has 4 times 12 events: 521 of them have 25,008.

    In the template 400 steps with 1,000 letters of two bytes each have 800,000 bytes, and 363 each besides.
    """
    steps = "".join(f"      s{number}: {{sql: SELECT 1}}\n" for number in range(521))
    many = ENGINES[: ENGINES.index("      load:")] + steps
    assert said_about(write_mesh(tmp_path / "many", texts(many, ""))) == (
        "domains/orders.yaml:37:3: pipelines.nightly: a run could have 25,008 events; Step Functions ends it after 25,000. Use fewer steps, or fewer `attempts`, or make two pipelines of it.",
    )
    steps = "".join(f"      s{number}: {{sql: SELECT '{'ü' * 1000}'}}\n" for number in range(400))
    long = ENGINES[: ENGINES.index("      load:")] + steps
    assert said_about(write_mesh(tmp_path / "long", texts(long, ""))) == (
        "domains/orders.yaml:36:1: pipelines: the definitions of all pipelines have about 945,500 bytes; the template of the domain has room for 700,000. Put long statements into views, or into scripts.",
    )


def test_without_an_organization_the_bus_has_room_for_so_many_accounts(tmp_path: Path) -> None:
    """(10,240 - 600) / 40 = 241, for `"arn:aws-us-gov:iam::123456789012:root",` has 40 characters."""
    files = {MESH_FILE: MESH}
    for number in range(242):
        account = f"{200000000000 + number}"
        files[f"domains/d{number}.yaml"] = (
            ORDERS.replace("domain: orders", f"domain: d{number}")
            .replace("222222222221", account)
            .replace(', prod: "222222222222"', "")
            .replace("      - {domain: analytics, until: 2027-12-31}\n", "")
            .replace("    shared_with:\n", "")
            .replace("  analysts: OrdersAnalyst\n", "")
            + "compute: {sql: {}}\npipelines: {p: {description: x, steps: {a: {sql: SELECT 1}}, refreshes: [sales]}}\n"
        )
    line = "mesh.yaml:1:7: mesh: 242 domains refresh products, and the policy of the mesh's event bus has room for the accounts of 241. Put all accounts into one AWS organization and add `organization: <id>`."
    assert said_about(write_mesh(tmp_path / "without", files)) == (line,)
    files[MESH_FILE] += "organization: o-a1b2c3d4e5\n"
    assert said_about(write_mesh(tmp_path / "with", files)) == ()


def test_the_small_mesh_has_no_pipelines(tmp_path: Path) -> None:
    assert said_about(write_mesh(tmp_path, TEXTS)) == ()


def test_the_size_of_definitions_is_about_what_they_have() -> None:
    mesh = load_mesh(Path(__file__).parents[2], environment=None, today=TODAY)
    sizes = []
    for domain in mesh.domains.values():
        for name, pipeline in domain.file.pipelines.items():
            definition = machine_of(mesh, domain, name, pipeline).properties["DefinitionString"]
            sizes.append((definition_bytes(pipeline), len(json.dumps(definition))))
    assert len(sizes) == 3
    assert [(estimate, real) for estimate, real in sizes if not real < estimate < 1.2 * real] == []
