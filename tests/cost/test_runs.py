"""How often a schedule runs in a month of 730 hours, which is 365 / 12 days."""

import pytest

from meshwright.cost.runs import runs_a_month

RUNS = {
    "rate(1 hour)": "730.0000",
    "rate(15 minutes)": "2920.0000",  # 4 * 730
    "rate(1 day)": "30.4167",  # 365 / 12
    "rate(7 days)": "4.3452",  # 365 / 84
    "cron(0 3 * * ? *)": "30.4167",
    "cron(0/15 * * * ? *)": "2920.0000",
    "cron(*/30 6 * * ? *)": "60.8333",  # 2 * 365 / 12
    "cron(0 8-17 ? * MON-FRI *)": "217.2619",  # 10 * 5 / 7 * 365 / 12
    "cron(0 6 ? * FRI-MON *)": "17.3810",  # 4 / 7 * 365 / 12
    "cron(0 6 ? * 2,4 *)": "8.6905",  # 2 / 7 * 365 / 12
    "cron(0 6 1,15 * ? *)": "2.0000",
    "cron(0 6 L * ? *)": "1.0000",
    "cron(0 6 15W * ? *)": "1.0000",
    "cron(0 6 ? * 2#1 *)": "1.0000",
    "cron(0 6 ? * 6L *)": "1.0000",
    "cron(30 4 * JAN-MAR ? *)": "7.6042",  # 365 / 12 * 3 / 12
    "cron(30 4 1 1/6 ? *)": "0.1667",  # January and July: 2 / 12
}


@pytest.mark.parametrize("schedule", RUNS)
def test_runs_a_month(schedule: str) -> None:
    assert f"{runs_a_month(schedule):.4f}" == RUNS[schedule]
