"""Servers that are silent, started at once, replaced by another program, or started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from meshwright.errors import UserError
from meshwright.local import control
from meshwright.local.record import FILE

pytestmark = pytest.mark.integration


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
