"""Functions run from their deployed zip archive."""

import base64
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from meshwright.aws.accounts import Account
from meshwright.local import control
from meshwright.local.lambdas import runner
from tests.embedded import Aws


def archive(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name.replace("__", "/") + ".py", text)
    return made.getvalue()


def function(aws: Aws, account: str, code: bytes, **more: Any) -> Any:
    client = aws.client("lambda", account)
    client.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role=aws.role(account, "f"),
        Handler=more.pop("Handler", "package.module.handler"),
        Code={"ZipFile": code},
        **more,
    )
    return client


def call(client: Any, event: Any) -> Any:
    answer = client.invoke(FunctionName="f", Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_packages_environment_and_warm_start(aws: Aws, account: Callable[[], str]) -> None:
    text = (
        "import os\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n"
        "    return [event, count, os.environ['COLOUR'], context.function_name, os.path.exists('package')]\n"
    )
    client = function(
        aws, account(), archive(package__module=text), Environment={"Variables": {"COLOUR": "blue"}}
    )
    assert call(client, {"a": 1}) == (None, [{"a": 1}, 1, "blue", "f", True])
    assert call(client, {"a": 2}) == (None, [{"a": 2}, 2, "blue", "f", True])
    client.update_function_code(FunctionName="f", ZipFile=archive(package__module=text + "\n# changed\n"))
    assert call(client, {"a": 3}) == (None, [{"a": 3}, 1, "blue", "f", True])


def test_only_the_packages_of_the_runtime_are_there(aws: Aws, account: Callable[[], str]) -> None:
    text = (
        "def there(name):\n    try:\n        __import__(name)\n    except ImportError:\n"
        "        return False\n    return True\n"
        "def handler(event, context):\n    return {name: there(name) for name in event}\n"
    )
    client = function(aws, account(), archive(package__module=text))
    assert call(client, ["boto3", "botocore", "json", "meshwright", "pydantic", "yaml"]) == (
        None,
        {
            "boto3": True,
            "botocore": True,
            "json": True,
            "meshwright": False,
            "pydantic": False,
            "yaml": False,
        },
    )


def test_errors_and_timeouts(aws: Aws, account: Callable[[], str]) -> None:
    text = "import time\ndef handler(event, context):\n    time.sleep(event)\n    raise ValueError('bad')\n"
    client = function(aws, account(), archive(package__module=text), Timeout=1)
    error, payload = call(client, 0)
    assert (error, payload["errorType"], payload["errorMessage"]) == ("Unhandled", "ValueError", "bad")
    error, payload = call(client, 5)
    assert error == "Unhandled"
    assert payload["errorMessage"].endswith("Task timed out after 1.00 seconds")


def test_output_goes_to_the_log_group(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    client = function(
        aws, here, archive(package__module="def handler(event, context):\n    print('hello', event)\n")
    )
    answer = client.invoke(FunctionName="f", Payload='"you"', LogType="Tail")
    assert "hello you" in base64.b64decode(answer["LogResult"]).decode()
    events = aws.client("logs", here).filter_log_events(logGroupName="/aws/lambda/f")["events"]
    assert [e["message"] for e in events][1] == "hello you"


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_the_timeout_runs_while_the_module_is_imported(
    aws: Aws, account: Callable[[], str], size: int
) -> None:
    text = "import time\ntime.sleep(60)\ndef handler(event, context):\n    return 1\n"
    client = function(aws, account(), archive(package__module=text), Timeout=1)
    started = time.monotonic()
    error, payload = call(client, "x" * size)  # a pipe holds 64 KB
    assert (error, payload["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert time.monotonic() - started < 20


def test_the_time_that_remains_is_less_by_what_the_import_took(aws: Aws, account: Callable[[], str]) -> None:
    text = (
        "import time\ntime.sleep(1)\n"
        "def handler(event, context):\n    return context.get_remaining_time_in_millis()\n"
    )
    client = function(aws, account(), archive(package__module=text), Timeout=20)
    error, remaining = call(client, {})
    assert error is None
    assert 0 < remaining <= 19000


def test_a_response_has_a_largest_size(aws: Aws, account: Callable[[], str]) -> None:
    text = "def handler(event, context):\n    return 'x' * event\n"
    client = function(aws, account(), archive(package__module=text))
    assert call(client, 5_000_000) == (None, "x" * 5_000_000)
    error, payload = call(client, 13_000_000)
    assert (error, payload["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert payload["errorMessage"].endswith("Response payload size exceeded maximum of 6291556 bytes")
    assert call(client, 3) == (None, "xxx")


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open("big.bin", "w") as file:
        for _ in range(251):
            file.write(bytes(1 << 20))
    return made.getvalue()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            lambda: b"no zip file",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (bomb, "Unzipped size must be smaller than 262144000 bytes"),
    ],
    ids=["none", "too large"],
)
def test_code_that_is_refused(
    aws: Aws, account: Callable[[], str], code: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        function(aws, account(), code())
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert caught.value.response["Error"]["Message"] == message


def test_an_archive_that_lies_about_its_size_fills_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNZIPPED_BYTES", 1000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("a.py", "x" * 600)
        zipped.writestr("b.py", "y" * 600)
    with zipfile.ZipFile(made) as opened, pytest.raises(runner.TooLargeError):
        runner.unpack(opened, tmp_path)


def test_an_archive_leads_out_of_no_folder(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("../../outside.py", "")
        zipped.writestr("/absolute.py", "")
        zipped.writestr("folder/./inside.py", "")
    with zipfile.ZipFile(made) as opened:
        runner.unpack(opened, tmp_path / "asset")
    found = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.py")]
    assert sorted(found) == ["asset/absolute.py", "asset/folder/inside.py", "asset/outside.py"]


def test_a_function_sees_nothing_of_whoever_started_the_server(aws: Aws, account: Callable[[], str]) -> None:
    """The server was started with REAL_SETTINGS in its caller's environment."""
    text = (
        "import os\n"
        "def of(pid):\n"
        "    with open(f'/proc/{pid}/environ') as file:\n"
        "        return dict(each.split('=', 1) for each in file.read().split(chr(0)) if each)\n"
        "def handler(event, context):\n"
        "    return [dict(os.environ), of(os.getppid()) if os.path.exists('/proc/1') else {}]\n"
    )
    client = function(aws, account(), archive(package__module=text), Environment={"Variables": {"ONE": "1"}})
    error, (own, servers) = call(client, {})
    assert error is None
    assert "real" not in {*own.values(), *servers.values()}
    assert set(servers) <= set(control.SERVER_VARIABLES)
    assert {name for name in own if not name.startswith(("AWS_", "LC_"))} == {
        "LANG",
        "LD_LIBRARY_PATH",
        "ONE",
        "PATH",
        "TZ",
        "_HANDLER",
    }


ENDLESS = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, file=open({path!r}, 'w'))\n"
    "while True:\n    time.sleep(0.05)\n"
)


@pytest.mark.integration
@pytest.mark.parametrize("ends", ["down", "kill"])
def test_nothing_that_a_function_started_outlives_the_server(tmp_path: Path, ends: str) -> None:
    running, told = control.up(tmp_path, 0), tmp_path / "child"
    environment = control.environment(running, "111111111111", "eu-west-1")
    iam, client = (
        Account("111111111111", "eu-west-1", environment).client(each) for each in ("iam", "lambda")
    )
    role = iam.create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ZipFile": archive(module=ENDLESS.format(path=str(told)))}
    client.create_function(
        FunctionName="f", Runtime="python3.13", Role=role, Handler="module.handler", Code=code, Timeout=600
    )
    client.invoke(FunctionName="f", InvocationType="Event")
    wait_until(lambda: told.exists() and told.read_text().strip() != "")
    child = psutil.Process(int(told.read_text()))
    worker = child.parent()
    assert worker is not None
    if ends == "down":
        assert control.down(tmp_path) is True
    else:
        os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: not any(each.is_running() and each.status() != "zombie" for each in (child, worker)))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_event_that_is_no_json_is_refused(aws: Aws, account: Callable[[], str]) -> None:
    client = function(aws, account(), archive(package__module="def handler(event, context):\n    return 1\n"))
    for kind in ("RequestResponse", "Event", "DryRun"):
        for payload in (
            b"{",
            b"x",
            b"[1] 2",
            b"\xff",
            b"NaN",
            b"\xef\xbb\xbf1",
            "1".encode("utf-16"),
            b"[" * 100_000,
        ):
            with pytest.raises(ClientError, match="Could not parse request body into json: ") as caught:
                client.invoke(FunctionName="f", Payload=payload, InvocationType=kind)
            assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError, match="Could not parse request body into json: "):
        client.invoke_async(FunctionName="f", InvokeArgs=b"{")
    assert call(client, {}) == (None, 1)
