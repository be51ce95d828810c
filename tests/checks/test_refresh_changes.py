# ruff: noqa: E501 (whole lines of output)
"""Refreshes that a pipeline of another domain listens to are not taken away unannounced."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshwright.checks.breaks import problems
from meshwright.checks.removal import breaking_changes
from meshwright.config.loading import load
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.published import Published, published
from tests.config.pipeline_mesh import ENGINES, LISTENER, texts
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, TODAY, write_mesh

KEPT = ENGINES.replace("    refreshes: [sales]\n", "")
LINE = (
    "no pipeline refreshes `sales` any more, but analytics (pipeline revenue) starts with its refreshes or waits for them. "
    "Keep `refreshes: [sales]` on a pipeline until analytics has orders.sales neither in `triggered_by` nor in `wait_for`."
)
OTHER = ENGINES.replace("  nightly:\n", "  hourly:\n")


def mesh_of(root: Path, files: dict[str, str]) -> Mesh:
    loaded = load(write_mesh(root, files))
    assert loaded.problems == ()
    assert loaded.mesh is not None
    return resolve(loaded.mesh, loaded.domains, environment="dev", today=TODAY)


def said(
    before: Published, root: Path, files: dict[str, str], accepted: frozenset[str] = frozenset()
) -> list[str]:
    after = mesh_of(root, files)
    breaks = breaking_changes(before, after, today=TODAY, accepted=accepted)
    return [str(each) for each in problems(load(root), breaks)]


@pytest.fixture
def before(tmp_path: Path) -> Published:
    return published(mesh_of(tmp_path / "before", texts()))


def test_a_pipeline_no_longer_refreshes(before: Published, tmp_path: Path) -> None:
    assert said(before, tmp_path, texts(KEPT)) == [f"domains/orders.yaml:36:1: pipelines: {LINE}"]
    assert said(before, tmp_path, texts(KEPT), frozenset({"orders.sales"})) == []


def test_all_pipelines_are_gone(before: Published, tmp_path: Path) -> None:
    assert said(before, tmp_path, texts("")) == [f"domains/orders.yaml:1:1: {LINE}"]


def test_another_pipeline_refreshes_instead(before: Published, tmp_path: Path) -> None:
    assert said(before, tmp_path, texts(OTHER)) == []


@pytest.mark.parametrize(
    "listener",
    ["", LISTENER.replace("    triggered_by: [orders.sales]\n", "").replace("wait_for: orders.sales, within: 2h", "sql: SELECT 2")],
    ids=["without its pipelines", "with others"],
)  # fmt: skip
def test_nobody_listens_any_more(before: Published, tmp_path: Path, listener: str) -> None:
    assert said(before, tmp_path, texts(KEPT, listener)) == []


@pytest.mark.parametrize(
    "listener",
    [
        LISTENER.replace("    triggered_by: [orders.sales]\n", ""),
        LISTENER.replace("wait_for: orders.sales, within: 2h", "sql: SELECT 2"),
    ],
    ids=["only waits", "only starts"],
)
def test_it_listens_in_one_way(tmp_path: Path, listener: str) -> None:
    before = published(mesh_of(tmp_path / "before", texts(ENGINES, listener)))
    assert said(before, tmp_path, texts(KEPT, listener)) == [f"domains/orders.yaml:36:1: pipelines: {LINE}"]


def test_whoever_never_heard_of_it_loses_nothing(tmp_path: Path) -> None:
    """The pipeline is new, or its subscription was not agreed."""
    new = published(mesh_of(tmp_path / "new", texts(ENGINES, "")))
    assert said(new, tmp_path, texts(KEPT)) == []
    files = texts()
    files[ORDERS_FILE] = files[ORDERS_FILE].replace("      - {domain: analytics, until: 2027-12-31}\n", "      - {domain: payments}\n")  # fmt: skip
    assert said(published(mesh_of(tmp_path / "pending", files)), tmp_path, texts(KEPT)) == []


def test_a_request_that_has_ended_holds_nothing(before: Published, tmp_path: Path) -> None:
    files = texts(KEPT)
    files[ANALYTICS_FILE] = files[ANALYTICS_FILE].replace("until: 2027-06-30", "until: 2026-12-31")
    assert said(before, tmp_path, files) == []


def test_after_the_sunset_of_the_product(before: Published, tmp_path: Path) -> None:
    domain = before.domains["orders"]
    ended = replace(domain.products["sales"], sunset=TODAY.replace(year=2026))
    old = replace(before, domains={**before.domains, "orders": replace(domain, products={"sales": ended})})
    assert said(old, tmp_path, texts(KEPT)) == []


def test_two_domains_listen(tmp_path: Path) -> None:
    files = texts()
    files[ORDERS_FILE] = files[ORDERS_FILE].replace(
        "2027-12-31}\n", "2027-12-31}\n      - {domain: reports}\n"
    )
    files["domains/reports.yaml"] = (
        files[ANALYTICS_FILE]
        .replace("domain: analytics", "domain: reports")
        .replace("33333333333", "44444444444")
        .replace("  revenue:\n    desc", "  weekly:\n    desc")
    )
    before = published(mesh_of(tmp_path / "before", files))
    files[ORDERS_FILE] = files[ORDERS_FILE].replace("    refreshes: [sales]\n", "")
    (line,) = said(before, tmp_path, files)
    assert (
        "but analytics (pipeline revenue) and reports (pipeline weekly) start with its refreshes or wait for them"
        in line
    )
    assert "until analytics and reports have orders.sales neither in" in line
