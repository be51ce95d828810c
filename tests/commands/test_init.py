"""`meshwright init`: a repository that works, from the checkout and from the built wheel alone."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml

from meshwright.cli import main

REPOSITORY = Path(__file__).parents[2]
WRITTEN = [
    ".github/CODEOWNERS",
    ".github/workflows/mesh.yml",
    ".github/workflows/plan.yml",
    ".gitignore",
    "Makefile",
    "README.md",
    "app.py",
    "cdk.json",
    "domains/orders.yaml",
    "mesh.yaml",
    "package-lock.json",
    "package.json",
    "requirements.txt",
    "schemas/domain.schema.json",
    "schemas/mesh.schema.json",
]


def files_below(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_the_new_repository_is_complete_and_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my mesh"
    assert main(["init", str(folder)]) == 0
    assert files_below(folder) == WRITTEN
    capsys.readouterr()
    assert main(["validate", "--root", str(folder)]) == 0
    assert capsys.readouterr().out == "1 domain, 1 product: no problems\n"
    assert main(["schema", "--root", str(folder), "--check"]) == 0
    assert (folder / "requirements.txt").read_text().startswith("meshwright[local]==0.")
    workflow = yaml.safe_load((folder / ".github/workflows/mesh.yml").read_text())
    assert workflow["jobs"]["validate"]["steps"][2] == {"run": "make setup"}


def test_nothing_is_overwritten_and_nothing_half_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} holds README.md already; nothing was written. Choose another folder.\n"
    )
    assert files_below(tmp_path) == ["README.md"]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mesh").write_text("mine")
    assert main(["init", str(tmp_path / "mesh")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'mesh'} is a file. Name a folder to make.\n"


@pytest.mark.parametrize("name", ["app.py", "cdk.json", "package.json", "package-lock.json"])
def test_what_init_writes_is_what_this_repository_uses(name: str) -> None:
    template = REPOSITORY / "constructs/meshwright/commands/templates/init" / name
    assert template.read_text() == (REPOSITORY / name).read_text()


@pytest.mark.e2e
def test_from_the_built_wheel_in_an_environment_without_the_checkout(tmp_path: Path) -> None:
    """The wheel is installed for real; its dependencies are those that are installed here already.

    They are put on the path without this checkout's editable install, so nothing comes from the checkout.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}

    def run(*command: str | Path, cwd: Path = tmp_path) -> str:
        done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, REPOSITORY)
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A path in a .pth file is searched, but the .pth files in it, and so editable installs, are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import meshwright; print(meshwright.__file__)")
    assert Path(where.strip()).is_relative_to(environment)

    folder = tmp_path / "mesh"
    meshwright = environment / "bin/meshwright"
    run(meshwright, "init", folder)
    assert files_below(folder) == WRITTEN
    assert run(meshwright, "validate", cwd=folder) == "1 domain, 1 product: no problems\n"
    run(meshwright, "schema", "--check", cwd=folder)
    run(meshwright, "new", "domain", "shipping", "--account", "dev=333333333333", cwd=folder)
    run(meshwright, "new", "product", "shipping.parcels", cwd=folder)
    assert run(meshwright, "validate", cwd=folder) == "2 domains, 2 products: no problems\n"
    run(python, "app.py", cwd=folder)
