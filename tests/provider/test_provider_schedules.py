"""Some of the schedules of tests/soak, which runs them by the hundred thousand (`make soak-provider`)."""

import pytest
from tests.soak.schedule import Schedule

from meshwright.provider import delivery


@pytest.mark.parametrize("seeds", [range(start, start + 40) for start in range(0, 160, 40)], ids=str)
def test_whatever_happens_what_is_declared_holds_and_nothing_else_is_touched(seeds: range) -> None:
    assert {seed: problems for seed in seeds if (problems := Schedule.of(seed).problems())} == {}


def test_the_schedules_find_out_if_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery.Delivery, "end", lambda self, result: None)
    failing = next(seed for seed in range(20) if Schedule.of(seed).problems())
    shortest = Schedule.of(failing).shrunk()
    assert shortest.problems()
    assert len(shortest.steps) <= len(Schedule.of(failing).steps)
