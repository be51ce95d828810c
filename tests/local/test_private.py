"""What a repository may bring along in `.meshwright`, and what becomes of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

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
    ],
)
def test_a_damaged_record_is_none(folder: PrivateFolder, tmp_path: Path, text: bytes) -> None:
    held = folder.hold(LOCK)
    assert held is not None
    try:
        folder.write(FILE, text)
        assert control.status(tmp_path) is None
    finally:
        os.close(held)


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


def test_a_server_that_is_silent_is_neither_dead_nor_started_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 1)
    running = control.up(tmp_path, 0)
    os.kill(running.pid, signal.SIGSTOP)
    try:
        assert control.status(tmp_path) == running
        for ask in (running.stacks, lambda: control.up(tmp_path)):
            with pytest.raises(UserError, match=r"runs, but did not answer within 1 seconds"):
                ask()
        assert (tmp_path / ".meshwright" / FILE).exists()
    finally:
        os.kill(running.pid, signal.SIGCONT)
    assert control.up(tmp_path) == running
    assert control.down(tmp_path) is True


def test_down_ends_a_server_that_does_not_listen_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "STOP_SECONDS", 0.2)
    running = control.up(tmp_path, 0)
    os.kill(running.pid, signal.SIGSTOP)
    assert control.down(tmp_path) is True
    assert not psutil.pid_exists(running.pid) or psutil.Process(running.pid).status() == "zombie"


def test_four_at_once_start_one_server(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from meshwright.local import control\n"
        "print(control.up(Path(sys.argv[1])).pid)"
    )
    several = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    pids = {each.communicate()[0] for each in several}
    assert len(pids) == 1
    folder = str(tmp_path / ".meshwright")
    servers = [each for each in psutil.process_iter(["cmdline"]) if folder in (each.info["cmdline"] or [])]
    assert [each.pid for each in servers] == [int(pids.pop())]
    assert control.down(tmp_path) is True


def test_another_program_at_the_recorded_port_is_not_taken_for_the_server(tmp_path: Path) -> None:
    running = control.up(tmp_path, 0)
    listener = subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    )
    try:
        assert listener.stdout is not None
        port = int(listener.stdout.readline().split(" port ")[1].split()[0])
        foreign = control.Embedded(
            port=port, pid=running.pid, wanted_port=0, folder=running.folder, token=running.token
        )
        with pytest.raises(UserError) as caught:
            foreign.stacks()
    finally:
        listener.kill()
        listener.wait()
    assert str(caught.value) == (
        f"The embedded AWS of {tmp_path} can't be reached: what answers at port {port} is another program. "
        "Stop it, and start it anew: meshwright local down; meshwright local up"
    )
    os.kill(running.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while control.status(tmp_path) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(UserError, match=r"^The embedded AWS ended\."):
        running.stacks()


def test_the_next_server_is_where_the_last_was(tmp_path: Path) -> None:
    first = control.up(tmp_path)
    control.down(tmp_path)
    second = control.up(tmp_path)
    assert (second.port, second.moved) == (first.port, False)
    assert second.token != first.token
    control.down(tmp_path)


def test_a_proxy_comes_between_no_command_and_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meshwright.aws.accounts import Account

    for name in control.PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    running = control.up(tmp_path, 0)
    try:
        environment = control.environment(running, "222222222221", "eu-west-1")
        account = Account(account="222222222221", region="eu-west-1", environment=environment)
        assert account.client("s3").list_buckets()["Buckets"] == []
    finally:
        control.down(tmp_path)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1"
    assert not set(control.PROXIES) & set(environment)
