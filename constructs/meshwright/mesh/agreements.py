"""Why a role may or may not read something, as far as the two teams' files say, and what would change it.

Pure: the models in, a reason with its place in the files out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from meshwright.config.domain_file import Approval, DomainFile, Request
from meshwright.config.problems import Path
from meshwright.mesh.model import Mesh
from meshwright.mesh.subscriptions import Status, Subscription


@dataclass(frozen=True, slots=True)
class Place:
    """A key or value in a domain's file."""

    domain: str
    path: Path
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the two files say about one role and one table or column."""

    holds: bool
    what: str
    """In a sentence without full stop."""
    places: tuple[Place, ...] = ()
    """Where the files say so; the first is where to change it."""
    fix: str = ""
    """What would change it, as a sentence; empty where it holds."""
    owner: str = ""
    """The domain whose team can change it."""


def agreement(
    mesh: Mesh,
    *,
    consumer: str,
    role: str,
    reference: str,
    table: str,
    column: str | None,
    today: date,
) -> Agreement:
    """What the files say of `role` of the domain `consumer` and a table of the product `reference`."""
    producer, _, product = reference.partition(".")
    if producer == consumer:
        path: Path = ("products", product, "tables", table)
        return Agreement(True, f"{reference} is {consumer}'s own product", (Place(producer, path, True),))
    asked = _request(mesh.domains[consumer].file, reference)
    given = _approval(mesh.domains[producer].file, product, consumer)
    if asked is None:
        return _not_asked(mesh, consumer, role, reference, given)
    at, request = asked
    decided = next(
        each for each in mesh.subscriptions if each.consumer == consumer and each.reference == reference
    )
    if decided.status is not Status.AGREED:
        return _not_agreed(mesh, decided, asked, given, today)
    if role not in request.roles:
        return Agreement(
            False,
            f"{consumer} asked for {reference} for {_list(request.roles)}, not for {role}",
            (Place(consumer, (*at, "roles")),),
            f"Add {role} to `roles` there.",
            consumer,
        )
    spec = mesh.domains[producer].file.products[product].tables[table]
    hidden = _hidden_table(consumer, producer, table, asked, given)
    if hidden is None and column is not None:
        hidden = _hidden_column(consumer, producer, column, spec.columns[column].pii, asked, given)
    if hidden is not None:
        return hidden
    places = [Place(consumer, (*at, "product"))]
    if given is not None and "open" not in decided.reason:
        places.insert(0, Place(producer, (*given[0], "domain")))
    else:
        places.append(Place(producer, ("products", product, "classification")))
    return Agreement(True, f"{consumer} asked for {reference}; {decided.reason}", tuple(places))


def hidden_columns(
    mesh: Mesh, *, consumer: str, reference: str, table: str, shown: tuple[str, ...]
) -> Mapping[str, str]:
    """For each column that an agreed subscription leaves out, why."""
    producer, _, product = reference.partition(".")
    spec = mesh.domains[producer].file.products[product].tables[table]
    asked = _request(mesh.domains[consumer].file, reference)
    given = _approval(mesh.domains[producer].file, product, consumer)
    if producer == consumer or asked is None:
        return {}
    reasons = {}
    for name, column in spec.columns.items():
        if name not in shown:
            found = _hidden_column(consumer, producer, name, column.pii, asked, given)
            reasons[name] = found.what if found else "not deployed"
    return reasons


def _not_asked(
    mesh: Mesh, consumer: str, role: str, reference: str, given: tuple[Path, Approval] | None
) -> Agreement:
    producer = reference.partition(".")[0]
    what = f"{consumer} has not asked for {reference}"
    if given is not None:
        what += f", which {producer} offers it"
    fix = f"Ask under `consumes`: {{product: {reference}, purpose: …, roles: [{role}]}}."
    return Agreement(False, what, (Place(consumer, ("consumes",), True),), fix, consumer)


def _not_agreed(
    mesh: Mesh,
    decided: Subscription,
    asked: tuple[Path, Request],
    given: tuple[Path, Approval] | None,
    today: date,
) -> Agreement:
    at, request = asked
    consumer, producer = decided.consumer, decided.producer
    if request.until is not None and request.until < today:
        place = Place(consumer, (*at, "until"))
        return Agreement(False, decided.reason, (place,), "Move `until` if it is still needed.", consumer)
    if given is not None and decided.status is Status.EXPIRED:
        place = Place(producer, (*given[0], "until"))
        return Agreement(False, decided.reason, (place,), f"{producer} can move `until`.", producer)
    if given is not None:
        places = (Place(producer, (*given[0], "domain")), Place(consumer, (*at, "product")))
        return Agreement(
            False, decided.reason, places, "Both must name a table and a column in common.", producer
        )
    product = decided.product
    path: Path = ("products", product)
    if mesh.domains[producer].file.products[product].shared_with:
        path = ("products", product, "shared_with")
    fix = f"{producer} can approve it under `shared_with`: {{domain: {consumer}}}."
    return Agreement(
        False, decided.reason, (Place(producer, path, True), Place(consumer, (*at, "product"))), fix, producer
    )


def _hidden_table(
    consumer: str,
    producer: str,
    table: str,
    asked: tuple[Path, Request],
    given: tuple[Path, Approval] | None,
) -> Agreement | None:
    for domain, side, verb in ((consumer, asked, "asked for"), (producer, given, "approved")):
        if side is not None and side[1].tables is not None and table not in side[1].tables:
            what = f"{domain} {verb} {_list(side[1].tables)} alone, not {table}"
            fix = f"Add {table} to `tables` there."
            return Agreement(False, what, (Place(domain, (*side[0], "tables")),), fix, domain)
    return None


def _hidden_column(
    consumer: str,
    producer: str,
    column: str,
    pii: bool,
    asked: tuple[Path, Request],
    given: tuple[Path, Approval] | None,
) -> Agreement | None:
    sides: tuple[tuple[str, tuple[Path, Request | Approval] | None], ...] = (
        (producer, given),
        (consumer, asked),
    )
    for domain, side in sides:
        if side is not None and column in side[1].exclude:
            path = (*side[0], "exclude", side[1].exclude.index(column))
            fix = f"Take {column} out of `exclude` there."
            return Agreement(False, f"{domain} excludes {column}", (Place(domain, path),), fix, domain)
    if not pii:
        return None
    if given is None:
        what = f"{column} is personal data, which an open classification does not open"
        return Agreement(False, what, (), f"{producer} can approve {consumer} with `pii: true`.", producer)
    for domain, side in sides:
        if side is not None and not side[1].pii:
            what = f"{column} is personal data, and {domain} does not say `pii: true`"
            return Agreement(False, what, (Place(domain, side[0]),), "Say `pii: true` there.", domain)
    return None


def _request(file: DomainFile, reference: str) -> tuple[Path, Request] | None:
    for index, request in file.product_requests():
        if request.product == reference:
            return ("consumes", index), request
    return None


def _approval(file: DomainFile, product: str, consumer: str) -> tuple[Path, Approval] | None:
    for index, approval in enumerate(file.products[product].shared_with):
        if approval.domain == consumer:
            return ("products", product, "shared_with", index), approval
    return None


def _list(names: list[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"
