"""Whatever is printed passes one edge."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.errors import UserError
from meshwright.output import console, inert_output, print_commands
from tests.config.small_mesh import write_mesh


def test_lines_are_inert_however_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    with inert_output():
        print("a\x1b[31m\u202e", end="")
        print(":", end="")
        print(":b")
        print("::", "error::c", sep="", file=sys.stderr)
        sys.stdout.writelines(["#", "#", "[d\n", "  ::e"])
        sys.stdout.flush()
        print("\r::f")
    assert capsys.readouterr() == (
        "a\\u001b[31m\\u202e::b\n##\\u005bd\n  \\u003a:e\\u000d::f\n",
        "\\u003a:error::c\n",
    )


def test_our_own_commands_are_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with inert_output():
        print("first")
        print_commands("::error file=a::b\u202e")
        print("last")
    print_commands("::notice::outside")
    assert capsys.readouterr().out == "first\n::error file=a::b\\u202e\nlast\n::notice::outside\n"


def test_a_console_colours_and_what_it_prints_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    with inert_output():
        screen = console(sys.stdout, force_terminal=True, highlight=False, soft_wrap=True)
        screen.print("[red]a\x1b[2J\u202e[/]")
    assert capsys.readouterr().out == "\x1b[31ma\\u001b[2J\\u202e\x1b[0m\n"


def test_errors_are_inert_without_the_command_line() -> None:
    """A mesh's own app.py prints them."""
    assert str(UserError("a\x1b\n::error::b")) == "a\\u001b\n\\u003a:error::b"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["plan", "--base", "x\n::error::y\u202e"], "there is no commit `x\\n::error::y\\u202e`."),
        (["plan", "--base", "a" * 1000], f"there is no commit `{'a' * 150}…{'a' * 149}`."),
        (
            ["access", "--domain", "o\x1b[31m"],
            "--domain: there is no domain `o\\u001b[31m` in dev. Known: `analytics`, `orders`.\n",
        ),
        (["access", "--role", "b" * 400], f"There is no role `{'b' * 150}…{'b' * 149}` in dev."),
        (["explain", "analytics.analysts", f"orders.{'c' * 400}"], f"`{'c' * 150}…{'c' * 149}`"),
        (["cost", "--assume", f"{'d' * 400}=1"], f"there is no assumption `{'d' * 150}…{'d' * 149}`."),
        (["quality", "check", "x", "--table", "e" * 400], f"{'e' * 150}…{'e' * 149}: a table is named"),
        (
            ["new", "domain", "f\x07"],
            "domains/f\\u0007.yaml:3:10: domain: the character U+0007 is not allowed",
        ),
        (["new", "domain", "f" * 400], f"`{'f' * 150}…{'f' * 149}` has more than 30 characters."),
        (["validate", "--root", "/no/" + "g" * 400], f"{'g' * 149}: there is no mesh.yaml here."),
        ([f"--{'h' * 400}"], f"No such option: --{'h' * 148}…{'h' * 149}"),
        (["plan", "--format", "i" * 400], f"'{'i' * 150}…{'i' * 149}' is not one of"),
        (["j" * 400], f"No such command '{'j' * 150}…{'j' * 149}'."),
    ],
    ids=lambda value: value[0][:9] if isinstance(value, list) else "",
)
def test_flags_are_echoed_briefly_and_in_one_line(
    arguments: list[str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(write_mesh(tmp_path))
    subprocess.run(["git", "init", "--quiet"], check=True)
    git = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
    ]
    subprocess.run(git, check=True)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert line in error
    assert len(error) < 2000


def test_json_is_json_on_a_terminal_without_our_signs(tmp_path: Path) -> None:
    write_mesh(tmp_path)
    (tmp_path / "domains" / "ü\u202e.yaml").write_text("ü: 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "meshwright", "validate", "--format", "json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert {each["file"] for each in json.loads(done.stdout)["problems"]} == {"domains/ü\u202e.yaml"}
