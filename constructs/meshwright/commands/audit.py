"""`meshwright audit`: the accounts as they are against what the files declare, and the repair of it."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshwright.access.audit import audit as compare
from meshwright.access.audit import declared_like
from meshwright.access.drift.comparison import Extras, LiveStream
from meshwright.access.findings import Audit, Call
from meshwright.commands.audit_text import (
    FORMATS,
    Failed,
    Report,
    applied,
    call_json,
    call_lines,
    report_json,
)
from meshwright.commands.audit_words import Words
from meshwright.commands.live import accounts_of
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.output import console
from meshwright.project import load_mesh

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshwright.aws.live import Live
    from meshwright.aws.sessions import Sessions


def audit(
    *,
    root: Path,
    environment: str | None,
    repair: bool,
    apply: bool,
    local: bool,
    role_name: str | None,
    output: str,
    today: date,
) -> int:
    """Print what differs; returns 0 when nothing does and all was read, else 1.

    `repair` also prints the calls that mend it; with `apply` they are then made, and the accounts audited
    again: the outcome of that is what is returned. A finding whose calls cannot be told, or fail, is named
    with the reason, and keeps no other from its repair.
    """
    if apply and not repair:
        raise UserError("--apply makes the calls that --repair lists: give both, `audit --repair --apply`.")
    if apply and not local and role_name is None:
        raise UserError(
            "--apply changes accounts, and the role that an audit reads them with may not. Name one "
            "that may, a data lake administrator, with --role-name NAME ({account} and {region} in it are "
            "filled in)."
        )
    mesh = load_mesh(root, environment=environment, today=today)
    sessions = accounts_of(mesh, root=root, local=local, role_name=role_name)
    found = examine(mesh, sessions)
    report = _report(mesh, found, sessions if repair else None)
    if not apply or not any((report.calls or {}).values()):
        print(FORMATS[output](report))
        return 0 if found.clean else 1
    again = _repair(report, sessions, output)
    return 0 if again.clean else 1


def examine(mesh: Mesh, sessions: "Sessions") -> Audit:
    """Read every account, and compare."""
    from meshwright.aws.live import read_live

    with _progress(len(sessions.accounts)) as advance:
        live = read_live(mesh, sessions.accounts, refused=sessions.refused, on_account=advance)
    return compare(declared_like(mesh, live.state), live.state, mesh, extras_of(live))


def extras_of(live: "Live") -> Extras:
    """What an audit compares beside the state."""
    return Extras(
        stacks={
            number: {stack.name: stack.status for stack in stacks} for number, stacks in live.stacks.items()
        },
        streams={
            number: {each.name: LiveStream(each.retention_hours, each.shards) for each in streams}
            for number, streams in live.streams.items()
        },
    )


def _report(mesh: Mesh, found: Audit, sessions: "Sessions | None") -> Report:
    """With `sessions`, the calls are those that each repair comes to as the accounts are now."""
    accounts = 1 + len({domain.account for domain in mesh.domains.values()} - {mesh.governance_account})
    if sessions is None:
        return Report(mesh, found, accounts)
    calls, left_out = _exact_calls(found, sessions)
    return Report(mesh, found, accounts, calls, left_out)


def _exact_calls(
    found: Audit, sessions: "Sessions"
) -> tuple[Mapping[int, tuple[Call, ...]], Mapping[int, str]]:
    """The calls of each finding by its place, or why they cannot be told."""
    from meshwright.aws.repairs import prepared

    calls, left_out = dict[int, tuple[Call, ...]](), dict[int, str]()
    for place, finding in enumerate(found.findings):
        try:
            calls[place] = prepared(finding.repair, sessions.accounts)
        except UserError as error:
            left_out[place] = str(error)
    return calls, left_out


def _repair(report: Report, sessions: "Sessions", output: str) -> Audit:
    """List, make the calls, audit again, say what is left."""
    from meshwright.aws.repairs import make

    mesh, made, failed = report.mesh, list[Call](), list[Failed]()
    words = Words(mesh)

    def say(call: Call) -> None:
        made.append(call)
        if output != "json":
            print("\n".join(call_lines(words, call, output=output)), flush=True)

    if output != "json":
        print(f"{FORMATS[output](report)}\n\nMaking the calls:\n", flush=True)
    for place, finding in enumerate(report.audit.findings):
        try:
            make(_to_make(report, place), sessions.accounts, on_call=say)
        except UserError as error:
            failed.append(Failed(finding, str(error)))
    again = examine(mesh, sessions)
    left = _report(mesh, again, sessions)
    if output == "json":
        content: dict[str, Any] = {
            "before": report_json(report),
            "made": [call_json(call) for call in made],
            "failed": [each.as_json() for each in failed],
            "after": report_json(left),
        }
        print(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print(
            f"\n{applied(words, len(made), failed, output=output)}Audited again:\n\n{FORMATS[output](left)}"
        )
    return again


def _to_make(report: Report, place: int) -> tuple[Call, ...]:
    """The listed calls of a finding; documents that others write too are read again before the change."""
    from meshwright.aws.repairs import READ_AGAIN

    listed, finding = (report.calls or {}).get(place, ()), report.audit.findings[place]
    merged = any((call.service, call.operation) in READ_AGAIN for call in finding.repair)
    return finding.repair if merged and place not in report.left_out else listed


@contextmanager
def _progress(accounts: int) -> "Iterator[Callable[[str], None] | None]":
    """How many accounts have been read, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    with console(sys.stderr).status(f"Reading {accounts} accounts") as status:
        done = set[str]()

        def advance(account: str) -> None:
            done.add(account)
            status.update(f"Reading {accounts} accounts: {len(done)} read")

        yield advance
