"""The workflow that comments the plan on a pull request: its scripts, with stand-ins for what they call."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshwright.cli import main
from tests.config.small_mesh import write_mesh
from tests.config.test_git import commit, git

REPOSITORY = Path(__file__).parents[2]
WORKFLOW = REPOSITORY / ".github/workflows/plan.yml"
MARKER = "<!-- meshwright plan -->"


def jobs() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())
    return dict(loaded["jobs"])


def script(job: str, step: str) -> str:
    return next(str(each["run"]) for each in jobs()[job]["steps"] if each.get("name") == step)


def stand_in(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As GitHub runs it (https://docs.github.com/actions/reference/workflow-syntax-for-github-actions)."""
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_users_get_the_same_workflow() -> None:
    template = REPOSITORY / "constructs/meshwright/commands/templates/init/plan.yml"
    assert template.read_text() == WORKFLOW.read_text()


def test_only_the_job_that_runs_nothing_of_the_pull_request_may_write() -> None:
    assert yaml.safe_load(WORKFLOW.read_text())["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in jobs().items()} == {
        "plan": None,
        "comment": {"pull-requests": "write"},
    }
    uses = [each["uses"].partition("@")[0] for each in jobs()["comment"]["steps"] if "uses" in each]
    assert uses == ["actions/download-artifact"]


def test_the_base_is_there_without_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout brings all branches and leaves no token, so git could get nothing more."""
    (checkout,) = (
        each for each in jobs()["plan"]["steps"] if each.get("uses", "").startswith("actions/checkout@")
    )
    assert checkout["with"] == {"persist-credentials": False, "fetch-depth": 0}
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    write_mesh(origin)
    git(origin, "init", "--quiet", "--initial-branch", "main")
    commit(origin)
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(clone, "checkout", "--quiet", "-b", "work")
    git(clone, "branch", "--quiet", "--delete", "main")
    origin.rename(tmp_path / "out of reach")
    monkeypatch.chdir(clone)
    assert main(["plan", "--base", "origin/main"]) == 0


@pytest.mark.parametrize(
    ("code", "printed", "problem", "expected", "plan", "said"),
    [
        (0, "all well", "", 0, "all well\n", ""),
        (
            1,
            "look at this",
            "",
            0,
            "look at this\n",
            "::warning::This change needs a review: see the plan.\n",
        ),
        (2, "", "a mistake", 2, f"{MARKER}\n### No plan\n\n    a mistake\n", ""),
        (3, "", "a bug", 3, f"{MARKER}\n### No plan\n\n    a bug\n", ""),
    ],
)
def test_the_plan_is_in_the_summary_and_a_mistake_fails(
    tmp_path: Path, code: int, printed: str, problem: str, expected: int, plan: str, said: str
) -> None:
    out = f"echo '{printed}'" if printed else ":"
    error = f"echo '{problem}' >&2" if problem else ":"
    stand_in(tmp_path / ".venv/bin/meshwright", f'echo "$@" > arguments.txt; {out}; {error}; exit {code}')
    done = run(script("plan", "Plan"), tmp_path, BASE="origin/main", GITHUB_STEP_SUMMARY="summary.md")
    assert (done.returncode, done.stdout, done.stderr) == (expected, said, f"{problem}\n" if problem else "")
    assert (tmp_path / "plan.md").read_text() == plan
    assert (tmp_path / "summary.md").read_text() == plan
    assert (tmp_path / "arguments.txt").read_text() == "plan --base origin/main --format markdown\n"


def comment(folder: Path, plan: str, gh: str) -> tuple[int, str, list[str]]:
    """Exit code, output, and the calls of `gh` but the one that lists comments."""
    (folder / "plan.md").write_text(plan)
    listing = 'case "$*" in *--paginate*) '
    stand_in(folder / "gh", f'{listing}{gh}; exit 0;; esac; echo "$*" >> calls.txt; test ! -e denied')
    done = run(script("comment", "Comment"), folder, GITHUB_REPOSITORY="acme/mesh", NUMBER="7")
    calls = folder / "calls.txt"
    return done.returncode, done.stdout, calls.read_text().splitlines() if calls.exists() else []


def test_the_first_comment_is_written(tmp_path: Path) -> None:
    assert comment(tmp_path, MARKER, ":") == (
        0,
        "",
        ["api --silent --method POST repos/acme/mesh/issues/7/comments --field body=@plan.md"],
    )


def test_the_comment_that_is_there_is_changed(tmp_path: Path) -> None:
    assert comment(tmp_path, MARKER, "echo 41; echo 42") == (
        0,
        "",
        ["api --silent --method PATCH repos/acme/mesh/issues/comments/41 --field body=@plan.md"],
    )


def test_a_token_that_may_not_comment_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "denied").touch()
    code, out, calls = comment(tmp_path, MARKER, ":")
    assert (code, out, len(calls)) == (
        0,
        "::notice::The token may not comment. The plan is in the summary of this run.\n",
        1,
    )


def test_a_long_plan_is_cut_to_what_a_comment_holds(tmp_path: Path) -> None:
    comment(tmp_path, MARKER + "→" * 70_000, ":")
    text = (tmp_path / "plan.md").read_text()
    assert text.startswith(f"{MARKER}→→→")
    assert text.endswith("→\n\n…and more: see the summary.\n")
    assert len(text) < 65_536
