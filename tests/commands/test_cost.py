"""`meshwright cost` from the command line: the example mesh, mistakes, and what it says of its prices."""

import json
import time
from pathlib import Path

import pytest

from meshwright.cli import main
from tests.config.small_mesh import write_mesh

ROOT = Path(__file__).parents[2]


def test_the_example_mesh(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.perf_counter()
    assert main(["cost", "--root", str(ROOT)]) == 0
    assert time.perf_counter() - began < 2
    shown = capsys.readouterr().out
    headings = [
        line.split()[0] for line in shown.splitlines() if line.endswith("fixed      usage      total")
    ]
    assert headings == ["analytics", "customers", "orders", "payments", "mesh"]
    assert "  streams   profile-changes (shards: 2)" in shown
    assert "  storage   product ledger (archive)" in shown


def test_the_parts_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "--root", str(ROOT), "--format", "json", "--environment", "prod"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["environment"] == "prod"
    cents = [round(float(line["total"]) * 100) for line in found["lines"]]
    assert round(float(found["total"]) * 100) == sum(cents) > 0
    charges = [charge for line in found["lines"] for charge in line["charges"]]
    assert all(charge["page"].startswith("https://aws.amazon.com/") for charge in charges)


def test_one_domain_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--domain", "customers", "--format", "markdown", "--assume", "product_gb=200"]
    assert main(["cost", "--root", str(ROOT), *arguments]) == 0
    shown = capsys.readouterr().out
    assert "| customers | storage | product profiles (hot) | 0.00 | 4.60 | 4.60 |" in shown  # 200 x 0.023
    assert "| orders |" not in shown
    assert "| `product_gb` | 200 |" in shown


def test_the_guide_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "cost.md").read_text()
    block = page[page.index("Mesh acme, environment dev") :].partition("\n…\n")[0].splitlines()
    assert len(block) > 10
    assert main(["cost", "--root", str(ROOT), "--domain", "customers"]) == 0
    assert capsys.readouterr().out.splitlines()[: len(block)] == block


MISTAKES = {
    "a domain": (
        ["--domain", "order"],
        "--domain: there is no domain `order` in dev. Did you mean `orders`?",
    ),
    "an assumption": (
        ["--assume", "produkt_gb=5"],
        "--assume produkt_gb=5: there is no assumption `produkt_gb`. Did you mean `product_gb`?",
    ),
    "no value": (
        ["--assume", "product_gb"],
        "--assume product_gb: write KEY=VALUE, such as --assume product_gb=500.",
    ),
    "a word": (
        ["--assume", "product_gb=much"],
        "--assume product_gb=much: `much` is not a number that is 0 or more, such as 12 or 0.5.",
    ),
    "less than nothing": (
        ["--assume", "product_gb=-1"],
        "--assume product_gb=-1: `-1` is not a number that is 0 or more, such as 12 or 0.5.",
    ),
    "infinitely much": (
        ["--assume", "product_gb=inf"],
        "--assume product_gb=inf: `inf` is not a number that is 0 or more, such as 12 or 0.5.",
    ),
    "records of nothing": (
        ["--assume", "record_kb=0"],
        "--assume record_kb=0: `0` is not a number that is more than 0, such as 12 or 0.5.",
    ),
    "more than there is": (
        ["--assume", "product_gb=1e30"],
        "--assume product_gb=1e30: `1e30` is more than 10,000,000,000, the most that `product_gb` can be.",
    ),
    "next to nothing": (
        ["--assume", "record_kb=1e-30"],
        "--assume record_kb=1e-30: `1e-30` is less than 0.001, the least that is not nothing.",
    ),
    "more than all": (
        ["--assume", "archived_percent=100.5"],
        "--assume archived_percent=100.5: `100.5` is more than 100, the most that `archived_percent` can be.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_message(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, message = MISTAKES[name]
    assert main(["cost", "--root", str(write_mesh(tmp_path)), *arguments]) == 2
    assert capsys.readouterr() == ("", f"{message}\n")
