"""`meshwright local demo`: deploy the mesh of this folder to the embedded AWS and show that it works."""

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.commands.demo_text import Report
from meshwright.commands.live import embedded_accounts
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh

if TYPE_CHECKING:
    from meshwright.aws.accounts import Account


def demo(*, root: Path, environment: str | None, port: int | None, today: date) -> int:
    """Deploy, look, try every subscription, send records on their way. Returns 0 if everything held, else 1.

    Raises UserError when the files, the tools or the deployment need the user's hand. A second demo of the
    same folder waits for the first to end.
    """
    from meshwright.local.control import alone

    def waiting() -> None:
        print("Another demo of this folder is running. This one begins when that ends.", flush=True)

    with alone(root, "demo", waiting=waiting):
        return _demo(root=root, environment=environment, port=port, today=today)


def _demo(*, root: Path, environment: str | None, port: int | None, today: date) -> int:
    from meshwright.aws.inventory import read_inventory
    from meshwright.local import cdk, control
    from meshwright.local.roundtrip import round_trips
    from meshwright.local.stream_roundtrip import stream_round_trips
    from meshwright.local.travel import not_tried, travels

    started = time.monotonic()
    report = Report()
    mesh = load_mesh(root, environment=environment, today=today)
    report.files(mesh)
    embedded = control.up(root, port=port, organization=mesh.file.organization)
    report.embedded(embedded)
    accounts = embedded_accounts(mesh, embedded)
    report.prepared(_prepare(mesh, accounts))
    with report.working("Bootstrapping the accounts (cdk bootstrap)"):
        cdk.bootstrap(
            root,
            embedded,
            list(accounts),
            mesh.region,
            trust=mesh.governance_account,
            qualifier=mesh.file.bootstrap_qualifier,
        )
    report.deploying()
    deploy = ["deploy", "--all", "--require-approval", "never", "--concurrency", "4", "--progress", "events"]
    context = ["-c", f"environment={mesh.environment}"]
    governance = mesh.governance_account
    if cdk.cdk(root, embedded, *deploy, *context, account=governance, region=mesh.region).returncode:
        still = "is still up" if control.status(root) else f"has ended (its log is {embedded.log})"
        raise UserError(
            f"cdk deploy failed; its message is above. The embedded AWS {still}: mend what it names, then "
            "run the same command again."
        )
    for account, holder in _holders(mesh).items():
        inventory = read_inventory(
            accounts[account], prefix=mesh.name, catalogs=sorted({governance, account})
        )
        report.inventory(holder, inventory)
    checks = [*round_trips(mesh, accounts), *stream_round_trips(mesh, accounts)]
    report.checks(checks)
    on_their_way = travels(mesh, accounts)
    report.travels(on_their_way, not_tried(mesh))
    report.closing(mesh, seconds=time.monotonic() - started)
    return 0 if all(check.held for check in (*checks, *on_their_way)) else 1


def _holders(mesh: Mesh) -> dict[str, str]:
    """Who each account belongs to, governance first."""
    domains = {domain.account: domain.name for domain in mesh.domains.values()}
    return {mesh.governance_account: "governance", **domains}


def _prepare(mesh: Mesh, accounts: "Mapping[str, Account]") -> list[str]:
    from meshwright.local.prepare import prepare

    domains = {domain.account: domain for domain in mesh.domains.values()}
    return [
        f"{made} in {account}"
        for account, client in accounts.items()
        for made in prepare(client, mesh=mesh, domain=domains.get(account))
    ]
