"""Work shared among processes: each item is done once, whatever their number."""

import os
from collections.abc import Sequence

import pytest

from meshwright.commands.parallel import in_parallel


def squares(items: Sequence[int]) -> list[tuple[int, int]]:
    return [(each * each, os.getpid()) for each in items]


@pytest.mark.parametrize(("cores", "shared"), [(1, False), (2, True), (3, True), (64, True)])
def test_every_item_is_done_once(monkeypatch: pytest.MonkeyPatch, cores: int, shared: bool) -> None:
    monkeypatch.setattr("meshwright.commands.parallel.sys.platform", "linux")
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    found, beside = in_parallel(squares, range(101), share=10, beside=lambda: ["also done"])
    assert beside == ["also done"]
    assert sorted(square for square, _ in found) == [each * each for each in range(101)]
    assert (os.getpid() in {process for _, process in found}) is not shared


def test_little_work_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert in_parallel(squares, range(19), share=10, beside=list) == (squares(range(19)), [])
