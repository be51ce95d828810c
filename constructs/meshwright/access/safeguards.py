"""Changes of what access rests on besides grants: classifications, PII marks, purposes, who is a role.

And of the record of who read what.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from meshwright.access.escalation import Escalation
from meshwright.access.rows import tables_of
from meshwright.access.state import LakeState
from meshwright.config.domain_file import Product
from meshwright.config.operations_file import AuditTrail
from meshwright.mesh.model import Mesh

OPEN = "open: any domain that asks may read it"
NONE = "none"
PII, NOT_PII = "personal data", "not personal data"
BY_IAM = "whom the IAM policies of its account let"


@dataclass(frozen=True, slots=True)
class Safeguard:
    """One of them, before and after, in words."""

    subject: str
    """`orders.sales`, `orders.sales.orders.customer_email`, `customers.stewards`, or an account."""
    what: str
    """classification, PII mark, purpose, assumed by, administrators, or a key of mesh.yaml."""
    before: str
    after: str
    loosens: bool
    """Someone may get at more because of it."""
    pii: bool = False
    """It takes the PII mark from a column."""


def safeguard_changes(
    before: Mesh, after: Mesh, states: tuple[LakeState, LakeState]
) -> tuple[Safeguard, ...]:
    """Of what is there both before and after, in one environment. `states`: what both were compiled to."""
    return (
        *_mesh(before, after),
        *_trail(before.file.audit_trail, after.file.audit_trail),
        *_products(before, after),
        *_purposes(before, after),
        *_roles(before, after),
        *_administrators(*states),
        *_escalations(after, states),
    )


def _mesh(before: Mesh, after: Mesh) -> Iterator[Safeguard]:
    """Limits that hold for every role, what every domain may read that asks, and who is not reported."""
    for what, old, new in (
        ("organization", before.file.organization, after.file.organization),
        ("permissions boundary", before.file.permissions_boundary, after.file.permissions_boundary),
    ):
        if old != new:
            # Whether another organization or policy allows less can't be told here.
            yield Safeguard("mesh", what, old or NONE, new or NONE, loosens=old is not None)
    for name, was, now in (
        ("open classifications", before.file.open_classifications, after.file.open_classifications),
        ("administrators", before.file.administrators, after.file.administrators),
    ):
        if set(was) != set(now):
            texts = ", ".join(was) or NONE, ", ".join(now) or NONE
            yield Safeguard("mesh", name, *texts, loosens=not set(now) <= set(was))


def _trail(before: AuditTrail | None, after: AuditTrail | None) -> Iterator[Safeguard]:
    """Without the record of reads nobody is found out who should not have read."""
    if before != after:
        loosens = before is not None and (
            after is None
            or after.retention_days < before.retention_days
            or (before.data_events and not after.data_events)
        )
        yield Safeguard("mesh", "audit trail", _recorded(before), _recorded(after), loosens=loosens)


def _recorded(trail: AuditTrail | None) -> str:
    if trail is None:
        return NONE
    reads = "with" if trail.data_events else "without"
    return f"{trail.retention_days} days, {reads} reads and writes of data"


def _purposes(before: Mesh, after: Mesh) -> Iterator[Safeguard]:
    """The producer agreed to a purpose, and its approval does not name it."""
    for consumer, subscriptions in after.agreed_by_consumer.items():
        agreed = {each.reference: each.purpose for each in before.agreed_by_consumer.get(consumer, ())}
        for each in subscriptions:
            old = agreed.get(each.reference)
            if old is not None and old != each.purpose:
                subject = f"{consumer} reads {each.reference}"
                yield Safeguard(subject, "purpose", old, each.purpose, loosens=True)


def _products(before: Mesh, after: Mesh) -> Iterator[Safeguard]:
    order = {name: place for place, name in enumerate(after.file.classifications)}
    for name, domain in after.domains.items():
        old_products = before.domains[name].file.products if name in before.domains else {}
        for product_name, product in domain.file.products.items():
            old = old_products.get(product_name)
            if old is None:
                continue
            reference = f"{name}.{product_name}"
            texts = _classified(before, old), _classified(after, product)
            if texts[0] != texts[1]:
                lower = order.get(product.classification, 0) < order.get(old.classification, len(order))
                opened = texts[1].endswith(OPEN) and not texts[0].endswith(OPEN)
                yield Safeguard(reference, "classification", *texts, loosens=lower or opened)
            yield from _marks(reference, old, product)


def _classified(mesh: Mesh, product: Product) -> str:
    is_open = product.classification in mesh.file.open_classifications
    return f"{product.classification}, {OPEN}" if is_open else product.classification


def _marks(reference: str, old: Product, new: Product) -> Iterator[Safeguard]:
    for table_name, table in new.tables.items():
        columns = old.tables[table_name].columns if table_name in old.tables else {}
        for name, column in table.columns.items():
            if name in columns and columns[name].pii != column.pii:
                texts = (PII, NOT_PII) if columns[name].pii else (NOT_PII, PII)
                unmarked = columns[name].pii
                subject = f"{reference}.{table_name}.{name}"
                yield Safeguard(subject, "PII mark", *texts, loosens=unmarked, pii=unmarked)


def _roles(before: Mesh, after: Mesh) -> Iterator[Safeguard]:
    """Who may assume a role can read what the role can read."""
    for name, domain in after.domains.items():
        old_roles = before.domains[name].roles if name in before.domains else {}
        for key, role in domain.roles.items():
            old = old_roles.get(key)
            if old is None or old.arn != role.arn or not (old.create and role.create):
                continue
            if set(old.trusted_by) != set(role.trusted_by):
                was, now = (", ".join(each.trusted_by) or BY_IAM for each in (old, role))
                # What the account's own IAM policies let is not known here, so it may be more.
                more = not role.trusted_by or not set(role.trusted_by) <= set(old.trusted_by)
                yield Safeguard(f"{name}.{key}", "assumed by", was, now, loosens=more)


def _escalations(after: Mesh, states: tuple[LakeState, LakeState]) -> Iterator[Safeguard]:
    """By which steps a role could come to read what it could not before."""
    old, new = (Escalation(state) for state in states)
    tables = [(each.name, each.reference) for some in tables_of(after).values() for each in some]
    roles = {
        role.arn: f"{domain.name}.{role.key}"
        for domain in after.domains.values()
        for role in domain.roles.values()
    }
    for arn, reference in roles.items():
        for name, table in tables if new.may_move(arn) else ():
            chain = new.chain(arn, name)
            if chain is not None and old.chain(arn, name) is None:
                steps = ", ".join(f"{each.how} {roles.get(each.target, each.target)}" for each in chain.steps)
                yield Safeguard(reference, "may come to read", NONE, f"{table}: {steps}", loosens=True)


def _administrators(before: LakeState, after: LakeState) -> Iterator[Safeguard]:
    """Administrators of Lake Formation can grant, in their account, whatever the account holds."""
    for number in sorted(before.accounts.keys() & after.accounts.keys()):
        old, new = (state.accounts[number].settings for state in (before, after))
        if old.admins != new.admins:
            was, now = (", ".join(sorted(each.admins)) for each in (old, new))
            more = not new.admins <= old.admins
            yield Safeguard(f"account {number}", "administrators", was, now, loosens=more)
