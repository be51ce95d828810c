"""Files are written all or none, never over another one, and never through a link."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from meshwright import writing
from meshwright.errors import UserError
from meshwright.writing import ExistsError, create, refuse_link, replace

NEW = {"top.txt": "1", "shared/a.txt": "2", "shared/fresh/b.txt": b"3", "fresh/c.txt": "4"}


def tree(folder: Path) -> dict[str, str]:
    """What every file below `folder` holds; an empty folder holds nothing."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else "(empty)"
        for path in sorted(folder.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


@pytest.mark.parametrize("before", [[], ["mine/x.txt"], ["shared/x.txt", "x.txt"], ["shared/fresh/x.txt"]])
def test_new_files_arrive_beside_what_is_there(tmp_path: Path, before: list[str]) -> None:
    folder = tmp_path / "one" / "two"
    for name in before:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    create(folder, NEW)
    expected = {"top.txt": "1", "shared/a.txt": "2", "shared/fresh/b.txt": "3", "fresh/c.txt": "4"}
    assert tree(folder) == expected | dict.fromkeys(before, "mine")
    assert os.listdir(tmp_path) == ["one"]


def test_new_files_and_folders_have_the_modes_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/x").touch()
    create(tmp_path / "folder", {"x": ""})
    assert [(tmp_path / "folder" / name).stat().st_mode for name in ("", "x")] == [
        (tmp_path / "plain" / name).stat().st_mode for name in ("", "x")
    ]


def refusing(call: Callable[..., object], number: int, error: BaseException) -> Callable[..., object]:
    """The system's `call`, but for the one of this `number`, counted from 0."""
    calls = iter(range(1000))

    def called(*arguments: object, **options: object) -> object:
        if next(calls) == number:
            raise error
        return call(*arguments, **options)

    return called


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
@pytest.mark.parametrize("there", [True, False], ids=["into a folder", "as a folder"])
@pytest.mark.parametrize("name", ["fsync", "mkdir", "link", "rename"])
def test_whichever_call_fails_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, there: bool, error: BaseException
) -> None:
    """Until there are not as many calls, so that nothing fails, and everything is written."""
    call = getattr(os, name)
    for number in range(100):
        folder = tmp_path / str(number)
        if there:
            (folder / "shared").mkdir(parents=True)
            (folder / "shared/mine.txt").write_text("mine")
        before = tree(tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(os, name, refusing(call, number, error))
            try:
                create(folder, NEW)
            except (UserError, KeyboardInterrupt):
                assert tree(tmp_path) == before
                continue
        break
    assert number > 0 or (name, there) == ("link", False)
    assert len(tree(folder)) == 4 + there


def test_without_room_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", refusing(os.fsync, 0, FULL))
    with pytest.raises(UserError) as raised:
        create(tmp_path / "new", NEW)
    assert str(raised.value) == f"{tmp_path / 'new'} can't be written: No space left on device."


def test_a_file_that_is_there_is_left_and_so_is_all_else(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/a.txt").write_text("mine")
    with pytest.raises(ExistsError) as raised:
        create(tmp_path, NEW)
    file = tmp_path / "shared/a.txt"
    assert str(raised.value) == f"{file} exists already, and is left as it is. Choose another name."
    assert tree(tmp_path) == {"shared/a.txt": "mine"}


@pytest.mark.parametrize("name", ["top.txt", "fresh"])
def test_what_appears_at_the_last_moment_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where it was looked for and not there, just before the move."""
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh/theirs.txt").write_text("theirs")
    (tmp_path / "top.txt").write_text("theirs")
    before = tree(tmp_path)
    mode = writing._mode
    at_the_target = iter([name])

    def blind(looked_for: str, folder: int) -> int | None:
        is_target = looked_for == name and os.listdir(folder).count("shared") == 0
        return None if is_target and next(at_the_target, None) else mode(looked_for, folder)

    monkeypatch.setattr(writing, "_mode", blind)
    with pytest.raises(ExistsError):
        create(tmp_path, NEW)
    assert tree(tmp_path) == before


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    create(tmp_path, NEW)
    assert len(tree(tmp_path)) == 4


@pytest.mark.parametrize("kind", ["a folder", "nothing"])
@pytest.mark.parametrize("place", ["shared", "shared/fresh"])
def test_nothing_is_written_through_a_link(tmp_path: Path, place: str, kind: str) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    (folder / place).parent.mkdir(parents=True)
    (folder / place).symlink_to(elsewhere)
    if kind == "a folder":
        elsewhere.mkdir()
    before = tree(tmp_path) if kind == "a folder" else None
    with pytest.raises(UserError) as raised:
        create(folder, NEW)
    assert str(raised.value) == (
        f"{folder / place} is a link; nothing is written through links. Replace it by what it leads to."
    )
    assert (tree(tmp_path) if kind == "a folder" else None) == before
    assert sorted(os.listdir(folder)) == ["shared"]
    assert elsewhere.exists() == (kind == "a folder")


def test_a_link_in_the_place_of_a_file_is_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "top.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExistsError):
        create(tmp_path, NEW)
    assert os.listdir(tmp_path) == ["top.txt"]


def test_a_path_back_up_is_followed_only_through_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    create(tmp_path / "there" / ".." / "new", {"x": "1"})
    with pytest.raises(UserError) as raised:
        create(tmp_path / "absent" / ".." / "new", {"y": "2"})
    path = tmp_path / "absent"
    assert str(raised.value) == f"{path}/../new: there is no {path}. Write the path without `..`."
    assert tree(tmp_path) == {"there": "(empty)", "new/x": "1"}


@pytest.mark.parametrize("name", ["x", "inner/x"])
def test_a_replaced_file_keeps_its_mode(tmp_path: Path, name: str) -> None:
    create(tmp_path, {name: "before"})
    (tmp_path / name).chmod(0o640)
    replace(tmp_path, name, "after")
    assert tree(tmp_path) == {name: "after"}
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o640


@pytest.mark.parametrize("call", ["open", "fchmod", "fsync", "replace"])
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
def test_a_file_that_can_not_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: BaseException
) -> None:
    (tmp_path / "x").write_text("before")
    monkeypatch.setattr(os, call, refusing(getattr(os, call), int(call == "open"), error))
    with pytest.raises((UserError, KeyboardInterrupt)):
        replace(tmp_path, "x", "after")
    assert tree(tmp_path) == {"x": "before"}


@pytest.mark.parametrize("link", ["x", "inner"])
def test_nothing_is_replaced_through_a_link(tmp_path: Path, link: str) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    create(elsewhere, {"x": "theirs", "inner/x": "theirs"})
    folder.mkdir()
    (folder / link).symlink_to(elsewhere / link)
    with pytest.raises(UserError) as raised:
        replace(folder, "x" if link == "x" else "inner/x", "mine")
    assert str(raised.value).startswith(f"{folder / link} is a link; ")
    assert tree(elsewhere) == {"x": "theirs", "inner/x": "theirs"}
    assert os.listdir(folder) == [link]


def test_a_folder_that_is_named_may_be_refused_as_a_link(tmp_path: Path) -> None:
    refuse_link(tmp_path / "absent")
    refuse_link(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "absent")
    with pytest.raises(UserError, match="is a link"):
        refuse_link(tmp_path / "link")
