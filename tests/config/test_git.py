"""The files of a git ref, and what differs from it."""

import os
import subprocess
from pathlib import Path

import pytest

from meshwright.config.git import at_merge_base, at_ref
from meshwright.config.loading import load
from meshwright.config.trees import Changes, WorkingTree, changes
from meshwright.errors import UserError
from meshwright.project import examine
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, ORDERS_FILE, TEXTS, TODAY, write_mesh


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@acme.example", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A state")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The small mesh, committed, at the top of a repository."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    write_mesh(tmp_path)
    commit(tmp_path)
    return tmp_path


def refusal(root: Path, ref: str) -> str:
    """What is said of it; the same whether the ref is wanted, or where this branch left it."""
    said = set()
    for function in (at_ref, at_merge_base):
        with pytest.raises(UserError) as raised:
            function(root, ref)
        said.add(str(raised.value).replace(str(root), "ROOT"))
    [one] = said
    return one


def test_a_commit_reads_like_the_folder_did(repository: Path) -> None:
    before = load(repository)
    assert before.problems == ()
    for file in TEXTS:
        (repository / file).write_text("broken: [")
    (repository / "domains/new.yaml").write_text("domain: new")
    assert load(at_ref(repository, "HEAD")) == before
    assert load(at_ref(repository, "main")) == before


def test_the_folder_may_be_inside_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    root = write_mesh(tmp_path / "data" / "Größe 1")
    write_mesh(tmp_path, {MESH_FILE: "another: mesh", "domains/other.yaml": "domain: other"})
    commit(tmp_path)
    tree = at_ref(root, "HEAD")
    assert load(tree) == load(root)
    assert changes(tree, WorkingTree(root)) == Changes(mesh=False, domains=frozenset())


def test_problems_of_a_commit_are_those_of_the_folder(repository: Path) -> None:
    (repository / "domains/empty.yaml").write_text("")
    (repository / "domains/latin.yaml").write_bytes(b"domain: f\xfcr")
    (repository / "domains/big.yaml").write_text("#" * 1_000_001)
    (repository / "domains/gone.yaml").symlink_to("nowhere.yaml")
    (repository / "domains/folder.yaml").mkdir()
    (repository / "domains/folder.yaml/file").touch()
    (repository / "domains/x.yml").touch()
    commit(repository)
    here = load(repository)
    assert [problem.file for problem in here.problems] == [
        f"domains/{name}"
        for name in ("big.yaml", "empty.yaml", "folder.yaml", "gone.yaml", "latin.yaml", "x.yml")
    ]
    assert load(at_ref(repository, "HEAD")) == here


def test_links_are_followed_inside_the_repository(repository: Path) -> None:
    (repository / "elsewhere").mkdir()
    (repository / ANALYTICS_FILE).rename(repository / "elsewhere/reports.yaml")
    (repository / ANALYTICS_FILE).symlink_to("../elsewhere/reports.yaml")
    (repository / "domains/loop.yaml").symlink_to("loop.yaml")
    (repository / "domains/out.yaml").symlink_to("../../out.yaml")
    commit(repository)
    files = load(at_ref(repository, "HEAD"))
    assert sorted(files.domains) == ["analytics", "orders"]
    assert tuple(map(str, files.problems)) == (
        "domains/loop.yaml:1:1: this link leads back to itself. Repair or remove it.",
        "domains/out.yaml:1:1: this link leads out of the repository. Repair or remove it.",
    )


def test_a_commit_without_domains(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write_mesh(tmp_path, {MESH_FILE: TEXTS[MESH_FILE]})
    commit(tmp_path)
    assert load(at_ref(tmp_path, "HEAD")) == load(tmp_path)


def test_examine_and_reuse(repository: Path) -> None:
    text = (repository / ANALYTICS_FILE).read_text()
    (repository / ANALYTICS_FILE).write_text(text.replace("    where: country = 'DE'\n", ""))
    after = examine(repository, environment=None, today=TODAY)
    before = examine(at_ref(repository, "HEAD"), environment=None, today=TODAY, reuse=after.files)
    assert before.files.domains["orders"] is after.files.domains["orders"]
    conditions = [each.subscriptions[0].tables[0].where for each in (before, after)]
    assert conditions == ["(country = 'DE')", None]


def test_what_differs(repository: Path) -> None:
    base, here = at_ref(repository, "HEAD"), WorkingTree(repository)
    assert changes(base, here) == Changes(mesh=False, domains=frozenset())

    windows = (repository / ORDERS_FILE).read_bytes().replace(b"\n", b"\r\n")
    (repository / ORDERS_FILE).write_bytes(windows)
    assert changes(base, here) == Changes(mesh=False, domains=frozenset())

    (repository / ORDERS_FILE).write_bytes(windows + b"# more")
    (repository / "domains/untracked.yaml").write_text("domain: untracked")
    (repository / ".gitignore").write_text("ignored.yaml")
    (repository / "domains/ignored.yaml").write_text("domain: ignored")
    (repository / "domains/staged.yaml").write_text("domain: staged")
    git(repository, "add", "domains/staged.yaml")
    (repository / ANALYTICS_FILE).unlink()
    names = frozenset({"orders", "untracked", "ignored", "staged", "analytics"})
    assert changes(base, here) == Changes(mesh=False, domains=names)
    assert changes(here, base) == Changes(mesh=False, domains=names)

    (repository / MESH_FILE).write_text("mesh: other")
    assert changes(base, here).mesh


def test_a_hook_of_another_repository_does_not_mislead(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert load(at_ref(repository, "HEAD")) == load(repository)


@pytest.mark.parametrize("ref", ["mian", "--all", "", "HEAD:mesh.yaml", "HEAD~1"])
def test_an_unknown_ref(ref: str, repository: Path) -> None:
    assert refusal(repository, ref) == (
        f"ROOT: there is no commit `{ref}`. Correct the name (git branch --all lists the branches), "
        "or get it: git fetch origin"
    )


def test_a_shallow_clone(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (repository / ORDERS_FILE).write_text("domain: orders")
    commit(repository)
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth", "1", repository.as_uri(), ".")
    assert at_ref(clone, "HEAD").name == "HEAD"
    assert refusal(clone, "HEAD~1") == (
        "ROOT: this shallow clone has no commit `HEAD~1`. Get the history: git fetch --unshallow "
        "(in GitHub Actions: actions/checkout with `fetch-depth: 0`)"
    )


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert refusal(write_mesh(tmp_path), "HEAD") == (
        "ROOT: the git repository has no commit yet, so no `HEAD`. Commit first."
    )


def test_a_commit_before_the_mesh(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "README").touch()
    commit(tmp_path)
    assert refusal(write_mesh(tmp_path / "sub").parent, "HEAD") == (
        "`HEAD` has no mesh.yaml: the mesh was not there yet. Name a commit that has it."
    )
    assert refusal(tmp_path / "sub", "HEAD") == (
        "`HEAD` has no sub/mesh.yaml: the mesh was not there yet. Name a commit that has it."
    )


def test_no_repository(tmp_path: Path) -> None:
    assert refusal(write_mesh(tmp_path), "HEAD") == (
        "ROOT is not in a git repository, so it has no earlier state. Make one: git init"
    )


def test_a_repository_of_another_user(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    assert refusal(repository, "HEAD") == (
        "ROOT: the git repository belongs to another user, so git does not read it. Say that you trust it: "
        "git config --global --add safe.directory ROOT"
    )


def test_no_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere", "HEAD") == (
        "ROOT: there is no such folder. Name one with --root DIR."
    )


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repository))
    assert refusal(repository, "HEAD") == (
        "git is not installed, and comparing with a ref needs it. Install git."
    )
