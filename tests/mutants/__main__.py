"""Mutation testing: each mutant is the code with one small change, and some test should then fail.

`python -m tests.mutants [--seconds N] [MODULE …] [--tests FILE …]` runs mutmut in `.mutants`, a copy of the
package and its tests, and prints how many were killed and each that survived. A run goes on where the last
one ended: what changed since is done again, and survivors are tried by the tests of now. A MODULE is the
beginning of a name, such as `access.iam`; the default is all that decide about access. Survivors that no test
can kill are in equivalent.toml, with the reason. Survivors are for reading: they are no failure.

mutmut changes neither decorated functions nor what stands outside of functions; and what is called while a
module is imported is not called again.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from tests.mutants.equivalent import Change, equivalents

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / ".mutants"
MUTANTS = FOLDER / "mutants"
MODULES = (
    "access",
    "mesh.policies",
    "mesh.role_policies",
    "mesh.statements",
    "mesh.storage_policies",
    "mesh.stream_policies",
)
SETTINGS = """\
[mutmut]
source_paths=src
only_mutate=
    src/meshwright/access/*.py
{modules}
pytest_add_cli_args=
    -q
    -p
    no:cacheprovider
    -m
    not (integration or slow)
    --ignore=tests/access/test_codes.py
pytest_add_cli_args_test_selection=
{tests}
use_git_change_detection=false

[tool:pytest]
addopts = --strict-markers
markers =
    e2e: unused
    integration: unused
    slow: unused
pythonpath = .
"""
SURVIVED, NO_TESTS = 0, 33
UNTRIED = (None, 2, 34)
"""How mutmut notes what became of a mutant; else a test failed, ended badly or took too long."""


class Mutant(NamedTuple):
    """A change, and what came of it."""

    module: str
    change: Change
    survived: bool


def prepare(tests: list[str]) -> None:
    """The copy, in which only what differs is written, since mutmut looks at the files' times."""
    copied = []
    for source, target in (
        (REPOSITORY / "constructs/meshwright", "src/meshwright"),
        (REPOSITORY / "tests", "tests"),
    ):
        for file in source.rglob("*"):
            if file.is_dir() or {"__pycache__", "node_modules"} & set(file.parts):
                continue
            copy = FOLDER / target / file.relative_to(source)
            copied.append(copy)
            if not copy.exists() or copy.read_bytes() != file.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    for name in ("src", "tests"):
        for file in {each for each in (FOLDER / name).rglob("*") if each.is_file()} - set(copied):
            file.unlink()
    modules = "\n".join(f"    src/meshwright/{each.replace('.', '/')}.py" for each in MODULES[1:])
    (FOLDER / "setup.cfg").write_text(
        SETTINGS.format(modules=modules, tests="\n".join(f"    {each}" for each in tests))
    )


def forget_survivors(modules: list[str]) -> None:
    """So that mutmut tries them again, with what tests there are now."""
    for file in MUTANTS.rglob("*.meta"):
        content = json.loads(file.read_text())
        codes = content["exit_code_by_key"]
        again = [name for name, code in codes.items() if code == SURVIVED and _is_of(name, modules)]
        if again:
            content["exit_code_by_key"] = codes | dict.fromkeys(again)
            file.write_text(json.dumps(content, indent=4))


def run(modules: list[str], seconds: float) -> None:
    """mutmut, until it is done or the time is over."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    command += [f"meshwright.{each}*" for each in modules]
    with (FOLDER / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=FOLDER, stdout=log, stderr=log, start_new_session=True)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            return
    if code:
        sys.exit(f"mutmut failed, see {FOLDER / 'log.txt'}:\n{(FOLDER / 'log.txt').read_text()[-2000:]}")


def results(modules: list[str]) -> list[Mutant]:
    """Every mutant of the modules that was tried."""
    tried: dict[str, tuple[str, bool]] = {}
    for file in sorted(MUTANTS.rglob("*.meta")):
        path = file.relative_to(MUTANTS).as_posix().removesuffix(".meta")
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items():
            if code not in UNTRIED and _is_of(name, modules):
                tried[name] = (path, code in (SURVIVED, NO_TESTS))
    found = [
        Mutant(_module(path), Change("", "", ""), False) for path, survived in tried.values() if not survived
    ]
    alive = {name: path for name, (path, survived) in tried.items() if survived}
    program = Path(__file__).with_name("differences.py")
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=FOLDER,
        input=json.dumps(alive),
        text=True,
        capture_output=True,
        check=True,
    )
    for name, (was, becomes) in json.loads(done.stdout).items():
        change = Change(_function(name), was, becomes)
        found.append(Mutant(_module(alive[name]), change, True))
    return found


def _is_of(name: str, modules: list[str]) -> bool:
    return any(name.startswith(f"meshwright.{each}") for each in modules)


def _module(path: str) -> str:
    return path.removeprefix("src/meshwright/").removesuffix(".py").replace("/", ".")


def _function(name: str) -> str:
    """`access.iam.Policy.reach` of `meshwright.access.iam.xǁPolicyǁreach__mutmut_3`."""
    module, _, mangled = name.removeprefix("meshwright.").rpartition(".")
    plain = mangled.partition("__mutmut_")[0].removeprefix("x")
    of_class = plain.startswith("ǁ")
    return f"{module}.{plain[1:].replace('ǁ', '.') if of_class else plain.removeprefix('_')}"


def show(mutants: list[Mutant], excused: Container[Change]) -> None:
    """Prints the counts of each module, and the survivors that nothing excuses."""
    left = [each for each in mutants if each.survived and each.change not in excused]
    for module in sorted({each.module for each in mutants}):
        here = [each for each in mutants if each.module == module]
        alive = [each for each in here if each.survived]
        same = sum(each.change in excused for each in alive)
        killed = len(here) - len(alive)
        score = 100 * killed / max(1, len(here) - same)
        counts = f"{len(here)} tried, {killed} killed, {len(alive) - same} survived, {same} equivalent"
        print(f"{module}: {counts}: {score:.0f}%")
    for each in sorted(left):
        print(f"\n{each.change.function}\n  - {each.change.was}\n  + {each.change.becomes}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--tests", nargs="+", default=["tests/access"])
    given = parser.parse_args()
    os.nice(19)
    if given.seconds:
        prepare(given.tests)
        forget_survivors(list(given.modules))
        run(list(given.modules), given.seconds)
    show(results(list(given.modules)), equivalents())


if __name__ == "__main__":
    main()
