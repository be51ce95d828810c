"""How soon a schedule can start something again, and for how long it does not."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
_PART: Final = re.compile(
    r"(?P<first>\*|[0-9]{1,4})(?:-(?P<last>[0-9]{1,4}))?(?:/(?P<step>[1-9][0-9]{0,3}))?"
)
_NEAR: Final = re.compile(r"(L|[1-9]|[12][0-9]|3[01])W")
_NTH: Final = re.compile(r"([1-7])#([1-5])")
_LAST: Final = re.compile(r"([1-7])L")
_NAMES: Final = {
    name: str(number)
    for names in (
        ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    )
    for number, name in enumerate(names, start=1)
}
_YEARS: Final = range(2024, 2053)
"""In 28 years each date has been each day of the week; one more, since gaps reach over a new year."""
DAY: Final = 86_400
EVERY_DAY: Final = frozenset({("*", "*", "?"), ("?", "*", "*")})
"""Days of the month, months and days of the week of a schedule that starts every day."""


def shortest_gap(schedule: str) -> int | None:
    """Seconds between two starts, at least; None where a field can't be read, or it starts only once.

    The year is not looked at. The hour that is missing when clocks change is not counted.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    if schedule.startswith("rate("):
        number, unit = schedule.removeprefix("rate(").removesuffix(")").split(" ")
        return int(number) * _UNITS[unit.removesuffix("s")]
    minutes, hours, month_day, month, week_day, _ = (
        schedule.removeprefix("cron(").removesuffix(")").split(" ")
    )
    at_minutes, at_hours = _values(minutes, 0, 59), _values(hours, 0, 23)
    apart = _days_apart(month_day, month.upper(), week_day.upper())
    if not at_minutes or not at_hours or apart is None:
        return None
    starts = sorted(hour * 3600 + minute * 60 for hour in at_hours for minute in at_minutes)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return min([*gaps, starts[0] + apart * DAY - starts[-1]])


def longest_gap(schedules: Sequence[str]) -> int | None:
    """Seconds that can pass without a start of any of these schedules, all of one time zone; None: unknown.

    A year is not looked at. Of a rate beside other schedules nothing is known: it begins when it is made.
    """
    if len(schedules) == 1 and schedules[0].startswith("rate("):
        return shortest_gap(schedules[0])
    all_times: list[set[int]] = []
    all_days: list[tuple[int, ...]] = []
    daily = True
    for schedule in schedules:
        if schedule.startswith("rate("):
            return None
        fields = schedule.removeprefix("cron(").removesuffix(")").split(" ")
        minutes, hours, month_day, month, week_day, _ = fields
        times = {
            hour * 3600 + minute * 60 for hour in _values(hours, 0, 23) for minute in _values(minutes, 0, 59)
        }
        days = _start_days(month_day, month.upper(), week_day.upper())
        if not times or not days:
            return None
        daily = daily and (month_day, month, week_day) in EVERY_DAY
        all_times.append(times)
        all_days.append(days)
    if daily:
        starts = sorted(set().union(*all_times))
        return max([*(later - earlier for earlier, later in pairwise(starts)), starts[0] + DAY - starts[-1]])
    gaps: set[int] = set()
    before: int | None = None
    day_sets = [set(days) for days in all_days]
    for day in sorted(set().union(*day_sets)):
        on_day = [times for times, days in zip(all_times, day_sets, strict=True) if day in days]
        starts = sorted(set().union(*on_day))
        gaps.update(later - earlier for earlier, later in pairwise(starts))
        if before is not None:
            gaps.add(day * DAY + starts[0] - before)
        before = day * DAY + starts[-1]
    return max(gaps, default=None)


@lru_cache(maxsize=256)
def _days_apart(month_day: str, month: str, week_day: str) -> int | None:
    """Days from one day with starts to the next, at least."""
    days = _start_days(month_day, month, week_day)
    return min((later - earlier for earlier, later in pairwise(days)), default=None)


@lru_cache(maxsize=256)
def _start_days(month_day: str, month: str, week_day: str) -> tuple[int, ...]:
    """The days with starts, as ordinals of the calendar."""
    months = _values(month, 1, 12)
    return tuple(
        date(year, each, day).toordinal()
        for year in _YEARS
        for each in sorted(months)
        for day in sorted(_days_of(year, each, month_day) & _week_days_of(year, each, week_day))
    )


def start_days(schedule: str, first: date) -> Iterator[date]:
    """The days from `first` on on which a cron schedule starts something, in its years."""
    _, _, month_day, month, week_day, year = schedule.removeprefix("cron(").removesuffix(")").split(" ")
    months = sorted(_values(month.upper(), 1, 12))
    for each in sorted(_values(year, 1970, 2199)):
        if each >= first.year:
            for number in months:
                among = _days_of(each, number, month_day.upper())
                days = among & _week_days_of(each, number, week_day.upper())
                yield from (day for day in map(partial(date, each, number), sorted(days)) if day >= first)


def _days_of(year: int, month: int, text: str) -> set[int]:
    """The days of a month that the field of its days means."""
    length = monthrange(year, month)[1]
    if text == "?":
        return set(range(1, length + 1))
    if text == "L":
        return {length}
    if near := _NEAR.fullmatch(text):
        day = length if near[1] == "L" else int(near[1])
        return {_weekday_near(year, month, day)} if day <= length else set()
    return {day for day in _values(text, 1, 31) if day <= length}


def _weekday_near(year: int, month: int, day: int) -> int:
    """The day from Monday to Friday that is nearest, in the same month."""
    length, week_day = monthrange(year, month)[1], date(year, month, day).isoweekday()
    if week_day == 6:
        return day - 1 if day > 1 else day + 2
    if week_day == 7:
        return day + 1 if day < length else day - 2
    return day


def _week_days_of(year: int, month: int, text: str) -> set[int]:
    """The days of a month that the field of the week's days means; the week begins with Sunday, as 1."""
    length = monthrange(year, month)[1]
    if text == "?":
        return set(range(1, length + 1))
    among = range(1, length + 1)
    if nth := _NTH.fullmatch(text):
        text, among = nth[1], range(7 * int(nth[2]) - 6, min(7 * int(nth[2]), length) + 1)
    elif last := _LAST.fullmatch(text):
        text, among = last[1], range(length - 6, length + 1)
    wanted = _values("7" if text == "L" else text, 1, 7)
    return {day for day in among if date(year, month, day).isoweekday() % 7 + 1 in wanted}


def _values(text: str, least: int, greatest: int) -> set[int]:
    """The numbers that a field means; none where it can't be read."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch("-".join(_NAMES.get(each, each) for each in part.split("-")))
        if match is None:
            return set()
        first = least if match["first"] == "*" else int(match["first"])
        open_end = match["first"] == "*" or match["step"] is not None
        last = int(match["last"]) if match["last"] else (greatest if open_end else first)
        found.update(range(first, last + 1, int(match["step"] or 1)))
    return found if all(least <= each <= greatest for each in found) else set()
