"""A copy of the example mesh, in a folder with a space, deployed to an embedded AWS of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from meshwright.aws.accounts import Account
from meshwright.local import control
from meshwright.local.cdk import cli
from meshwright.local.private import PrivateFolder
from meshwright.local.states import save as save_state
from meshwright.mesh.model import Mesh
from meshwright.node import node_environment
from meshwright.project import load_mesh

REPOSITORY = Path(__file__).parents[2]
MESH_FILES = ("mesh.yaml", "app.py", "cdk.json", "domains", "schemas")


@dataclass
class Deployed:
    """A mesh repository on disk and the embedded AWS that it deploys to."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def own(self) -> dict[str, str]:
        """What is not that of whoever runs the tests."""
        return {"HOME": str(self.root / "home"), "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}

    def meshwright(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "meshwright", *arguments)

    def cdk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The real CLI, as a user has it after `eval "$(meshwright local env governance)"`."""
        return self._run(*cli(self.root), *arguments)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            text=True,
            capture_output=True,
            timeout=300,
            check=False,
        )

    def mesh(self) -> Mesh:
        return load_mesh(self.root, environment=None, today=date.today())

    def account(self, holder: str) -> Account:
        """A domain's account, or `governance`."""
        mesh = self.mesh()
        number = mesh.governance_account if holder == "governance" else mesh.domains[holder].account
        embedded = control.status(self.root)
        assert embedded is not None
        return Account(
            account=number,
            region=mesh.region,
            environment=control.environment(
                embedded, account=number, region=mesh.region, role=mesh.names.deploying_role_arn(number)
            ),
        )

    def accounts(self) -> dict[str, Account]:
        mesh = self.mesh()
        clients = [self.account(holder) for holder in ("governance", *mesh.domains)]
        return {client.account: client for client in clients}

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    yield from copy_of_the_example(tmp_path_factory.mktemp("a mesh"))


def copy_of_the_example(root: Path) -> Iterator[Deployed]:
    """The example mesh in `root`; the embedded AWS that it deploys to is stopped afterwards."""
    for name in MESH_FILES:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    # Outside an organization, so that each share has an invitation to accept.
    mesh_file = (root / "mesh.yaml").read_text()
    (root / "mesh.yaml").write_text(
        "".join(x for x in mesh_file.splitlines(True) if not x.startswith("organization"))
    )
    (root / "node_modules").symlink_to(REPOSITORY / "node_modules")
    # What a developer's machine may hold and the demo must never use.
    aws = root / "home" / ".aws"
    aws.mkdir(parents=True)
    (aws / "config").write_text(
        "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::999999999999:role/Real\n"
    )
    (aws / "credentials").write_text("[default]\naws_access_key_id = REAL\naws_secret_access_key = REAL\n")
    mesh = Deployed(root)
    mesh.environment = {"PATH": os.defpath, **mesh.own}
    try:
        yield mesh
    finally:
        control.down(root)


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> PrivateFolder:
    """Where the mesh that the demo deployed is kept, for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    folder = PrivateFolder((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "saved")
    folder.make()
    return folder


@pytest.fixture(scope="module")
def demo(deployed: Deployed, saved: PrivateFolder) -> subprocess.CompletedProcess[str]:
    """The example mesh, deployed by the demo. Afterwards `deployed.cdk` talks to the embedded AWS.

    One module of a run has the demo deploy it; the others go on from that state.
    """
    printed, states = saved.path / "demo.json", deployed.root / ".meshwright" / "saves"
    with saved.alone("demo.lock"):
        if printed.exists():
            result = subprocess.CompletedProcess("demo", **json.loads(printed.read_text()))
            shutil.copytree(saved.path / "saves", states)
            embedded = control.load(deployed.root, "demo", trust=True, organization=None)
        else:
            result = deployed.meshwright("local", "demo")
            assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
            save_state(PrivateFolder.of(deployed.root), "demo", replace=False)
            shutil.copytree(states, saved.path / "saves")
            printed.write_text(json.dumps({k: v for k, v in vars(result).items() if k != "args"}))
            embedded = control.up(deployed.root)
    mesh = deployed.mesh()
    environment = control.environment(embedded, account=mesh.governance_account, region=mesh.region)
    deployed.environment = node_environment(environment) | deployed.own
    # The demo has had the templates validated; again with each command would only cost time.
    deployed.environment["CDK_VALIDATION"] = "false"
    return result
