"""Loading pauses Python's garbage collector, and leaves it as it was."""

import gc
from collections.abc import Iterator

import pytest

from meshwright.config import loading
from meshwright.config.loading import collector_paused


@pytest.fixture(autouse=True)
def _collector_as_before() -> Iterator[None]:
    gc.collect(0)  # so that nothing counts as new
    yield
    gc.enable()


def test_it_is_off_inside_and_as_before_after() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_only_what_a_large_mesh_leaves_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_freeze_count()
    monkeypatch.setattr(loading, "_LARGE", 1000)
    with collector_paused():
        few = [[each] for each in range(100)]
    assert (len(few), gc.get_freeze_count()) == (100, before)
    with collector_paused():
        many = [[each] for each in range(2000)]
    assert gc.get_freeze_count() >= before + len(many)
