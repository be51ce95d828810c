"""What README and the guides show is what is printed, and what they count is so."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from benchmarks.synth import write_mesh

from meshwright.commands.access import access
from meshwright.commands.explain import explain
from meshwright.commands.plan import plan
from meshwright.mesh.inventory import inventory
from meshwright.project import load_mesh

REPOSITORY = Path(__file__).parents[1]
TODAY = date(2026, 11, 24)


def shown(page: str, first_line: str) -> list[str]:
    """The lines of the block that begins so; `…` stands for what is left out at its end."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (REPOSITORY / page).read_text(), re.DOTALL | re.MULTILINE)
    [block] = [text for language, text in blocks if not language and text.startswith(first_line)]
    return [line for line in block.splitlines() if line != "…"]


@pytest.mark.parametrize(
    ("page", "first_line", "role", "table", "hops"),
    [
        ("README.md", "No: payments.fraud", "payments.fraud", "orders.sales.orders.status", False),
        (
            "docs/access.md",
            "No: analytics.scientists",
            "analytics.scientists",
            "customers.profiles.profiles.phone",
            False,
        ),
        (
            "docs/access.md",
            "Yes: analytics.scientists",
            "analytics.scientists",
            "customers.profiles.profiles",
            False,
        ),
        ("docs/access.md", "Yes: payments.fraud", "payments.fraud", "orders.order-events", True),
    ],
)
def test_explain(
    page: str, first_line: str, role: str, table: str, hops: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    explain(
        root=REPOSITORY,
        environment=None,
        role=role,
        table=table,
        live=False,
        local=False,
        role_name=None,
        output="text",
        today=TODAY,
        hops=hops,
    )
    lines = shown(page, first_line)
    assert len(lines) > 3
    assert capsys.readouterr().out.splitlines()[: len(lines)] == lines


def test_access(capsys: pytest.CaptureFixture[str]) -> None:
    access(
        root=REPOSITORY,
        environment=None,
        product=None,
        domain="analytics",
        role=None,
        classification=None,
        pii=True,
        output="text",
        today=TODAY,
    )
    lines = shown("docs/access.md", "customers.profile-changes  (stream)")
    assert len(lines) > 3
    assert capsys.readouterr().out.splitlines()[: len(lines)] == lines


def test_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("mesh.yaml", "domains"):
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "The example mesh"]):
        subprocess.run([*git, *arguments], check=True)
    orders = tmp_path / "domains" / "orders.yaml"
    kept = [line for line in orders.read_text().splitlines(True) if "{domain: payments, tables:" not in line]
    orders.write_text("".join(kept))
    code = plan(
        root=tmp_path,
        base="HEAD",
        fail_on=[],
        accept_breaking=[],
        environment=None,
        output="text",
        today=TODAY,
    )
    lines = shown("README.md", "Review needed:")
    assert code == 1
    assert len(lines) > 10
    assert capsys.readouterr().out.splitlines()[: len(lines)] == lines


def test_resources_of_a_domain_with_every_part(tmp_path: Path) -> None:
    """The table of docs/how-it-works.md counts a domain of the benchmark."""
    write_mesh(tmp_path, 5, parts=True)
    mesh = load_mesh(tmp_path, environment=None, today=TODAY)
    counted = {
        stack.name.rpartition("-")[2]: len(stack.resources)
        for stack in inventory(mesh).values()
        if stack.domain == "d0"
    }
    page = (REPOSITORY / "docs" / "how-it-works.md").read_text()
    rows = re.findall(r"^\| (foundation|share|access|workloads) \| (\d+) \|", page, re.MULTILINE)
    assert {stack: int(number) for stack, number in rows} == counted
