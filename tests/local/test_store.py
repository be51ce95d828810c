"""The file of the state, and what tells it what changed."""

import shutil
from pathlib import Path

from meshwright.local.persistence.entries import Entries
from meshwright.local.persistence.store import Store, UnreadableError


def unexpected(error: Exception) -> None:
    raise AssertionError(error)


def test_a_journal_that_ends_within_a_write_loses_that_write_alone(tmp_path: Path) -> None:
    """What the disk holds when the power fails: the journal up to some byte."""
    path = tmp_path / "state.sqlite"
    store = Store(path, about={}, unwritable=unexpected)
    for number in range(20):
        store.commit([(f"{number:02d}", b"x" * 3000), ("last", str(number).encode())])
    journal = (tmp_path / "state.sqlite-wal").read_bytes()
    seen = set()
    for end in range(0, len(journal), 3001):
        copy = tmp_path / f"{end}"
        copy.mkdir()
        shutil.copy(path, copy)
        (copy / "state.sqlite-wal").write_bytes(journal[:end])
        try:
            pieces = dict(Store(copy / "state.sqlite", about={}, unwritable=unexpected).pieces())
        except UnreadableError:
            assert not seen  # it is only the beginning that has no tables yet
            continue
        last = int(pieces.pop("last", b"-1"))
        assert sorted(pieces) == [f"{number:02d}" for number in range(last + 1)]
        seen.add(last)
    assert len(seen) > 15


def test_entries_tell_what_may_have_changed() -> None:
    entries: Entries[str, list[int]] = Entries()
    for key in "abcd":
        entries[key] = []
    entries.seen.clear()
    entries["a"].append(1)
    entries.setdefault("e", []).append(1)
    assert entries.get("b") == []
    assert entries.get("x") is None
    del entries["c"]
    list(entries.values())
    assert entries.seen == {"a", "b", "c", "e"}
    entries.keep_only(["a"])
    assert entries.seen == {"a", "b", "c", "d", "e"}
    assert entries == {"a": [1]}
