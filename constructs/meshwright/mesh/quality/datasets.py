"""The other tables that a table's rules look at."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.rendering import BETWEEN, alias, rendered
from meshwright.mesh.quality.rules import AnyRule, named_datasets, single_rules
from meshwright.mesh.quality.tokens import DqdlError

_WORD: Final = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def parsed(text: str) -> AnyRule | DqdlError:
    """The rule, or what is wrong with it. Cached: checks, stacks and plan all ask."""
    try:
        return parse_rule(text)
    except DqdlError as mistake:
        return mistake


def aliases(file: DomainFile) -> list[str]:
    """What rules can call the tables of the domain."""
    return [alias(name, table) for name, product in file.products.items() for table in product.tables]


def aliased(file: DomainFile, called: str) -> tuple[str, str] | None:
    """The table that rules call so: its product and its name. Names may have two underscores themselves."""
    found = [
        (product, table)
        for place in range(1, len(called))
        if called.startswith(BETWEEN, place)
        and (product := called[:place]) in file.products
        and (table := called[place + len(BETWEEN) :]) in file.products[product].tables
    ]
    if len(found) > 1:
        order = list(file.products)
        found.sort(key=lambda each: order.index(each[0]))
    return found[-1] if found else None


def other_tables(file: DomainFile, product: Product, table: Table) -> Mapping[str, tuple[str, str]]:
    """The tables that the rules of `table` name, by alias, in the order of their first use."""
    used = dict.fromkeys(name for each in rendered(product, table) for name in _named(each.text))
    return {name: known for name in used if (known := aliased(file, name)) is not None}


def _named(text: str) -> Iterator[str]:
    rule = parsed(text)
    if isinstance(rule, DqdlError):
        return
    for each in single_rules(rule):
        yield from (dataset.text for dataset in named_datasets(each))
        for parameter in each.parameters:
            if parameter.takes == "sql":
                yield from _WORD.findall(parameter.text)
