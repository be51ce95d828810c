"""`meshwright cost`: what the files cost in a month, estimated."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from meshwright.commands.cost_text import FORMATS, Estimated
from meshwright.config.suggest import suggestion
from meshwright.cost.assumptions import assumed
from meshwright.cost.estimate import estimate
from meshwright.cost.prices import load_table, nearest_table
from meshwright.errors import UserError
from meshwright.project import load_mesh


def cost(
    *,
    root: Path,
    environment: str | None,
    domain: str | None,
    assume: Iterable[str],
    output: str,
    today: date,
) -> int:
    """Print what the mesh, or one domain of it, costs in a month. Returns 0.

    `assume` changes what is assumed of use, KEY=VALUE each; `output` is one of FORMATS. Raises UserError for
    files with problems, an unknown domain or assumption.
    """
    figures = assumed(assume)
    mesh = load_mesh(root, environment=environment, today=today)
    if domain is not None and domain not in mesh.domains:
        fix = suggestion(domain, list(mesh.domains), "")
        raise UserError(f"--domain: there is no domain `{domain}` in {mesh.environment}. {fix}".rstrip())
    table = load_table(nearest_table(mesh.region))
    lines = estimate(mesh, table=table, assumed=figures, domains=None if domain is None else [domain])
    print(FORMATS[output](Estimated(mesh.name, mesh.environment, mesh.region, table, figures, lines)))
    return 0
