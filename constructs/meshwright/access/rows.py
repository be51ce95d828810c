"""Who can read what: the decisions on every role of the mesh and every table that something is granted on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from meshwright.access.cells import Cells
from meshwright.access.compiled import DomainViews
from meshwright.access.decision import TableName
from meshwright.access.evaluate import Evaluator
from meshwright.access.state import LakeState
from meshwright.access.stream_rows import StreamAccess, WantedStream, stream_rows
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.subscriptions import Status, Subscription


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table of the mesh: in the files, and in the catalog."""

    domain: str
    product: str
    table: str
    name: TableName
    classification: str
    columns: tuple[str, ...]
    pii: frozenset[str]
    types: tuple[str, ...] = ()
    """In the order of the columns; empty where not known."""

    @property
    def reference(self) -> str:
        """`customers.profiles.profiles`"""
        return f"{self.domain}.{self.product}.{self.table}"


class Access(NamedTuple):
    """What one role can read of one table."""

    domain: str
    role: str
    """Its key in the domain's file."""
    principal: str
    """Its ARN."""
    table: TableOf
    cells: tuple[Cells, ...]
    columns: tuple[str, ...]
    writes: bool
    """It is meant to write, and may insert rows."""
    own: bool
    """The product is of the role's own domain."""
    until: date | None
    """Last day of the agreement; None: no end."""
    approval: str
    """Why it was agreed to, in words; empty for a domain's own product, and for what nobody agreed to."""
    purpose: str
    assumed: tuple[str, ...]

    @property
    def pii(self) -> tuple[str, ...]:
        """The PII columns among those it can read."""
        return tuple(column for column in self.columns if column.partition(".")[0] in self.table.pii)


Wanted = Callable[[str, str, TableOf], bool]
"""Whether a role (domain, key) and table are asked about."""


def access_rows(mesh: Mesh, state: LakeState, *, wanted: Wanted | None = None) -> Iterator[Access]:
    """What every role of the mesh can read, by role and table; what it can't read is left out."""
    tables, evaluator = tables_of(mesh), Evaluator(state)
    for domain in mesh.domains.values():
        yield from _rows_of(mesh, evaluator, domain, tables, wanted)


class DeployedAccess:
    """The same for what the files lead to, with little memory: one domain's view after the other."""

    def __init__(self, mesh: Mesh, *, wanted: Wanted | None = None) -> None:
        self.mesh, self._wanted = mesh, wanted
        self._tables, self._views = tables_of(mesh), DomainViews(mesh)
        self._evaluator: Evaluator | None = None

    def rows(self, domains: Iterable[Domain] | None = None) -> Iterator[Access]:
        """What tables the roles of these domains (default: of all) can read."""
        for domain, evaluator in self._evaluators(domains):
            yield from _rows_of(self.mesh, evaluator, domain, self._tables, self._wanted)

    def with_streams(
        self, domains: Iterable[Domain], *, wanted: WantedStream | None = None
    ) -> Iterator[Access | StreamAccess]:
        """The same, and the streams among `wanted` that they can read."""
        for domain, evaluator in self._evaluators(domains):
            yield from _rows_of(self.mesh, evaluator, domain, self._tables, self._wanted)
            yield from stream_rows(self.mesh, evaluator.state, [domain], wanted=wanted)

    def _evaluators(self, domains: Iterable[Domain] | None) -> Iterator[tuple[Domain, Evaluator]]:
        for domain in self.mesh.domains.values() if domains is None else domains:
            state = self._views.of(domain)
            known = self._evaluator
            self._evaluator = evaluator = known.of_part(state) if known else Evaluator(state)
            yield domain, evaluator


def _rows_of(
    mesh: Mesh,
    evaluator: Evaluator,
    domain: Domain,
    tables: Mapping[str, tuple[TableOf, ...]],
    wanted: Wanted | None,
) -> Iterator[Access]:
    agreed = {each.reference: each for each in mesh.agreed_by_consumer.get(domain.name, ())}
    for role in domain.roles.values():
        for database in _databases_granted(evaluator.state, domain, role):
            for table in tables.get(database, ()):
                if wanted is None or wanted(domain.name, role.key, table):
                    row = access_of(evaluator, domain, role, table, agreed)
                    if row is not None:
                        yield row


def access_of(
    evaluator: Evaluator,
    domain: Domain,
    role: DomainRole,
    table: TableOf,
    agreed: Mapping[str, Subscription],
) -> Access | None:
    """What one role can read of a table, if anything. `agreed`: its domain's subscriptions by product."""
    decision = evaluator.decide(role.arn, table.name)
    if not decision.allowed:
        return None
    own = table.domain == domain.name
    subscription = None if own else agreed.get(f"{table.domain}.{table.product}")
    if subscription is not None and role.key not in subscription.roles:
        subscription = None
    return Access(
        domain=domain.name,
        role=role.key,
        principal=role.arn,
        table=table,
        cells=decision.cells,
        columns=decision.columns,
        writes=own and role.access == "write" and evaluator.decide(role.arn, table.name, "INSERT").allowed,
        own=own,
        until=subscription.until if subscription else None,
        approval=subscription.reason if subscription else "",
        purpose=subscription.purpose if subscription else "",
        assumed=decision.assumed,
    )


def tables_of(mesh: Mesh) -> dict[str, tuple[TableOf, ...]]:
    """The tables of the mesh, by their database."""
    found: dict[str, tuple[TableOf, ...]] = {}
    for domain in mesh.domains.values():
        for product_name, product in domain.file.products.items():
            database = mesh.names.database(domain.name, product_name)
            found[database] = tuple(
                TableOf(
                    domain=domain.name,
                    product=product_name,
                    table=table_name,
                    name=TableName(mesh.governance_account, database, table_name),
                    classification=product.classification,
                    columns=tuple(table.columns),
                    pii=frozenset(name for name, column in table.columns.items() if column.pii),
                    types=tuple(column.type for column in table.columns.values()),
                )
                for table_name, table in product.tables.items()
            )
    return found


def _databases_granted(state: LakeState, domain: Domain, role: DomainRole) -> Iterator[str]:
    """Databases on which, or on tables of which, the role was granted anything by its own account.

    There is no access to the others: another account's database needs a link, and DESCRIBE on it.
    """
    account = state.account(domain.account)
    seen: dict[str, None] = {}
    for holder in (role.arn, f"{domain.account}:IAMPrincipals"):
        for place in account.held.get(holder, {}):
            seen.setdefault(place.partition(":")[2])
    yield from (database for database in seen if database)


def agreed_between(mesh: Mesh, consumer: str, product: str) -> Subscription | None:
    """The decision on a consumer and a product (`domain.product`), whatever it is."""
    found = [each for each in mesh.subscriptions if each.consumer == consumer and each.reference == product]
    return next((each for each in found if each.status is Status.AGREED), found[0] if found else None)
