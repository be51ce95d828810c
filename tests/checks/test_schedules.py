# ruff: noqa: E501 (whole lines of output)
"""Schedules: fields that EventBridge Scheduler takes, and days that there are."""

from datetime import date
from pathlib import Path

import pytest

from meshwright.checks.run_times import start_days
from meshwright.checks.schedules import passed, schedule_findings
from meshwright.project import examine
from tests.config.pipeline_mesh import ENGINES, texts
from tests.config.small_mesh import ORDERS_FILE, TODAY, write_mesh

MONTH_ENDS = "Write a day that there is; L is the last of each month."
WRONG: dict[str, tuple[int, str]] = {
    "30 2 ? *": (9, f"no month of `2` has a day `30`, so it never starts. {MONTH_ENDS}"),
    "31 4,6,9,NOV ? *": (9, f"no month of `4,6,9,NOV` has a day `31`, so it never starts. {MONTH_ENDS}"),
    "30-31 FEB ? *": (9, f"no month of `FEB` has a day `30-31`, so it never starts. {MONTH_ENDS}"),
    "31W 6 ? *": (9, f"no month of `6` has a day `31W`, so it never starts. {MONTH_ENDS}"),
    "30/1 2 ? 2030-2199": (9, f"no month of `2` has a day `30/1`, so it never starts. {MONTH_ENDS}"),
    "29 2 ? 2027": (9, f"no year of `2027` has a day `29` in the month `2`. {MONTH_ENDS}"),
    "29 2 ? 2100": (9, f"no year of `2100` has a day `29` in the month `2`. {MONTH_ENDS}"),
    "? 2 2#5 2027,2029": (9, f"no year of `2027,2029` has a day `?` in the month `2`. {MONTH_ENDS}"),
    "32 * ? *": (
        9,
        "`32` can't be the day of month of a cron schedule. It goes from 1 to 31, with `*`, `,`, `-` and `/`.",
    ),
    "? * 8 *": (
        13,
        "`8` can't be the day of week of a cron schedule. It goes from 1 to 7, with `*`, `,` and `-`.",
    ),
    "? * MON/2 *": (
        13,
        "`MON/2` can't be the day of week of a cron schedule. It goes from 1 to 7, with `*`, `,` and `-`.",
    ),
    "? * 3#1,6#3 *": (
        13,
        "`3#1,6#3` can't be the day of week of a cron schedule. It goes from 1 to 7, with `*`, `,` and `-`.",
    ),
    "? * 2#6 *": (
        13,
        "`2#6` can't be the day of week of a cron schedule. It goes from 1 to 7, with `*`, `,` and `-`.",
    ),
    "? * FRI-MON *": (
        13,
        "`FRI-MON` goes backwards, and a range goes from the lower to the higher. Write two: FRI-SAT,SUN-MON",
    ),
    "28-3 * ? *": (
        9,
        "`28-3` goes backwards, and a range goes from the lower to the higher. Write two: 28-31,1-3",
    ),
    "*/40 * ? *": (
        9,
        "`*/40` can't be the day of month of a cron schedule. It goes from 1 to 31, with `*`, `,`, `-` and `/`.",
    ),
    "LW,15 * ? *": (
        9,
        "`LW,15` can't be the day of month of a cron schedule. It goes from 1 to 31, with `*`, `,`, `-` and `/`.",
    ),
    "* * ? 1969": (
        15,
        "`1969` can't be the year of a cron schedule. It goes from 1970 to 2199, with `*`, `,`, `-` and `/`.",
    ),
    "* * * *": (
        0,
        "either the day of month or the day of week is `?`. For example every day: cron(30 4 * * ? *), every Monday: cron(30 4 ? * MON *).",
    ),
}
RIGHT = (
    "29 2 ? *",
    "29 FEB ? 2028",
    "30 2,4 ? *",
    "31 * ? *",
    "L 2 ? *",
    "LW * ? *",
    "1W * ? *",
    "? 2 2#5 *",
    "? * MON-FRI *",
    "? * sun,SAT *",
    "? * 6L 2030-2040/2",
    "*/5 1-6 ? *",
)


@pytest.mark.parametrize(("days", "expected"), WRONG.items(), ids=WRONG)
def test_what_is_wrong_and_where(days: str, expected: tuple[int, str]) -> None:
    [finding] = schedule_findings("file", ("pipelines", "p"), f"cron(0 3 {days})", "UTC")
    assert (finding.offset, f"{finding.what}. {finding.fix}") == expected
    assert finding.path == ("pipelines", "p", "schedule")


@pytest.mark.parametrize("days", RIGHT)
def test_what_is_right(days: str) -> None:
    assert list(schedule_findings("file", (), f"cron(0 3 {days})", "UTC")) == []
    assert next(start_days(f"cron(0 3 {days})", TODAY))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("0/70 3 * * ? *", "`0/70` can't be the minutes of a cron schedule"),
        ("0 22-2 * * ? *", "`22-2` goes backwards, and a range goes from the lower to the higher"),
        ("0 ? * * ? *", "`?` can't be the hours of a cron schedule"),
    ],
)
def test_minutes_and_hours(fields: str, what: str) -> None:
    [finding] = schedule_findings("file", (), f"cron({fields})", "UTC")
    assert finding.what == what


@pytest.mark.parametrize(
    ("schedule", "first"),
    [
        ("cron(0 3 29 2 ? *)", date(2028, 2, 29)),
        ("cron(0 3 L * ? *)", date(2027, 1, 31)),
        ("cron(0 3 ? * 2#1 *)", date(2027, 1, 4)),
        ("cron(0 3 1 1 ? 2026)", None),
        ("cron(0 3 1 1 ? 2027)", date(2027, 1, 1)),
    ],
)
def test_the_first_day(schedule: str, first: date | None) -> None:
    assert next(start_days(schedule, TODAY), None) == first


def test_years_that_are_over_are_refused(tmp_path: Path) -> None:
    """TODAY is the first day of 2027."""
    old = "cron(0 3 * * ? *)"
    ended, last = (
        ENGINES.replace(old, "cron(0 3 ? * * 2020-2026)"),
        ENGINES.replace(old, "cron(0 3 1 1 ? 2027)"),
    )
    root = write_mesh(tmp_path, texts(ended))
    [line] = [
        str(each)
        for each in examine(root, environment=None, today=TODAY).errors
        if each.code == "never-starts"
    ]
    assert line == (
        f"{ORDERS_FILE}:39:30: pipelines.nightly.schedule: its last start was in the years `2020-2026`, so it never starts again. Write years to come, `*` for every year, or remove the schedule."
    )
    assert examine(root, environment=None, today=date(2026, 12, 31)).errors == ()
    files = examine(write_mesh(tmp_path, texts(last)), environment=None, today=TODAY).files
    assert list(passed(files, TODAY)) == []
    assert [finding.code for finding in passed(files, date(2027, 1, 2))] == ["never-starts"]
