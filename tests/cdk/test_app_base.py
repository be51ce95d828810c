"""app.py with `-c base=REF`: nothing is built that takes something from a live consumer."""

import re
import shutil
import subprocess
from pathlib import Path

import aws_cdk as cdk
import pytest

from meshwright.cdk import Context, read_context
from tests.cdk.synthesis import ROOT
from tests.cdk.test_app import run_here

APPROVAL = "      - {domain: payments, tables: [orders]}\n"
ENDS = re.compile(r"(, |^ +)until: [0-9-]{10}", re.MULTILINE)
"""The app takes the present day, on which nothing must have ended."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The example mesh, committed; then an approval that a consumer relies on was dropped."""
    shutil.copy(ROOT / "mesh.yaml", tmp_path)
    shutil.copy(ROOT / "app.py", tmp_path)
    shutil.copytree(ROOT / "domains", tmp_path / "domains")
    for file in (tmp_path / "domains").iterdir():
        file.write_text(ENDS.sub("", file.read_text()))
    identity = ["-c", "user.name=t", "-c", "user.email=t@acme.example"]
    for arguments in (["init", "--quiet", "--template="], ["add", "--all"], ["commit", "-qm", "As deployed"]):
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)
    orders = tmp_path / "domains" / "orders.yaml"
    assert APPROVAL in orders.read_text()
    orders.write_text(orders.read_text().replace(APPROVAL, ""))
    return tmp_path


def test_it_refuses(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(repository, monkeypatch, context={"base": "HEAD"}) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error == (
        "The files of the mesh have problems:\n"
        "domains/orders.yaml:80:5: products.sales.shared_with: the approval of payments is removed, but "
        "payments (role fraud) reads `orders`. Put the approval back with an `until` that leaves payments "
        "time; remove it after that day, or once payments no longer asks for orders.sales.\n"
    )
    assert list((repository / "cdk.out").glob("*.template.json")) == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"base": "main"}, Context(environment=None, domains=None, base="main")),
        (
            {"base": "main", "accept_breaking": "orders.sales, payments.ledger"},
            Context(
                environment=None,
                domains=None,
                base="main",
                accept_breaking=("orders.sales", "payments.ledger"),
            ),
        ),
    ],
)
def test_context(context: dict[str, str], expected: Context) -> None:
    assert read_context(cdk.App(context=context)) == expected
