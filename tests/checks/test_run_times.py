"""How soon a schedule starts something again, worked out by hand."""

import pytest

from meshwright.checks.cycles import cycles, written
from meshwright.checks.run_times import longest_gap, shortest_gap

MINUTE, HOUR, DAY = 60, 3600, 86_400

GAPS = (
    ("rate(1 minute)", MINUTE),
    ("rate(12 hours)", 12 * HOUR),
    ("rate(2 days)", 2 * DAY),
    ("cron(0 3 * * ? *)", DAY),
    ("cron(15 * * * ? *)", HOUR),
    ("cron(* * * * ? *)", MINUTE),
    ("cron(0/15 * * * ? *)", 15 * MINUTE),
    # 0, 25 and 50; from 50 to the next full hour are ten minutes.
    ("cron(*/25 * * * ? *)", 10 * MINUTE),
    ("cron(0 8-10 * * ? *)", HOUR),
    # 06:00, 18:30: twelve and a half hours, then eleven and a half over night.
    ("cron(0 6 * * ? *)", DAY),
    ("cron(30 6,18 * * ? *)", 12 * HOUR),
    ("cron(0 5,22 * * ? *)", 7 * HOUR),
    ("cron(0 3 ? * MON *)", 7 * DAY),
    ("cron(0 3 ? * 2 *)", 7 * DAY),
    ("cron(0 3 ? * MON-FRI *)", DAY),
    ("cron(0 3 1 * ? *)", 28 * DAY),
    ("cron(0 3 1,2 * ? *)", DAY),
    # The last start of a Monday and the first of the next; within the day twelve hours.
    ("cron(0 3,15 ? * MON *)", 12 * HOUR),
    ("cron(0 99x * * ? *)", None),
    # From 31 January, the last day, to 28 February are 28 days; from Friday 30 to Friday 27 as well.
    ("cron(0 3 L * ? *)", 28 * DAY),
    ("cron(0 3 LW * ? *)", 28 * DAY),
    # Of April, if the 1st is a Saturday, Monday 3; then the 1st of May is a Monday.
    ("cron(0 3 1W * ? *)", 28 * DAY),
    ("cron(0 3 ? * 6L *)", 28 * DAY),
    ("cron(0 3 ? * 2#1 *)", 28 * DAY),
    # Months with a fifth Monday are nine weeks apart or thirteen: 29 July and 30 September 2024.
    ("cron(0 3 ? * 2#5 *)", 63 * DAY),
    ("cron(0 3 ? * L *)", 7 * DAY),
    ("cron(0 3 ? * mon *)", 7 * DAY),
    ("cron(0 3 ? * MON,THU *)", 3 * DAY),
    # From 31 July to 31 August, and never to February or June.
    ("cron(0 3 31 * ? *)", 31 * DAY),
    ("cron(0 3 1 1 ? *)", 365 * DAY),
    ("cron(0 3 29 FEB ? *)", 1461 * DAY),
    # From the 31st to the 1st.
    ("cron(0 3 */10 * ? *)", DAY),
    ("cron(0 3 0W * ? *)", None),
    ("cron(0 3 1 13 ? *)", None),
    ("cron(0 3 31 FEB ? *)", None),
    ("cron(0 3 ? * FRI-MON *)", None),
    ("cron(0-9999 3 ? * MON *)", None),
)


@pytest.mark.parametrize(("schedule", "gap"), GAPS)
def test_the_shortest_gap_between_two_starts(schedule: str, gap: int | None) -> None:
    assert shortest_gap(schedule) == gap


LONGEST_GAPS = (
    (("rate(2 days)",), 2 * DAY),
    (("cron(0 3 * * ? *)",), DAY),
    (("cron(0/15 * * * ? *)",), 15 * MINUTE),
    # From 10:00 to the next morning's 08:00.
    (("cron(0 8-10 * * ? *)",), 22 * HOUR),
    (("cron(0 3 ? * MON *)",), 7 * DAY),
    # Friday to Monday.
    (("cron(0 3 ? * MON-FRI *)",), 3 * DAY),
    (("cron(0 3 1 * ? *)",), 31 * DAY),
    # From the 15th of a month of 31 days to the 1st.
    (("cron(0 3 1,15 * ? *)",), 17 * DAY),
    (("cron(0 3 ? * 2#1 *)",), 35 * DAY),
    # From noon to the next 03:00.
    (("cron(0 3 * * ? *)", "cron(0 12 * * ? *)"), 15 * HOUR),
    # From Friday 12:00 to Monday 03:00.
    (("cron(0 3 ? * MON-FRI *)", "cron(0 12 ? * FRI *)"), 2 * DAY + 15 * HOUR),
    (("cron(0 3 * * ? *)", "cron(0 12 1 * ? *)"), DAY),
    (("cron(0 3 * * ? *)", "rate(1 day)"), None),
    (("cron(0 99x * * ? *)",), None),
    (("cron(0 3 31 FEB ? *)",), None),
)


@pytest.mark.parametrize(("schedules", "gap"), LONGEST_GAPS)
def test_the_longest_gap_without_a_start(schedules: tuple[str, ...], gap: int | None) -> None:
    assert longest_gap(schedules) == gap


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ({}, []),
        ({"a": [], "b": ["a"], "c": ["a", "b"]}, []),
        ({"b": ["a"], "a": ["b"]}, ["a -> b -> a"]),
        # b comes before c, c before a, a before b.
        ({"c": ["b"], "a": ["c"], "b": ["a"]}, ["a -> b -> c -> a"]),
        ({"d": ["c"], "c": ["d"], "a": ["b"], "b": ["a"]}, ["a -> b -> a", "c -> d -> c"]),
    ],
)
def test_cycles_are_told_from_their_first_name_on(before: dict[str, list[str]], found: list[str]) -> None:
    assert sorted(written(cycle) for cycle in cycles(before)) == found
