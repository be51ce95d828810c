"""The other tables that a table's rules look at."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.rendering import alias, rendered
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


def aliases(file: DomainFile) -> dict[str, tuple[str, str]]:
    """What rules can call the tables of the domain, each with its product and its name."""
    return {
        alias(product_name, table): (product_name, table)
        for product_name, product in file.products.items()
        for table in product.tables
    }


def other_tables(file: DomainFile, product: Product, table: Table) -> Mapping[str, tuple[str, str]]:
    """The tables that the rules of `table` name, by alias, in the order of their first use."""
    known = aliases(file)
    used = (name for each in rendered(product, table) for name in _named(each.text))
    return {name: known[name] for name in used if name in known}


def _named(text: str) -> Iterator[str]:
    rule = parsed(text)
    if isinstance(rule, DqdlError):
        return
    for each in single_rules(rule):
        yield from (dataset.text for dataset in named_datasets(each))
        for parameter in each.parameters:
            if parameter.takes == "sql":
                yield from _WORD.findall(parameter.text)
