"""The short forms of rules in DQDL, and the ruleset of a table.

A missing value breaks `not_null`, a product's completeness and `references`; the other forms leave it out,
so that each rule is about one thing. Where that is not what DQDL does by itself, the rule says so:
`ColumnValues` counts a missing value as a failure unless NULL is in its list or `where` keeps the row out
(https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html). The `between` of DQDL leaves
out its two ends, hence two comparisons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from meshwright.config.column_types import NESTED
from meshwright.config.domain_file import Product, Table
from meshwright.config.quality_file import Between, InSet, References, RowCount, Rule, Value
from meshwright.mesh.quality.tokens import quoted

MAX_RULESET: Final = 65_536
"""Characters of a ruleset (https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDataQualityRuleset.html)."""
BETWEEN: Final = "__"
"""Stands between product and table in what rules call another table."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rule in DQDL."""

    text: str
    index: int | None
    """Of the file's rule that it comes from; None: it comes from the product's `slo`."""


def rendered(product: Product, table: Table) -> tuple[Rendered, ...]:
    """All rules of a table: its own, then the completeness that its product promises."""
    rules = table.quality.rules if table.quality is not None else []
    own = [Rendered(text, index) for index, rule in enumerate(rules) for text in dqdl_of(rule)]
    promised = product.slo.completeness if product.slo is not None else None
    if promised is None:
        return tuple(own)
    return (*own, *(Rendered(text, None) for text in completeness(table, promised)))


def ruleset(product: Product, table: Table) -> str:
    """The document that Glue takes; empty if there are no rules."""
    rules = [f"    {each.text}" for each in rendered(product, table)]
    return "Rules = [\n{}\n]".format(",\n".join(rules)) if rules else ""


def has_rules(product: Product, table: Table) -> bool:
    """Whether there is anything to evaluate."""
    promised = product.slo.completeness if product.slo is not None else None
    return table.quality is not None or (promised is not None and any(completeness(table, promised)))


def completeness(table: Table, promised: str) -> Iterator[str]:
    """`Completeness "total" >= 0.995` for each column that is not optional, nor nested: DQDL has no such
    columns (https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html).
    """
    share = number(Decimal(promised.removesuffix("%")) / 100)
    for name, column in table.columns.items():
        if not column.optional and column.type.partition("<")[0] not in NESTED:
            yield f"Completeness {quoted(name)} >= {share}"


def dqdl_of(rule: Rule) -> Iterator[str]:
    """The rule in DQDL; more than one where a form says more than one thing."""
    if rule.not_null is not None:
        yield f"IsComplete {quoted(rule.not_null)}"
    if rule.unique is not None:
        yield f"IsUnique {quoted(rule.unique)}"
    if rule.in_set is not None:
        yield _in_set(rule.in_set)
    if rule.between is not None:
        yield from _between(rule.between)
    if rule.references is not None:
        yield _references(rule.references)
    if rule.row_count is not None:
        yield from _row_count(rule.row_count)
    if rule.dqdl is not None:
        yield rule.dqdl


def _in_set(rule: InSet) -> str:
    values = ", ".join([*(literal(value) for value in rule.values), "NULL"])
    return f"ColumnValues {quoted(rule.column)} in [{values}]"


def _between(rule: Between) -> Iterator[str]:
    for sign, bound in ((">=", rule.min), ("<=", rule.max)):
        if bound is not None:
            present = quoted(f"{rule.column} is not null")
            yield f"ColumnValues {quoted(rule.column)} {sign} {literal(bound)} where {present}"


def _references(rule: References) -> str:
    product, table, column = rule.to.split(".")
    return f"ReferentialIntegrity {quoted(rule.column)} {quoted(f'{alias(product, table)}.{column}')} = 1.0"


def _row_count(rule: RowCount) -> Iterator[str]:
    if rule.min is not None:
        yield f"RowCount >= {rule.min}"
    if rule.max is not None:
        yield f"RowCount <= {rule.max}"


def alias(product: str, table: str) -> str:
    """What rules call another table of the domain."""
    return f"{product}{BETWEEN}{table}"


def literal(value: Value) -> str:
    """A value of the file as DQDL writes it: text in quotes, numbers without exponents."""
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else number(Decimal(repr(value)))


def number(value: Decimal) -> str:
    """Digits only, as many as the value has."""
    return format(value.normalize(), "f")
