"""Nothing comes in but by its hash: actions, Python packages, npm packages; and each may be used."""

import json
import os
import re
import subprocess
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meshwright.cli import main

REPOSITORY = Path(__file__).parents[1]
TEMPLATES = REPOSITORY / "constructs/meshwright/commands/templates/init"
WORKFLOWS = [
    *sorted((REPOSITORY / ".github/workflows").iterdir()),
    *(TEMPLATES / name for name in ("mesh.yml", "plan.yml")),
]
LOCKS = [*sorted(REPOSITORY.glob("*.lock")), TEMPLATES / "requirements.txt"]


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(workflow.read_text())["jobs"].values() for step in job["steps"]]


def test_every_workflow_is_looked_at() -> None:
    assert [file.name for file in WORKFLOWS] == ["ci.yml", "nightly.yml", "plan.yml", "mesh.yml", "plan.yml"]
    assert all(steps(file) for file in WORKFLOWS)
    written = [path for path in TEMPLATES.iterdir() if path.suffix in (".yml", ".yaml")]
    assert {path.name for path in written if "jobs" in yaml.safe_load(path.read_text())} == {
        "mesh.yml",
        "plan.yml",
    }


def test_every_action_is_pinned_to_one_commit_with_its_version() -> None:
    uses = [
        line.partition("uses:")[2].strip()
        for file in WORKFLOWS
        for line in file.read_text().splitlines()
        if "uses:" in line
    ]
    assert len(uses) == sum("uses" in step for file in WORKFLOWS for step in steps(file)) > 10
    for each in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each
    assert len(set(uses)) == len({each.partition("@")[0] for each in uses}) == 4


def test_no_checkout_leaves_its_token_in_the_folder() -> None:
    checkouts = [
        step
        for file in WORKFLOWS
        for step in steps(file)
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert len(checkouts) == 8
    for step in checkouts:
        assert step["with"]["persist-credentials"] is False


def test_no_script_has_text_pasted_in() -> None:
    """What a pull request brings reaches a script as a variable of its environment."""
    scripts = [step["run"] for file in WORKFLOWS for step in steps(file) if "run" in step]
    assert len(scripts) > 10
    for script in scripts:
        assert "${{" not in script


def test_the_scripts_of_workflows_install_nothing_themselves() -> None:
    texts = [file.read_text() for file in [*WORKFLOWS, REPOSITORY / ".ci/run"]]
    assert sum(text.count("make ") for text in texts) > 6
    for text in texts:
        assert not re.search(r"\b(pip|uv|npm|npx|curl|wget|apt-get)\b", text)


def commands(folder: Path, *targets: str) -> list[str]:
    """What make would run, its variables filled in."""
    command = ["make", "--dry-run", "--always-make", *targets]
    caller = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, env=caller, capture_output=True, text=True, check=True)
    return [part for line in done.stdout.splitlines() for part in line.split("||")]


def test_every_package_is_installed_by_its_hash(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    ours = commands(REPOSITORY, "setup", "audit", "e2e", "second-opinion", "mutants")
    theirs = commands(tmp_path, "setup")
    installs = [command for command in ours + theirs if "pip install" in command]
    assert len(installs) == 8
    (checkout,) = (command for command in installs if "--editable ." in command)
    assert "--offline --no-deps --no-build-isolation" in checkout
    for command in installs:
        if command != checkout:
            assert "--require-hashes" in command
            assert re.search("--no-build|--only-binary :all:", command), command
    npm = [command for command in ours + theirs if " npm " in command]
    assert [re.findall(r" npm (\S+)", command) for command in npm] == [["ci"]] * 3


def locked(lock: Path) -> dict[str, tuple[Requirement, int]]:
    """The requirement of each package, and how many hashes it has."""
    packages = re.split(r"\n(?=[\w])", re.sub(r"(?m)^ *#.*\n", "", lock.read_text()))
    found = {}
    for package in packages:
        text, *hashes = package.replace("\\\n", "").split("--hash=")
        requirement = Requirement(text)
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes)
        found[canonicalize_name(requirement.name)] = (requirement, len(hashes))
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_a_version_and_hashes(lock: Path) -> None:
    packages = locked(lock)
    assert packages
    for requirement, hashes in packages.values():
        assert hashes
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier))


def test_the_locks_are_of_one_mind_and_of_the_declared_dependencies() -> None:
    """To write them again: make lock"""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    ours, new = locked(REPOSITORY / "requirements.lock"), locked(TEMPLATES / "requirements.txt")
    extras = project["project"]["optional-dependencies"]
    runtime = [*project["project"]["dependencies"], *extras["local"], *extras["logic"]]
    for texts, lock in ((runtime + project["dependency-groups"]["dev"], ours), (runtime, new)):
        for declared in map(Requirement, texts):
            (pinned,) = lock[canonicalize_name(declared.name)][0].specifier
            assert declared.specifier.contains(pinned.version), declared
    assert len(new) > 50
    assert {name: package.specifier for name, (package, _) in new.items()} == {
        name: ours[name][0].specifier for name in new
    }


ALLOWED = {
    *("Apache-2.0", "Apache Software License"),
    *("MIT", "MIT-0", "MIT License"),
    *("BSD", "BSD-2-Clause", "BSD-3-Clause", "BSD License"),
    *("ISC", "ISC License (ISCL)"),
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
    *("PSF-2.0", "CNRI-Python"),
    "Zope Public License",
}
"""Licences that allow the use beside Apache-2.0, by their SPDX id or as PyPI calls them."""


def licences(package: Distribution) -> list[list[str]]:
    """All that hold for a package, each with its alternatives."""
    expression = package.metadata.get("License-Expression")
    if expression:
        return [part.split(" OR ") for part in expression.split(" AND ")]
    classifiers = package.metadata.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    return [[name] for name in names if name != "OSI Approved"] or [[package.metadata.get("License", "none")]]


def test_every_package_has_a_licence_that_allows_its_use() -> None:
    """Another one, or an expression that this can't take apart, is for a person to read."""
    refused = {}
    packages = locked(REPOSITORY / "requirements.lock")
    for name, (requirement, _) in packages.items():
        if requirement.marker is None or requirement.marker.evaluate():
            terms = licences(distribution(name))
            if not all(ALLOWED.intersection(alternatives) for alternatives in terms):
                refused[name] = terms
    assert len(packages) > 100
    assert refused == {}


@pytest.mark.parametrize("folder", [".", "tests/e2e/browser"])
def test_every_npm_package_has_a_licence_that_allows_its_use_and_a_hash(folder: str) -> None:
    lock = json.loads((REPOSITORY / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package["license"] in ALLOWED, name
        assert package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("file", [REPOSITORY / ".github/dependabot.yml", TEMPLATES / "dependabot.yml"])
def test_pins_are_renewed(file: Path) -> None:
    updates = yaml.safe_load(file.read_text())["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip", "npm"}
    folders = {name for each in updates for name in each.get("directories", [each.get("directory")])}
    ours = {"/", f"/{TEMPLATES.relative_to(REPOSITORY)}", "/tests/e2e/browser"}
    assert folders == ({"/"} if file.parent == TEMPLATES else ours)
