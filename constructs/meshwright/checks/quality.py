"""Rules of `quality`: one form each, on columns that exist and are of a type that it fits."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from meshwright.checks.quality_dqdl import dqdl_findings
from meshwright.checks.quality_operands import NUMBERS, TEXT
from meshwright.checks.quality_place import Place, tables_with_rules
from meshwright.checks.run_times import shortest_gap
from meshwright.checks.schedules import schedule_findings
from meshwright.checks.sentences import joined, quoted
from meshwright.checks.tables import type_of
from meshwright.config.column_types import NESTED, ColumnType
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.config.quality_file import Between, InSet, References, RowCount, Rule, Value
from meshwright.config.suggest import suggestion
from meshwright.mesh.quality.conditions import DATE, TIME, is_date
from meshwright.mesh.quality.rendering import MAX_RULESET, ruleset
from meshwright.texts import said

WHOLE: Final = frozenset({"tinyint", "smallint", "int", "bigint"})
LEAST_GAP: Final = 15 * 60
"""Seconds between two runs. Each starts a Glue job of its own, which takes four to five minutes on a small
table and is paid by the minute (docs/quality.md, What it costs).
"""
_FORMS: Final = ("not_null", "unique", "in_set", "between", "references", "row_count", "dqdl")


def check(files: Files) -> Iterator[Finding]:
    """Mistakes in the rules of every table."""
    for place in tables_with_rules(files):
        quality = place.table.quality
        if quality is None:
            continue
        mistakes = list(schedule_findings(place.file, place.path, quality.schedule, quality.timezone))
        yield from mistakes
        if quality.schedule is not None and not mistakes:
            yield from _often(place.below("schedule"), quality.schedule)
        first: dict[str, int] = {}
        for index, rule in enumerate(quality.rules):
            yield from _rule(place.below("rules", index), rule)
            if (same := first.setdefault(rule.model_dump_json(), index)) != index:
                what = f"the rule is the same as rules[{same}]"
                yield place.below("rules", index).finding("duplicate", what, "Remove one of the two.")
        if len(ruleset(place.product, place.table)) > MAX_RULESET:
            what = f"the rules have more than {MAX_RULESET} characters in DQDL, which Glue does not take"
            yield place.below("rules").finding("too-many-rules", what, "Take some out.")


def _often(place: Place, schedule: str) -> Iterator[Finding]:
    gap = shortest_gap(schedule)
    if gap is not None and gap < LEAST_GAP:
        minutes = "1 minute passes" if gap == 60 else f"{gap // 60} minutes pass"
        what = f"{minutes} between two runs, which take minutes themselves and would overlap"
        yield place.finding("too-often", what, f"Leave at least {LEAST_GAP // 60} minutes between two.")


def _rule(place: Place, rule: Rule) -> Iterator[Finding]:
    forms = [name for name in _FORMS if getattr(rule, name) is not None]
    if len(forms) != 1:
        what = f"a rule has exactly one of {joined(_FORMS)}; this has {quoted(forms) if forms else 'none'}"
        yield place.finding("one-of", what, "Write each as a rule of its own." if forms else "Add one.")
        return
    here = place.below(forms[0])
    if rule.not_null is not None:
        yield from _column(here, rule.not_null)
    elif rule.unique is not None:
        yield from _column(here, rule.unique, without={"binary"})
    elif rule.in_set is not None:
        yield from _in_set(here, rule.in_set)
    elif rule.between is not None:
        yield from _between(here, rule.between)
    elif rule.references is not None:
        yield from _references(here, rule.references)
    elif rule.row_count is not None:
        yield from _row_count(here, rule.row_count)
    elif rule.dqdl is not None:
        yield from dqdl_findings(here, rule.dqdl)


def _column(place: Place, name: str, *, without: Sequence[str] | set[str] = ()) -> Iterator[Finding]:
    """That the column exists, and is of a type that rules can be about."""
    if name not in place.table.columns:
        what = f"the table has no column `{name}`"
        yield place.finding("unknown-column", what, suggestion(name, place.table.columns, ""))
        return
    kind = type_of(place.table.columns[name].type)
    if isinstance(kind, ColumnType) and kind.name in NESTED | set(without):
        what = f"`{name}` is of type {kind.name}, and DQDL has no such columns"
        yield place.finding("rule-type", what, "Use a column of a simple type.")


def _kind(place: Place, name: str) -> str | None:
    """The name of the column's type; None if there is no such column, or it has no such type."""
    column = place.table.columns.get(name)
    kind = type_of(column.type) if column is not None else None
    return kind.name if isinstance(kind, ColumnType) else None


def _in_set(place: Place, rule: InSet) -> Iterator[Finding]:
    at_column = place.below("column")
    yield from _column(at_column, rule.column)
    kind = _kind(place, rule.column)
    if kind is None or kind in NESTED:
        return
    if kind not in TEXT | WHOLE | {"decimal", "date"}:
        what = f"`{rule.column}` is of type {kind}, whose values in_set can't compare"
        yield at_column.finding("rule-type", what, "Use a column of text, dates, whole numbers or decimals.")
        return
    seen: set[Value] = set()
    for index, value in enumerate(rule.values):
        if (wrong := _value(kind, value)) is not None:
            here = place.below("values", index)
            yield here.finding("rule-value", f"`{rule.column}` is of type {kind}: {wrong[0]}", wrong[1])
        elif value in seen:
            what = f"{_shown(value)} is in the list twice"
            yield place.below("values", index).finding("duplicate", what, "Remove one of the two.")
        seen.add(value)


def _value(kind: str, value: Value) -> tuple[str, str] | None:
    """What is wrong with a value of the list, and how to fix it."""
    shown = _shown(value)
    if kind in TEXT:
        if not isinstance(value, str):
            return f"{shown} is not text", f'Put it in quotes: "{shown}".'
        if DATE.fullmatch(value) or TIME.fullmatch(value):
            fix = f'Compare it with a pattern: dqdl: ColumnValues "…" matches "{value}".'
            return f"{shown} looks like a date or a time, as which Glue would compare it", fix
        return None
    if kind == "date":
        if isinstance(value, str) and is_date(value):
            return None
        return f"{shown} is no date", "Write YYYY-MM-DD."
    if isinstance(value, str | bool):
        return f"{shown} is no number", "Write it without quotes, such as 10."
    if kind in WHOLE and isinstance(value, float):
        return f"{shown} is no whole number", "Write it without a point."
    return None if math.isfinite(value) else (f"{shown} is no number", "Write digits.")


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else said(str(value))


def _between(place: Place, rule: Between) -> Iterator[Finding]:
    at_column = place.below("column")
    yield from _column(at_column, rule.column)
    kind = _kind(place, rule.column)
    if kind is not None and kind not in NUMBERS | NESTED:
        what = f"`{rule.column}` is of type {kind}, and between is for numbers"
        yield at_column.finding("rule-type", what, "Use dqdl for other comparisons.")
    if kind in NUMBERS and place.table.columns[rule.column].pii:
        what = f"`{rule.column}` is personal data, and Glue publishes its least and greatest value"
        fix = 'Count instead: dqdl: CustomSql "select count(*) from primary where …" = 0.'
        yield at_column.finding("pii-in-results", what, fix)
    yield from _bounds(place, rule.min, rule.max)


def _row_count(place: Place, rule: RowCount) -> Iterator[Finding]:
    yield from _bounds(place, rule.min, rule.max)


def _bounds(place: Place, low: float | None, high: float | None) -> Iterator[Finding]:
    for name, bound in (("min", low), ("max", high)):
        if bound is not None and not math.isfinite(bound):
            yield place.below(name).finding("rule-value", f"{bound} is no number", "Write digits.")
    if low is None and high is None:
        yield place.finding("no-bound", "neither `min` nor `max` is given", "Give one of them, or both.")
    elif low is not None and high is not None and low > high:
        what = f"`min` {low} is greater than `max` {high}"
        yield place.below("min").finding("no-value-fits", what, "Exchange them.")


def _references(place: Place, rule: References) -> Iterator[Finding]:
    at_column, at_target = place.below("column"), place.below("to")
    yield from _column(at_column, rule.column)
    product_name, table_name, column_name = rule.to.split(".")
    product = place.domain.products.get(product_name)
    if product is None:
        what = f"this domain has no product `{product_name}`"
        yield at_target.finding("unknown-product", what, suggestion(product_name, place.domain.products, ""))
        return
    table = product.tables.get(table_name)
    if table is None:
        what = f"{product_name} has no table `{table_name}`"
        yield at_target.finding("unknown-table", what, suggestion(table_name, product.tables, ""))
        return
    if column_name not in table.columns:
        what = f"{product_name}.{table_name} has no column `{column_name}`"
        yield at_target.finding("unknown-column", what, suggestion(column_name, table.columns, ""))
        return
    own = place.table.columns.get(rule.column)
    if own is None:
        return
    other = table.columns[column_name]
    if own.type != other.type:
        what = f"`{rule.column}` is of type {said(own.type)}, and {rule.to} of type {said(other.type)}"
        yield at_target.finding("rule-type", what, "Refer to a column of the same type.")
    if own.optional:
        what = f"`{rule.column}` is optional, and a missing value breaks `references`"
        fix = "Take `optional` off the column, or the rule out."
        yield at_column.finding("optional-reference", what, fix)
