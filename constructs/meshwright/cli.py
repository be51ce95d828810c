"""The command line: arguments to keyword calls, exceptions to messages and exit codes, and nothing else.

Each command imports what it needs when it is called, so that none waits for another's libraries.
"""

import errno
import os
import platform
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Annotated, Any, Final

import typer

from meshwright.command_line.cost import cost
from meshwright.command_line.files import init, new_domain, new_product, schema, validate
from meshwright.command_line.local import (
    local_demo,
    local_down,
    local_env,
    local_load,
    local_reset,
    local_save,
    local_status,
    local_up,
)
from meshwright.command_line.options import installed_version
from meshwright.command_line.quality import quality_check
from meshwright.command_line.review import access, audit, escalation, explain, plan
from meshwright.errors import UserError
from meshwright.output import inert_output
from meshwright.texts import said

FINDINGS, MISTAKE, BUG, INTERRUPTED = 1, 2, 3, 130
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of whatever is written to: the disk, the user's share of it, the largest file."""

_STUTTER: Final = re.compile(
    r"^(Error: Invalid value(?: for .*?)?: )(?:Value error|Assertion failed), ", re.MULTILINE
)
"""What pydantic, which checks options, puts before the reason."""

COMMANDS: Final[dict[str, Callable[..., int]]] = {
    "validate": validate,
    "plan": plan,
    "access": access,
    "explain": explain,
    "escalation": escalation,
    "audit": audit,
    "cost": cost,
    "new domain": new_domain,
    "new product": new_product,
    "quality check": quality_check,
    "schema": schema,
    "init": init,
    "local up": local_up,
    "local down": local_down,
    "local save": local_save,
    "local load": local_load,
    "local reset": local_reset,
    "local status": local_status,
    "local env": local_env,
    "local demo": local_demo,
}
GROUPS: Final = {
    "new": "Write a new domain or product.",
    "quality": "The quality of data.",
    "local": "The embedded AWS: the whole mesh on this machine.",
}


def _app() -> typer.Typer:
    options: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "no_args_is_help": True}
    app = typer.Typer(help="A data mesh on AWS from one file per domain.", **options)
    groups = {name: typer.Typer(help=text, **options) for name, text in GROUPS.items()}
    for name, command in COMMANDS.items():
        group, _, verb = name.rpartition(" ")
        (groups[group] if group else app).command(verb)(command)
    for name, sub in groups.items():
        app.add_typer(sub, name=name)
    app.callback()(_version)
    return app


def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """A data mesh on AWS from one file per domain."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code.

    0: clean. 1: findings. 2: the user's mistake. 3: a bug. 130: interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    with inert_output():
        return _main(given)


def _main(given: list[str]) -> int:
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        _drop_output()
        return 0
    except UserError as error:
        print(_echoed(error.message, given), file=sys.stderr)
        return MISTAKE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            _drop_output()
            print(f"Cannot write: {error.strerror}. Make room, or write elsewhere.", file=sys.stderr)
            return MISTAKE
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # a wrong argument or option
            error.show(file=(message := StringIO()))
            shown = _STUTTER.sub(r"\1", message.getvalue())
            print(_echoed(shown, given), end="", file=sys.stderr)
            return MISTAKE
        _report_bug(given)
        return BUG


def _run(given: list[str]) -> int:
    if given == ["--version"]:
        print(f"meshwright {installed_version()}")
        return 0
    command = typer.main.get_command(_app())
    try:
        with command.make_context("meshwright", [*given]) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as exit_:
        return exit_.exit_code


def _echoed(message: str, given: list[str]) -> str:
    """The message with as much of each argument, and of each part of one, as messages say of a text."""
    parts = {part for argument in given for part in (argument, *re.split(r"[=.]", argument))}
    for part in sorted(parts, key=len, reverse=True):
        if part.strip() and said(part) != part:
            message = message.replace(part, said(part))
    return message


def _drop_output() -> None:
    """What could not be written is let go, or Python would complain when it tries again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_bug(arguments: list[str]) -> None:
    traceback.print_exc()
    print(
        f"\nThis is a bug in meshwright {installed_version()}, not your mistake. Please open an issue "
        f"with the lines above and with: meshwright {said(' '.join(arguments))} "
        f"(Python {platform.python_version()}, {platform.system()}).",
        file=sys.stderr,
    )
