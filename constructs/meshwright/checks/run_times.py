"""How soon a schedule can start something again."""

import re
from itertools import pairwise
from typing import Final

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
_PART: Final = re.compile(r"(?P<first>\*|[0-9]+)(?:-(?P<last>[0-9]+))?(?:/(?P<step>[1-9][0-9]*))?")
DAY: Final = 86_400


def shortest_gap(schedule: str) -> int | None:
    """Seconds between two starts, at least; None where the minutes or hours can't be read.

    Days are taken as one after the other, unless it is one day of the week or of the month. The hour that is
    missing when clocks change is not counted.
    """
    if schedule.startswith("rate("):
        number, unit = schedule.removeprefix("rate(").removesuffix(")").split(" ")
        return int(number) * _UNITS[unit.removesuffix("s")]
    minutes, hours, month_day, _, week_day, _ = schedule.removeprefix("cron(").removesuffix(")").split(" ")
    at_minutes, at_hours = _values(minutes, 59), _values(hours, 23)
    if not at_minutes or not at_hours:
        return None
    starts = sorted(hour * 3600 + minute * 60 for hour in at_hours for minute in at_minutes)
    apart = DAY
    if re.fullmatch(r"[0-9]|[A-Z]{3}", week_day):
        apart = 7 * DAY
    elif month_day.isdigit():
        apart = 28 * DAY
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return min([*gaps, starts[0] + apart - starts[-1]])


def _values(text: str, greatest: int) -> set[int]:
    """The numbers that a field means; none where it can't be read."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return set()
        first = 0 if match["first"] == "*" else int(match["first"])
        open_end = match["first"] == "*" or match["step"] is not None
        last = int(match["last"]) if match["last"] else (greatest if open_end else first)
        found.update(range(first, last + 1, int(match["step"] or 1)))
    return found
