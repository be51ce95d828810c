# ruff: noqa: E501 (whole lines of output)
"""Service levels that nothing could measure are refused."""

from pathlib import Path

import pytest

from meshwright.project import examine, load_mesh
from tests.config.small_mesh import ORDERS_FILE, TEXTS, TODAY, said_about, write_mesh

CLASSIFICATION = "    classification: internal\n"
PIPELINE = """\
pipelines:
  nightly:
    description: Corrects orders.
    steps: {correct: {sql: SELECT 1}}
    refreshes: [sales]
compute: {sql: {}}
"""
LANDS = "lands_in: {table: sales.orders, buffer_seconds: 120}"
BOTH = "streams:\n  order-lines: {description: One record per line., lands_in: sales.lines}"


def mesh(root: Path, slo: str, *, more: str = "", streams: str = "", lands: str = "") -> Path:
    """The small mesh with service levels of `sales`, in line 14 from column 10 on."""
    text = TEXTS[ORDERS_FILE]
    assert text.count(CLASSIFICATION) == 1
    text = text.replace(CLASSIFICATION, f"{CLASSIFICATION}    slo: {slo}\n")
    if lands:
        text = text.replace("One record per change.}", f"One record per change., {lands}}}")
    if streams:
        text = text.replace("streams:", streams)
    return write_mesh(root, {**TEXTS, ORDERS_FILE: text + more})


@pytest.mark.parametrize("freshness", ["1h", "24h", "7d", "168h", "1440m", "61m"])
def test_a_pipeline_tells_that_it_is_fresh(tmp_path: Path, freshness: str) -> None:
    assert said_about(mesh(tmp_path, f"{{freshness: {freshness}}}", more=PIPELINE)) == ()


@pytest.mark.parametrize(
    ("freshness", "fix"),
    [
        ("8d", "It looks back 7 days at most."),
        ("169h", "It looks back 7 days at most."),
        ("1441m", "Longer than a day, use whole hours."),
    ],
)
def test_longer_than_an_alarm_can_wait(tmp_path: Path, freshness: str, fix: str) -> None:
    assert said_about(mesh(tmp_path, f"{{freshness: {freshness}}}", more=PIPELINE)) == (
        f"domains/orders.yaml:14:22: products.sales.slo.freshness: an alarm of CloudWatch can't wait {freshness} for a refresh. {fix}",
    )


NIGHTLY = PIPELINE.replace("    refreshes", "    schedule: cron(0 3 * * ? *)\n    refreshes")
WEEKDAYS = NIGHTLY.replace("* * ? *", "? * MON-FRI *")
WEEKLY = NIGHTLY.replace("* * ? *", "? * SUN *")
TWICE = NIGHTLY.replace(
    "compute:",
    "  noon:\n    description: Corrects more.\n    steps: {correct: {sql: SELECT 1}}\n"
    "    schedule: cron(0 12 * * ? *)\n    refreshes: [sales]\ncompute:",
)


@pytest.mark.parametrize(
    ("freshness", "pipelines", "said"),
    [
        ("26h", NIGHTLY, None),
        ("24h", NIGHTLY, "notice: {}`nightly` leaves up to 24h between two starts: as long as it promises, so that a run that is slower breaks it. Promise the time that a run takes on top."),
        ("23h", NIGHTLY, "{}`nightly` leaves up to 24h between two starts, more than 23h. Promise more than 24h, or start it more often."),
        ("1h", NIGHTLY, "{}`nightly` leaves up to 24h between two starts, more than 1h. Promise more than 24h, or start it more often."),
        ("26h", WEEKDAYS, "{}`nightly` leaves up to 72h between two starts, more than 26h. Promise more than 72h, or start it more often."),
        ("6d", WEEKLY, "{}`nightly` leaves up to 168h between two starts, more than 6d. Start it more often: an alarm looks back 7 days at most."),
        ("16h", TWICE, None),
        ("14h", TWICE, "{}`nightly` and `noon` leave up to 15h between two starts, more than 14h. Promise more than 15h, or start it more often."),
        # In another time zone the two may be closer or further apart.
        ("14h", TWICE.replace("    schedule: cron(0 12", "    timezone: Europe/Berlin\n    schedule: cron(0 12"), None),
    ],
)  # fmt: skip
def test_fresher_than_pipelines_start(
    tmp_path: Path, freshness: str, pipelines: str, said: str | None
) -> None:
    root = mesh(tmp_path, f"{{freshness: {freshness}}}", more=pipelines)
    path = "products.sales.slo.freshness: "
    expected = () if said is None else (f"domains/orders.yaml:14:22: {said.format(path)}",)
    assert said_about(root) == expected


def test_what_is_only_to_know_keeps_nobody_from_anything(tmp_path: Path) -> None:
    root = mesh(tmp_path, "{freshness: 24h}", more=NIGHTLY)
    found = examine(root, environment=None, today=TODAY)
    assert (found.errors, len(found.notices), len(found.subscriptions)) == ((), 1, 1)
    assert load_mesh(root, environment="dev", today=TODAY).domains.keys() == {"analytics", "orders"}


def test_a_promise_of_nothing(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "{}")) == (
        "domains/orders.yaml:14:10: products.sales.slo: `slo` promises nothing. Give `freshness` or `completeness`, or take it out.",
    )


@pytest.mark.parametrize("share", ["100%", "100.000%", "99.999%", "0.5%"])
def test_shares(tmp_path: Path, share: str) -> None:
    assert said_about(mesh(tmp_path, f"{{completeness: {share}}}")) == ()


@pytest.mark.parametrize("share", ["100.5%", "100.001%", "101%", "1000%"])
def test_more_than_all(tmp_path: Path, share: str) -> None:
    (said,) = said_about(mesh(tmp_path, f"{{completeness: {share}}}"))
    assert said == (
        f"domains/orders.yaml:14:25: products.sales.slo.completeness: `{share}` is not a percentage from 0% to 100%. For example: 99.5%"
    )


def test_nothing_tells(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "{freshness: 1h}")) == (
        "domains/orders.yaml:14:22: products.sales.slo.freshness: nothing tells how fresh `orders` and `lines` are. Let a pipeline say `refreshes: [sales]`, or let a stream land in every table.",
    )


def test_one_table_is_left_out(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "{freshness: 1h}", lands=LANDS)) == (
        "domains/orders.yaml:14:22: products.sales.slo.freshness: nothing tells how fresh `lines` is. Let a pipeline say `refreshes: [sales]`, or let a stream land in every table.",
    )


def test_streams_tell(tmp_path: Path) -> None:
    root = mesh(tmp_path, "{freshness: 1h}", lands=LANDS, streams=BOTH)
    assert said_about(root) == ()


def test_less_than_a_delivery_takes(tmp_path: Path) -> None:
    """One more line for the second stream; it is delivered within 300 s, the default, the first within 120."""
    root = mesh(tmp_path, "{freshness: 5m}", lands=LANDS, streams=BOTH)
    assert said_about(root) == (
        "domains/orders.yaml:15:22: products.sales.slo.freshness: `order-lines` is delivered every 300 s, which is not within 5m. Promise more, or set `buffer_seconds` lower.",
    )


def test_completeness_of_nothing(tmp_path: Path) -> None:
    assert said_about(mesh(tmp_path, "{completeness: 0%}")) == (
        "domains/orders.yaml:14:25: products.sales.slo.completeness: 0% promises nothing. Promise more, or take it out.",
    )


def test_completeness_where_all_is_optional(tmp_path: Path) -> None:
    root = mesh(tmp_path, "{completeness: 99%}")
    file = root / ORDERS_FILE
    text = file.read_text()
    for column, kind in {
        "order_id": "string",
        "order_date": "date",
        "country": "string",
        "total": "decimal(12,2)",
        "quantity": "int",
    }.items():
        text = text.replace(
            f"          {column}: {kind}\n", f'          {column}: {{type: "{kind}", optional: true}}\n'
        )
    file.write_text(text.replace("pii: true", "pii: true, optional: true"))
    assert said_about(root) == (
        "domains/orders.yaml:14:25: products.sales.slo.completeness: no column counts: each is optional or nested. Take `optional` off those that must be there.",
    )
