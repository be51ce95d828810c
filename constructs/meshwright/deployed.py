"""The files against what is deployed: what is refused because live consumers rely on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from meshwright.aws.live import Live, read_live
from meshwright.aws.published import published_live
from meshwright.aws.sessions import Sessions, enter
from meshwright.checks.breaks import problems
from meshwright.checks.removal import breaking_changes
from meshwright.comparison import check_accepted, names_in
from meshwright.config.problems import Problem
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh, resolve
from meshwright.project import Examined, examine, refusal_text

BASE = "deployed"
"""Instead of a git ref: the accounts as they are."""
STACKS = "cloudformation:DescribeStacks"


@dataclass(frozen=True, slots=True)
class Against:
    """The files, and the accounts that they are compared with."""

    found: Examined
    mesh: Mesh
    live: Live
    today: date

    def refusals(self, accepted: Collection[str] = ()) -> tuple[Problem, ...]:
        """What the files would take from live consumers, but for what `accepted` names; sorted.

        Raises UserError for a name that neither the files nor the accounts have.
        """
        before = published_live(self.live, self.mesh)
        deployed = (
            f"{name}.{each}"
            for name, domain in before.domains.items()
            for each in (*domain.products, *domain.streams)
        )
        check_accepted(accepted, known=[*names_in(self.found.files), *deployed])
        breaks = breaking_changes(before, self.mesh, today=self.today, accepted=frozenset(accepted))
        return problems(self.found.files, breaks)

    def checked(self, accepted: Collection[str] = ()) -> Mesh:
        """The mesh. Raises UserError that lists every problem of the files and every refusal."""
        if found := {*self.found.errors, *self.refusals(accepted)}:
            raise UserError(refusal_text(found))
        return self.mesh


def resolved(found: Examined, *, environment: str | None, today: date) -> Mesh:
    """What the files mean, even if they contradict each other: so they do where something asked for is gone.

    Raises UserError that lists their problems when mesh.yaml is one of them.
    """
    if found.files.mesh is None:
        raise UserError(refusal_text(found.errors))
    return resolve(found.files.mesh, found.files.domains, environment=environment, today=today)


def against_deployed(found: Examined, mesh: Mesh, sessions: Sessions, *, today: date) -> Against:
    """Compare with every account. Raises UserError where something can't be read: it might be relied on."""
    live = read_live(mesh, sessions.accounts, refused=sessions.refused)
    if unread := [each for each in live.state.unread if _in_use(live, each.account)]:
        lines = "\n".join(f"{each.account}: {each.call}: {each.why}" for each in unread)
        raise UserError(
            f"What is deployed can't be compared with, since not all of it can be read:\n{lines}\n"
            "Allow these calls, or compare with a git ref instead."
        )
    return Against(found, mesh, live, today)


def _in_use(live: Live, account: str) -> bool:
    """Whether something of the mesh may be deployed to the account.

    An account that is new to the mesh has no stack of it, and nobody in it may list Lake Formation's grants.
    """
    stacks_unread = any(each.call == STACKS and each.account == account for each in live.state.unread)
    return account not in live.stacks or bool(live.stacks[account]) or stacks_unread


def load_against_deployed(
    root: Path, *, environment: str | None, today: date, accepted: Collection[str]
) -> Mesh:
    """As project.load_mesh, only if the files take nothing from a live consumer.

    The accounts are read with the CDK's lookup role, as the caller. Raises UserError that lists every problem
    of the files and every refusal.
    """
    found = examine(root, environment=environment, today=today)
    mesh = resolved(found, environment=environment, today=today)
    return against_deployed(found, mesh, enter(mesh, role_name=None), today=today).checked(accepted)
