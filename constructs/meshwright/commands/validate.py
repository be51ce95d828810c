"""`meshwright validate`: every problem of the files, and what is asked for but not wired."""

from datetime import date
from pathlib import Path

from meshwright.commands.formats import FORMATS, Report
from meshwright.project import examine


def validate(*, root: Path, output: str, environment: str | None, today: date) -> int:
    """Print what there is to say about the files below `root`; returns 1 when there are problems, else 0.

    `output` is one of FORMATS. Raises UserError when there is no mesh.yaml, or no such environment.
    """
    found = examine(root, environment=environment, today=today)
    report = Report(
        root=root,
        problems=tuple(sorted(found.errors + found.notices)),
        domains=len({*found.files.paths.values(), *(f"domains/{name}.yaml" for name in found.files.broken)}),
        products=sum(len(domain.products) for domain in found.files.domains.values()),
        statuses=tuple(subscription.status for subscription in found.subscriptions),
    )
    print(FORMATS[output](report))
    return 1 if found.errors else 0
