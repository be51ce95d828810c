"""What an estimate assumes of use, since files say what there is and not how much it is used."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from meshwright.config.suggest import suggestion
from meshwright.errors import UserError


class Assumption(NamedTuple):
    """One figure."""

    key: str
    value: Decimal
    what: str
    """What it is a figure of, with its unit."""


def _of(key: str, value: int, what: str) -> Assumption:
    return Assumption(key, Decimal(value), what)


ASSUMPTIONS: Final[tuple[Assumption, ...]] = (
    # About ten records of 1 KB a second: a service with some traffic, far below one shard.
    _of("stream_gb_per_day", 1, "GB written to each stream a day"),
    _of("record_kb", 1, "KB in a record; Firehose bills 5 KB at least, provisioned streams 25 KB"),
    # Of the order at which storage and queries begin to matter.
    _of("product_gb", 100, "GB stored of each product, with old versions"),
    _of("raw_gb", 50, "GB stored in each raw bucket, with old versions"),
    _of("object_mb", 64, "MB in an object"),
    _of("infrequent_percent", 50, "percent of what is in Intelligent-Tiering that nobody read for 30 days"),
    _of("archived_percent", 80, "percent of an archive product that is older than 90 days"),
    _of("archive_read_gb", 10, "GB read of the older part of each archive product a month"),
    # A few analysts, or one dashboard.
    _of("queries_per_day", 20, "SQL queries of each domain a day, besides pipelines"),
    _of("query_gb", 1, "GB that a query, or an SQL step, scans"),
    _of("refreshes_per_day", 1, "refreshes a day of a product that triggers a pipeline"),
    # A driver and two executors of the default size.
    _of("spark_minutes", 20, "minutes that a Spark step runs"),
    _of("spark_vcpus", 12, "vCPUs that it uses"),
    _of("spark_memory_gb", 48, "GB of memory that it uses"),
    _of("quality_minutes", 5, "minutes that an evaluation of quality rules runs"),
    _of("quality_dpus", 5, "DPUs that it uses"),
    _of("transitions_per_step", 3, "state transitions of a step"),
    _of("kms_requests", 100_000, "requests to each domain's key a month; bucket keys keep them few"),
    _of("logs_gb", 1, "GB of logs of each domain with workloads a month"),
    _of("alarm_mails", 10, "mails of alarms to each owner a month"),
    _of("trail_events", 1_000_000, "reads and writes of objects that the audit trail records a month"),
)
Assumed = Mapping[str, Decimal]
"""The figures by their keys."""


def assumed(given: Iterable[str] = ()) -> dict[str, Decimal]:
    """The figures, with those of `given`, KEY=VALUE each, in place of ours.

    Raises UserError for a key that there isn't, and a value that is no number from 0 to 10,000,000,000.
    """
    figures = {each.key: each.value for each in ASSUMPTIONS}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign:
            raise UserError(f"--assume {text}: write KEY=VALUE, such as --assume product_gb=500.")
        if key not in figures:
            fix = suggestion(key, list(figures), "")
            raise UserError(f"--assume {text}: there is no assumption `{key}`. {fix}")
        figures[key] = _number(text, key, value)
    return figures


def _number(text: str, key: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or (key in _DIVISORS and not number):
        least = "more than 0" if key in _DIVISORS else "0 or more"
        raise UserError(f"--assume {text}: `{value}` is not a number that is {least}, such as 12 or 0.5.")
    if number and number < _LEAST:
        raise UserError(f"--assume {text}: `{value}` is less than {_LEAST}, the least that is not nothing.")
    most = 100 if key.endswith("_percent") else _MOST
    if number > most:
        what = f"`{value}` is more than {most:,}"
        raise UserError(f"--assume {text}: {what}, the most that `{key}` can be.")
    return number


_DIVISORS: Final = frozenset({"record_kb", "object_mb"})
_LEAST: Final = Decimal("0.001")
_MOST: Final = 10_000_000_000
"""Sums of products of two such figures have fewer digits than a Decimal keeps, 28."""
