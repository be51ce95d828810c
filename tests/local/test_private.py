"""What a repository may bring along in `.meshwright`, and what becomes of it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from meshwright.commands import demo
from meshwright.errors import UserError
from meshwright.local import control
from meshwright.local.private import PrivateFolder
from meshwright.local.record import FILE, LOCK, last_port


@pytest.fixture
def folder(tmp_path: Path) -> PrivateFolder:
    made = PrivateFolder.of(tmp_path)
    made.make()
    return made


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def planted(pid: int, **more: object) -> bytes:
    started = psutil.Process(pid).create_time()
    record = {"port": 5566, "pid": pid, "started": started, "wanted_port": 0, "token": "planted"} | more
    return json.dumps(record).encode()


def test_a_planted_record_ends_no_process(
    folder: PrivateFolder, tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    folder.write(FILE, planted(bystander.pid))
    assert control.down(tmp_path) is False
    assert bystander.poll() is None
    assert folder.read(FILE) is None


def test_a_planted_record_beside_a_held_lock_ends_no_process(
    folder: PrivateFolder, tmp_path: Path, bystander: "subprocess.Popen[bytes]"
) -> None:
    folder.write(FILE, planted(bystander.pid))
    held = folder.hold(LOCK)
    assert held is not None
    try:
        with pytest.raises(UserError) as caught:
            control.down(tmp_path)
    finally:
        os.close(held)
    assert str(caught.value) == (
        f"An embedded AWS of {tmp_path} runs, but {folder.path / FILE} does not tell which process it is. "
        f"Stop the process that has {folder.path / LOCK} open."
    )
    assert bystander.poll() is None


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b"null",
        b'{"port": "5566", "pid": 2, "started": 0, "wanted_port": 0, "token": ""}',
        b'{"port": 0, "pid": 2, "started": 0, "wanted_port": 0, "token": ""}',
        b'{"port": 5566, "pid": -1, "started": 0, "wanted_port": 0, "token": ""}',
        b'{"port": 5566, "pid": 1, "started": 0, "wanted_port": 0, "token": 3}',
        b'{"port": 5566, "pid": 2, "started": 0, "wanted_port": 0, "token": "\\ud800"}',
        b'{"port": 5566, "pid": 99999999999, "started": 0, "wanted_port": 0, "token": ""}',
        b'{"port": 5566, "pid": 2, "started": NaN, "wanted_port": 0, "token": ""}',
        b"[" * 100_000,
    ],
)
def test_while_the_record_of_a_running_one_is_damaged_nothing_is_done(
    folder: PrivateFolder, tmp_path: Path, text: bytes
) -> None:
    (folder.path / "state").mkdir()
    held = folder.hold(LOCK)
    assert held is not None
    try:
        folder.write(FILE, text)
        for act in (control.status, control.up, control.down, control.reset):
            with pytest.raises(UserError, match=r"runs, but .* does not tell which process it is. Stop "):
                act(tmp_path)
    finally:
        os.close(held)
    assert (folder.path / "state").is_dir()
    assert control.status(tmp_path) is None


def test_while_one_runs_whose_record_is_gone_nothing_is_forgotten(
    folder: PrivateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "STOP_SECONDS", 0.1)
    (folder.path / "state").mkdir()
    held = folder.hold(LOCK)
    assert held is not None
    try:
        for act in (control.down, control.reset):
            with pytest.raises(UserError, match=r"does not tell which process it is"):
                act(tmp_path)
    finally:
        os.close(held)
    assert (folder.path / "state").is_dir()


@pytest.mark.parametrize(
    ("text", "port"),
    [(b"5566\n", 5566), (b"", 0), (b"80", 0), (b"65536", 0), (b"-1", 0), (b"99999999999", 0), (b"x", 0)],
)
def test_the_last_port_is_one_that_can_be_taken(folder: PrivateFolder, text: bytes, port: int) -> None:
    folder.write("embedded-aws.port", text)
    assert last_port(folder) == port


@pytest.mark.parametrize("name", ["embedded-aws.log", "embedded-aws.json", "embedded-aws.port"])
def test_a_link_in_the_folder_is_replaced_and_what_it_names_left_alone(
    folder: PrivateFolder, tmp_path: Path, name: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("5566")
    (folder.path / name).symlink_to(precious)
    assert folder.read(name) is None
    os.close(folder.create(name))
    assert precious.read_text() == "5566"
    (folder.path / name).unlink()
    (folder.path / name).symlink_to(precious)
    folder.write(name, b"mine")
    assert precious.read_text() == "5566"
    assert folder.read(name) == b"mine"


@pytest.mark.parametrize("name", ["up.lock", LOCK])
def test_a_lock_that_is_a_link_is_none(folder: PrivateFolder, tmp_path: Path, name: str) -> None:
    precious = tmp_path / "precious"
    precious.write_text("")
    (folder.path / name).symlink_to(precious)
    assert folder.hold(name) is None
    assert not folder.held(name)
    with pytest.raises(UserError, match=r"is no plain file. Remove it"), folder.alone(name):
        pass


def test_a_second_demo_waits_for_the_first_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first_goes_on, order = threading.Event(), list[str]()

    def run(**given: object) -> int:
        name = threading.current_thread().name
        order.append(f"{name} begins")
        if name == "first":
            first_goes_on.wait()
        order.append(f"{name} ends")
        return 0

    monkeypatch.setattr(demo, "_demo", run)
    given = {"root": tmp_path, "environment": None, "port": None, "today": date(2026, 11, 30)}
    first = threading.Thread(target=demo.demo, kwargs=given, name="first")
    second = threading.Thread(target=demo.demo, kwargs=given, name="second")
    first.start()
    while not order:
        time.sleep(0.01)
    second.start()
    said = ""
    while not said:
        said = capsys.readouterr().out
    assert said == "Another demo of this folder is running. This one begins when that ends.\n"
    first_goes_on.set()
    first.join()
    second.join()
    assert order == ["first begins", "first ends", "second begins", "second ends"]


def test_a_folder_of_before_becomes_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / ".meshwright").mkdir(mode=0o755)
    PrivateFolder.of(tmp_path).make()
    assert (tmp_path / ".meshwright").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".meshwright").symlink_to(elsewhere)
    with pytest.raises(UserError) as caught:
        control.up(tmp_path, 0)
    assert str(caught.value) == (
        f"{tmp_path / '.meshwright'} is a link, and the embedded AWS follows none. Remove it, and try again."
    )
    assert list(elsewhere.iterdir()) == []


def test_what_is_written_is_for_its_owner_alone(folder: PrivateFolder) -> None:
    folder.write(FILE, b"{}")
    assert (folder.path / FILE).stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700
