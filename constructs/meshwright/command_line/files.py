"""Commands about the files: checking them and writing new ones."""

from pathlib import Path
from typing import Annotated

import typer

from meshwright.command_line.options import (
    HERE,
    AcceptBreaking,
    Against,
    Environment,
    Format,
    Local,
    RoleName,
    Root,
    installed_version,
    today,
)


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
    deployed: Against = False,
    local: Local = False,
    role_name: RoleName = None,
    accept_breaking: AcceptBreaking = None,
) -> int:
    """Check mesh.yaml and every domain file. Exits with 1 when there are problems.

    With --base, --deployed or --local also what the files would take from live consumers.
    """
    from meshwright.commands.live import Deployed
    from meshwright.commands.validate import validate as run

    return run(
        root=root,
        output=output.value,
        environment=environment,
        base=base,
        deployed=Deployed.chosen(deployed=deployed, local=local, role_name=role_name),
        accept_breaking=accept_breaking or [],
        today=today(),
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


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make or fill.")],
    wheel: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The wheel of meshwright to install there."),
    ] = None,
) -> int:
    """Write a new mesh repository into DIR: files, CDK app, CI workflow. Never overwrites a file."""
    from meshwright.commands.init import init as run

    return run(folder=folder, version=installed_version(), wheel=wheel)
