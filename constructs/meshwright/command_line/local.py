"""Commands of the embedded AWS."""

from typing import Annotated

import typer

from meshwright.command_line.options import (
    HERE,
    Environment,
    Root,
    today,
)

Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port; a free one is taken if it is busy, or with 0.")
]


def local_up(
    root: Root = HERE,
    port: Port = None,
) -> int:
    """Start the embedded AWS of this mesh in the background."""
    from meshwright.commands.local import up

    return up(root=root, port=port)


def local_down(root: Root = HERE) -> int:
    """Stop it. Its state is kept, and the next `local up` goes on with it."""
    from meshwright.commands.local import down

    return down(root=root)


def local_save(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    root: Root = HERE,
    replace: Annotated[bool, typer.Option("--replace", help="Also if there is one of that name.")] = False,
) -> int:
    """Save all that it holds under a name."""
    from meshwright.commands.local import save

    return save(root=root, name=name, replace=replace)


def local_load(
    name: Annotated[str, typer.Argument(help="What it was saved as.")],
    root: Root = HERE,
    trust: Annotated[
        bool, typer.Option("--trust", help="Also if another user or machine wrote it: it can run programs.")
    ] = False,
) -> int:
    """Start it with what was saved under a name. What it holds now is lost."""
    from meshwright.commands.local import load

    return load(root=root, name=name, trust=trust)


def local_reset(root: Root = HERE) -> int:
    """Forget all that it holds."""
    from meshwright.commands.local import reset

    return reset(root=root)


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

    return env(root=root, account=account, role=role, environment=environment, today=today())


def local_demo(
    root: Root = HERE,
    environment: Environment = None,
    port: Port = None,
) -> int:
    """Deploy this mesh to the embedded AWS with the cdk CLI, and try every subscription."""
    from meshwright.commands.demo import demo

    return demo(root=root, environment=environment, port=port, today=today())
