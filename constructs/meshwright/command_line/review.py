"""Commands about access: what the files open, what a change does, what the accounts have."""

from typing import Annotated

import typer

from meshwright.command_line.options import (
    HERE,
    AcceptBreaking,
    Against,
    Environment,
    FailOn,
    Local,
    Output,
    Reported,
    RoleName,
    Root,
    today,
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
        today=today(),
    )


def explain(
    role: Annotated[str, typer.Argument(help="A role: DOMAIN.KEY, its name or ARN.")],
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="DOMAIN.PRODUCT.TABLE, or with .COLUMN behind it; DOMAIN.STREAM for a stream.",
        ),
    ],
    root: Root = HERE,
    live: Annotated[bool, typer.Option("--live", help="Ask the accounts instead of the files.")] = False,
    local: Local = False,
    hops: Annotated[bool, typer.Option("--hops", help="Show each hop, and what makes it hold.")] = False,
    role_name: RoleName = None,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Explain why a role can or cannot read a table, column or stream. Exits with 1 for a no."""
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
        today=today(),
        hops=hops,
    )


def escalation(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[ROLE | TABLE]",
            help="Only this role (DOMAIN.KEY, its name or ARN), or only to this table.",
            show_default=False,
        ),
    ] = None,
    root: Root = HERE,
    live: Annotated[bool, typer.Option("--live", help="Ask the accounts instead of the files.")] = False,
    local: Local = False,
    role_name: RoleName = None,
    output: Reported = Output.TEXT,
    environment: Environment = None,
) -> int:
    """Show by which steps somebody could come to read what it may not. Exits with 1 where there are some."""
    from meshwright.commands.escalation import escalation as run

    return run(
        root=root,
        environment=environment,
        target=target,
        live=live,
        local=local,
        role_name=role_name,
        output=output.value,
        today=today(),
    )


def plan(
    root: Root = HERE,
    base: Annotated[
        str | None,
        typer.Option(
            help="A git ref; compared with where this branch left it. HEAD: uncommitted work.",
            show_default="HEAD",
        ),
    ] = None,
    deployed: Against = False,
    local: Local = False,
    role_name: RoleName = None,
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
    from meshwright.commands.live import Deployed
    from meshwright.commands.plan import plan as run

    return run(
        root=root,
        base=base,
        deployed=Deployed.chosen(deployed=deployed, local=local, role_name=role_name),
        fail_on=[each.value for each in fail_on or []],
        accept_breaking=accept_breaking or [],
        environment=environment,
        output=output.value,
        today=today(),
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
        today=today(),
    )
