"""`meshwright access`: who can read what, once the files are deployed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from meshwright.access.rows import DeployedAccess, TableOf
from meshwright.access.stream_rows import StreamAccess, StreamOf
from meshwright.access.subjects import domain_in, find_role
from meshwright.checks.registry import check
from meshwright.commands.access_text import FORMATS, Written
from meshwright.commands.parallel import in_parallel
from meshwright.config.loading import collector_paused
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.mesh.model import Domain, Mesh
from meshwright.project import load_unchecked, refusal_text

SHARE = 25
"""Domains for which another process pays."""


@collector_paused()
def access(
    *,
    root: Path,
    environment: str | None,
    product: str | None,
    domain: str | None,
    role: str | None,
    classification: str | None,
    pii: bool,
    output: str,
    today: date,
) -> int:
    """Print who can read what; each given limit narrows it. Returns 0.

    `output` is one of FORMATS. Raises UserError for files with problems and for unknown names.
    """
    files, mesh = load_unchecked(root, environment=environment, today=today)

    def contradictions() -> list[str]:
        errors = [problem for problem in check(files, today) if problem.severity == "error"]
        return [refusal_text(errors)] if errors else []

    try:
        text, refusals = _access(
            mesh, product, domain, role, classification, pii=pii, output=output, beside=contradictions
        )
    except Exception:
        _refuse(contradictions())  # what contradicts itself need not be computable
        raise
    _refuse(refusals)
    sys.stdout.writelines(text)
    return 0


def _refuse(refusals: list[str]) -> None:
    if refusals:
        raise UserError(refusals[0])


def _access(
    mesh: Mesh,
    product: str | None,
    domain: str | None,
    role: str | None,
    classification: str | None,
    *,
    pii: bool,
    output: str,
    beside: Callable[[], list[str]],
) -> tuple[Iterator[str], list[str]]:
    """The report in pieces, and what `beside` found while it was made."""
    _check(mesh, product, domain, classification)
    chosen = find_role(mesh, role) if role else None

    def wanted(reader: str, key: str, table: TableOf) -> bool:
        return (
            (product is None or product == f"{table.domain}.{table.product}")
            and (domain is None or domain in (reader, table.domain))
            and (chosen is None or (reader, key) == (chosen.domain.name, chosen.role.key))
            and (classification is None or classification == table.classification)
            and (not pii or bool(table.pii))
        )

    def wanted_stream(reader: str, key: str, stream: StreamOf) -> bool:
        return (
            product in (None, stream.reference)
            and (domain is None or domain in (reader, stream.domain))
            and (chosen is None or (reader, key) == (chosen.domain.name, chosen.role.key))
            and classification is None
            and (not pii or bool(stream.pii))
        )

    form = FORMATS[output]

    def write(domains: Sequence[Domain]) -> list[Written]:
        rows = found.with_streams(domains, wanted=wanted_stream)
        return [
            form.written_stream(row) if isinstance(row, StreamAccess) else form.written(row)
            for row in rows
            if isinstance(row, StreamAccess) or not pii or row.pii
        ]

    limited = pii or any((product, domain, chosen, classification))
    found = DeployedAccess(mesh, wanted=wanted if limited else None)
    rows, refusals = in_parallel(write, list(mesh.domains.values()), share=SHARE, beside=beside)
    rows.sort()
    return form.all(mesh.name, mesh.environment, rows), refusals


def _check(mesh: Mesh, product: str | None, domain: str | None, classification: str | None) -> None:
    """Raises UserError for an unknown name: to find nothing would look as if nobody read it."""
    if domain is not None and domain not in mesh.domains:
        fix = suggestion(domain, list(mesh.domains), "")
        raise UserError(f"--domain: there is no domain `{domain}` in {mesh.environment}. {fix}".rstrip())
    products = [
        f"{each.name}.{name}"
        for each in mesh.domains.values()
        for name in (*each.file.products, *each.file.streams)
    ]
    if product is not None and product not in products:
        near = [each for each in products if domain_in(each) == domain_in(product)] or products
        fix = suggestion(product, near, "")
        raise UserError(
            f"--product: there is no product or stream `{product}` in {mesh.environment}. {fix}".rstrip()
        )
    if classification is not None and classification not in mesh.file.classifications:
        fix = suggestion(classification, mesh.file.classifications, "")
        raise UserError(f"--classification: mesh.yaml has no `{classification}`. {fix}".rstrip())
