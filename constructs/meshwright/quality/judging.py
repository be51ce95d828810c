"""Evaluates one rule on data, as Glue Data Quality would; what only Glue can evaluate is not passed over.

Where AWS's documentation leaves open what happens (no rows, missing values in `IsUnique`), this follows the
engine that AWS publishes: https://github.com/awslabs/deequ (com.amazon.deequ.dqdl).
"""

# ruff: noqa: S608 - names of columns are those of the files, values are quoted by predicates.py
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshwright.mesh.quality.rules import (
    AnyRule,
    Composite,
    Condition,
    DqdlRule,
    named_columns,
    named_datasets,
)
from meshwright.quality.outcomes import EMPTY, Data, NotEvaluatedError, Outcome
from meshwright.quality.predicates import TEXT, fulfilled, holds, name, where

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXAMPLES: Final = 3


def judge(connection: "DuckDBPyConnection", rule: AnyRule, data: Data) -> Outcome:
    """What the rule comes to on the data."""
    if isinstance(rule, Composite):
        return _combined(rule, [judge(connection, each, data) for each in rule.rules])
    if (judged := _JUDGES.get(rule.type)) is None:
        return Outcome("not evaluated", note=f"only Glue evaluates {rule.type}")
    import duckdb

    try:
        return judged(_Rows(connection, rule, data))
    except NotEvaluatedError as why:
        return Outcome("not evaluated", note=str(why))
    except duckdb.ConversionException:  # its text quotes the value
        return Outcome("not evaluated", note="it compares values of different types")


def _combined(rule: Composite, outcomes: list[Outcome]) -> Outcome:
    """Rules joined are each judged on the whole table first: it is no more about single rows."""
    if any(each.result == "not evaluated" for each in outcomes):
        note = next(each.note for each in outcomes if each.result == "not evaluated")
        return Outcome("not evaluated", note=note)
    passed = [each.result == "pass" for each in outcomes]
    return Outcome("pass" if (all(passed) if rule.operator == "and" else any(passed)) else "fail")


class _Rows:
    """The rows that a rule is about."""

    def __init__(self, connection: "DuckDBPyConnection", rule: DqdlRule, data: Data) -> None:
        self.connection, self.rule, self.data = connection, rule, data
        self.source = f"(SELECT * FROM {name(data.table)} WHERE {where(rule, data.types)})"
        self.columns = [each.text for each in rule.parameters if each.takes == "column"]
        for column in self.columns:
            if column not in data.types:
                raise NotEvaluatedError(f"the table has no column `{column}`")

    @property
    def condition(self) -> Condition:
        """Of a rule that has one."""
        if self.rule.condition is None:
            raise NotEvaluatedError("it has no condition")
        return self.rule.condition

    def count(self, condition: str = "TRUE") -> int:
        return self.number(f"SELECT count(*) FROM {self.source} WHERE {condition}")

    def number(self, query: str) -> int:
        found = self.connection.execute(query).fetchone()
        return int(found[0]) if found is not None else 0

    def broken(self, condition: str) -> Outcome:
        """Fails if there are rows like this, or none at all."""
        number = self.count(condition)
        if number:
            return Outcome("fail", number, self.examples(condition), self.unshown())
        return Outcome("pass", 0) if self.count() else Outcome("fail", note=EMPTY)

    def examples(self, condition: str) -> tuple[str, ...]:
        """A few of the values in rows like this, but for missing ones and personal data."""
        if len(self.columns) != 1 or self.columns[0] in self.data.personal:
            return ()
        column = name(self.columns[0])
        found = self.connection.execute(
            f"SELECT DISTINCT CAST({column} AS VARCHAR) AS value FROM {self.source} "
            f"WHERE {condition} AND {column} IS NOT NULL ORDER BY value LIMIT {EXAMPLES}"
        )
        return tuple(str(value) for (value,) in found.fetchall())

    def unshown(self) -> str:
        hidden = [column for column in self.columns if column in self.data.personal]
        return "values are not shown: personal data" if hidden else ""

    def share(self, fulfilling: int, of: int, condition: Condition, *, what: str) -> Outcome:
        """Judges a share of rows."""
        if of == 0:
            return Outcome("fail", note=EMPTY)
        if holds(fulfilling / of, condition):
            return Outcome("pass", of - fulfilling)
        return Outcome("fail", of - fulfilling, note=f"{fulfilling:,} of {of:,} rows {what}")


def _row_count(rows: _Rows) -> Outcome:
    number = rows.count()
    if holds(number, rows.condition):
        return Outcome("pass")
    return Outcome("fail", note="there is 1 row" if number == 1 else f"there are {number:,} rows")


def _is_complete(rows: _Rows) -> Outcome:
    return rows.broken(f"{name(rows.columns[0])} IS NULL")


def _completeness(rows: _Rows) -> Outcome:
    there = rows.count(f"{name(rows.columns[0])} IS NOT NULL")
    return rows.share(there, rows.count(), rows.condition, what="have a value")


def _any_value(rows: _Rows) -> str:
    return " OR ".join(f"{name(each)} IS NOT NULL" for each in rows.columns)


def _repeated_rows(rows: _Rows) -> int:
    columns = ", ".join(name(each) for each in rows.columns)
    groups = f"SELECT count(*) AS size FROM {rows.source} WHERE {_any_value(rows)} GROUP BY {columns}"
    return rows.number(f"SELECT coalesce(sum(size), 0) FROM ({groups}) WHERE size > 1")


def _is_unique(rows: _Rows) -> Outcome:
    """Missing values are left out: they are the same as no other."""
    if repeated := _repeated_rows(rows):
        return Outcome("fail", repeated, _repeated_values(rows), rows.unshown())
    return Outcome("pass", 0) if rows.count(_any_value(rows)) else Outcome("fail", note=EMPTY)


def _repeated_values(rows: _Rows) -> tuple[str, ...]:
    if len(rows.columns) != 1:
        return ()
    column = name(rows.columns[0])
    again = f"SELECT {column} FROM {rows.source} WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    return rows.examples(f"{column} IN ({again})")


def _uniqueness(rows: _Rows) -> Outcome:
    of = rows.count(_any_value(rows))
    return rows.share(of - _repeated_rows(rows), of, rows.condition, what="have a value of their own")


def _is_primary_key(rows: _Rows) -> Outcome:
    missing = rows.broken(" OR ".join(f"{name(each)} IS NULL" for each in rows.columns))
    return missing if missing.result == "fail" else _is_unique(rows)


def _column_values(rows: _Rows) -> Outcome:
    column = rows.columns[0]
    good = fulfilled(column, rows.data.types[column], rows.condition)
    if rows.rule.threshold is None:
        return rows.broken(f"NOT {good}")
    return rows.share(rows.count(good), rows.count(), rows.rule.threshold, what="fulfil it")


def _column_length(rows: _Rows) -> Outcome:
    """A missing value is as long as an empty text
    (https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnLength.html).
    """
    column = rows.columns[0]
    if rows.data.types[column] not in TEXT:
        raise NotEvaluatedError(f"`{column}` is of type {rows.data.types[column]}, which has no length")
    length = f"length(coalesce({name(column)}, ''))"
    lengths = rows.connection.execute(f"SELECT DISTINCT {length} FROM {rows.source}").fetchall()
    wrong = [str(value) for (value,) in lengths if not holds(value, rows.condition)]
    return rows.broken(f"{length} IN ({', '.join(wrong)})" if wrong else "FALSE")


def _referential_integrity(rows: _Rows) -> Outcome:
    """A row without a value has none in the other table."""
    alias = next(each.text for each in named_datasets(rows.rule))
    if alias not in rows.data.others:
        reference = ".".join(alias.split("__"))
        raise NotEvaluatedError(f"it needs the other table: --with {reference}=FILE")
    named = list(named_columns(rows.rule))
    own = [each.name for each in named if each.dataset is None]
    theirs = [each.name for each in named if each.dataset is not None]
    of = rows.count()
    same = " AND ".join(f"o.{name(b)} = p.{name(a)}" for a, b in zip(own, theirs, strict=True))
    other = name(rows.data.others[alias])
    rows.columns = own
    rows.source = f"(SELECT * FROM {rows.source} p WHERE NOT EXISTS (SELECT 1 FROM {other} o WHERE {same}))"
    judged = rows.share(of - rows.count(), of, rows.condition, what="have their value there")
    if judged.result == "pass" or judged.broken is None:
        return judged
    return replace(judged, examples=rows.examples("TRUE"), note=rows.unshown() or judged.note)


_JUDGES: Final[Mapping[str, Callable[[_Rows], Outcome]]] = {
    "RowCount": _row_count,
    "IsComplete": _is_complete,
    "Completeness": _completeness,
    "IsUnique": _is_unique,
    "Uniqueness": _uniqueness,
    "IsPrimaryKey": _is_primary_key,
    "ColumnValues": _column_values,
    "ColumnLength": _column_length,
    "ReferentialIntegrity": _referential_integrity,
}
