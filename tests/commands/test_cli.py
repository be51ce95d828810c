"""The one error boundary: exit codes, and where messages go."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import meshwright.commands.validate
from meshwright.cli import COMMANDS, main
from meshwright.errors import UserError
from tests.config.small_mesh import write_mesh


def fails_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def raises(**_: object) -> int:
        raise error

    monkeypatch.setattr(meshwright.commands.validate, "validate", raises)
    return main(["validate"])


def test_a_user_error_is_its_message_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails_with(UserError("Do this."), monkeypatch) == 2
    assert capsys.readouterr() == ("", "Do this.\n")


def test_a_bug_is_a_traceback_and_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails_with(KeyError("oops"), monkeypatch) == 3
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "KeyError: 'oops'" in shown
    assert "This is a bug in meshwright" in shown


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert fails_with(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["validate", "--bad"], ["validate", "--format", "xml"], ["new", "domain"]]
)
def test_wrong_arguments_are_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Error: " in capsys.readouterr().err


def test_no_mesh_here_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["validate"]) == 2
    assert capsys.readouterr().err == (
        ".: there is no mesh.yaml here. Run this in the folder that holds it, or name the folder with "
        "--root DIR. `meshwright init DIR` makes a new mesh repository.\n"
    )


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert main([*name.split(), "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: meshwright {name}")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("meshwright 0.")


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    write_mesh(tmp_path)
    (tmp_path / "domains/x.yaml").write_text("".join(f"unknown{each}: 1\n" for each in range(3000)))
    program = f"{shlex.quote(sys.executable)} -m meshwright validate | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["validate"], ["access"], ["--version"], ["--help"]])
def test_a_full_disk_is_one_message_and_2(arguments: list[str], tmp_path: Path) -> None:
    write_mesh(tmp_path)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "meshwright", *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "Cannot write: No space left on device. Make room, or write elsewhere.\n",
    )


def test_a_file_name_that_is_no_text_and_an_ascii_terminal(tmp_path: Path) -> None:
    write_mesh(tmp_path)
    (tmp_path / "domains" / os.fsdecode(b"\xff.yaml")).write_text("ü: 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "meshwright", "validate"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "domains/\\udcff.yaml:1:1: \\u00fc: unknown key `\\u00fc`." in done.stdout


def test_a_root_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("")
    assert main(["validate", "--root", str(tmp_path / "x")]) == 2
    assert "there is no mesh.yaml here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "name", "wanted"),
    [
        (["validate", "--format", "nope"], "--format", "'text', 'json', 'github'"),
        (["plan", "--format", "nope"], "--format", "'text', 'markdown', 'json'"),
        (["plan", "--fail-on", "nope"], "--fail-on", "'widened', 'pii', 'removed', 'any'"),
    ],
)
def test_a_choice_that_is_none_is_said_once(
    arguments: list[str], name: str, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"Error: Invalid value for '{name}': 'nope' is not one of {wanted}."
