"""Commands about the quality of data."""

from typing import Annotated

import typer

from meshwright.command_line.options import HERE, Output, Reported, Root


def quality_check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Parquet, CSV or JSON files, patterns, or folders of such."),
    ],
    table: Annotated[str, typer.Option(metavar="DOMAIN.PRODUCT.TABLE", help="The table that they are of.")],
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PRODUCT.TABLE=FILE",
            help="Files of another table that rules refer to. May be repeated.",
        ),
    ] = None,
    root: Root = HERE,
    output: Reported = Output.TEXT,
) -> int:
    """Evaluate a table's quality rules on files, before they are deployed. Exits with 1 when one fails."""
    from meshwright.commands.quality import check as run

    return run(root=root, files=files, table=table, others=others or [], output=output.value)
