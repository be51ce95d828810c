"""Starting, finding and stopping the embedded AWS of a project, and the environment that points at it.

Light on purpose: neither moto nor boto3 is imported, so that a command answers at once.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshwright.errors import UserError
from meshwright.local import states
from meshwright.local.private import PrivateFolder
from meshwright.local.record import FILE, LOCK, last_port, record_in
from meshwright.local.wire import proof
from meshwright.texts import said

ADMIN_ROLE = "embedded-admin"
"""Name of the role whose credentials `environment` gives by default. It needn't exist in the account."""
LOG = "embedded-aws.log"
SERVER: tuple[str, ...] = ("-m", "meshwright.local.server")
"""What Python runs."""
START_SECONDS = 60
ANSWER_SECONDS = 60
"""How long a busy server may be silent before a command gives up. It goes on all the same."""
ENDING_SECONDS = 3
"""How long a server that dropped a connection is waited for to end."""
STOP_SECONDS = 10
SERVER_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)
"""All that the server gets of the caller's environment, since functions that it runs can read what it has."""
FULL, LEAST_SPACE = "there is no space left on its disk", 1_000_000
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True)
class Stack:
    account: str
    region: str
    name: str
    status: str


@dataclass(frozen=True)
class Embedded:
    """A running embedded AWS."""

    port: int
    pid: int
    wanted_port: int
    """The port asked for; another one than `port` if it was taken. 0: none in particular."""
    folder: Path
    """The project's `.meshwright`."""
    token: str = field(default="", repr=False)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / LOG

    @property
    def moved(self) -> bool:
        """Whether the port asked for was taken."""
        return self.wanted_port not in (0, self.port)

    def stacks(self) -> tuple[Stack, ...]:
        """Every stack of every account."""
        return tuple(Stack(**stack) for stack in self.ask("status")["stacks"])

    def accepted(self) -> tuple[str, ...]:
        """Resource types that were deployed without effect, because they are accepted and not emulated."""
        return tuple(self.ask("status")["accepted"])

    def notes(self) -> tuple[str, ...]:
        """What of the deployed does otherwise here than on AWS, a sentence each."""
        return tuple(self.ask("status")["notes"])

    def _ends(self, error: OSError) -> bool:
        """Whether it has ended; one that drops connections may be about to."""
        deadline = time.monotonic() + (ENDING_SECONDS if isinstance(error, ConnectionError) else 0)
        while PrivateFolder(self.folder).held(LOCK):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        return True

    def ask(self, operation: str, given: Mapping[str, Any] | None = None) -> Any:
        """What the server itself answers; raises UserError if it doesn't, or another program does."""
        try:
            return proof.call(self.port, self.token, operation, given, timeout=ANSWER_SECONDS)
        except proof.ForeignError as error:
            raise UserError(
                f"The embedded AWS of {self.folder.parent} can't be reached: {error}. "
                "Stop it, and start it anew: meshwright local down; meshwright local up"
            ) from error
        except OSError as error:
            if self._ends(error):
                why = f", since {FULL}. Free some" if _full(self.folder) else ""
                raise UserError(
                    f"The embedded AWS ended{why}. Its log is {self.log}. Start it anew: meshwright local up"
                ) from error
            if isinstance(error, TimeoutError):
                raise UserError(
                    f"The embedded AWS (process {self.pid}) runs, but did not answer within {ANSWER_SECONDS} "
                    "seconds. Wait until the machine is less busy, or stop it: meshwright local down"
                ) from error
            raise UserError(
                f"The embedded AWS (process {self.pid}) runs, but does not answer at port {self.port}: "
                f"{said(error.strerror or str(error))}. Stop it, and start it anew: meshwright local down; "
                "meshwright local up"
            ) from error


def up(
    root: Path, port: int | None = None, *, organization: str | None = None, saved: Path | None = None
) -> Embedded:
    """The running embedded AWS of the project at `root`; started if there is none.

    `port` defaults to that of the last server, or a free one if that is busy or there was none. With
    `organization`, accounts count as members of it with RAM sharing on, and shares need no acceptance;
    otherwise invitations wait for one. `saved` is the file that the state was put back from, for messages.
    Raises UserError if moto isn't installed, the folder can't be written, or the server doesn't start.
    """
    folder = PrivateFolder.of(root)
    folder.make()
    with folder.alone("up.lock"):
        running = status(root)
        if running:
            running.ask("status")
            return running
        states.own(folder)
        wanted = last_port(folder) if port is None else port
        command = [sys.executable, *SERVER]
        command += ["--port", str(wanted), "--folder", str(folder.path)]
        if organization:
            command += ["--organization", organization]
        if saved:
            command += ["--saved", str(saved)]
        kept = {name: os.environ[name] for name in SERVER_VARIABLES if name in os.environ}
        with open(folder.create(LOG), "wb") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=folder.path,
                env=kept,
                start_new_session=True,  # ctrl-C in the terminal must not end it
            )
        try:
            return _wait(root, process)
        except BaseException:
            process.terminate()
            process.wait()
            raise


def down(root: Path) -> bool:
    """Stops the embedded AWS of the project, and forgets what a crash left. False if none was running.

    Raises UserError if one runs and it can't be told which process it is.
    """
    folder = PrivateFolder.of(root)
    deadline = time.monotonic() + STOP_SECONDS
    while status(root) is None and folder.held(LOCK) and time.monotonic() < deadline:
        time.sleep(0.05)  # one that is only just starting
    if not folder.held(LOCK):
        return False
    record = record_in(folder.read(FILE) or b"")
    if record is None or not record.describes_a_server:
        raise _unknown_process(folder)
    os.kill(record.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while folder.held(LOCK):
        if time.monotonic() > deadline and record.describes_a_server:
            os.kill(record.pid, signal.SIGKILL)
        time.sleep(0.05)
    folder.remove(FILE)
    return True


def status(root: Path) -> Embedded | None:
    """The running embedded AWS of the project, or None. Removes what a crash left.

    One that runs and is silent counts as running. Raises UserError if the record of a running one is damaged.
    """
    folder = PrivateFolder.of(root)
    if not folder.held(LOCK):
        folder.remove(FILE)
        return None
    text = folder.read(FILE)
    if text is None:
        return None  # it is only just starting
    record = record_in(text)
    if record is None:
        raise _unknown_process(folder)
    return Embedded(
        port=record.port,
        pid=record.pid,
        wanted_port=record.wanted_port,
        folder=folder.path,
        token=record.token,
    )


def load(root: Path, name: str, *, trust: bool, organization: str | None) -> Embedded:
    """The embedded AWS of the project, started from a saved state; the present one is lost.

    Raises UserError, and keeps the present state, if there is none of that name or it can't be gone on from.
    """
    folder = PrivateFolder.of(root)
    folder.make()
    with folder.alone("up.lock"):
        states.check(folder, name, trust=trust)
        down(root)
        saved, before = states.load(folder, name)
    try:
        return up(root, organization=organization, saved=saved)
    except BaseException:
        states.go_back(folder, before)
        raise


def reset(root: Path) -> tuple[bool, bool]:
    """Stops the embedded AWS and forgets its state; whether it ran, and whether there was a state."""
    folder = PrivateFolder.of(root)
    folder.make()
    with folder.alone("up.lock"):
        return down(root), states.reset(folder)


@contextlib.contextmanager
def alone(root: Path, name: str, *, waiting: Callable[[], object]) -> Iterator[None]:
    """Waits until no other command is doing the same with the embedded AWS of the project.

    Calls `waiting` first if one is.
    """
    folder = PrivateFolder.of(root)
    folder.make()
    with folder.alone(f"{name}.lock", waiting):
        yield


def environment(embedded: Embedded, account: str, region: str, *, role: str = ADMIN_ROLE) -> dict[str, str]:
    """A complete environment for a subprocess that works in one account of the embedded AWS.

    Credentials are those of `role` (a name, or an ARN in the account); nothing of the user's AWS
    configuration is left in it, and no proxy.
    """
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"
    keys = embedded.ask("credentials", {"role": arn, "session": "meshwright"})
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CDK_")) and name not in PROXIES
    }
    return {
        **others,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": embedded.endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": _no_proxy(),
        "no_proxy": _no_proxy(),
    }


def _no_proxy() -> str:
    """The caller's exceptions from its proxy, and ours."""
    given = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = [host for host in given.split(",") if host.strip()]
    return ",".join(dict.fromkeys([*hosts, "127.0.0.1"]))


def _unknown_process(folder: PrivateFolder) -> UserError:
    return UserError(
        f"An embedded AWS of {folder.path.parent} runs, but {folder.path / FILE} does not tell which "
        f"process it is. Stop the process that has {folder.path / LOCK} open."
    )


def _full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < LEAST_SPACE


def _wait(root: Path, process: "subprocess.Popen[bytes]") -> Embedded:
    folder = PrivateFolder.of(root)
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        running = status(root)
        if running:
            running.ask("status")
            return running
        time.sleep(0.05)
    text = (folder.read(LOG) or b"").decode(errors="replace").strip()
    if "No module named 'moto'" in text:
        raise UserError(
            "The embedded AWS needs moto, which isn't installed. Run: pip install 'meshwright[local]'"
        )
    last = text.splitlines()[-1:] or [FULL if _full(folder.path) else "it wrote nothing"]
    raise UserError(f"The embedded AWS did not start: {last[0].rstrip('.')}. Its log is {folder.path / LOG}")
