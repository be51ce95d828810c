"""How soon a schedule starts something again, worked out by hand."""

import pytest

from meshwright.checks.cycles import cycles, written
from meshwright.checks.run_times import shortest_gap

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
)


@pytest.mark.parametrize(("schedule", "gap"), GAPS)
def test_the_shortest_gap_between_two_starts(schedule: str, gap: int | None) -> None:
    assert shortest_gap(schedule) == gap


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
