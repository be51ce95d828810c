"""Changes that would take something from a live consumer: what was published against the files as they are.

A consumer is live when its subscription was agreed and its own file still asks for it. A change is free once
there is none, after the sunset of a product that was deprecated before, or where it is accepted by name.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

from meshwright.checks import renames
from meshwright.checks.breaks import Affected, Break, Kind, announce, readers_of
from meshwright.checks.refresh_changes import refresh_break
from meshwright.checks.sentences import some
from meshwright.checks.still_asked import Compared, StillAsked
from meshwright.checks.stream_changes import stream_breaks, stream_readers
from meshwright.checks.table_changes import table_breaks
from meshwright.checks.withdrawal import approval_breaks
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.published import Published, PublishedDomain, PublishedProduct, PublishedStream


def breaking_changes(
    before: Published, after: Mesh, *, today: date, accepted: Set[str] = frozenset()
) -> tuple[Break, ...]:
    """Every change from `before` to `after` that a live consumer would suffer from, by domain.

    Both are of one environment. `accepted` names what may be broken all the same, as `domain.product` or
    `domain.stream`. The files of `after` must be readable, but may contradict each other: a request for what
    is gone is such a contradiction, and it shows that the consumer is live.
    """
    asked = StillAsked(after, today)
    breaks: list[Break] = []
    for name, domain in sorted(before.domains.items()):
        held = {
            product: spec
            for product, spec in domain.products.items()
            if f"{name}.{product}" not in accepted and (spec.sunset is None or spec.sunset >= today)
        }
        streams = {key: spec for key, spec in domain.streams.items() if f"{name}.{key}" not in accepted}
        pair = _Pair(name, domain, held, streams, after.domains.get(name), asked)
        breaks += _gone(pair, before, after) if pair.after is None else _account(pair, after.environment)
        breaks += _products(pair, before, after)
        breaks += stream_breaks(name, streams, pair.after, asked, ends_known=before.ends_known)
    return tuple(breaks)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A domain as it was published and as it is."""

    name: str
    before: PublishedDomain
    held: Mapping[str, PublishedProduct]
    """Its products that must not be taken away."""
    streams: Mapping[str, PublishedStream]
    """The same of its streams."""
    after: Domain | None
    asked: StillAsked

    def readers(self, product: str) -> tuple[Affected, ...]:
        return self.asked.readers_of_product(f"{self.name}.{product}", self.before.products[product])

    def all_readers(self) -> Iterator[Affected]:
        """Those of any product or stream, with what they read as `product.table` or `stream`."""
        for name in self.held:
            for each in self.readers(name):
                yield Affected(each.consumer, each.roles, tuple(f"{name}.{table}" for table in each.loses))
        for name, stream in self.streams.items():
            yield from stream_readers(f"{self.name}.{name}", stream, self.asked)


def _gone(pair: _Pair, before: Published, after: Mesh) -> Iterator[Break]:
    """A domain without a file, or without an account in this environment: a break for each product."""
    guess = renames.domain(pair.before, before.domains, after.domains)
    for name, product in pair.held.items():
        if found := pair.readers(name):
            yield Break(
                kind=Kind.DOMAIN_REMOVED,
                reference=f"{pair.name}.{name}",
                what=f"domain {pair.name} is removed from {after.environment}{guess}, and with it product "
                f"`{name}`, but {readers_of(found)}",
                way_out=announce(name, found, sunset=product.sunset),
                affected=found,
                domain=pair.name,
                path=("accounts",),
            )


def _account(pair: _Pair, environment: str) -> Iterator[Break]:
    """Another account has other buckets, another key and other streams: the data stays behind."""
    if pair.after is None or pair.after.account == pair.before.account:
        return
    losses: dict[str, Affected] = {}
    for each in pair.all_readers():
        earlier = losses.get(each.consumer, Affected(each.consumer, each.roles, ()))
        roles = tuple(dict.fromkeys((*earlier.roles, *each.roles)))
        losses[each.consumer] = Affected(each.consumer, roles, (*earlier.loses, *each.loses))
    if found := tuple(losses[consumer] for consumer in sorted(losses)):
        yield Break(
            kind=Kind.ACCOUNT_CHANGED,
            reference=pair.name,
            what=f"the account of {pair.name} in {environment} changes from {pair.before.account} to "
            f"{pair.after.account}, where none of its data is, but {readers_of(found)}",
            way_out="Publish the products from a new domain in the new account, announce the end of these "
            "by `status: deprecated` and `sunset: <date>`, and change nothing here until "
            f"{some([each.consumer for each in found])} moved over.",
            affected=found,
            domain=pair.name,
            path=("accounts", environment),
        )


def _products(pair: _Pair, before: Published, after: Mesh) -> Iterator[Break]:
    if pair.after is None:
        return
    for name, product in pair.held.items():
        current = pair.after.file.products.get(name)
        if current is not None:
            compared = Compared(pair.name, name, product, current, pair.asked)
            is_open = current.classification in after.file.open_classifications
            yield from table_breaks(compared)
            yield from approval_breaks(compared, is_open=is_open, ends_known=before.ends_known)
            yield from refresh_break(pair.name, name, product, pair.after.file, pair.asked, after)
        elif found := pair.readers(name):
            guess = renames.product(product, pair.before, pair.after)
            yield Break(
                kind=Kind.PRODUCT_REMOVED,
                reference=f"{pair.name}.{name}",
                what=f"product `{name}` is removed{guess}, but {readers_of(found)}",
                way_out=announce(name, found, sunset=product.sunset),
                affected=found,
                domain=pair.name,
                path=("products",),
            )
