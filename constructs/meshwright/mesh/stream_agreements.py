"""Why a role may or may not read a stream, as far as the two teams' files say, and what would change it.

Pure: the models in, a reason with its place in the files out.
"""

from datetime import date

from meshwright.config.domain_file import DomainFile
from meshwright.config.problems import Path
from meshwright.config.streams_file import StreamApproval, StreamRequest
from meshwright.mesh.agreements import Agreement, Place
from meshwright.mesh.model import Mesh
from meshwright.mesh.platform_roles import DELIVERY
from meshwright.mesh.stream_subscriptions import StreamSubscription, silent_on_pii
from meshwright.mesh.subscriptions import Status


def stream_agreement(mesh: Mesh, *, consumer: str, role: str, reference: str, today: date) -> Agreement:
    """What the files say of `role` of the domain `consumer` and the stream `reference`."""
    producer, _, stream = reference.partition(".")
    if producer == consumer:
        return _own(mesh, consumer, role, stream)
    asked = _request(mesh.domains[consumer].file, reference)
    given = _approval(mesh.domains[producer].file, stream, consumer)
    if asked is None:
        what = f"{consumer} has not asked for {reference}"
        what += f", which {producer} offers it" if given is not None else ""
        fix = f"Ask under `consumes`: {{stream: {reference}, purpose: …, roles: [{role}]}}."
        return Agreement(False, what, (Place(consumer, ("consumes",), True),), fix, consumer)
    at, request = asked
    decided = next(
        each for each in mesh.stream_subscriptions if (each.consumer, each.reference) == (consumer, reference)
    )
    if decided.status is not Status.AGREED:
        return _not_agreed(mesh, decided, asked, given, today)
    if role not in request.roles:
        what = f"{consumer} asked for {reference} for {' and '.join(request.roles)}, not for {role}"
        place = Place(consumer, (*at, "roles"))
        return Agreement(False, what, (place,), f"Add {role} to `roles` there.", consumer)
    places = [Place(consumer, (*at, "stream"))]
    if given is not None:
        places.insert(0, Place(producer, (*given[0], "domain")))
    how = ", with fan-out" if decided.fan_out else ""
    return Agreement(True, f"{consumer} asked for {reference}; {decided.reason}{how}", tuple(places))


def _own(mesh: Mesh, domain: str, role: str, stream: str) -> Agreement:
    """A domain's streams are there for the roles that write: they make products of them."""
    spec = mesh.domains[domain].roles[role]
    place = Place(domain, ("streams", stream), True)
    if role == DELIVERY and mesh.domains[domain].file.streams[stream].lands_in is not None:
        what = f"{domain}.{stream} is {domain}'s own stream, which {role} carries into a table"
        return Agreement(True, what, (place,))
    if spec.access == "write" and spec.only is None:
        return Agreement(True, f"{domain}.{stream} is {domain}'s own stream, and {role} writes", (place,))
    what = f"{domain}.{stream} is read by the roles of {domain} that write, and {role} only reads products"
    fix = "Give the role `access: write`, or use one that has it."
    return Agreement(False, what, (Place(domain, ("roles", role), True),), fix, domain)


def _not_agreed(
    mesh: Mesh,
    decided: StreamSubscription,
    asked: tuple[Path, StreamRequest],
    given: tuple[Path, StreamApproval] | None,
    today: date,
) -> Agreement:
    (at, request), reason = asked, decided.reason
    consumer, producer, stream = decided.consumer, decided.producer, decided.stream
    if request.until is not None and request.until < today:
        place = Place(consumer, (*at, "until"))
        return Agreement(False, reason, (place,), "Move `until` if it is still needed.", consumer)
    if given is not None and decided.status is Status.PENDING:
        spec = mesh.domains[producer].file.streams[stream]
        silent = silent_on_pii(spec, given[1], request, consumer=consumer, producer=producer)
        sides = {producer: (*given[0], "domain"), consumer: (*at, "stream")}
        places = tuple(Place(each, sides[each]) for each in silent)
        fix = f"Say `pii: true` there{f', and {consumer} in its request' if len(silent) > 1 else ''}."
        return Agreement(False, reason, places, fix, silent[0])
    if given is not None:
        place = Place(producer, (*given[0], "until"))
        return Agreement(False, reason, (place,), f"{producer} can move `until`.", producer)
    path: Path = ("streams", stream)
    if mesh.domains[producer].file.streams[stream].shared_with:
        path = (*path, "shared_with")
    fix = f"{producer} can approve it under `shared_with`: {{domain: {consumer}}}."
    places = (Place(producer, path, True), Place(consumer, (*at, "stream")))
    return Agreement(False, reason, places, fix, producer)


def _request(file: DomainFile, reference: str) -> tuple[Path, StreamRequest] | None:
    for index, request in file.stream_requests():
        if request.stream == reference:
            return ("consumes", index), request
    return None


def _approval(file: DomainFile, stream: str, consumer: str) -> tuple[Path, StreamApproval] | None:
    for index, approval in enumerate(file.streams[stream].shared_with):
        if approval.domain == consumer:
            return ("streams", stream, "shared_with", index), approval
    return None
