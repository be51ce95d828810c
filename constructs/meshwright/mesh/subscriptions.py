"""The two-key rule: a subscription is what the consumer asks for and the producer approves.

Of what the two say, the narrower holds.

| consumer asks | producer approves | open classification | outcome |
|---|---|---|---|
| yes | yes | either | agreed, the narrower of both |
| yes | no, or its approval expired | yes | agreed, without PII columns |
| yes | no | no | pending |
| yes | expired | no | expired |
| expired | any | any | expired |
| no | yes | either | offered |
| no | expired | either | expired |

Pure: dates and files in, decisions out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from meshwright.config.domain_file import Approval, DomainFile, Product, Request, Table


class Status(StrEnum):
    """What became of a request or an approval; only `agreed` is wired."""

    AGREED = "agreed"
    PENDING = "pending"
    EXPIRED = "expired"
    OFFERED = "offered"


class TableAccess(NamedTuple):
    """What of one table is agreed: these columns, in the table's order, of the rows that match."""

    table: str
    columns: tuple[str, ...]
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """The decision on one consumer and one product."""

    consumer: str
    producer: str
    product: str
    status: Status
    reason: str
    """Why, in a sentence for both teams."""
    purpose: str = ""
    roles: tuple[str, ...] = ()
    tables: tuple[TableAccess, ...] = ()
    until: date | None = None
    """Last day of the agreement."""

    @property
    def reference(self) -> str:
        return f"{self.producer}.{self.product}"


OPEN = Approval.model_construct(domain="*", until=None, tables=None, exclude=[], where=None, pii=False)
"""What an open classification approves for everyone: all but PII columns."""


def decide_all(
    domains: Mapping[str, DomainFile],
    *,
    open_classifications: frozenset[str],
    today: date,
    unread: frozenset[str] = frozenset(),
) -> tuple[Subscription, ...]:
    """Every request and every approval of these domains, decided, in the order of the files' names.

    What the domains named by `unread` ask for and approve is not known, so nothing is decided on them.
    """
    asked = {
        name: {request.product for _, request in domain.product_requests()}
        for name, domain in domains.items()
    }
    return tuple(
        subscription
        for name in sorted(domains)
        for subscription in (
            *_requests_of(name, domains, open_classifications, today, unread),
            *_unanswered(name, domains[name], asked, today, unread),
        )
    )


def _requests_of(
    name: str,
    domains: Mapping[str, DomainFile],
    open_classifications: frozenset[str],
    today: date,
    unread: frozenset[str],
) -> Iterator[Subscription]:
    for _, request in domains[name].product_requests():
        producer, _, product_name = request.product.partition(".")
        if producer in unread:
            continue
        product = domains[producer].products.get(product_name) if producer in domains else None
        if product is None:
            yield Subscription(
                consumer=name,
                producer=producer,
                product=product_name,
                status=Status.PENDING,
                reason=f"{producer} has no such product in this environment",
                purpose=request.purpose,
                roles=tuple(request.roles),
            )
            continue
        yield decide(
            consumer=name,
            producer=producer,
            product_name=product_name,
            product=product,
            request=request,
            is_open=product.classification in open_classifications,
            today=today,
        )


def _unanswered(
    name: str, domain: DomainFile, asked: Mapping[str, set[str]], today: date, unread: frozenset[str]
) -> Iterator[Subscription]:
    """The approvals of a domain that nobody has asked for."""
    for product_name, product in domain.products.items():
        wanted = f"{name}.{product_name}"
        for approval in product.shared_with:
            if approval.domain not in unread and wanted not in asked.get(approval.domain, ()):
                ended = approval.until is not None and approval.until < today
                yield Subscription(
                    consumer=approval.domain,
                    producer=name,
                    product=product_name,
                    status=Status.EXPIRED if ended else Status.OFFERED,
                    reason=f"the approval of {name} ended on {approval.until}"
                    if ended
                    else f"{approval.domain} has not asked for it",
                    until=approval.until,
                )


def decide(
    *,
    consumer: str,
    producer: str,
    product_name: str,
    product: Product,
    request: Request,
    is_open: bool,
    today: date,
) -> Subscription:
    """Decide on one request. `until` is the last day on which it holds."""
    approval = next((each for each in product.shared_with if each.domain == consumer), None)
    status, reason, used = _status(approval, request, product_name, producer, is_open, today)
    tables: tuple[TableAccess, ...] = ()
    if status is Status.AGREED and used is not None:
        tables = tuple(agreed_tables(product.tables, request, used))
        if not tables:
            status, reason = Status.PENDING, "no table and column is both asked for and approved"
    ends = [day for day in (request.until, used.until if used else None) if day is not None]
    return Subscription(
        consumer=consumer,
        producer=producer,
        product=product_name,
        status=status,
        reason=reason,
        purpose=request.purpose,
        roles=tuple(request.roles),
        tables=tables,
        until=min(ends, default=None),
    )


def _status(
    approval: Approval | None, request: Request, product: str, producer: str, is_open: bool, today: date
) -> tuple[Status, str, Approval | None]:
    if request.until is not None and request.until < today:
        return Status.EXPIRED, f"the request ended on {request.until}", approval
    if approval is not None and (approval.until is None or approval.until >= today):
        return Status.AGREED, f"approved by {producer}", approval
    if is_open:
        return Status.AGREED, "its classification is open to every domain", OPEN
    if approval is not None:
        return Status.EXPIRED, f"the approval of {producer} ended on {approval.until}", approval
    return Status.PENDING, f"{producer} has not approved it under products.{product}.shared_with", None


def agreed_tables(tables: Mapping[str, Table], request: Request, approval: Approval) -> Iterator[TableAccess]:
    """The tables both sides name, each with the columns that neither side hides."""
    hidden = {*request.exclude, *approval.exclude}
    named = [set(side.tables) for side in (request, approval) if side.tables is not None]
    show_pii = request.pii and approval.pii
    where = " AND ".join([f"({each})" for each in (approval.where, request.where) if each])
    for name, table in tables.items():
        if not all(name in each for each in named):
            continue
        columns = tuple(
            [
                column
                for column, spec in table.columns.items()
                if column not in hidden and (show_pii or not spec.pii)
            ]
        )
        if columns:
            yield TableAccess(table=name, columns=columns, where=where or None)
