"""The estimate: what the files declare, at the prices of its Region, with what is assumed of use."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from meshwright.cost import processing, storage, streams, watching
from meshwright.cost.assumptions import Assumed
from meshwright.cost.items import Charge, Item
from meshwright.cost.prices import PriceTable
from meshwright.mesh.model import Domain, Mesh

CENT: Final = Decimal("0.01")
PARTS: Final[tuple[Callable[[Mesh, Domain, Assumed], Iterator[Item]], ...]] = (
    storage.items,
    streams.items,
    processing.items,
    watching.items,
)


@dataclass(frozen=True, slots=True)
class Line:
    """What one resource costs a month, in US dollars, to the cent."""

    item: Item
    fixed: Decimal
    """Whether it is used or not."""
    usage: Decimal
    """With what is assumed of use."""
    unverified: bool
    """One of its prices is."""

    @property
    def domain(self) -> str | None:
        return self.item.domain

    @property
    def total(self) -> Decimal:
        return self.fixed + self.usage


def estimate(
    mesh: Mesh, *, table: PriceTable, assumed: Assumed, domains: Iterable[str] | None = None
) -> tuple[Line, ...]:
    """What the mesh costs, by domain in the order of the mesh, then what it costs itself.

    With `domains`, only these.
    """
    chosen = mesh.domains if domains is None else [name for name in mesh.domains if name in set(domains)]
    items = [item for name in chosen for part in PARTS for item in part(mesh, mesh.domains[name], assumed)]
    if domains is None:
        items += watching.of_the_mesh(mesh, assumed)
    return tuple(_line(item, table) for item in items)


def _line(item: Item, table: PriceTable) -> Line:
    amounts = {
        fixed: sum((amount(each, table) for each in item.charges if each.fixed is fixed), Decimal(0))
        for fixed in (True, False)
    }
    unverified = any(table.prices[each.price].unverified for each in item.charges)
    return Line(item, cents(amounts[True]), cents(amounts[False]), unverified)


def amount(charge: Charge, table: PriceTable) -> Decimal:
    """What a charge comes to, not rounded."""
    return charge.quantity * table.prices[charge.price].usd


def cents(value: Decimal) -> Decimal:
    """To the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)
