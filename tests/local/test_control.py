"""Starting, finding and stopping the server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from meshwright.errors import UserError
from meshwright.local import control, states
from meshwright.local.control import Embedded
from meshwright.local.private import PrivateFolder
from meshwright.local.record import LOCK
from tests.conftest import REAL_SETTINGS
from tests.embedded import Aws

pytestmark = pytest.mark.integration


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    return folder


def test_up_twice_is_one_server_and_down_ends_it(root: Path) -> None:
    first = control.up(root, 0)
    assert control.up(root, 0) == first
    assert control.status(root) == first
    assert control.down(root) is True
    assert control.status(root) is None
    assert control.down(root) is False
    assert not (root / ".meshwright" / "embedded-aws.json").exists()


def test_a_folder_that_cannot_be_written(root: Path) -> None:
    (root / ".meshwright").touch()  # a file in its place: also who may write everywhere cannot write into it
    with pytest.raises(UserError) as caught:
        control.up(root, 0)
    assert str(caught.value) == (
        f"{root / '.meshwright'} is no folder, and the embedded AWS keeps its state and log there. Remove it."
    )


def test_a_state_that_is_a_file(root: Path) -> None:
    (root / ".meshwright").mkdir()
    (root / ".meshwright" / "state").touch()
    with pytest.raises(UserError) as caught:
        control.up(root, 0)
    assert str(caught.value) == (
        f"{root / '.meshwright' / 'state'} is no folder, and the embedded AWS keeps its state and log there. "
        "Remove it."
    )
    assert control.reset(root) == (False, True)
    assert not (root / ".meshwright" / "state").exists()


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["a pipe", "a folder"])
def test_a_state_that_is_no_file(root: Path, make: Callable[[Path], None]) -> None:
    file = root / ".meshwright" / "state" / "state.sqlite"
    file.parent.mkdir(parents=True)
    make(file)
    with pytest.raises(UserError) as caught:
        control.up(root, 0)
    assert str(caught.value) == (
        f"{file} is no plain file, and so no state. To go on without it: meshwright local reset; "
        "to one that was saved: meshwright local load NAME."
    )


def test_what_is_no_file_in_the_place_of_one(root: Path) -> None:
    log = root / ".meshwright" / "embedded-aws.log"
    log.mkdir(parents=True)
    with pytest.raises(UserError) as caught:
        control.up(root, 0)
    assert str(caught.value) == f"{log} is no plain file. Remove it."


def test_a_server_that_refuses_connections_is_not_said_to_be_slow(root: Path) -> None:
    folder = PrivateFolder.of(root)
    folder.make()
    held = folder.hold(LOCK)
    assert held is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UserError) as caught:
        Embedded(port=port, pid=7, wanted_port=0, folder=folder.path).stacks()
    os.close(held)
    assert str(caught.value) == (
        f"The embedded AWS (process 7) runs, but does not answer at port {port}: Connection refused. "
        "Stop it, and start it anew: meshwright local down; meshwright local up"
    )


def test_every_file_is_its_owners_alone(root: Path) -> None:
    running = control.up(root, 0)
    (running.folder / "state" / "state.sqlite").chmod(0o644)  # as it was of earlier versions
    states.save(PrivateFolder.of(root), "one", replace=False)
    control.down(root)
    control.up(root, 0)
    modes = {path: oct(path.stat().st_mode & 0o077) for path in running.folder.rglob("*")}
    control.down(root)
    assert running.folder / "state" / "state.sqlite-wal" in modes
    assert running.folder / "saves" / "one" / "state.sqlite" in modes
    assert set(modes.values()) == {"0o0"}, modes


def test_a_busy_port_gives_way_to_a_free_one(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = control.up(root, port)
    assert running.moved
    assert running.wanted_port == port != running.port
    control.down(root)


def test_neither_a_damaged_state_file_nor_that_of_a_killed_server_is_an_obstacle(root: Path) -> None:
    (root / ".meshwright").mkdir()
    (root / ".meshwright" / "embedded-aws.json").write_text("{")
    assert control.status(root) is None
    first = control.up(root, 0)
    os.kill(first.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert control.status(root) is None
    second = control.up(root, 0)
    assert second.pid != first.pid
    assert control.down(root) is True


def test_it_listens_on_this_machine_only(aws: Aws) -> None:
    hexadecimal = f"{aws.embedded.port:04X}"
    table = Path("/proc/net/tcp")
    if table.exists():
        lines = [line.split() for line in table.read_text().splitlines()[1:]]
        listening = [
            fields[1] for fields in lines if fields[3] == "0A" and fields[1].endswith(":" + hexadecimal)
        ]
        assert listening == [f"0100007F:{hexadecimal}"]


def test_environment_holds_nothing_of_the_user(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REAL_SETTINGS:
        monkeypatch.setenv(name, "real")
    environment = control.environment(aws.embedded, "222222222221", "eu-west-1")
    found = {name: value for name, value in environment.items() if name.startswith(("AWS_", "CDK_"))}
    assert "real" not in found.values()
    assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert found["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{aws.embedded.port}"


def test_credentials_belong_to_the_account_and_role(aws: Aws) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    environment = control.environment(aws.embedded, "222222222221", "eu-west-1", role="analyst")
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "arn:aws:sts::222222222221:assumed-role/analyst/meshwright"


def test_control_imports_nothing_heavy() -> None:
    code = (
        "import sys, meshwright.local.control\n"
        "print([m for m in ('boto3', 'botocore', 'moto', 'aws_cdk', 'flask') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_moved_says_whether_the_port_was_taken() -> None:
    folder = Path()
    assert not Embedded(port=1, pid=1, wanted_port=1, folder=folder).moved
    assert not Embedded(port=1, pid=1, wanted_port=0, folder=folder).moved
    assert Embedded(port=2, pid=1, wanted_port=1, folder=folder).moved
