"""The part of a mesh that an edit of some domains can change: the rest need not be decided again."""

from collections.abc import Collection, Iterable, Mapping, Set
from typing import Final, Literal, NamedTuple

from meshwright.config.domain_file import DomainFile, Request
from meshwright.config.streams_file import StreamRequest
from meshwright.mesh.parts.refreshes import announced, listens_to
from meshwright.mesh.platform_roles import platform_roles
from meshwright.mesh.stream_subscriptions import StreamSubscription
from meshwright.mesh.subscriptions import Status, Subscription

LISTENING: Final = ("triggered_by", "wait_for")
"""The keys of a file that listens to refreshes."""
ANNOUNCING: Final = "refreshes"
"""The key of a file that announces some."""


class Link(NamedTuple):
    """What is agreed between two domains, as far as a resource of one can be made of several agreements."""

    kind: Literal["reads", "streams", "hears"]
    """Products make an access stack, where the consumer has none of its own. A stream's readers stand in one
    policy. Refreshes of several producers start pipelines with one role, and one role tells all listeners."""
    consumer: str
    producer: str
    terms: tuple[object, ...]
    """What those resources tell of it."""


def asked_of_others(domains: Mapping[str, DomainFile], names: Iterable[str]) -> frozenset[str]:
    """The products, as `domain.product`, that the named domains ask for."""
    return frozenset(
        request.product
        for name in names
        if name in domains
        for _, request in domains[name].product_requests()
    )


def links(
    domains: Mapping[str, DomainFile],
    subscriptions: Iterable[Subscription],
    streams: Iterable[StreamSubscription],
    *,
    changed: Set[str],
) -> frozenset[Link]:
    """What the `changed` domains have agreed with others, on one side of the change."""
    found: set[Link] = set()
    for each in subscriptions:
        if _agreed(each, changed):
            consumer, producer = domains[each.consumer], domains[each.producer]
            terms = (each.product, *_accounts(consumer, producer))
            found.add(Link("reads", each.consumer, each.producer, terms))
            if each.reference in listens_to(consumer) and each.product in announced(producer):
                found.add(Link("hears", each.consumer, each.producer, terms))
    for reading in streams:
        if _agreed(reading, changed):
            consumer, producer = domains[reading.consumer], domains[reading.producer]
            roles = tuple((key, consumer.roles[key].name) for key in reading.roles if key in consumer.roles)
            terms = (reading.stream, reading.fan_out, roles, *_accounts(consumer, producer))
            found.add(Link("streams", reading.consumer, reading.producer, terms))
    return frozenset(found)


def _agreed(each: Subscription | StreamSubscription, changed: Set[str]) -> bool:
    return each.status is Status.AGREED and (each.consumer in changed or each.producer in changed)


def _accounts(*domains: DomainFile) -> tuple[object, ...]:
    return tuple(tuple(sorted(domain.accounts.items())) for domain in domains)


def affected(
    domains: Mapping[str, DomainFile], differing: Iterable[Link], *, changed: Set[str]
) -> frozenset[str]:
    """The unchanged domains with a resource that these links change, and that is made of other links too."""
    ends: set[str] = set()
    for link in differing:
        if link.kind != "reads":
            ends |= {link.consumer, link.producer}
        elif link.consumer in domains and not domains[link.consumer].products:
            ends.add(link.consumer)
    return frozenset(ends - changed)


def partners(
    domains: Mapping[str, DomainFile], differing: Iterable[Link], *, changed: Set[str]
) -> frozenset[str]:
    """The domains that have a part in such a resource, but for those that listen: see `listened_to`."""
    found: set[str] = set()
    for link in differing:
        consumer, producer = (
            None if name in changed else domains[name] for name in (link.consumer, link.producer)
        )
        if link.kind == "streams":
            if consumer is not None:
                found.update(_domain(each.stream) for _, each in consumer.stream_requests())
            if producer is not None:
                found.update(
                    each.domain for stream in producer.streams.values() for each in stream.shared_with
                )
        elif consumer is not None and link.kind == "hears":
            found.update(map(_domain, listens_to(consumer)))
        elif consumer is not None and not consumer.products:
            found.update(_domain(each.product) for _, each in consumer.product_requests())
    return frozenset(found)


def listened_to(
    domains: Mapping[str, DomainFile], differing: Iterable[Link], *, changed: Set[str]
) -> frozenset[str]:
    """The products, as `domain.product`, whose other listeners have a part in such a resource."""
    producers = {link.producer for link in differing if link.kind == "hears"} - changed
    return frozenset(f"{name}.{product}" for name in producers for product in announced(domains[name]))


def announcing(domains: Mapping[str, DomainFile], names: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Environment and account of those of the named domains that announce refreshes on the mesh's bus."""
    return frozenset(
        place
        for name in names
        if name in domains and announced(domains[name])
        for place in domains[name].accounts.items()
    )


def concerning(
    domains: Mapping[str, DomainFile],
    *,
    changed: Set[str],
    products: Set[str],
    affected: Set[str] = frozenset(),
) -> dict[str, DomainFile]:
    """The `changed` domains whole; of the others what they ask of these, and their products among `products`.

    Of the `affected` ones, too, all that they ask and all that is asked of them. All products of a domain
    stay whose streams, pipelines or rules work on them: its roles follow from these. Cut the files before and
    after an edit alike, so that what is left out is the same on both sides.
    """
    shown = changed | affected
    return {
        name: file
        if name in changed
        else _cut(name, file, file.consumes if name in affected else _asked(file, shown), products)
        for name, file in domains.items()
    }


def _asked(file: DomainFile, shown: Set[str]) -> Collection[Request | StreamRequest]:
    return [
        each
        for each in file.consumes
        if _domain(each.product if isinstance(each, Request) else each.stream) in shown
    ]


def _cut(
    name: str, file: DomainFile, consumes: Collection[Request | StreamRequest], products: Set[str]
) -> DomainFile:
    worked_on = bool(file.pipelines) or next(platform_roles(file), None) is not None
    return file.model_copy(
        update={
            "consumes": list(consumes),
            "products": {
                product: spec
                for product, spec in file.products.items()
                if worked_on or f"{name}.{product}" in products
            },
        }
    )


def _domain(reference: str) -> str:
    """The domain of a product or stream."""
    return reference.partition(".")[0]
