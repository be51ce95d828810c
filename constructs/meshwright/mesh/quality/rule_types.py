"""The types of DQDL rules: what each takes, what it is compared with, and which columns it can judge.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html; what may follow a rule is taken from the
table by which AWS's own parser judges it: https://github.com/awslabs/dqdl (configuration/rules).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Takes = Literal["column", "columns", "references", "keys", "matches", "dataset", "aggregate", "sql", "text"]
"""What a parameter is: a column; columns in one text; columns of another dataset (`alias.column`); pairs of
columns (`id->order_id`); another dataset; an aggregate of columns (`sum(total)`); SQL; anything else.
"""
Compares = Literal["number", "text", "date", "duration", "size"]
Needs = Literal["any", "simple", "number", "text", "date"]
"""Of which types its column may be: any, one that is not nested, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleType:
    """A type of rule."""

    takes: tuple[tuple[Takes, ...], ...] = ((),)
    """Its parameters; several ways for a type that can be written in several."""
    repeats: bool = False
    """The last parameter may occur more than once."""
    compares: tuple[Compares, ...] = ()
    """What a condition after it is about. Empty: it is true or false by itself."""
    may_compare: bool = True
    """A condition must follow, if any can. False: it may be left out."""
    where: bool = False
    """A `where` clause may follow."""
    threshold: bool = False
    """`with threshold` may follow."""
    needs: Needs = "any"


_COLUMN: Final[tuple[tuple[Takes, ...], ...]] = (("column",),)
_FILE: Final[tuple[tuple[Takes, ...], ...]] = (("text",), ())


def _number(needs: Needs = "simple") -> RuleType:
    return RuleType(takes=_COLUMN, compares=("number",), where=True, needs=needs)


RULE_TYPES: Final[Mapping[str, RuleType]] = {
    "AggregateMatch": RuleType(takes=(("aggregate", "aggregate"),), compares=("number",)),
    "ColumnCorrelation": RuleType(
        takes=(("column", "column"),), compares=("number",), where=True, needs="number"
    ),
    "ColumnCount": RuleType(compares=("number",)),
    "ColumnDataType": RuleType(takes=_COLUMN, compares=("text",), where=True, threshold=True, needs="simple"),
    "ColumnExists": RuleType(takes=_COLUMN),
    "ColumnLength": _number("text"),
    "ColumnNamesMatchPattern": RuleType(takes=(("text",),)),
    "ColumnValues": RuleType(
        takes=_COLUMN, compares=("number", "text", "date"), where=True, threshold=True, needs="simple"
    ),
    "Completeness": _number("any"),
    "CustomSql": RuleType(takes=(("sql",),), compares=("number",), may_compare=False, threshold=True),
    "DataFreshness": RuleType(takes=_COLUMN, compares=("duration",), where=True, needs="date"),
    "DatasetMatch": RuleType(
        takes=(("dataset", "keys"), ("dataset", "keys", "matches")), compares=("number",)
    ),
    "DetectAnomalies": RuleType(takes=(("text",),), repeats=True),
    "DistinctValuesCount": _number(),
    "Entropy": _number(),
    "FileFreshness": RuleType(takes=_FILE, compares=("date",), threshold=True),
    "FileMatch": RuleType(takes=(("text", "text"), ("text",), ()), compares=("text",), may_compare=False),
    "FileSize": RuleType(takes=_FILE, compares=("size", "number"), threshold=True),
    "FileUniqueness": RuleType(takes=_FILE, compares=("number",)),
    "IsComplete": RuleType(takes=_COLUMN, where=True),
    "IsPrimaryKey": RuleType(takes=_COLUMN, repeats=True, where=True, needs="simple"),
    "IsUnique": RuleType(takes=_COLUMN, repeats=True, where=True, needs="simple"),
    "Mean": _number("number"),
    "ReferentialIntegrity": RuleType(
        takes=(("columns", "references"),), compares=("number",), needs="simple"
    ),
    "RowCount": RuleType(compares=("number",), where=True),
    "RowCountMatch": RuleType(takes=(("dataset",),), compares=("number",)),
    "SchemaMatch": RuleType(takes=(("dataset",),), compares=("number",)),
    "StandardDeviation": _number("number"),
    "Sum": _number("number"),
    "UniqueValueRatio": _number(),
    "Uniqueness": RuleType(takes=_COLUMN, repeats=True, compares=("number",), where=True, needs="simple"),
    "Variance": _number("number"),
}
