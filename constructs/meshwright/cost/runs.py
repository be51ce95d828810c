"""How often a schedule runs in a month.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from decimal import Decimal
from typing import Final

from meshwright.cost.items import DAYS, HOURS

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_A_MONTH: Final = {"minute": HOURS * 60, "hour": HOURS, "day": DAYS}
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EVERY: Final = ("*", "?")


def runs_a_month(schedule: str) -> Decimal:
    """The mean number of runs in a month of `rate(…)` or `cron(…)`; the year of a cron is not looked at."""
    if rate := _RATE.fullmatch(schedule):
        return _A_MONTH[rate[2]] / Decimal(rate[1])
    minute, hour, day, month, weekday, _ = schedule.removeprefix("cron(").removesuffix(")").split()
    times = _count(minute, 0, 59) * _count(hour, 0, 23)
    if weekday not in _EVERY:
        days = sum((_weekdays(each) for each in weekday.split(",")), Decimal(0))
    else:
        days = DAYS if day in _EVERY else Decimal(_count(day, 1, 31))
    return times * days * _count(month, 1, 12, _MONTHS) / 12


def _weekdays(text: str) -> Decimal:
    """Days of a month that a part of the weekday field names: `6L` and `2#1` are one each."""
    if "#" in text or text.endswith("L"):
        return Decimal(1)
    return _count(text, 1, 7, _WEEKDAYS) * DAYS / 7


def _count(field: str, first: int, last: int, names: tuple[str, ...] = ()) -> int:
    """How many values a field names: `*`, `5`, `1-5`, `0/15`, `MON,WED`; a last day or weekday counts one."""
    return sum(_values(each, first, last, names) for each in field.split(","))


def _values(text: str, first: int, last: int, names: tuple[str, ...]) -> int:
    span, _, step = text.partition("/")
    begin, dash, end = span.partition("-")
    if begin in _EVERY:
        begin, end = str(first), str(last)
    elif not dash:
        end = str(last) if step else begin
    low, high = (_number(each, first, names) for each in (begin, end))
    if low is None or high is None:
        return 1
    size = high - low if high >= low else high - low + last - first + 1
    return size // (int(step) if step.isdigit() and int(step) else 1) + 1


def _number(text: str, first: int, names: tuple[str, ...]) -> int | None:
    if text.isdigit():
        return int(text)
    return names.index(text.upper()) + first if text.upper() in names else None
