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
from meshwright.comparison import refusal_text
from meshwright.config.loading import Files
from meshwright.config.problems import Problem
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.project import load_both

BASE = "deployed"
"""Instead of a git ref: the accounts as they are."""


@dataclass(frozen=True, slots=True)
class Against:
    """The files, and the accounts that they are compared with."""

    files: Files
    mesh: Mesh
    live: Live
    today: date

    def refusals(self, accepted: Collection[str] = ()) -> tuple[Problem, ...]:
        """What the files would take from live consumers, but for what `accepted` names; sorted."""
        before = published_live(self.live, self.mesh)
        breaks = breaking_changes(before, self.mesh, today=self.today, accepted=frozenset(accepted))
        return problems(self.files, breaks)


def against_deployed(files: Files, mesh: Mesh, sessions: Sessions, *, today: date) -> Against:
    """Compare with every account. Raises UserError where something can't be read: it might be relied on."""
    live = read_live(mesh, sessions.accounts, refused=sessions.refused)
    if live.state.unread:
        lines = "\n".join(f"{each.account}: {each.call}: {each.why}" for each in live.state.unread)
        raise UserError(
            f"What is deployed can't be compared with, since not all of it can be read:\n{lines}\n"
            "Allow these calls, or compare with a git ref instead."
        )
    return Against(files, mesh, live, today)


def load_against_deployed(
    root: Path, *, environment: str | None, today: date, accepted: Collection[str]
) -> Mesh:
    """As project.load_mesh, only if the files take nothing from a live consumer.

    The accounts are read with the CDK's lookup role, as the caller. Raises UserError that lists each refusal.
    """
    files, mesh = load_both(root, environment=environment, today=today)
    found = against_deployed(files, mesh, enter(mesh, role_name=None), today=today)
    if refused := found.refusals(accepted):
        raise UserError(refusal_text(refused))
    return mesh
