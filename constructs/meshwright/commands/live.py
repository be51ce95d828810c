"""Clients of a mesh's accounts: of AWS, or of the embedded AWS of this folder."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.project import Examined

if TYPE_CHECKING:
    from meshwright.access.state import LakeState
    from meshwright.aws.accounts import Account
    from meshwright.aws.sessions import Sessions
    from meshwright.deployed import Against
    from meshwright.local.control import Embedded


@dataclass(frozen=True, slots=True)
class Deployed:
    """Which accounts to compare the files with, as for `accounts_of`."""

    local: bool = False
    role_name: str | None = None

    @classmethod
    def chosen(cls, *, deployed: bool, local: bool, role_name: str | None) -> "Deployed | None":
        """What the options of a command say. Raises UserError for a role to read nothing with."""
        if deployed or local:
            return cls(local=local, role_name=role_name)
        if role_name is not None:
            raise UserError("--role-name is the role to read the accounts with: add --deployed or --local.")
        return None

    def against(self, found: Examined, *, root: Path, environment: str | None, today: date) -> "Against":
        """The files and these accounts. Raises UserError for a broken mesh.yaml, and what can't be read."""
        from meshwright.deployed import against_deployed, resolved

        mesh = resolved(found, environment=environment, today=today)
        sessions = accounts_of(mesh, root=root, local=self.local, role_name=self.role_name)
        return against_deployed(found, mesh, sessions, today=today)


def accounts_of(mesh: Mesh, *, root: Path, local: bool, role_name: str | None = None) -> "Sessions":
    """Every account of the mesh as a role sees it.

    In AWS that is the CDK's lookup role, or `role_name` (where {account} and {region} are filled in), assumed
    with the caller's credentials. With `local`, they are those of the embedded AWS of `root`, and the role is
    the one that deploys, or `role_name`. Raises UserError when nothing is running, or nobody is logged in.
    """
    from meshwright.aws.sessions import Sessions, enter

    if not local:
        return enter(mesh, role_name=role_name)
    from meshwright.local import control

    embedded = control.status(root)
    if embedded is None:
        raise UserError(
            f"The embedded AWS of {root.resolve()} is not running. Start it with `meshwright local up`, or "
            "with the mesh deployed to it: `meshwright local demo` (`make demo`)."
        )
    return Sessions(embedded_accounts(mesh, embedded, role_name=role_name))


def embedded_accounts(
    mesh: Mesh, embedded: "Embedded", *, role_name: str | None = None
) -> "dict[str, Account]":
    """Each account of the embedded AWS, governance first, as the role sees it that deploys to it.

    That role is a data lake administrator there. `role_name` is another one.
    """
    from meshwright.aws.accounts import Account
    from meshwright.aws.sessions import account_numbers, role_arn
    from meshwright.local import control

    found = {}
    for number in account_numbers(mesh):
        role = role_arn(mesh, number, role_name) if role_name else mesh.names.deploying_role_arn(number)
        variables = control.environment(embedded, account=number, region=mesh.region, role=role)
        found[number] = Account(account=number, region=mesh.region, environment=variables)
    return found


def state_of(
    mesh: Mesh, root: Path, *, local: bool, role_name: str | None, everyone: bool = False
) -> "LakeState":
    """The accounts of a mesh as they are; with `everyone`, all of their roles and users.

    The other arguments are those of `accounts_of`. Raises UserError where no account can be read.
    """
    from meshwright.aws.live import read_state

    sessions = accounts_of(mesh, root=root, local=local, role_name=role_name)
    if not sessions.accounts:
        reasons = "\n".join(f"{account}: {why}" for account, why in sessions.refused.items())
        raise UserError(f"None of the accounts can be read:\n{reasons}")
    return read_state(mesh, sessions.accounts, refused=sessions.refused, everyone=everyone)
