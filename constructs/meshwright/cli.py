"""The command line: arguments to keyword calls, exceptions to messages and exit codes, and nothing else.

Each command imports what it needs when it is called, so that none waits for another's libraries.
"""

import os
import platform
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from meshwright.errors import UserError

FINDINGS, MISTAKE, BUG, INTERRUPTED = 1, 2, 3, 130


class Output(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class FailOn(StrEnum):
    """Which changes `plan` wants reviewed."""

    WIDENED = "widened"
    PII = "pii"
    REMOVED = "removed"
    ANY = "any"


class Format(StrEnum):
    """How `validate` writes what it found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


Root = Annotated[Path, typer.Option(help="Folder that holds mesh.yaml.")]
Environment = Annotated[str | None, typer.Option(help="An environment of mesh.yaml.")]
Reported = Annotated[Output, typer.Option("--format", help="text, markdown or json.")]
Local = Annotated[bool, typer.Option("--local", help="The embedded AWS of this folder, instead of AWS.")]
RoleName = Annotated[
    str | None,
    typer.Option(
        help="Role to assume in each account; {account} and {region} are filled in.",
        show_default="the CDK's lookup role",
    ),
]
AcceptBreaking = Annotated[
    list[str] | None,
    typer.Option(metavar="DOMAIN.PRODUCT", help="Break its consumers all the same. May be repeated."),
]
HERE = Path()


def validate(
    root: Root = HERE,
    output: Annotated[
        Format, typer.Option("--format", help="text, json, or github (annotations of a workflow).")
    ] = Format.TEXT,
    environment: Environment = None,
    base: Annotated[
        str | None,
        typer.Option(help="A git ref: also refuse what takes something from live consumers since then."),
    ] = None,
    accept_breaking: AcceptBreaking = None,
) -> int:
    """Check mesh.yaml and every domain file. Exits with 1 when there are problems."""
    from meshwright.commands.validate import validate as run

    return run(
        root=root,
        output=output.value,
        environment=environment,
        base=base,
        accept_breaking=accept_breaking or [],
        today=_today(),
    )


def plan(
    root: Root = HERE,
    base: Annotated[
        str, typer.Option(help="A git ref; compared with where this branch left it. HEAD: uncommitted work.")
    ] = "HEAD",
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            help="What needs a review, so exits with 1. May be repeated.",
            show_default="widened, removed, pii",
        ),
    ] = None,
    accept_breaking: AcceptBreaking = None,
    output: Reported = Output.TEXT,
    environment: Annotated[
        str | None, typer.Option(help="An environment of mesh.yaml.", show_default="all")
    ] = None,
) -> int:
    """Show what a change does to access, resources and data. Exits with 1 when it needs a review."""
    from meshwright.commands.plan import plan as run

    return run(
        root=root,
        base=base,
        fail_on=[each.value for each in fail_on or []],
        accept_breaking=accept_breaking or [],
        environment=environment,
        output=output.value,
        today=_today(),
    )


def access(
    root: Root = HERE,
    product: Annotated[str | None, typer.Option(help="Only this product, as DOMAIN.PRODUCT.")] = None,
    domain: Annotated[str | None, typer.Option(help="Only what this domain reads, or others of it.")] = None,
    role: Annotated[str | None, typer.Option(help="Only this role: DOMAIN.KEY, its name or ARN.")] = None,
    classification: Annotated[str | None, typer.Option(help="Only products of this classification.")] = None,
    pii: Annotated[bool, typer.Option("--pii", help="Only who can read personal data.")] = False,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Show who can read what: role, table, columns, rows, until when, on whose approval."""
    from meshwright.commands.access import access as run

    return run(
        root=root,
        environment=environment,
        product=product,
        domain=domain,
        role=role,
        classification=classification,
        pii=pii,
        output=output.value,
        today=_today(),
    )


def explain(
    role: Annotated[str, typer.Argument(help="A role: DOMAIN.KEY, its name or ARN.")],
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="DOMAIN.PRODUCT.TABLE, or with .COLUMN behind it.")
    ],
    root: Root = HERE,
    live: Annotated[bool, typer.Option("--live", help="Ask the accounts instead of the files.")] = False,
    local: Local = False,
    role_name: RoleName = None,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Explain why a role can or cannot read a table or column, hop by hop. Exits with 1 for a no."""
    from meshwright.commands.explain import explain as run

    return run(
        root=root,
        environment=environment,
        role=role,
        table=table,
        live=live,
        local=local,
        role_name=role_name,
        output=output.value,
        today=_today(),
    )


def audit(
    root: Root = HERE,
    repair: Annotated[
        bool, typer.Option("--repair", help="Also print the calls that mend what differs.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="With --repair: make these calls, then audit again.")
    ] = False,
    local: Local = False,
    role_name: RoleName = None,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Compare every account with the files. Exits with 1 when something differs or could not be read."""
    from meshwright.commands.audit import audit as run

    return run(
        root=root,
        environment=environment,
        repair=repair,
        apply=apply,
        local=local,
        role_name=role_name,
        output=output.value,
        today=_today(),
    )


def new_domain(
    name: Annotated[str, typer.Argument(help="Name of the domain, such as order-intake.")],
    root: Root = HERE,
    account: Annotated[
        list[str] | None,
        typer.Option(help="Its account in an environment, as ENVIRONMENT=ACCOUNT. May be repeated."),
    ] = None,
    team: Annotated[str | None, typer.Option(help="Team that owns it.")] = None,
    email: Annotated[str | None, typer.Option(help="Address of that team.")] = None,
) -> int:
    """Write domains/NAME.yaml, with comments. Never overwrites a file."""
    from meshwright.commands.new_domain import new_domain as run

    return run(root=root, name=name, accounts=account or [], team=team, email=email)


def new_product(
    domain: Annotated[str, typer.Argument(help="The domain, or DOMAIN.PRODUCT.")],
    name: Annotated[str | None, typer.Argument(help="Name of the product, such as daily_sales.")] = None,
    root: Root = HERE,
) -> int:
    """Add a data product to a domain's file, keeping everything that is in it."""
    from meshwright.commands.new_product import new_product as run

    return run(root=root, domain=domain, name=name)


def schema(
    root: Root = HERE,
    write: Annotated[Path | None, typer.Option(help="Folder to write to.", show_default="schemas")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file is stale.")
    ] = False,
) -> int:
    """Write the JSON Schemas of the files, which editors use for help and completion."""
    from meshwright.commands.schema import schema as run

    return run(folder=write or root / "schemas", check=check)


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make or fill.")]) -> int:
    """Write a new mesh repository into DIR: files, CDK app, CI workflow. Never overwrites a file."""
    from meshwright.commands.init import init as run

    return run(folder=folder, version=_installed_version())


def local_up(
    root: Root = HERE,
    port: Annotated[int | None, typer.Option(help="Port; a free one is taken if it is busy.")] = None,
) -> int:
    """Start the embedded AWS of this mesh in the background."""
    from meshwright.commands.local import up

    return up(root=root, port=port)


def local_down(root: Root = HERE) -> int:
    """Stop it. What was deployed to it is gone then."""
    from meshwright.commands.local import down

    return down(root=root)


def local_status(root: Root = HERE) -> int:
    """Show whether it runs, and what is deployed to it. Exits with 1 when it does not run."""
    from meshwright.commands.local import status

    return status(root=root)


def local_env(
    account: Annotated[str, typer.Argument(help="An account id, a domain, or `governance`.")],
    root: Root = HERE,
    role: Annotated[
        str | None, typer.Option(help="Act as this role: a key of the domain's roles, a name or an ARN.")
    ] = None,
    environment: Environment = None,
) -> int:
    """Print the shell exports to work in one account of it: eval "$(meshwright local env orders)"."""
    from meshwright.commands.local import env

    return env(root=root, account=account, role=role, environment=environment, today=_today())


def local_demo(
    root: Root = HERE,
    environment: Environment = None,
    port: Annotated[int | None, typer.Option(help="Port; a free one is taken if it is busy.")] = None,
) -> int:
    """Deploy this mesh to the embedded AWS with the cdk CLI, and try every subscription."""
    from meshwright.commands.demo import demo

    return demo(root=root, environment=environment, port=port, today=_today())


COMMANDS: Final[dict[str, Callable[..., int]]] = {
    "validate": validate,
    "plan": plan,
    "access": access,
    "explain": explain,
    "audit": audit,
    "new domain": new_domain,
    "new product": new_product,
    "schema": schema,
    "init": init,
    "local up": local_up,
    "local down": local_down,
    "local status": local_status,
    "local env": local_env,
    "local demo": local_demo,
}
GROUPS: Final = {
    "new": "Write a new domain or product.",
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
    if given == ["--version"]:
        print(f"meshwright {_installed_version()}")
        return 0
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # file names need not be text, nor every terminal know our signs
            stream.reconfigure(errors="backslashreplace")
    command = typer.main.get_command(_app())
    try:
        with command.make_context("meshwright", given) as context:
            code = int(command.invoke(context) or 0)
            sys.stdout.flush()
            return code
    except typer.Exit as exit_:
        return exit_.exit_code
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UserError as error:
        print(error, file=sys.stderr)
        return MISTAKE
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # a wrong argument or option
            error.show()
            return MISTAKE
        _report_bug(given)
        return BUG


def _today() -> date:
    """The same day for everyone, wherever a deployment runs."""
    return datetime.now(UTC).date()


def _report_bug(arguments: list[str]) -> None:
    traceback.print_exc()
    print(
        f"\nThis is a bug in meshwright {_installed_version()}, not your mistake. Please open an issue "
        f"with the lines above and with: meshwright {' '.join(arguments)} "
        f"(Python {platform.python_version()}, {platform.system()}).",
        file=sys.stderr,
    )


def _installed_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("meshwright")
    except PackageNotFoundError:
        return "(not installed)"
