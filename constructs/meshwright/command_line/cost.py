"""The command about money."""

from typing import Annotated

import typer

from meshwright.command_line.options import HERE, Environment, Output, Reported, Root, today


def cost(
    root: Root = HERE,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Another figure for an assumption. May be repeated."),
    ] = None,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Estimate what the files cost in a month, from a table of list prices and from assumptions of use."""
    from meshwright.commands.cost import cost as run

    return run(
        root=root,
        environment=environment,
        domain=domain,
        assume=assume or [],
        output=output.value,
        today=today(),
    )
