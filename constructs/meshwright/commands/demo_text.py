"""What the demo prints: readable in a terminal, plain in a pipe."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape

from meshwright.mesh.documents import GRANT_OPTION
from meshwright.mesh.model import Mesh
from meshwright.mesh.subscriptions import Status
from meshwright.output import console

if TYPE_CHECKING:
    from meshwright.aws.inventory import Inventory
    from meshwright.local.control import Embedded
    from meshwright.local.roundtrip import Check


class Report:
    """The demo's output, in the order in which it calls."""

    def __init__(self) -> None:
        self._console = console(sys.stdout, highlight=False, soft_wrap=True)

    def files(self, mesh: Mesh) -> None:
        decided = [each.status for each in mesh.subscriptions]
        decided += [each.status for each in mesh.stream_subscriptions]
        self._title(f"Mesh {mesh.name}, environment {mesh.environment}, {mesh.region}")
        self._console.print(
            f"Domains: {len(mesh.domains)}, "
            f"products: {sum(len(each.file.products) for each in mesh.domains.values())}, "
            f"subscriptions: {decided.count(Status.AGREED)} agreed of {len(decided)} asked for or offered"
        )

    def embedded(self, running: "Embedded") -> None:
        if running.moved:
            self._console.print(f"Port {running.wanted_port} is busy; using {running.port}")
        self._console.print(f"Embedded AWS at {running.endpoint}; your own AWS configuration is not read")

    def prepared(self, made: Sequence[str]) -> None:
        if made:
            self._console.print(f"Made what a mesh expects to exist already: {', '.join(made)}")

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show that something long is under way: a spinner in a terminal, a line in a pipe."""
        if self._console.is_terminal:
            with self._console.status(what):
                yield
        else:
            self._console.print(what)
            yield

    def deploying(self) -> None:
        self._title("cdk deploy --all")

    def inventory(self, holder: str, inventory: "Inventory") -> None:
        self._title(f"Account {inventory.account} ({holder})")
        rows: list[tuple[str, Sequence[str]]] = [
            ("stacks", [f"{stack.name} {stack.status}" for stack in inventory.stacks]),
            ("buckets", inventory.buckets),
            ("streams", inventory.streams),
            ("databases", inventory.databases),
            ("links", [f"{link.name} → {link.target_account}" for link in inventory.links]),
            ("grants", _grants(inventory)),
        ]
        for name, values in rows:
            for index, value in enumerate(values):
                self._console.print(f"  {name if index == 0 else '':<10}{value}", markup=False)

    def checks(self, checks: "Sequence[Check]") -> None:
        self._title("Every stream and subscription, tried")
        self._tried(checks)

    def travels(self, checks: "Sequence[Check]", not_tried: Sequence[str]) -> None:
        """The records that went from a stream into a table and to its readers."""
        if not checks and not not_tried:
            return
        self._title("A record on its way: stream, delivery, table, reader")
        for reason in not_tried:
            self._console.print(f"--   {reason}", markup=False)
        if checks:
            self._tried(checks)

    def _tried(self, checks: "Sequence[Check]") -> None:
        for check in checks:
            mark = "[green]yes[/]" if check.held else "[red]NO [/]"
            self._console.print(f"{mark}  {escape(f'{check.subject}: {check.claim}')}")
            for line in check.seen.splitlines():
                self._console.print(f"     [dim]{escape(line)}[/]")
        failed = sum(not check.held for check in checks)
        self._console.print(f"{len(checks) - failed} of {len(checks)} held")

    def closing(self, mesh: Mesh, *, seconds: float) -> None:
        consumer = next(iter(mesh.agreed_by_consumer), next(iter(mesh.domains)))
        command = ".venv/bin/meshwright"
        self._title("Look around")
        self._console.print(
            f"""\
  eval "$({command} local env {consumer})"     # this shell is now in {consumer}'s account
  aws glue get-databases                           # or with boto3:
  .venv/bin/python -c 'import boto3; print(boto3.client("glue").get_databases()["DatabaseList"])'

  edit domains/*.yaml and run the demo again; only what changed is deployed
  make stop                                        # stops the embedded AWS; its state is kept
""",
            markup=False,
        )
        self._console.print(f"Took {seconds:.0f} s")

    def _title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]")


def _grants(inventory: "Inventory") -> list[str]:
    """What this account grants, a line each. What a maker holds on what it made is left out."""
    merged: dict[tuple[str, str, bool], set[str]] = {}
    for grant in inventory.grants:
        if "ALL" not in grant.permissions and grant.principal != inventory.account:
            key = (grant.resource, grant.principal.rpartition("/")[2], bool(grant.grantable))
            merged.setdefault(key, set()).update(grant.permissions)
    return [
        f"{resource}: {', '.join(sorted(permissions))} to {principal}{GRANT_OPTION if grantable else ''}"
        for (resource, principal, grantable), permissions in merged.items()
    ]
