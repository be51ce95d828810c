"""The file of the state, and what tells it what changed."""

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from meshwright.local.persistence import contents
from meshwright.local.persistence.entries import Entries
from meshwright.local.persistence.store import Store, UnreadableError, copy, digest_of, unreadable

pytestmark = pytest.mark.slow


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


ONE, TWO = b"one" * 9000, b"two" * 9000
WRITTEN = "it is damaged: parts of it are missing, or are not what was written"
TABLES = "it is damaged: its tables are not those of a state"
KIND = "it is damaged: a part of it is not of the kind that was written"
CONTENT = "it is damaged: the content of an object in a bucket is another one"


def sql(*statements: str) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for statement in statements:
                database.execute(statement)

    return run


def without_file(path: Path) -> None:
    Path(f"{path}-wal").touch()
    path.unlink()


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "emptied": (lambda path: path.write_bytes(b""), "it is empty"),
    "half": (
        lambda path: path.write_bytes(path.read_bytes()[:9000]),
        "it is damaged (database disk image is malformed)",
    ),
    "gone, with a journal": (without_file, "it is gone, and its journal, state.sqlite-wal, is there"),
    "a link": (a_link, "it is no plain file"),
    "no content": (sql("DROP TABLE content"), TABLES),
    "no pieces": (sql("DROP TABLE piece"), TABLES),
    "no about": (sql("DROP TABLE about"), "it was written with format (none), this is 3"),
    "another table": (sql("CREATE TABLE more (name)"), TABLES),
    "a trigger": (
        sql("CREATE TRIGGER t AFTER INSERT ON piece BEGIN DELETE FROM piece; END"),
        TABLES,
    ),
    "another column": (sql("ALTER TABLE piece ADD more"), TABLES),
    "a text": (sql("UPDATE piece SET value = 'text' WHERE name = 'a'"), KIND),
    "a number": (sql("UPDATE piece SET value = 5 WHERE name = 'a'"), KIND),
    "a name that is none": (sql("UPDATE piece SET name = x'ff' WHERE name = 'a'"), KIND),
    "a text that is none": (sql("UPDATE about SET value = CAST(x'ff' AS TEXT)"), "it is damaged (Could not"),
    "a piece less": (sql("DELETE FROM piece WHERE name = 'a'"), WRITTEN),
    "no piece": (sql("DELETE FROM piece"), WRITTEN),
    "a piece more": (sql("INSERT INTO piece SELECT 'c', value FROM piece WHERE name = 'a'"), WRITTEN),
    "another name": (sql("UPDATE piece SET name = 'c' WHERE name = 'a'"), WRITTEN),
    "swapped": (
        sql(
            "UPDATE piece SET name = CASE name WHEN 'a' THEN '-' ELSE 'a' END",
            "UPDATE piece SET name = 'b' WHERE name = '-'",
        ),
        WRITTEN,
    ),
    "an older piece": (
        sql("UPDATE piece SET value = (SELECT value FROM piece WHERE name = 'b') WHERE name = 'a'"),
        WRITTEN,
    ),
    "no sum": (sql("DELETE FROM about WHERE name = 'sum'"), TABLES),
    "another content": (sql("UPDATE content SET value = zeroblob(27000)"), CONTENT),
    "a content as text": (sql("UPDATE content SET value = CAST(value AS TEXT)"), CONTENT),
    "swapped contents": (
        sql("UPDATE content SET value = (SELECT value FROM content b WHERE b.digest != content.digest)"),
        CONTENT,
    ),
    "a version of two lines": (
        sql("UPDATE about SET value = '1' || char(10) || printf('%.999c', 'x') WHERE name = 'format'"),
        f"it was written with format 1\\n{'x' * 27}…{'x' * 29}, this is 3",
    ),
}


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_no_damage_is_gone_on_from(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], object],
    why: str,
    many: bool,
) -> None:
    path = tmp_path / "state.sqlite"
    if many:
        monkeypatch.setattr(contents, "MANY_BYTES", 0)
    store = Store(path, about={}, unwritable=unexpected)
    store.commit([("a", b"1" * 99), ("b", b"2" * 99)], contents=[(digest_of(one), one) for one in (ONE, TWO)])
    store.commit([("a", b"3" * 99), ("gone", b"4" * 99)])
    store.commit([("gone", None)])
    store.close()
    again = Store(path, about={}, unwritable=unexpected)
    again.go_on()
    assert dict(again.pieces()) == {"a": b"3" * 99, "b": b"2" * 99}
    again.close()
    damage(path)
    with pytest.raises(UnreadableError) as caught:
        Store(path, about={}, unwritable=unexpected).go_on()
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)
    assert "meshwright local reset" in caught.value.way


def test_a_journal_that_is_gone_is_missed(tmp_path: Path) -> None:
    """What a killed process leaves, without the journal that all it wrote is in."""
    path = tmp_path / "state.sqlite"
    store = Store(path, about={}, unwritable=unexpected)
    store.go_on()
    store.commit([("a", b"1" * 99)])
    (tmp_path / "killed").mkdir()
    killed = tmp_path / "killed" / "state.sqlite"
    shutil.copy(path, killed)
    for _ in range(2):
        with pytest.raises(UnreadableError, match=r"^its journal, state\.sqlite-wal, is gone$"):
            Store(killed, about={}, unwritable=unexpected)
    shutil.copy(f"{path}-wal", f"{killed}-wal")
    copy(killed, tmp_path / "copy", running=False)
    assert not Path(f"{killed}-wal").exists()  # SQLite takes it away; the file has all that was in it
    assert dict(Store(killed, about={}, unwritable=unexpected).pieces()) == {"a": b"1" * 99}


def test_a_copy_while_it_is_open_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite", about={}, unwritable=unexpected)
    store.commit([("a", b"1" * 99)], contents=[(digest_of(ONE), ONE)])
    copy(tmp_path / "state.sqlite", tmp_path / "copy", running=True)
    copied = Store(tmp_path / "copy", about={}, unwritable=unexpected)
    copied.go_on()
    assert dict(copied.pieces()) == {"a": b"1" * 99}
    store.close()


def test_what_is_no_damage_is_not_said_to_be_some(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    Store(path, about={}, unwritable=unexpected).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnreadableError, match=r"^another program has it open$") as caught:
            Store(path, about={}, unwritable=unexpected)
    assert caught.value.way == "End that program, and try again"
    full = unreadable(OSError(errno.ENOSPC, "No space left on device"))
    assert (str(full), full.way) == ("there is no space left on its disk", "Free some, and try again")
