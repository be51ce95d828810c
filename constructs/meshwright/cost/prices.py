"""Prices of AWS, from a table in the repository for each of a few Regions; none is asked of AWS.

A table is a YAML file beside this module, `prices/<region>.yaml`; its figures are texts, so they are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import yaml

FOLDER: Final = Path(__file__).parent / "prices"
TABLES: Final = ("eu-west-1", "us-east-1")
NEAREST: Final[Mapping[str, str]] = {
    "eu": "eu-west-1",
    "me": "eu-west-1",
    "il": "eu-west-1",
    "af": "eu-west-1",
}
"""The table for Regions that have none, by the start of their name; us-east-1 for all others."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit."""

    usd: Decimal
    per: str
    """The unit, such as `GB-month`."""
    page: str
    """Where AWS publishes it."""
    unverified: bool = False
    """It was compared with no source."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The prices of one Region."""

    region: str
    date: date
    """When they were written down."""
    prices: Mapping[str, Price]


def nearest_table(region: str) -> str:
    """The Region whose table is used for `region`: itself, where there is one."""
    return region if region in TABLES else NEAREST.get(region.partition("-")[0], "us-east-1")


@cache
def load_table(region: str) -> PriceTable:
    """The table of one of TABLES."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return parse_table((FOLDER / f"{region}.yaml").read_text(encoding="utf-8"), loader)


def parse_table(text: str, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> PriceTable:
    """The table that is written in `text`."""
    content = yaml.load(text, loader)  # noqa: S506 (a safe one)
    prices = {
        key: Price(
            usd=Decimal(entry["usd"]),
            per=str(entry["per"]),
            page=entry["page"],
            unverified=entry.get("unverified", False),
        )
        for key, entry in content["prices"].items()
    }
    return PriceTable(content["region"], content["date"], prices)
