"""Schedules of EventBridge Scheduler: cron fields that it takes, time zones that there are.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from meshwright.config.problems import Finding, Path

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class _Field(NamedTuple):
    name: str
    least: int
    greatest: int
    names: tuple[str, ...] = ()
    special: str = "$^"
    """Pattern of what else it may be, beside numbers, ranges, lists and steps; matches nothing by default."""


_FIELDS: Final = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _DAYS, special=r"\?|L|[1-7]L|[1-7]#[1-5]"),
    _Field("year", 1970, 2199),
)
_PART: Final = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9][0-9]{0,3}))?")


def schedule_findings(file: str, path: Path, schedule: str | None, timezone: str) -> Iterator[Finding]:
    """What is wrong with the `schedule` and the `timezone` below `path`."""
    if schedule is not None and schedule.startswith("cron("):
        yield from _cron(file, (*path, "schedule"), schedule)
    if not _is_zone(timezone):
        what = f"there is no time zone `{timezone}`"
        fix = "Use a name of the IANA database, such as Europe/Berlin."
        yield Finding(file, (*path, "timezone"), "unknown-timezone", what, fix)


def _cron(file: str, path: Path, schedule: str) -> Iterator[Finding]:
    fields = schedule.removeprefix("cron(").removesuffix(")").split(" ")
    at = len("cron(")
    for field, text in zip(_FIELDS, fields, strict=True):
        if not _fits(field, text):
            what = f"`{text}` can't be the {field.name} of a cron schedule"
            fix = f"It goes from {field.least} to {field.greatest}, with `*`, `,`, `-` and `/`."
            yield Finding(file, path, "bad-schedule", what, fix, offset=at)
        at += len(text) + 1
    if (fields[2] == "?") == (fields[4] == "?"):
        what = "either the day of month or the day of week is `?`"
        fix = "For example every day: cron(30 4 * * ? *), every Monday: cron(30 4 ? * MON *)."
        yield Finding(file, path, "bad-schedule", what, fix)


def _fits(field: _Field, text: str) -> bool:
    if re.fullmatch(field.special, text):
        return True
    return all(_part_fits(field, part) for part in text.split(","))


def _part_fits(field: _Field, part: str) -> bool:
    if (found := _PART.fullmatch(part)) is None:
        return False
    if found["first"] == "*":
        return found["last"] is None
    return all(_known(field, found[name]) for name in ("first", "last") if found[name] is not None)


def _known(field: _Field, word: str) -> bool:
    if word.isascii() and word.isdigit():
        return field.least <= int(word) <= field.greatest
    return word.upper() in field.names


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of the database, no name at all, not in it
        return False
    return True
