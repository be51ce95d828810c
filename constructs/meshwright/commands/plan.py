"""`meshwright plan`: what the working tree changes against a git ref."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from meshwright.commands.plan_model import DEFAULT_REASONS, Plan, Reason, plan_of
from meshwright.commands.plan_text import FORMATS
from meshwright.comparison import compare, refusal_text, refusals
from meshwright.errors import UserError


def plan(
    *,
    root: Path,
    base: str,
    fail_on: Collection[str],
    accept_breaking: Collection[str],
    environment: str | None,
    output: str,
    today: date,
) -> int:
    """Print what changes for people, resources and data; returns 1 when it needs a review, else 0.

    `fail_on` are values of Reason (none: the default ones), `output` is one of FORMATS. A refused removal
    needs a review in any case. Raises UserError when the files have problems, or there is nothing to compare
    with.
    """
    found = compare(root, base=base, today=today)
    environments = found.environments(environment)
    refused = refusals(found, environments=environments, accepted=accept_breaking)
    if found.after.errors:
        raise UserError(refusal_text(sorted({*found.after.errors, *refused})))
    made = plan_of(found, environments=environments, refused=refused)
    review = reviewed(made, fail_on)
    print(FORMATS[output](made, review))
    return 1 if review or refused else 0


def reviewed(made: Plan, fail_on: Collection[str]) -> dict[Reason, int]:
    """How much there is of what needs a review."""
    chosen = [Reason(each) for each in fail_on] or DEFAULT_REASONS
    return {reason: number for reason, number in made.reasons().items() if reason in chosen}
