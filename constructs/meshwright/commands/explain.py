"""`meshwright explain`: may this role read this table, column or stream, and through which hops."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from meshwright.access.compiled import compile_state
from meshwright.access.evaluate import decide
from meshwright.access.rows import agreed_between
from meshwright.access.state import LakeState
from meshwright.access.subjects import Column, Role, domain_in, find_role, find_table
from meshwright.commands.explain_stream import StreamQuestion, explained_stream, find_stream
from meshwright.commands.explain_text import FORMATS
from meshwright.commands.explanation import Explanation, places_text
from meshwright.commands.hop_text import Words
from meshwright.commands.live import state_of
from meshwright.commands.stream_explanation import StreamExplanation
from meshwright.commands.unchecked import unchecked
from meshwright.config.finding import domains_with
from meshwright.config.loading import Files
from meshwright.config.trees import WorkingTree, all_domains
from meshwright.errors import UserError
from meshwright.mesh.agreements import Agreement, agreement, hidden_columns
from meshwright.mesh.model import Mesh
from meshwright.mesh.subscriptions import Status
from meshwright.project import load_both

PERMISSIONS = "lakeformation:ListPermissions"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, resolved against the files."""

    files: Files
    mesh: Mesh
    role: Role
    asked: Column
    today: date


def explain(
    *,
    root: Path,
    environment: str | None,
    role: str,
    table: str,
    live: bool,
    local: bool,
    role_name: str | None,
    output: str,
    today: date,
    hops: bool = False,
) -> int:
    """Print whether the role can read it. Returns 0 for yes, 1 for no.

    By the files: once they are deployed. With `live` as the accounts are now, read with their role
    `role_name`; with `local` those of the embedded AWS. `output` is one of FORMATS; all but JSON
    leave the hops out without `hops`. Raises UserError for
    files with problems, for unknown names, and for accounts that can't be read at all.
    """
    if role_name is not None and not (live or local):
        raise UserError("--role-name is the role to read the accounts with: use it with --live or --local.")
    asked = question(root, environment=environment, role=role, table=table, today=today)
    by_files = explained(asked, compile_state(asked.mesh))
    if not (live or local):
        print(FORMATS[output](by_files, None, hops))
        return 0 if by_files.allowed else 1
    state = state_of(asked.mesh, root, local=local, role_name=role_name)
    answer = explained(asked, state)
    answer = replace(answer, assumed=(*answer.assumed, *_unread(state)))
    print(FORMATS[output](answer, by_files, hops))
    return 0 if answer.allowed else 1


def _unread(state: LakeState) -> tuple[str, ...]:
    return tuple(
        f"not read: {each.call} in {each.account}: {each.why}" for each in (*state.unread, *state.unchecked)
    )


def question(
    root: Path, *, environment: str | None, role: str, table: str, today: date
) -> Question | StreamQuestion:
    """What `role` and `table` mean. Only the files are read that can matter, unless a name is unknown."""
    chosen = _concerned(root, role, table)
    try:
        return _resolved(root, environment, role, table, today, chosen)
    except UserError:
        if chosen is None:
            raise
        return _resolved(root, environment, role, table, today, None)


def _resolved(
    root: Path,
    environment: str | None,
    role: str,
    table: str,
    today: date,
    only: Collection[str] | None,
) -> Question | StreamQuestion:
    files, mesh = load_both(root, environment=environment, today=today, only=only)
    stream = find_stream(mesh, table)
    if stream is not None:
        return StreamQuestion(files, mesh, find_role(mesh, role), stream, today)
    return Question(files, mesh, find_role(mesh, role), find_table(mesh, table), today)


def _concerned(root: Path, role: str, table: str) -> frozenset[str] | None:
    """The domains whose files decide on it; None where that can't be told from the names alone."""
    tree = WorkingTree(root)
    known = all_domains(tree)
    readers = known & {domain_in(role)}
    if domain_in(role) is None:
        words = [role, *(part for part in role.split(":") if part.isdigit())]
        readers = domains_with(tree, words) | {name for name in known if f"-{name}-" in role}
    owners = known & {domain_in(table)}
    if not owners:
        owners = frozenset(name for name in known if f"_{name.replace('-', '_')}_" in table.partition(".")[0])
    return frozenset(readers | owners) if readers and owners else None


def explained(asked: Question | StreamQuestion, state: LakeState) -> Explanation | StreamExplanation:
    """The answer on one state."""
    return explained_stream(asked, state) if isinstance(asked, StreamQuestion) else _explained(asked, state)


def _explained(asked: Question, state: LakeState) -> Explanation:
    table, reader = asked.asked.table, asked.role
    domain, reference = reader.domain.name, f"{table.domain}.{table.product}"
    decision = decide(state, reader.role.arn, table.name)
    subscription = agreed_between(asked.mesh, domain, reference)
    agreed = subscription is not None and subscription.status is Status.AGREED
    own = table.domain == domain
    said = agreement(
        asked.mesh,
        consumer=domain,
        role=reader.role.key,
        reference=reference,
        table=table.table,
        column=asked.asked.column,
        today=asked.today,
    )
    words = Words(
        mesh=asked.mesh,
        principal=reader.role.arn,
        table=table.name,
        filter_name=None if own else domain,
        agreed=said.holds,
        role=reader.reference,
        reference=table.reference,
        hidden=frozenset(each.account for each in state.unread if each.call == PERMISSIONS),
    )
    return Explanation(
        role=reader.reference,
        principal=reader.role.arn,
        table=table,
        column=asked.asked.column,
        columns=decision.columns,
        cells=decision.cells,
        hidden=hidden_columns(
            asked.mesh, consumer=domain, reference=reference, table=table.table, shown=decision.columns
        )
        if decision.allowed and agreed
        else {},
        agreement=said,
        places=places_text(asked.files, said),
        owner=_owner(asked.mesh, said),
        until=subscription.until if subscription and agreed else None,
        hops=tuple(words.of(hop) for hop in decision.hops),
        assumed=decision.assumed,
        unchecked=unchecked(asked.mesh, state, decision.hops, reader.role.arn, rests=bool(decision.assumed)),
    )


def _owner(mesh: Mesh, said: Agreement) -> str:
    if not said.owner:
        return ""
    owner = mesh.domains[said.owner].file.owner
    return f"{owner.team} ({owner.email})"
