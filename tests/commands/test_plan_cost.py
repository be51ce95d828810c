"""What `plan` says of the cost, in its three formats, at the round prices of tests/cost."""

import json
import subprocess
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.cost import changes
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, ORDERS_FILE, write_mesh
from tests.cost.building import TABLE


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small mesh, committed. Its product sales is `standard`: 100 GB are 50 x 0.02 + 50 x 0.01 = 1.50,
    and 1600 objects 0.00; its key and raw bucket are 2.05, its stream 73.00 and 30.42 for what it takes in.
    """
    monkeypatch.setattr(changes, "load_table", lambda _: TABLE)
    write_mesh(tmp_path)
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@acme.example", "commit", "-qm", "First"],
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True)


def edit(root: Path, old: str, new: str, name: str = ORDERS_FILE) -> None:
    file = root / name
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def plan(root: Path, capsys: pytest.CaptureFixture[str], form: str, *, code: int = 0) -> str:
    assert main(["plan", "--root", str(root), "--format", form]) == code
    return capsys.readouterr().out


HOT = ("    classification: internal\n", "    classification: internal\n    storage: hot\n")


def test_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """100 x 0.02 = 2.00 instead of 1.50. What is there already is told of under `Data`, without a review."""
    edit(root, *HOT)
    shown = plan(root, capsys, "text")
    assert shown.startswith("Nothing to review: 1 resource in 1 stack change.\n")
    assert (
        "\nCost, estimated, in US dollars a month. What it assumes of use: meshwright cost.\n"
        "  orders: 106.97 → 107.47 (+0.50)\n"
        "    ~ storage, product sales (hot): 1.50 → 2.00\n"
        "\nResources\n"
    ) in shown
    assert "- orders.sales: Objects below s3://acme-orders-products-222222222221/sales/ that are in" in shown
    assert "~ storage of sales: standard: to Intelligent-Tiering after 30 days → hot: stays in" in shown


def test_markdown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, *HOT)
    assert (
        "\n#### Cost, estimated, in US dollars a month\n\n"
        "| of | what | before | after | difference |\n"
        "|---|---|---|---|---|\n"
        "| orders | storage, product sales (hot) | 1.50 | 2.00 | +0.50 |\n"
        "| orders | all | 106.97 | 107.47 | +0.50 |\n"
        "\nWhat it assumes of use: meshwright cost.\n"
    ) in plan(root, capsys, "markdown")


def test_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, *HOT)
    environments = json.loads(plan(root, capsys, "json"))["environments"]
    assert [each["environment"] for each in environments] == ["dev", "prod"]
    for each in environments:
        assert each["cost"] == [
            {
                "domain": "orders",
                "before": "106.97",
                "after": "107.47",
                "difference": "0.50",
                "lines": [
                    {
                        "part": "storage",
                        "resource": "product sales",
                        "before": "1.50",
                        "after": "2.00",
                        "difference": "0.50",
                    }
                ],
            }
        ]


def test_nothing_is_said_where_nothing_changes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "team: order-platform", "team: order-desk")
    assert "Cost" not in plan(root, capsys, "text")
    assert "Cost" not in plan(root, capsys, "markdown")
    environments = json.loads(plan(root, capsys, "json"))["environments"]
    assert [each["cost"] for each in environments] == [[], []]


COSTS_ON = "What stays in the account costs on until somebody deletes it there."
STREAM = "streams:\n  order-events: {description: One record per change.}\n"


def test_what_stays_costs_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stream is 103.42 of 106.97."""
    edit(root, STREAM, "")
    assert (
        "\nCost, estimated, in US dollars a month. What it assumes of use: meshwright cost.\n"
        "  orders: 106.97 → 3.55 (-103.42)\n"
        "    - streams, order-events (on demand): 103.42\n"
        f"  {COSTS_ON}\n"
        "\nResources\n"
    ) in plan(root, capsys, "text", code=1)
    assert f"\n\nWhat it assumes of use: meshwright cost. {COSTS_ON}\n" in plan(
        root, capsys, "markdown", code=1
    )


COPY = """\
  copy:
    description: A copy.
    classification: internal
    tables: {rows: {description: One row each., format: csv, columns: {order_id: string}}}
"""
GOES = {
    "key and bucket of the trail": (MESH_FILE, "mesh: acme\n", "audit_trail: {}\n", "", True),
    "files of a product": (ORDERS_FILE, "products:\n", COPY, "", True),
    "a stack that no file leads to": (ANALYTICS_FILE, "domain: analytics\n", "monitoring: {}\n", "", True),
    "what is deleted": (
        ANALYTICS_FILE,
        "domain: analytics\n",
        "compute: {sql: {}}\n",
        "monitoring: {}\n",
        False,
    ),
}


@pytest.mark.parametrize("name", GOES)
def test_what_goes(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind `place` in a file there was what goes, and what stays."""
    file, place, goes, stays, costs_on = GOES[name]
    write_mesh(tmp_path)
    edit(tmp_path, place, f"{place}{goes}{stays}", file)
    commit(tmp_path)
    edit(tmp_path, goes, "", file)
    main(["plan", "--root", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "\nCost, estimated" in shown
    assert (f"\n  {COSTS_ON}\n" in shown) is costs_on
