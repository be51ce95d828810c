"""`meshwright local up|down|status|env`: the embedded AWS, by hand."""

import re
import shlex
from datetime import date
from pathlib import Path

from meshwright.config.suggest import listed
from meshwright.errors import UserError
from meshwright.local import control, states
from meshwright.local.control import Embedded
from meshwright.local.private import PrivateFolder
from meshwright.mesh.model import Mesh
from meshwright.project import load_files, load_mesh

KEPT = "Its state is kept: `meshwright local up` goes on with it, `meshwright local reset` forgets it."
NAME = re.compile("[a-z0-9][a-z0-9-]{0,39}")


def up(*, root: Path, port: int | None) -> int:
    """Start the embedded AWS of the mesh at `root`, and say how to use it."""
    mesh = load_files(root).mesh
    running = control.up(root, port=port, organization=mesh.organization if mesh else None)
    if running.moved:
        print(f"Port {running.wanted_port} is busy; using {running.port}.")
    print(f"The embedded AWS answers at {running.endpoint} (log: {running.log}).")
    _accepted(running)
    print('Work in one account of it:  eval "$(meshwright local env governance)"')
    print("Stop it:                    meshwright local down")
    return 0


def down(*, root: Path) -> int:
    """Stop it, if it runs. Its state is kept."""
    ended = "The embedded AWS is stopped" if control.down(root) else "The embedded AWS was not running"
    left = states.kept(PrivateFolder.of(root))
    print(f"{ended}. {KEPT}" if left else f"{ended}.")
    return 0


def save(*, root: Path, name: str, replace: bool) -> int:
    """Save the state under a name, and say where."""
    checked(name)
    place = states.save(PrivateFolder.of(root), name, replace=replace)
    print(f"The state is saved in {place}. Go back to it: meshwright local load {name}")
    return 0


def load(*, root: Path, name: str, trust: bool) -> int:
    """Start the embedded AWS from a saved state; what it holds now is lost."""
    checked(name)
    mesh = load_files(root).mesh
    running = control.load(root, name, trust=trust, organization=mesh.organization if mesh else None)
    print(f"The embedded AWS answers at {running.endpoint}, with the state `{name}`.")
    return 0


def reset(*, root: Path) -> int:
    """Forget the state. If the embedded AWS runs, it is started anew, empty."""
    mesh = load_files(root).mesh
    ran, found = control.reset(root)
    print("The state is forgotten." if found else "There was no state.")
    if ran:
        running = control.up(root, organization=mesh.organization if mesh else None)
        print(f"The embedded AWS answers at {running.endpoint}, and is empty.")
    return 0


def checked(name: str) -> None:
    """Raises UserError for what can't be the name of a state."""
    if not NAME.fullmatch(name):
        raise UserError(
            f"`{name}` can't be the name of a state. Use small letters, digits and hyphens, at most 40, and "
            "begin with a letter or digit."
        )


def status(*, root: Path) -> int:
    """Print whether it runs and which stacks it holds; returns 1 when it does not run."""
    running = control.status(root)
    if running is None:
        left = " Its state is kept." if states.kept(PrivateFolder.of(root)) else ""
        print(f"The embedded AWS is not running.{left} Start it: meshwright local up")
        return 1
    print(f"The embedded AWS answers at {running.endpoint} (process {running.pid}, log: {running.log}).")
    for stack in sorted(running.stacks(), key=lambda each: (each.account, each.name)):
        print(f"  {stack.account}  {stack.region}  {stack.name}  {stack.status}")
    _accepted(running)
    return 0


def env(*, root: Path, account: str, role: str | None, environment: str | None, today: date) -> int:
    """Print `export` lines for one account: its id, a domain's name, or `governance`.

    `role` is a key of the domain's `roles`, or the name or ARN of any role; by default it is the role that
    CloudFormation deploys with, a data lake administrator. Raises UserError when the embedded AWS is not
    running, or there is no such account.
    """
    mesh = load_mesh(root, environment=environment, today=today)
    running = control.status(root)
    if running is None:
        raise UserError("The embedded AWS is not running. Start it: meshwright local up")
    chosen = account_of(mesh, account)
    keys = next((each.roles for each in mesh.domains.values() if each.account == chosen), {})
    acting = role or mesh.names.deploying_role_arn(chosen)
    acting = keys[acting].arn if acting in keys else acting
    variables = control.environment(running, account=chosen, region=mesh.region, role=acting)
    for name, value in sorted(variables.items()):
        if name.startswith("AWS_") or name.lower() == "no_proxy":
            print(f"export {name}={shlex.quote(value)}")
    print("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE")
    return 0


def account_of(mesh: Mesh, account: str) -> str:
    """The account id that `account` stands for."""
    names = {"governance": mesh.governance_account}
    names |= {name: domain.account for name, domain in mesh.domains.items()}
    if account in names:
        return names[account]
    if account in names.values():
        return account
    raise UserError(
        f"{mesh.name} has no account `{account}` in {mesh.environment}. Use one of {listed(list(names))}."
    )


def _accepted(running: Embedded) -> None:
    if types := running.accepted():
        print("Deployed without effect, because accepted and not emulated:")
        for each in types:
            print(f"  {each}")
    for note in running.notes():
        print(note)
