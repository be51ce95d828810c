"""What is paid for: quantities by price, before any price is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

HOURS: Final = Decimal(730)
"""In a month, as AWS's own calculator has it."""
DAYS: Final = Decimal(365) / 12
"""In a month: the same."""
THOUSAND, MILLION = Decimal(1000), Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Charge:
    """One quantity a month, in the unit of its price."""

    price: str
    """Key of the price table."""
    quantity: Decimal
    fixed: bool = False
    """Paid whether it is used or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one resource is charged for."""

    domain: str | None
    """None: the mesh itself, in the governance account."""
    part: str
    """`streams`, `storage`, …"""
    resource: str
    """What it is, for people; it stays the same while the files call it the same."""
    detail: str = ""
    """What its cost depends on."""
    charges: tuple[Charge, ...]


def fixed(price: str, quantity: Decimal | int) -> Charge:
    """A charge for being there."""
    return Charge(price, Decimal(quantity), fixed=True)


def used(price: str, quantity: Decimal) -> Iterator[Charge]:
    """A charge for being used; nothing where it isn't."""
    if quantity:
        yield Charge(price, quantity)
