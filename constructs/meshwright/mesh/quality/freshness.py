"""How old data may get: what tells that it is fresh, and the window in which an alarm looks for it."""

import re
from typing import Final, NamedTuple

from meshwright.config.domain_file import DomainFile

LONGEST: Final = 7 * 86_400
"""Seconds that an alarm can look back; with periods under an hour only a day
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, Period).
"""
DAY: Final = 86_400
_RATE: Final = re.compile(r"rate\(([0-9]+) (minute|hour|day)s?\)")
_DAILY: Final = re.compile(r"cron\(\S+ \S+ (\*|\?) \* (\*|\?) \*\)")
_UNITS: Final = {"minute": 60, "hour": 3600, "day": DAY}


class Window(NamedTuple):
    """Periods of an alarm that together are as long as the data may be old."""

    period: int
    """Seconds."""
    periods: int


def window(age: int) -> Window | None:
    """The shortest periods that add up to `age` seconds; None where CloudWatch has no such alarm.

    Short, since an alarm that lacks data looks a few periods further back before it counts them as missing
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
    """
    if age > LONGEST:
        return None
    for period in (300, 60) if age <= DAY else (3600,):
        if age % period == 0:
            return Window(period, age // period)
    return None


def refreshing_pipelines(file: DomainFile) -> dict[str, list[str]]:
    """The pipelines after whose success a product is fresh, by product; none for others."""
    found: dict[str, list[str]] = {}
    for name, pipeline in file.pipelines.items():
        for product in dict.fromkeys(pipeline.refreshes):
            found.setdefault(product, []).append(name)
    return found


def landing_streams(file: DomainFile) -> dict[str, dict[str, list[str]]]:
    """The streams that land in each table of each product."""
    found: dict[str, dict[str, list[str]]] = {
        name: {table: [] for table in product.tables} for name, product in file.products.items()
    }
    for name, stream in file.streams.items():
        if stream.lands_in is not None:
            product, _, table = stream.lands_in.table.partition(".")
            if table in found.get(product, ()):
                found[product][table].append(name)
    return found


def longest_gap(schedule: str) -> int | None:
    """Seconds from one time to the next, of a rate or of a cron that has times every day; None: unknown."""
    if found := _RATE.fullmatch(schedule):
        return int(found[1]) * _UNITS[found[2]]
    return DAY if _DAILY.fullmatch(schedule) else None
