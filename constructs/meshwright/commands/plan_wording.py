"""How `plan` is worded: one sentence for each change, for people who need not know AWS."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from meshwright.access.changes import AccessChange, Kind, Rows
from meshwright.access.rows import Access, TableOf
from meshwright.access.safeguards import Safeguard
from meshwright.access.stream_rows import StreamAccess
from meshwright.checks.sentences import joined
from meshwright.commands.access_wording import counted, for_example, rows_of
from meshwright.commands.plan_json import alike
from meshwright.commands.plan_model import EnvironmentPlan, Plan, Reason
from meshwright.commands.plan_streams import stream_sentence
from meshwright.mesh.resource_changes import Effect, PropertyChange, ResourceChange, StackChange

NOTHING = "No change of access, resources or data."
NO_ACCESS = "No change of access. What else a deployment would change, `cdk diff` shows."
REASONS: Final[Mapping[Reason, Sequence[tuple[str, Callable[[EnvironmentPlan], int]]]]] = {
    Reason.WIDENED: [
        ("access added or widened", lambda plan: plan.widened),
        ("safeguards loosened", lambda plan: plan.loosened),
    ],
    Reason.PII: [("personal data", lambda plan: plan.personal)],
    Reason.REMOVED: [
        ("access ended or narrowed", lambda plan: plan.narrowed),
        ("data at risk", lambda plan: plan.at_risk),
    ],
    Reason.ANY: [("changes", lambda plan: plan.changes)],
}
SAME_RESOURCES = 3
"""From so many resources of a stack with the same change on, they are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A change of access: of several roles of one domain, if it is the same for them."""

    kind: str
    who: str
    what: str


def verdict(plan: Plan, review: dict[Reason, int]) -> str:
    """The whole in one line."""
    if plan.empty:
        return NO_ACCESS if plan.access_alone else NOTHING
    found = [f"refused removals ({len(plan.refused)})"] if plan.refused else []
    found += [text for reason in review for text in _reason(plan, reason)]
    if found:
        return f"Review needed: {', '.join(found)}."
    stacks = [stack for each in plan.environments[:1] for stack in each.stacks]
    resources = sum(len(stack.resources) for stack in stacks)
    if not resources:
        return "Nothing to review."
    return f"Nothing to review: {counted(resources, 'resource')} in {counted(len(stacks), 'stack')} change."


def _reason(plan: Plan, reason: Reason) -> Iterator[str]:
    """What a review is needed for, counted in the environment that has most of it."""
    for text, count in REASONS[reason]:
        if number := max(count(each) for each in plan.environments):
            yield f"{text} ({number})"


def grouped(plan: Plan) -> list[tuple[str, EnvironmentPlan]]:
    """The environments in which different things change, each with a line that names it and its likes."""
    groups: dict[str, list[EnvironmentPlan]] = {}
    for each in plan.environments:
        groups.setdefault("" if each.empty else alike(each), []).append(each)
    found = []
    for first, *others in groups.values():
        line = f"Environment {first.name}"
        if others:
            names = joined([each.name for each in others])
            line += f"; the same in {names}" + ("" if first.empty else ", in the accounts there")
        found.append((f"{line}: no change." if first.empty else f"{line}.", first))
    return found


def access_lines(plan: EnvironmentPlan) -> list[Line]:
    """The changes of access: what opens comes first; of each kind, what crosses domains."""
    order = list(Kind)
    roles: dict[tuple[int, bool, str, str, str], list[str]] = {}
    for change in plan.access:
        access = change.access
        what = _sentence(change, lingers=plan.lingers(change))
        key = (order.index(change.kind), access.own, access.domain, access.table.reference, what)
        roles.setdefault(key, []).append(f"{access.role} (role {_iam_name(access)})")
    for each in plan.streams:
        reader = each.access
        key = (
            order.index(each.kind),
            reader.own,
            reader.domain,
            reader.stream.reference,
            stream_sentence(each),
        )
        roles.setdefault(key, []).append(f"{reader.role} (role {_iam_name(reader)})")
    return [
        Line(order[kind].value, f"{domain} {joined(names)}", what)
        for (kind, _, domain, _, what), names in sorted(roles.items(), key=lambda item: item[0][:4])
    ]


def _iam_name(access: Access | StreamAccess) -> str:
    return access.principal.rpartition("/")[2]


def _sentence(change: AccessChange, *, lingers: bool) -> str:
    access = change.access
    table = f"{access.table.reference} ({access.table.classification})"
    if change.kind is Kind.ADDED:
        verb = "can newly read and write" if access.writes else "can newly read"
        rows = f", of rows {text}" if (text := rows_of(access.cells, access.table)) else ""
        return f"{verb} {table}: {columns_of(access.columns, access.table)}{rows}; {_ground(access)}."
    if change.kind is Kind.REMOVED:
        verb = "can no longer read or write" if access.writes else "can no longer read"
        later = " As long as the stacks below are not deleted, it still can." if lingers else ""
        return f"{verb} {table}: {columns_of(access.columns, access.table)}.{later}"
    parts = "; ".join(_parts(change))
    return f"{_verb(change).format(table)}: {parts}; {_ground(access, end=not _end(change))}."


def _verb(change: AccessChange) -> str:
    only_writes = not change.gained and not change.lost and change.rows is Rows.SAME and not _end(change)
    if only_writes:
        return "can newly write {}" if change.widens else "can no longer write {}"
    return {
        Kind.WIDENED: "can read more of {}",
        Kind.CHANGED: "can read something else of {}",
        Kind.NARROWED: "can read less of {}",
        Kind.EXTENDED: "can read {} for longer",
        Kind.SHORTENED: "can read {} for a shorter time",
    }[change.kind]


def _parts(change: AccessChange) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if change.gained:
        yield f"newly {columns_of(change.gained, after.table, before.table)}"
    if change.lost:
        yield f"no longer {columns_of(change.lost, before.table)}"
    if change.rows is not Rows.SAME:
        now, was = (rows_of(each.cells, each.table) or "all" for each in (after, before))
        personal = [column for column in change.pii if column not in change.gained]
        rows = {Rows.MORE: "more rows", Rows.FEWER: "fewer rows", Rows.OTHER: "other rows"}[change.rows]
        of = f", with the personal data {joined(personal)}" if personal else ""
        yield f"{rows}{of}: {now} (before: {was}){_examples(change)}"
    if after.writes and not before.writes:
        yield "reads and writes it (before: reads it)"
    if before.writes and not after.writes:
        yield "reads it (before: reads and writes it)"
    if end := _end(change):
        yield end


def _examples(change: AccessChange) -> str:
    new, lost = (for_example(row) if row else "" for row in (change.new_row, change.lost_row))
    if new and lost:
        return f"{new}, but no longer {lost.removeprefix(', for example ')}"
    return new or lost


def _end(change: AccessChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None or before.until == after.until:
        return ""
    now, was = (f"until {each.until}" if each.until else "without end" for each in (after, before))
    return f"{now} (before: {was})"


def columns_of(columns: Sequence[str], table: TableOf, former: TableOf | None = None) -> str:
    """`customer_id, email (personal data), country`; `former` is the table before the change."""
    marked = former.pii if former else frozenset[str]()
    return ", ".join(
        f"{each} (personal data)"
        if each in table.pii
        else f"{each} (personal data so far)"
        if each in marked
        else each
        for each in columns
    )


def _ground(access: Access, *, end: bool = True) -> str:
    if access.own:
        return "own product"
    if not access.approval:
        return "NOT AGREED TO in the files"
    ends = "" if not end else f", until {access.until}" if access.until else ", without end"
    return f"{access.approval}{ends}; for: {access.purpose.rstrip('.')}"


def safeguard_text(change: Safeguard) -> str:
    """`orders.sales: classification internal → public`."""
    return f"{change.subject}: {change.what}: {change.before.rstrip('.')} → {change.after.rstrip('.')}."


def stack_line(stack: StackChange) -> str:
    """The stack, where it is, and what becomes of it."""
    place = f"{stack.name} (account {stack.account}, {stack.region})"
    match stack.effect:
        case Effect.ADDED:
            return f"{place} is new: {_kinds(stack.resources)}"
        case Effect.LEFT:
            return (
                f"{place}: no file leads to it any more. It stays deployed, with all that is in it, until it "
                f"is deleted: aws cloudformation delete-stack --stack-name {stack.name}"
            )
    return place


def _kinds(resources: Iterable[ResourceChange]) -> str:
    counts: dict[str, int] = {}
    for each in resources:
        counts[each.type] = counts.get(each.type, 0) + 1
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def resource_lines(stack: StackChange) -> Iterator[tuple[str, list[str]]]:
    """Each resource of a stack that changes, with what changes of it."""
    if stack.effect is not Effect.CHANGED:
        return
    alike: dict[tuple[PropertyChange, ...], list[ResourceChange]] = {}
    for each in stack.resources:
        if each.effect is Effect.CHANGED:
            alike.setdefault(each.properties, []).append(each)
    for each in stack.resources:
        group = alike.get(each.properties, []) if each.effect is Effect.CHANGED else []
        if len(group) < SAME_RESOURCES:
            yield _resource_line(each), [_property(one) for one in each.properties]
        elif each is group[0]:
            yield f"~ {len(group)} resources ({_kinds(group)})", [_property(one) for one in each.properties]


def _resource_line(change: ResourceChange) -> str:
    sign, note = {
        Effect.ADDED: ("+", ""),
        Effect.CHANGED: ("~", ""),
        Effect.REPLACED: ("±", ", another one in its place"),
        Effect.REMOVED: ("-", ", deleted"),
        Effect.KEPT: ("-", ", kept in the account"),
        Effect.LEFT: ("-", ""),
    }[change.effect]
    former = f", instead of {change.former_name}" if change.former_name else note
    return f"{sign} {change.type} {change.name}{former}"


def _property(change: PropertyChange) -> str:
    if (change.before or change.after or "").startswith("{"):
        return f"~ {change.name}"
    if change.before is None:
        return f"+ {change.name}" + (f": {change.after}" if change.after else "")
    if change.after is None:
        return f"- {change.name}" + (f": {change.before}" if change.before else "")
    return f"~ {change.name}: {change.before or 'none'} → {change.after or 'none'}"
