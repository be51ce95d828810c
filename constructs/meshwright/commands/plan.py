"""`meshwright plan`: what the working tree changes against a git ref."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from meshwright.commands.live import Deployed
from meshwright.commands.plan_model import (
    DEFAULT_REASONS,
    Plan,
    Reason,
    plan_against_deployed,
    plan_of,
)
from meshwright.commands.plan_text import FORMATS
from meshwright.comparison import compare, refusal_text, refusals
from meshwright.errors import UserError
from meshwright.project import examine


def plan(
    *,
    root: Path,
    base: str,
    deployed: Deployed | None = None,
    fail_on: Collection[str],
    accept_breaking: Collection[str],
    environment: str | None,
    output: str,
    today: date,
) -> int:
    """Print what changes for people, resources and data; returns 1 when it needs a review, else 0.

    With `deployed` the accounts are what it is compared with: access, and what live consumers rely on.
    `fail_on` are values of Reason (none: the default ones), `output` is one of FORMATS. A refused removal
    needs a review in any case. Raises UserError when the files have problems, or there is nothing to compare
    with.
    """
    if deployed is not None:
        files = examine(root, environment=environment, today=today)
        against = deployed.against(files, root=root, environment=environment, today=today)
        refused = against.refusals(accept_breaking)
        if files.errors:
            raise UserError(refusal_text(sorted({*files.errors, *refused})))
        return _show(plan_against_deployed(against.mesh, against.live.state, refused), fail_on, output)
    found = compare(root, base=base, today=today)
    environments = found.environments(environment)
    refused = refusals(found, environments=environments, accepted=accept_breaking)
    if found.after.errors:
        raise UserError(refusal_text(sorted({*found.after.errors, *refused})))
    return _show(plan_of(found, environments=environments, refused=refused), fail_on, output)


def _show(made: Plan, fail_on: Collection[str], output: str) -> int:
    review = reviewed(made, fail_on)
    print(FORMATS[output](made, review))
    return 1 if review or made.refused else 0


def reviewed(made: Plan, fail_on: Collection[str]) -> dict[Reason, int]:
    """How much there is of what needs a review."""
    chosen = [Reason(each) for each in fail_on] or DEFAULT_REASONS
    return {reason: number for reason, number in made.reasons().items() if reason in chosen}
