"""Schedules of EventBridge Scheduler: cron fields that it takes, time zones that there are.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from meshwright.checks.run_times import start_days
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.texts import said

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class _Field(NamedTuple):
    name: str
    least: int
    greatest: int
    names: tuple[str, ...] = ()
    special: str = "$^"
    """Pattern of what else it may be, beside numbers, ranges, lists and steps; matches nothing by default."""
    steps: bool = True

    def number(self, word: str) -> int | None:
        """The number that a word of the field stands for, if it is one of its."""
        if word.isascii() and word.isdigit():
            return int(word) if self.least <= int(word) <= self.greatest else None
        return self.names.index(word.upper()) + self.least if word.upper() in self.names else None

    @property
    def takes(self) -> str:
        """What it can be, as a sentence."""
        signs = "`*`, `,`, `-` and `/`" if self.steps else "`*`, `,` and `-`"
        return f"It goes from {self.least} to {self.greatest}, with {signs}."


_FIELDS: Final = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _DAYS, special=r"\?|L|[1-7]L|[1-7]#[1-5]", steps=False),
    _Field("year", 1970, 2199),
)
_PART: Final = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9][0-9]{0,3}))?")
_MONTH_DAY, _MONTH, _YEAR = 2, 3, 5
"""Places of fields."""


def schedule_findings(file: str, path: Path, schedule: str | None, timezone: str) -> Iterator[Finding]:
    """What is wrong with the `schedule` and the `timezone` below `path`."""
    if schedule is not None and schedule.startswith("cron("):
        yield from _cron(file, (*path, "schedule"), schedule)
    if not _is_zone(timezone):
        what = f"there is no time zone `{said(timezone)}`"
        fix = "Use a name of the IANA database, such as Europe/Berlin."
        yield Finding(file, (*path, "timezone"), "unknown-timezone", what, fix)


def _cron(file: str, path: Path, schedule: str) -> Iterator[Finding]:
    fields = _fields(schedule)
    places = _places(fields)
    sound = True
    for field, text, at in zip(_FIELDS, fields, places, strict=True):
        for what, fix in _mistakes(field, text):
            sound = False
            yield Finding(file, path, "bad-schedule", what, fix, offset=at)
    if (fields[2] == "?") == (fields[4] == "?"):
        what = "either the day of month or the day of week is `?`"
        fix = "For example every day: cron(30 4 * * ? *), every Monday: cron(30 4 ? * MON *)."
        yield Finding(file, path, "bad-schedule", what, fix)
    elif sound and next(start_days(schedule, date.min), None) is None:
        month_day, month, _, year = fields[2:]
        if any(start_days(" ".join([*fields[:5], "*)"]), date.min)):
            what = f"no year of `{said(year)}` has a day `{said(month_day)}` in the month `{said(month)}`"
        else:
            what = f"no month of `{said(month)}` has a day `{said(month_day)}`, so it never starts"
        fix = "Write a day that there is; L is the last of each month."
        yield Finding(file, path, "never-starts", what, fix, offset=places[_MONTH_DAY])


def _fields(schedule: str) -> list[str]:
    return schedule.removeprefix("cron(").removesuffix(")").split(" ")


def _places(fields: Sequence[str]) -> list[int]:
    """Where in the schedule each field begins."""
    return [len("cron(") + sum(len(field) + 1 for field in fields[:number]) for number in range(len(fields))]


def _mistakes(field: _Field, text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the text of a field, and how to write it."""
    if re.fullmatch(field.special, text):
        return
    for part in text.split(","):
        found = _PART.fullmatch(part)
        words = [found[name] for name in ("first", "last") if found[name] is not None] if found else []
        numbers = [field.least if word == "*" else field.number(word) for word in words]
        step = int(found["step"] or 0) if found else 0
        fits = step <= field.greatest - field.least and (field.steps or not step)
        if not found or None in numbers or not fits or (words[0] == "*" and len(words) > 1):
            yield f"`{said(text)}` can't be the {field.name} of a cron schedule", field.takes
            return
        if len(words) > 1 and int(numbers[0] or 0) > int(numbers[1] or 0):
            least, greatest = (
                (field.names[0], field.names[-1]) if field.names else (field.least, field.greatest)
            )
            what = f"`{said(part)}` goes backwards, and a range goes from the lower to the higher"
            yield what, f"Write two: {words[0]}-{greatest},{least}-{words[1]}"


def passed(files: Files, today: date) -> Iterator[Finding]:
    """Schedules whose years are over: AWS keeps them, and they never start again."""
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        for name, pipeline in spec.pipelines.items():
            yield from _passed(file, ("pipelines", name, "schedule"), pipeline.schedule, today)
        for name, product in spec.products.items():
            for table_name, table in product.tables.items():
                path = ("products", name, "tables", table_name, "quality", "schedule")
                if table.quality is not None:
                    yield from _passed(file, path, table.quality.schedule, today)


def _passed(file: str, path: Path, schedule: str | None, today: date) -> Iterator[Finding]:
    if schedule is None or not schedule.startswith("cron(") or (fields := _fields(schedule))[_YEAR] == "*":
        return
    mistaken = any(any(_mistakes(field, text)) for field, text in zip(_FIELDS, fields, strict=True))
    if not mistaken and any(start_days(schedule, date.min)) and not any(start_days(schedule, today)):
        what = f"its last start was in the years `{said(fields[_YEAR])}`, so it never starts again"
        fix = "Write years to come, `*` for every year, or remove the schedule."
        yield Finding(file, path, "never-starts", what, fix, offset=_places(fields)[_YEAR])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of the database, no name at all, not in it
        return False
    return True
