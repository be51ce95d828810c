"""What a producer takes back of what it has approved: the whole approval, tables, columns, rows, PII."""

from collections.abc import Iterator

from meshwright.checks.breaks import Affected, Break, Kind, announce, readers, readers_of
from meshwright.checks.sentences import quoted
from meshwright.checks.still_asked import Compared
from meshwright.config.domain_file import Approval, Table
from meshwright.config.problems import Path
from meshwright.mesh.row_limits import hides_rows
from meshwright.mesh.subscriptions import OPEN
from meshwright.texts import said


def approval_breaks(product: Compared, *, is_open: bool, ends_known: bool) -> Iterator[Break]:
    """What each live consumer would no longer be approved for.

    `is_open`: the product's classification is open now. `ends_known`: an approval that has ended was brought
    to its end by the change, for it would else not have been agreed before; if not known, it may as well
    have run out by itself, and nothing is said.
    """
    places = {each.domain: index for index, each in enumerate(product.after.shared_with)}
    for reader in product.asked.readers_of_product(product.reference, product.before):
        index = places.get(reader.consumer)
        approval = product.after.shared_with[index] if index is not None else None
        path: Path = (*product.path, "shared_with") + (() if index is None else (index,))
        if approval is not None and approval.until is not None and approval.until < product.asked.today:
            if not is_open:
                if ends_known:
                    yield _ended(product, reader, approval, (*path, "until"))
                continue
            approval = None
        if approval is None and not is_open:
            yield _dropped(product, reader, path)
        else:
            yield from _narrowed(product, reader, approval or OPEN, path)
    yield from _marked_pii(product)


def _dropped(product: Compared, reader: Affected, path: Path) -> Break:
    who, reference = reader.consumer, product.reference
    if product.before.open:
        what = f"classification {product.after.classification} is not open, but {readers_of([reader])}"
        fix = f"Approve {who} under products.{product.name}.shared_with, with an `until` if it is to end."
        path = (*product.path, "classification")
        return _break(product, Kind.APPROVAL_NARROWED, what, fix, (reader,), path)
    what = f"the approval of {who} is removed, but {readers_of([reader])}"
    fix = (
        f"Put the approval back with an `until` that leaves {who} time; remove it after that day, or once "
        f"{who} no longer asks for {reference}."
    )
    return _break(product, Kind.APPROVAL_DROPPED, what, fix, (reader,), path)


def _ended(product: Compared, reader: Affected, approval: Approval, path: Path) -> Break:
    what = f"the approval of {reader.consumer} ended on {approval.until}, but {readers_of([reader])}"
    fix = f"Choose a day ahead, which leaves {reader.consumer} time."
    return _break(product, Kind.APPROVAL_NARROWED, what, fix, (reader,), path)


def _narrowed(product: Compared, reader: Affected, approval: Approval, path: Path) -> Iterator[Break]:
    """Tables, columns and rows that the approval no longer shows to a consumer that asks for them."""
    who = reader.consumer
    lost: dict[str, list[str]] = {"tables": [], "exclude": [], "pii": []}
    for table in reader.loses:
        after, before = product.after.tables.get(table), product.before.tables[table]
        if after is None:
            continue
        if approval.tables is not None and table not in approval.tables:
            lost["tables"].append(table)
            continue
        had = before.readers[who]
        for column in product.asked.columns(who, had, product.reference, table, before):
            if column in after.columns and column in approval.exclude:
                lost["exclude"].append(f"{table}.{column}")
            elif column in before.pii & _pii(after) and not approval.pii:
                lost["pii"].append(f"{table}.{column}")
        if hides_rows(had.where, approval.where, before.columns):
            affected = Affected(who, reader.roles, (table,))
            what = (
                f"the approval of {who} limits the rows of `{table}` to "
                f"{said(approval.where or '')}, but {affected} reads "
                f"{f'those with {said(had.where)}' if had.where else 'all'}"
            )
            yield _break(product, Kind.APPROVAL_NARROWED, what, _later(who), (affected,), (*path, "where"))
    verbs = {"tables": "no longer names", "exclude": "excludes", "pii": "no longer shows the PII of"}
    for key, names in lost.items():
        if names:
            affected, it = Affected(who, reader.roles, tuple(names)), "it" if len(names) == 1 else "them"
            what = f"the approval of {who} {verbs[key]} {quoted(names)}, but {affected} reads {it}"
            yield _break(product, Kind.APPROVAL_NARROWED, what, _later(who), (affected,), (*path, key))


def _pii(table: Table) -> frozenset[str]:
    return frozenset(name for name, column in table.columns.items() if column.pii)


def _marked_pii(product: Compared) -> Iterator[Break]:
    """Columns that become PII, and so are hidden from consumers unless both sides say `pii: true`."""
    shown = {each.domain for each in product.after.shared_with if each.pii}
    for name, before in product.before.tables.items():
        after = product.after.tables.get(name)
        for column, spec in after.columns.items() if after is not None else ():
            if not spec.pii or column in before.pii:
                continue
            found = tuple(
                each
                for each in product.asked.readers_of_column(product.reference, name, before, column)
                if not (each.consumer in shown and product.asked.pii(each.consumer, product.reference))
            )
            if found:
                what = f"column `{column}` becomes PII, which hides it, but {readers(found)}"
                fix = announce(
                    product.name,
                    found,
                    sunset=product.before.sunset,
                    do="mark it",
                    instead="Keep it visible by `pii: true` in both the approval and the request",
                )
                path = (*product.path, "tables", name, "columns", column)
                reference = f"{product.reference}.{name}.{column}"
                yield _break(product, Kind.APPROVAL_NARROWED, what, fix, found, path, reference)


def _later(consumer: str) -> str:
    return (
        f"Narrow it once {consumer} asks for no more than that. Or end it first, with an `until` that leaves "
        f"{consumer} time, and approve less after that day."
    )


def _break(
    product: Compared,
    kind: Kind,
    what: str,
    way_out: str,
    affected: tuple[Affected, ...],
    path: Path,
    reference: str = "",
) -> Break:
    return Break(
        kind=kind,
        reference=reference or product.reference,
        what=what,
        way_out=way_out,
        affected=affected,
        domain=product.domain,
        path=path,
    )
