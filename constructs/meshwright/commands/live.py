"""Clients of a mesh's accounts: of AWS, or of the embedded AWS of this folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.errors import UserError
from meshwright.mesh.model import Mesh

if TYPE_CHECKING:
    from meshwright.aws.accounts import Account
    from meshwright.aws.sessions import Sessions
    from meshwright.local.control import Embedded


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
