# ruff: noqa: E501 (whole lines of output)
"""`meshwright validate`: whole outputs in every format, exit codes, and what it imports."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.commands.formats import Report, github, summary
from meshwright.commands.validate import validate
from meshwright.config.problems import Problem
from tests.config.small_mesh import ANALYTICS_FILE, TODAY, edited, write_mesh

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mesh with two problems, in the current folder."""
    monkeypatch.chdir(tmp_path)
    texts = edited(ANALYTICS_FILE, "description: Reports.", "descripton: Reports, 100%.")
    write_mesh(tmp_path, texts)
    return Path()


def run(root: Path, output: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = validate(root=root, output=output, environment=None, today=TODAY)
    return code, capsys.readouterr().out


def test_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "text", capsys) == (
        1,
        "domains/analytics.yaml:1:1: description: the key `description` is missing. Add it: what the domain is about.\n"
        "domains/analytics.yaml:2:1: descripton: unknown key `descripton`. Did you mean `description`?\n"
        "2 domains, 1 product: 2 problems\n",
    )


def test_github(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "github", capsys) == (
        1,
        "::error file=domains/analytics.yaml,line=1,col=1,title=missing-key::description: the key `description` is missing. Add it: what the domain is about.\n"
        "::error file=domains/analytics.yaml,line=2,col=1,title=unknown-key::descripton: unknown key `descripton`. Did you mean `description`?\n"
        "2 domains, 1 product: 2 problems\n",
    )


def test_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(root, "json", capsys)
    content = json.loads(out)
    assert code == 1
    assert content["problems"][1] == {
        "file": "domains/analytics.yaml",
        "line": 2,
        "column": 1,
        "path": "descripton",
        "code": "unknown-key",
        "what": "unknown key `descripton`",
        "fix": "Did you mean `description`?",
        "severity": "error",
    }
    assert content["summary"] == {
        "domains": 2,
        "products": 1,
        "errors": 2,
        "notices": 0,
        "agreed": 0,
        "pending": 0,
        "expired": 0,
        "offered": 0,
    }


def test_github_escapes_what_would_end_an_annotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problem = Problem("domains/a,b:c.yaml", 1, 2, "", "code", "100%\nand\r more", "Fix: it, now.")
    report = Report(root=Path(), problems=(problem,), domains=1, products=1, statuses=())
    assert github(report) == (
        "::error file=domains/a%2Cb%3Ac.yaml,line=1,col=2,title=code::100%25%0Aand%0D more. Fix: it, now.\n"
        "1 domain, 1 product: 1 problem"
    )
    assert summary(report) == "1 domain, 1 product: 1 problem"


def test_notices_are_shown_and_do_not_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_mesh(tmp_path)
    code = validate(root=Path(), output="text", environment="prod", today=date(2027, 8, 1))
    assert (code, capsys.readouterr().out) == (
        0,
        "domains/analytics.yaml:12:12: notice: consumes[0].until: expired: the request ended on 2027-06-30. Renew it, or remove the request.\n"
        "2 domains, 1 product, 0 subscriptions agreed, 1 expired: no problems\n",
    )


def test_files_are_named_from_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    write_mesh(tmp_path / "mesh", edited(ANALYTICS_FILE, "orders.sales", "orders.sale"))
    monkeypatch.chdir(tmp_path)
    _, out = run(Path("mesh"), "text", capsys)
    assert out.startswith(
        "mesh/domains/analytics.yaml:8:14: consumes[0].product: orders has no product `sale`."
    )


def test_the_example_mesh_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--root", str(REPOSITORY)]) == 0
    assert capsys.readouterr().out.endswith(": no problems\n")


def test_validate_imports_neither_the_cdk_nor_aws_nor_what_it_does_not_need() -> None:
    program = (
        "import sys; from meshwright.cli import main; code = main(['validate']); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert {"pydantic", "typer", "yaml"} <= loaded
    assert not loaded & {"aws_cdk", "jsii", "boto3", "botocore", "moto", "rich", "constructs"}
