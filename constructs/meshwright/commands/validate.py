"""`meshwright validate`: every problem of the files, and what is asked for but not wired."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from meshwright.commands.formats import FORMATS, Report
from meshwright.commands.live import Deployed
from meshwright.config.git import NoMeshYetError
from meshwright.config.problems import Problem, in_order
from meshwright.output import print_commands
from meshwright.project import Examined, examine


def validate(
    *,
    root: Path,
    output: str,
    environment: str | None,
    today: date,
    base: str | None = None,
    deployed: Deployed | None = None,
    accept_breaking: Collection[str] = (),
) -> int:
    """Print what there is to say about the files below `root`; returns 1 when there are problems, else 0.

    With `base`, a git ref, what takes something from live consumers since then is a problem too, and with
    `deployed` what takes it from those of the accounts; but for what `accept_breaking` names. `output` is one
    of FORMATS. Raises UserError when there is no mesh.yaml, no such environment, or nothing to compare with.
    """
    found = examine(root, environment=environment, today=today)
    errors = {*found.errors, *_refused(root, found, base, accept_breaking, environment, today)}
    if deployed is not None and found.files.mesh is not None:
        against = deployed.against(found, root=root, environment=environment, today=today)
        errors |= {*against.refusals(accept_breaking)}
    report = Report(
        root=root,
        problems=in_order([*errors, *found.notices]),
        domains=len({*found.files.paths.values(), *(f"domains/{name}.yaml" for name in found.files.broken)}),
        products=sum(len(domain.products) for domain in found.files.domains.values()),
        statuses=(
            *(subscription.status for subscription in found.subscriptions),
            *(subscription.status for subscription in found.stream_subscriptions),
        ),
    )
    (print_commands if output == "github" else print)(FORMATS[output](report))
    return 1 if errors else 0


def _refused(
    root: Path,
    found: Examined,
    base: str | None,
    accepted: Collection[str],
    environment: str | None,
    today: date,
) -> tuple[Problem, ...]:
    if base is None:
        return ()
    # Here, because most runs compare with nothing.
    from meshwright.comparison import compare, refusals

    try:
        compared = compare(root, base=base, today=today, whole=True, reuse=found.files)
    except NoMeshYetError:
        return ()  # a new mesh takes nothing from anyone
    chosen = compared.environments(environment)
    return refusals(compared, environments=chosen, accepted=accepted)
