"""What `plan` says of the cost, in its three formats, at the round prices of tests/cost."""

import json
import subprocess
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.cost import changes
from tests.config.small_mesh import ORDERS_FILE, write_mesh
from tests.cost.building import TABLE


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small mesh, committed. Its product sales is `standard`: 100 GB are 50 x 0.02 + 50 x 0.01 = 1.50,
    and 1600 objects 0.00; its key and raw bucket are 2.05, its stream 73.00 and 30.42 for what it takes in.
    """
    monkeypatch.setattr(changes, "load_table", lambda _: TABLE)
    write_mesh(tmp_path)
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@acme.example", "commit", "-qm", "First"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return tmp_path


def edit(root: Path, old: str, new: str) -> None:
    file = root / ORDERS_FILE
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def plan(root: Path, capsys: pytest.CaptureFixture[str], form: str) -> str:
    assert main(["plan", "--root", str(root), "--format", form]) == 0
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
