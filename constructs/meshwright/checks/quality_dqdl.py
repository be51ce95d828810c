"""Rules in DQDL: their syntax, and the columns and tables that they name."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshwright.checks.quality_operands import NUMBERS, TEXT, operand_findings
from meshwright.checks.quality_personal import personal_findings
from meshwright.checks.quality_place import Place
from meshwright.checks.tables import type_of
from meshwright.config.column_types import NESTED, ColumnType
from meshwright.config.domain_file import Table
from meshwright.config.problems import Finding
from meshwright.config.suggest import suggestion
from meshwright.mesh.quality.datasets import aliased, aliases, parsed
from meshwright.mesh.quality.rule_types import Needs
from meshwright.mesh.quality.rules import DqdlRule, NamedColumn, named_columns, named_datasets, single_rules
from meshwright.mesh.quality.tokens import DqdlError
from meshwright.texts import said

_FITTING: Final[dict[Needs, tuple[frozenset[str], str]]] = {
    "number": (NUMBERS, "numbers"),
    "text": (TEXT, "text"),
    "date": (TEXT | {"date", "timestamp"}, "dates and times"),
}


def dqdl_findings(place: Place, text: str) -> Iterator[Finding]:
    """What is wrong with a rule, with its place inside the text."""
    rule = parsed(text)
    if isinstance(rule, DqdlError):
        what = f"not DQDL: {rule.what}"
        yield place.finding("dqdl-syntax", what, rule.fix, offset=rule.offset)
        return
    for each in single_rules(rule):
        yield from _datasets(place, each)
        yield from _columns(place, each)
        yield from _dynamic(place, each)
        yield from personal_findings(place, each)
        yield from operand_findings(place, each)


def _datasets(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    known = partial(aliases, place.domain)
    for each in named_datasets(rule):
        if aliased(place.domain, each.text) is None:
            what = f"`{said(each.text)}` is no table of this domain; rules call them `product__table`"
            fix = suggestion(each.text, known, "")
            yield place.finding("unknown-table", what, fix, offset=each.offset)


def _columns(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    for each in named_columns(rule):
        if each.dataset is None:
            yield from _own_column(place, each)
        elif (known := aliased(place.domain, each.dataset)) is not None:
            product, name = known
            yield from _exists(place, place.domain.products[product].tables[name], each, f"{product}.{name}")


def _exists(place: Place, table: Table, named: NamedColumn, called: str) -> Iterator[Finding]:
    if named.name not in table.columns:
        what = f"{called} has no column `{said(named.name)}`"
        fix = suggestion(named.name, table.columns, "")
        yield place.finding("unknown-column", what, fix, offset=named.offset)


def _own_column(place: Place, named: NamedColumn) -> Iterator[Finding]:
    column = place.table.columns.get(named.name)
    if column is None:
        yield from _exists(place, place.table, named, "the table")
        return
    kind = type_of(column.type)
    if not isinstance(kind, ColumnType):
        return
    needs = named.rule.definition.needs
    fitting, called = _FITTING.get(needs, (frozenset(), ""))
    if (needs == "simple" and kind.name in NESTED) or (fitting and kind.name not in fitting):
        what = f"`{named.name}` is of type {kind.name}, which {named.rule.type} can't judge"
        fix = f"It is for {called}." if called else "Use a column of a simple type."
        yield place.finding("rule-type", what, fix, offset=named.offset)


def _dynamic(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-dynamic-rules: in Glue ETL only."""
    for condition in (rule.condition, rule.threshold):
        for operand in condition.operands if condition is not None else ():
            if operand.kind == "dynamic":
                what = f"`{said(operand.text)}` depends on earlier runs, which only Glue jobs know"
                fix = "Compare with a fixed value."
                yield place.finding("dqdl-dynamic", what, fix, offset=operand.offset)
