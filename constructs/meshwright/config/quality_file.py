"""`quality` of a table and `slo` of a product: what is promised of the data."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from meshwright.config import spelling
from meshwright.config.base import MAX_TEXT, Duration, FileModel, GlueName, Schedule, TimeZone

ColumnReference = Annotated[str, StringConstraints(pattern=spelling.COLUMN_REFERENCE, max_length=3 * 128 + 2)]


def _scalar(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return value
    raise PydanticCustomError("scalar_type", "neither text, a number nor a boolean")


def _number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("number_type", "no number")


# Checked before the union, which would report each of its members.
Value = Annotated[str | int | float | bool, BeforeValidator(_scalar)]
Number = Annotated[int | float, BeforeValidator(_number)]
Dqdl = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, strip_whitespace=True)]


class InSet(FileModel):
    """Every value of the column is one of these; missing ones are left out."""

    column: GlueName
    """The column: of text, dates, whole numbers or decimals."""
    values: Annotated[list[Value], Field(min_length=1)]
    """What it may be; dates as YYYY-MM-DD."""


class Between(FileModel):
    """Every value of the column is at least `min` and at most `max`; one of them may be left out.

    Missing values are left out.
    """

    column: GlueName
    """The column: of numbers, and not personal data, for Glue publishes what it finds."""
    min: Number | None = None
    """The least value that is right."""
    max: Number | None = None
    """The greatest value that is right."""


class References(FileModel):
    """Every row has a value in the column, and it is in a column of another table of the domain."""

    column: GlueName
    """The column of this table."""
    to: ColumnReference
    """The other column, as `product.table.column`."""


class RowCount(FileModel):
    """The number of rows; one of the two may be left out."""

    min: Annotated[int, Field(ge=0)] | None = None
    """At least so many."""
    max: Annotated[int, Field(ge=0)] | None = None
    """At most so many."""


class Rule(FileModel):
    """One rule: exactly one of these keys."""

    shorthand: ClassVar[str | None] = "dqdl"

    not_null: GlueName | None = None
    """A column in which no value is missing."""
    unique: GlueName | None = None
    """A column in which no value occurs twice; missing ones are left out."""
    in_set: InSet | None = None
    """A column and the values it may have."""
    between: Between | None = None
    """A column of numbers and their limits."""
    references: References | None = None
    """A column whose values are all in another table."""
    row_count: RowCount | None = None
    """How many rows there must be."""
    dqdl: Dqdl | None = None
    """A rule in the language of Glue Data Quality (DQDL), for all that the short forms can't say."""


class Quality(FileModel):
    """Rules that the data of a table must fulfil."""

    rules: Annotated[list[Rule], Field(min_length=1, max_length=200)]
    """The rules: short forms, or DQDL."""
    schedule: Schedule | None = None
    """When they are evaluated, besides the `quality` steps of pipelines: rate(1 day), cron(0 6 * * ? *).

    At least 15 minutes apart. Left out: by those steps; where no step does, once a day.
    """
    timezone: TimeZone = "UTC"
    """Time zone of the schedule."""


class Slo(FileModel):
    """Service levels of a product; a breach alarms its domain's owner."""

    freshness: Duration | None = None
    """The data is refreshed at least this often, such as 1h."""
    completeness: Annotated[str, StringConstraints(pattern=spelling.PERCENTAGE)] | None = None
    """Least share of values that are there, in each column that is not `optional`."""
