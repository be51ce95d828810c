"""Personal data in what Glue publishes of an evaluation: metrics and messages, which no grant guards.

What may be published of a personal column is a share or a number of rows, never what can be a value of it. By
type of rule, from the metrics that AWS documents (https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html)
and the engine that it publishes (https://github.com/awslabs/deequ, com.amazon.deequ.dqdl):

- `ColumnValues` publishes the least and the greatest value where it compares with numbers. With dates it is a
  share in that engine; those are refused too, since the documentation does not say so.
- `Mean`, `Sum`, `StandardDeviation` and `Variance` publish what they are called: of one row, its value.
- `CustomSql` with a condition publishes the number that it selects, without one the share of rows.
- All others publish shares, numbers of rows or lengths.
"""

import re
from collections.abc import Iterator
from typing import Final

from meshwright.checks.quality_place import Place
from meshwright.config.domain_file import Table
from meshwright.config.problems import Finding
from meshwright.mesh.quality.datasets import aliased
from meshwright.mesh.quality.rules import Condition, DqdlRule, Parameter
from meshwright.texts import said

_COUNT_INSTEAD: Final = 'Count instead: CustomSql "select count(*) from primary where …" = 0.'
_PUBLISHED: Final = {
    "Mean": "mean",
    "StandardDeviation": "standard deviation",
    "Sum": "sum",
    "Variance": "variance",
}
_ORDERING: Final = frozenset({">", ">=", "<", "<=", "between", "not between"})
_FORESEEN: Final = frozenset(
    {"Completeness", "ColumnLength", "DistinctValuesCount", "Entropy", "UniqueValueRatio", "Uniqueness"}
)
"""What `DetectAnomalies` may follow of a personal column."""
_WORD: Final = re.compile(r"\w+")
_COUNTS: Final = re.compile(
    r"\s*select\s+count\s*\(\s*(\*|1|(distinct\s+)?[\w.`]+)\s*\)\s*(as\s+\w+\s+)?from\b", re.IGNORECASE
)
"""A statement that selects a number of rows or of different values, and nothing else."""
_SETS: Final = re.compile(r"\b(union|intersect|except|minus)\b", re.IGNORECASE)


def personal_findings(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    """The columns of personal data of which a rule's results could show a value."""
    if rule.type == "CustomSql":
        yield from _sql(place, rule)
        return
    for each in rule.parameters:
        column = place.table.columns.get(each.text)
        if column is None or not column.pii or (published := _published(rule)) is None:
            continue
        what = f"`{said(each.text)}` is personal data, and Glue publishes its {published}"
        yield place.finding("pii-in-results", what, _COUNT_INSTEAD, offset=each.offset)


def _published(rule: DqdlRule) -> str | None:
    """What of a column is published that can be a value of it."""
    if rule.type == "ColumnValues" and rule.condition is not None and _tells(rule.condition):
        return "least or greatest value"
    if rule.type == "DetectAnomalies" and rule.parameters[0].text not in _FORESEEN:
        return _PUBLISHED.get(rule.parameters[0].text, "statistics")
    return _PUBLISHED.get(rule.type)


def _tells(condition: Condition) -> bool:
    if condition.operator in _ORDERING:
        return True
    return condition.operator == "=" and bool(condition.kinds & {"number", "date"})


def _sql(place: Place, rule: DqdlRule) -> Iterator[Finding]:
    """Columns are looked for by their names anywhere in the statement, whichever table they are of."""
    statement = rule.parameters[0]
    if rule.condition is None or (_COUNTS.match(statement.text) and not _SETS.search(statement.text)):
        return
    personal = {
        name.lower()
        for table in _tables(place, statement)
        for name, column in table.columns.items()
        if column.pii
    }
    for word in _WORD.finditer(statement.text):
        if word[0].lower() in personal:
            called = said(word[0])
            what = f"`{called}` is personal data, and Glue publishes the number that the statement selects"
            fix = "Let it select a count and nothing else: select count(*) from primary where …"
            yield place.finding("pii-in-results", what, fix, offset=statement.offset + word.start())
            return


def _tables(place: Place, statement: Parameter) -> Iterator[Table]:
    """The table itself, and the others that the statement names."""
    yield place.table
    for word in set(_WORD.findall(statement.text)):
        if (known := aliased(place.domain, word)) is not None:
            product, name = known
            yield place.domain.products[product].tables[name]
