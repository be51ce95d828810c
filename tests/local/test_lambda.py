"""Functions run from their deployed zip archive."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

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
