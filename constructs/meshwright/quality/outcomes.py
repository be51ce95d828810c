"""What a rule came to on some data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Result = Literal["pass", "fail", "not evaluated"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one rule."""

    result: Result
    broken: int | None = None
    """Rows that break it, where it is about rows."""
    examples: tuple[str, ...] = ()
    """A few values that break it, never personal data."""
    note: str = ""
    """Why it fails, if not for single rows, or why it was not evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A table of the open connection that rules are evaluated on."""

    table: str
    """Name of the table or view."""
    types: Mapping[str, str]
    """Type of each column as Glue has it, without sizes: decimal, string."""
    personal: Collection[str] = ()
    """Columns whose values are not to be shown."""
    others: Mapping[str, str]
    """Other tables of the connection, by the alias that rules have for them."""


class NotEvaluatedError(Exception):
    """The rule can't be evaluated here; the message says why."""


EMPTY = "there are no rows to judge"
"""A rule fails then, but for those on the number of rows: Glue has no value to compare.

As the engine of Glue Data Quality does it: https://github.com/awslabs/deequ, of which every metric but the
size is an error when there is no value.
"""
