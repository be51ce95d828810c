"""`meshwright init`: a repository that works, from the checkout and from the built wheel alone."""

import errno
import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from meshwright.cli import main
from meshwright.command_line.options import installed_version

REPOSITORY = Path(__file__).parents[2]
WRITTEN = [
    ".github/CODEOWNERS",
    ".github/dependabot.yml",
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
    "requirements-meshwright.txt",
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
    workflow = yaml.safe_load((folder / ".github/workflows/mesh.yml").read_text())
    assert workflow["jobs"]["validate"]["steps"][2] == {"run": "make setup"}


def test_the_wheel_is_taken_along_and_pinned_by_its_hash(tmp_path: Path) -> None:
    wheel = tmp_path / f"meshwright-{installed_version()}-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    folder = tmp_path / "mesh"
    assert main(["init", str(folder), "--wheel", str(wheel)]) == 0
    assert files_below(folder) == sorted([*WRITTEN, f"wheels/{wheel.name}"])
    assert (folder / "wheels" / wheel.name).read_bytes() == b"a wheel"
    assert (folder / "requirements-meshwright.txt").read_text().splitlines()[1:] == [
        "--find-links wheels",
        f"meshwright[local,logic]=={installed_version()} "
        f"--hash=sha256:{hashlib.sha256(b'a wheel').hexdigest()}",
    ]


def test_without_a_wheel_the_hash_is_still_to_be_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So the set-up fails, instead of installing whatever goes by the name."""
    assert main(["init", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "requirements-meshwright.txt has no hash yet, so `make setup` refuses it: "
        "add there the one that it prints.",
        f"Next: cd {tmp_path}; make validate; make demo. README.md tells the rest.",
    ]
    assert (tmp_path / "requirements-meshwright.txt").read_text().splitlines()[1:] == [
        f"meshwright[local,logic]=={installed_version()}"
    ]


NO_WHEEL = " is no wheel of meshwright {version}, which writes this. Name one, or none."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("meshwright-0.0.1-py3-none-any.whl", NO_WHEEL),
        ("meshwright-{version}.tar.gz", NO_WHEEL),
        ("meshwright-{version}-absent.whl", " can't be read: No such file or directory."),
    ],
)
def test_another_file_for_the_wheel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    version = installed_version()
    wheel = tmp_path / name.format(version=version)
    if "absent" not in name:
        wheel.touch()
    assert main(["init", str(tmp_path / "mesh"), "--wheel", str(wheel)]) == 2
    assert capsys.readouterr().err == f"{wheel}{message.format(version=version)}\n"
    assert not (tmp_path / "mesh").exists()


@pytest.mark.parametrize("link", [".", ".github", ".github/workflows", "domains", "schemas"])
@pytest.mark.parametrize("to", ["a folder", "nothing"])
def test_no_link_is_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str, to: str) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "mesh"
    if to == "a folder":
        elsewhere.mkdir()
    (folder / link).parent.mkdir(parents=True, exist_ok=True)
    (folder / link).symlink_to(elsewhere)
    assert main(["init", str(folder)]) == 2
    assert capsys.readouterr().err == (
        f"{folder / link} is a link; nothing is written through links. Replace it by what it leads to.\n"
    )
    assert files_below(tmp_path) == []
    assert elsewhere.exists() == (to == "a folder")


@pytest.mark.parametrize("there", [True, False], ids=["into a folder", "as a folder"])
def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    """Whichever file there is no room for; once there is, the same command works."""
    folder = tmp_path / "mesh"
    if there:
        (folder / "domains").mkdir(parents=True)
    fsync = os.fsync
    for room in (0, 8, len(WRITTEN) - 1):
        files = iter(range(len(WRITTEN)))

        def full(handle: int, room: int = room, files: Iterator[int] = files) -> None:
            if next(files) == room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(handle)

        monkeypatch.setattr(os, "fsync", full)
        assert main(["init", str(folder)]) == 2
        assert capsys.readouterr().err == f"{folder} can't be written: No space left on device.\n"
        assert [path for path in tmp_path.rglob("*") if path.name not in ("mesh", "domains")] == []
        assert folder.exists() == there
    monkeypatch.undo()
    assert main(["init", str(folder)]) == 0
    assert files_below(folder) == WRITTEN


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
    run(meshwright, "init", folder, "--wheel", wheel)
    assert files_below(folder) == sorted([*WRITTEN, f"wheels/{wheel.name}"])
    pinned = ("--require-hashes", "--only-binary", ":all:", "-r", folder / "requirements-meshwright.txt")
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--force-reinstall", *pinned)
    assert run(meshwright, "validate", cwd=folder) == "1 domain, 1 product: no problems\n"
    run(meshwright, "schema", "--check", cwd=folder)
    run(meshwright, "new", "domain", "shipping", "--account", "dev=333333333333", cwd=folder)
    run(meshwright, "new", "product", "shipping.parcels", cwd=folder)
    assert run(meshwright, "validate", cwd=folder) == "2 domains, 2 products: no problems\n"
    run(python, "app.py", cwd=folder)
