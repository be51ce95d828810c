"""What the commands share: their options, the day on which they run, and the version that runs."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
Against = Annotated[bool, typer.Option("--deployed", help="Compare with what is deployed, read from AWS.")]
AcceptBreaking = Annotated[
    list[str] | None,
    typer.Option(metavar="DOMAIN.PRODUCT", help="Break its consumers all the same. May be repeated."),
]
HERE = Path()


def today() -> date:
    """The same day for everyone, wherever a deployment runs."""
    return datetime.now(UTC).date()


def installed_version() -> str:
    """Of meshwright."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("meshwright")
    except PackageNotFoundError:
        return "(not installed)"
