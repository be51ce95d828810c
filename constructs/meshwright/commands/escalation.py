"""`meshwright escalation`: who could come to read what it may not, and by which steps."""

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from meshwright.access.compiled import compile_state
from meshwright.access.escalation import Chain, Escalation
from meshwright.access.rows import TableOf, tables_of
from meshwright.access.subjects import find_role, find_table
from meshwright.commands.escalation_text import FORMATS, Report
from meshwright.commands.live import state_of
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.output import console
from meshwright.project import load_mesh

MOST_PAIRS = 200_000
"""Of principals and tables: beyond that it takes minutes, and one should be named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look at."""

    principals: tuple[str, ...]
    unknown: tuple[str, ...]
    """Principals of which nothing can be said, as their policies are not known."""
    tables: tuple[TableOf, ...]


def escalation(
    *,
    root: Path,
    environment: str | None,
    target: str | None,
    live: bool,
    local: bool,
    role_name: str | None,
    output: str,
    today: date,
) -> int:
    """Print the shortest chain of each principal to each table; returns 1 if there is one, else 0.

    `target` is a role or a table, and narrows it. By the files it is about the roles of the mesh, with `live`
    or `local` about all roles and users of the accounts. Raises UserError for unknown names, and for accounts
    that can't be read at all.
    """
    if role_name is not None and not (live or local):
        raise UserError("--role-name is the role to read the accounts with: use it with --live or --local.")
    mesh = load_mesh(root, environment=environment, today=today)
    deployed = live or local
    state = (
        state_of(mesh, root, local=local, role_name=role_name, everyone=True)
        if deployed
        else compile_state(mesh)
    )
    found = Escalation(state)
    asked = _asked(mesh, found, target, deployed=deployed)
    if len(asked.principals) * len(asked.tables) > MOST_PAIRS:
        raise UserError(
            f"{len(asked.principals)} principals and {len(asked.tables)} tables are too many at once. Name a "
            "role or a table: `meshwright escalation DOMAIN.PRODUCT.TABLE`."
        )
    report = Report(
        mesh=mesh,
        chains=tuple(_chains(found, asked)),
        tables={each.name: each for each in asked.tables},
        principals=len(asked.principals),
        unknown=asked.unknown,
        unread=(*state.unread, *state.unchecked),
        deployed=deployed,
    )
    print(FORMATS[output](report))
    return 1 if report.chains else 0


def _chains(found: Escalation, asked: Asked) -> list[Chain]:
    names = [each.name for each in asked.tables]
    if not sys.stderr.isatty():
        return list(found.chains(asked.principals, names))
    chains: list[Chain] = []
    with console(sys.stderr).status("Looking for chains") as status:
        for number, principal in enumerate(asked.principals):
            status.update(f"Looking for chains: {number} of {len(asked.principals)} principals")
            chains += found.chains([principal], names)
    return chains


def _asked(mesh: Mesh, found: Escalation, target: str | None, *, deployed: bool) -> Asked:
    """All principals but those that deploy and audit the mesh, and all its tables, or what `target` names."""
    tables = tuple(each for some in tables_of(mesh).values() for each in some)
    platform = _platform(mesh)
    principals, unknown = (
        tuple(each for each in some if each not in platform) for some in (found.principals, found.unknown)
    )
    if target is None:
        return Asked(principals, unknown, tables)
    if target.count(".") >= 2 or target.partition(".")[0] in tables_of(mesh):
        return Asked(principals, unknown, (find_table(mesh, target).table,))
    everyone = (*found.principals, *found.unknown)
    principal = target if target.startswith("arn:") else find_role(mesh, target).role.arn
    if principal not in everyone:
        known = "the accounts have" if deployed else "the files make or name; with --live, the accounts'"
        raise UserError(f"There is no {principal} among the roles and users that {known}.")
    one = (principal,)
    return Asked(one, (), tables) if principal in found.principals else Asked((), one, tables)


def _platform(mesh: Mesh) -> frozenset[str]:
    """The roles that deploy the mesh, and read for Lake Formation: they can do anything by design."""
    names = mesh.names
    accounts = {mesh.governance_account, *(domain.account for domain in mesh.domains.values())}
    made = (names.deploying_role_arn, names.provider_role_arn, names.lookup_role_arn)
    return frozenset(
        {each(account) for each in made for account in accounts}
        | {names.registration_role_arn(mesh.governance_account)}
    )
