"""`meshwright plan`: what the working tree changes against a git ref."""

from collections.abc import Collection
from dataclasses import replace
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
from meshwright.comparison import Comparison, compare, refusals
from meshwright.config.git import NoMeshYetError
from meshwright.config.loading import Files
from meshwright.config.problems import Problem
from meshwright.config.reading import MESH_FILE, whole
from meshwright.errors import UserError
from meshwright.project import Examined, examine, refusal_text

LAST_COMMIT = "HEAD"


def plan(
    *,
    root: Path,
    base: str | None,
    deployed: Deployed | None = None,
    fail_on: Collection[str],
    accept_breaking: Collection[str],
    environment: str | None,
    output: str,
    today: date,
) -> int:
    """Print what changes for people, resources and data; returns 1 when it needs a review, else 0.

    `base` is a git ref, by default the last commit; one without a mesh.yaml makes everything new. With
    `deployed`, instead, the accounts are what it is compared with: access, and what live consumers rely on.
    `fail_on` are values of Reason (none: the default ones), `output` is one of FORMATS. A refused removal
    needs a review in any case. Raises UserError when the files have problems, or there is nothing to compare
    with.
    """
    if deployed is not None:
        if base is not None:
            raise UserError(
                "--base compares with a git ref, --deployed and --local with accounts: give one of them."
            )
        files = examine(root, environment=environment, today=today)
        against = deployed.against(files, root=root, environment=environment, today=today)
        refused = against.refusals(accept_breaking)
        if files.errors:
            raise UserError(refusal_text({*files.errors, *refused}))
        return _show(plan_against_deployed(against.mesh, against.live.state, refused), fail_on, output)
    ref = LAST_COMMIT if base is None else base
    try:
        found, is_new = compare(root, base=ref, today=today), False
    except NoMeshYetError:
        found, is_new = _with_nothing(root, ref, today), True
    environments = found.environments(environment)
    refused = refusals(found, environments=environments, accepted=accept_breaking)
    if found.after.errors:
        raise UserError(refusal_text({*found.after.errors, *refused}))
    made = plan_of(found, environments=environments, refused=refused)
    if is_new:
        made = replace(made, notices=(_all_new(ref), *made.notices))
    return _show(made, fail_on, output)


def _with_nothing(root: Path, ref: str, today: date) -> Comparison:
    """The files against a commit from before the mesh."""
    after = examine(root, environment=None, today=today)
    return Comparison(ref, Examined(Files(None, {}, ()), (), (), ()), after, None, today)


def _all_new(ref: str) -> Problem:
    what = f"`{ref}` has no {MESH_FILE} here, so everything counts as new, and no removal is refused"
    fix = "If the mesh was moved, compare with --deployed."
    return replace(whole(MESH_FILE, "new-mesh", what, fix), severity="notice")


def _show(made: Plan, fail_on: Collection[str], output: str) -> int:
    review = reviewed(made, fail_on)
    print(FORMATS[output](made, review))
    return 1 if review or made.refused else 0


def reviewed(made: Plan, fail_on: Collection[str]) -> dict[Reason, int]:
    """How much there is of what needs a review."""
    chosen = [Reason(each) for each in fail_on] or DEFAULT_REASONS
    return {reason: number for reason, number in made.reasons().items() if reason in chosen}
