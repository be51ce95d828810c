"""Starting, finding and stopping the embedded AWS of a project, and the environment that points at it.

Light on purpose: neither moto nor boto3 is imported, so that a command answers at once.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meshwright.errors import UserError
from meshwright.local.state import FILE, read_state

DEFAULT_PORT = 5566
ADMIN_ROLE = "embedded-admin"
"""Name of the role whose credentials `environment` gives by default. It needn't exist in the account."""
START_SECONDS = 60
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


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

    @property
    def endpoint(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "embedded-aws.log"

    @property
    def moved(self) -> bool:
        """Whether the port asked for was taken."""
        return self.wanted_port not in (0, self.port)

    def stacks(self) -> tuple[Stack, ...]:
        """Every stack of every account."""
        return tuple(Stack(**stack) for stack in _status(self.port)["stacks"])

    def accepted(self) -> tuple[str, ...]:
        """Resource types that were deployed without effect, because they are accepted and not emulated."""
        return tuple(_status(self.port)["accepted"])

    def notes(self) -> tuple[str, ...]:
        """What of the deployed does otherwise here than on AWS, a sentence each."""
        return tuple(_status(self.port)["notes"])


def up(root: Path, port: int | None = None, *, organization: str | None = None) -> Embedded:
    """The running embedded AWS of the project at `root`; started if there is none.

    `port` defaults to DEFAULT_PORT; a free one is taken if it is busy. With `organization`, accounts count as
    members of it with RAM sharing on, and shares need no acceptance; otherwise invitations wait for one.
    Raises UserError if moto isn't installed, the folder can't be written, or the server doesn't start.
    """
    running = status(root)
    if running:
        return running
    folder = root.resolve() / ".meshwright"
    log = folder / "embedded-aws.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).unlink(missing_ok=True)
        log.touch()
    except OSError as error:
        raise UserError(
            f"{folder}: the embedded AWS keeps its state and log there, and can't write them: "
            f"{error.strerror}. Make the folder writable, or name another one with --root DIR."
        ) from error
    wanted = DEFAULT_PORT if port is None else port
    command = [
        sys.executable,
        "-m",
        "meshwright.local.server",
        "--port",
        str(wanted),
        "--folder",
        str(folder),
    ]
    if organization:
        command += ["--organization", organization]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,  # ctrl-C in the terminal must not end it
        )
    try:
        return _wait(root, process, log)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def down(root: Path) -> bool:
    """Stops the embedded AWS of the project, and forgets what a crash left. False if none was running."""
    running = status(root)
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while status(root) is not None:
        if time.monotonic() > deadline:
            os.kill(running.pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    (running.folder / FILE).unlink(missing_ok=True)
    return True


def status(root: Path) -> Embedded | None:
    """The running embedded AWS of the project, or None. Removes a state file that a crash left."""
    folder = root.resolve() / ".meshwright"
    state = read_state(folder)
    if state is None:
        return None
    try:
        alive = _status(state.port)["pid"] == state.pid
    except (OSError, ValueError, KeyError):
        alive = False
    if not alive:
        (folder / FILE).unlink(missing_ok=True)
        return None
    return Embedded(port=state.port, pid=state.pid, wanted_port=state.wanted_port, folder=folder)


def environment(embedded: Embedded, account: str, region: str, *, role: str = ADMIN_ROLE) -> dict[str, str]:
    """A complete environment for a subprocess that works in one account of the embedded AWS.

    Credentials are those of `role` (a name, or an ARN in the account); nothing of the user's AWS
    configuration is left in it.
    """
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"
    keys = _assume_role(embedded.port, arn, region)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CDK_")) and name.lower() not in ("no_proxy",)
    }
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": embedded.endpoint,
        # An address instead of a name makes SDKs put the bucket into the path.
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{embedded.port}",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def _wait(root: Path, process: "subprocess.Popen[bytes]", log: Path) -> Embedded:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        running = status(root) if read_state(root.resolve() / ".meshwright") else None
        if running:
            return running
        time.sleep(0.05)
    text = log.read_text(errors="replace").strip()
    if "No module named 'moto'" in text:
        raise UserError(
            "The embedded AWS needs moto, which isn't installed. Run: pip install 'meshwright[local]'"
        )
    last = text.splitlines()[-1:] or ["it wrote nothing"]
    raise UserError(f"The embedded AWS did not start: {last[0]}. Its log is {log}")


def _status(port: int) -> dict[str, Any]:
    with _NO_PROXY.open(f"http://127.0.0.1:{port}/_meshwright/status", timeout=5) as answer:
        status: dict[str, Any] = json.load(answer)
    return status


def _assume_role(port: int, arn: str, region: str) -> dict[str, str]:
    """sts:AssumeRole by hand, because importing boto3 takes longer than all the rest."""
    form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": arn, "RoleSessionName": "meshwright"}
    scope = f"embedded/20260101/{region}/sts/aws4_request"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/",
        data=urllib.parse.urlencode(form).encode(),
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    with _NO_PROXY.open(request, timeout=30) as answer:
        text = answer.read().decode()
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    found = {name: re.search(f"<{name}>(.*?)</{name}>", text) for name in names}
    return {name: match[1] for name, match in found.items() if match}
