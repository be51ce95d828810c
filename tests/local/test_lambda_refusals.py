"""Configuration and code that Lambda refuses, and what a function is that could not be refused."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from meshwright.local.lambdas.container import reply_in
from meshwright.local.lambdas.runner import Function, Outcome, Runner
from tests.embedded import Aws
from tests.local.test_lambda import archive

pytestmark = pytest.mark.slow

GOOD = archive(module="import os\ndef handler(event, context):\n    return [event, os.environ.get('ONE')]\n")
UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."
UNABLE = "Lambda was unable to configure your environment variables because"
NAMES = (
    "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys "
    "must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
)


def function(aws: Aws, account: str, role: str, code: bytes, **more: Any) -> Any:
    client = aws.client("lambda", account)
    given = {"FunctionName": "f", "Runtime": "python3.13", "Role": role, "Handler": "module.handler", **more}
    client.create_function(Code={"ZipFile": code}, **given)
    return client


def encrypted() -> bytes:
    """An archive whose members say that they are encrypted."""
    data = bytearray(GOOD)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def changed(found: bytes, by: bytes, code: bytes = GOOD) -> bytes:
    assert found in code
    return code.replace(found, by)


def unreadable_name() -> bytes:
    """An archive whose member's name is said to be UTF-8, and is not."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("modulé.py", "")
    return changed("é".encode(), b"\xff\xfe", made.getvalue())


def other_method() -> bytes:
    """An archive whose members are compressed by a method that nobody knows."""
    data = bytearray(GOOD)
    central = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, 8, 77)
    struct.pack_into("<H", data, central + 10, 77)
    return bytes(data)


BROKEN = {
    "encrypted": encrypted(),
    "name": unreadable_name(),
    "method": other_method(),
    "content": changed(b"def handler", b"dfe handler"),  # the checksum does not fit
    "half": GOOD[: len(GOOD) // 2],
    "no archive": b"",
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
def test_an_archive_that_cannot_be_read_is_refused(aws: Aws, account: Callable[[], str], code: bytes) -> None:
    here = account()
    role = aws.role(here, "f")
    refused(UNREADABLE, lambda: function(aws, here, role, code))
    client = function(aws, here, role, GOOD)
    refused(UNREADABLE, lambda: client.update_function_code(FunctionName="f", ZipFile=code))
    assert json.loads(client.invoke(FunctionName="f", Payload="1")["Payload"].read()) == [1, None]


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"Handler": "a b"},
            "ValidationException",
            "1 validation error detected: Value 'a b' at 'handler' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [^\\s]+",
        ),
        (
            {"Handler": "a" * 129},
            "ValidationException",
            f"1 validation error detected: Value '{'a' * 129}' at 'handler' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
        ),
        (
            {"Handler": "module\0.handler"},
            "InvalidParameterValueException",
            "The handler has a character that no process can be given: \\u0000",
        ),
        (
            {"Handler": "module\ud800.handler"},
            "InvalidParameterValueException",
            "The handler has a character that no process can be given: \\ud800",
        ),
        (
            {"Timeout": 10**9},
            "ValidationException",
            "1 validation error detected: Value '1000000000' at 'timeout' failed to satisfy constraint: "
            "Member must have value less than or equal to 5400",
        ),
        ({"Environment": {"Variables": {"A=B": "1"}}}, "ValidationException", NAMES),
        ({"Environment": {"Variables": {"A\0B": "1"}}}, "ValidationException", NAMES),
        ({"Environment": {"Variables": {"": "1"}}}, "ValidationException", NAMES),
        ({"Environment": {"Variables": {"É1": "1"}}}, "ValidationException", NAMES),
        (
            {"Environment": {"Variables": {"ONE": "a\0b"}}},
            "InvalidParameterValueException",
            f"{UNABLE} the value of ONE has a character that no process can be given: \\u0000",
        ),
        (
            {"Environment": {"Variables": {"ONE": "\udfff"}}},
            "InvalidParameterValueException",
            f"{UNABLE} the value of ONE has a character that no process can be given: \\udfff",
        ),
        (
            {"Environment": {"Variables": {"AWS_REGION": "eu-west-1"}}},
            "InvalidParameterValueException",
            f"{UNABLE} the environment variables you have provided contains reserved keys that are currently "
            "not supported for modification. Reserved keys used in this request: AWS_REGION",
        ),
        (
            {"Environment": {"Variables": {"ONE": "x" * 4096}}},
            "InvalidParameterValueException",
            f"{UNABLE} the environment variables you have provided exceeded the 4KB limit. String measured: "
            f'{{"ONE":"{"x" * 142}…{"x" * 147}"}}',
        ),
    ],
)
def test_configuration_that_is_refused(
    aws: Aws, account: Callable[[], str], given: dict[str, Any], code: str, message: str
) -> None:
    here = account()
    role = aws.role(here, "f")
    refused(message, lambda: function(aws, here, role, GOOD, **given), code)
    client = function(aws, here, role, GOOD)
    refused(message, lambda: client.update_function_configuration(FunctionName="f", **given), code)
    assert json.loads(client.invoke(FunctionName="f", Payload="1")["Payload"].read()) == [1, None]


def test_code_that_is_nowhere_is_refused(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    client = function(aws, here, aws.role(here, "f"), GOOD)
    nowhere = "Please provide a source for function code."
    refused(nowhere, lambda: client.update_function_code(FunctionName="f"))
    missing = (
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
        "S3 Error Message: The specified bucket does not exist"
    )
    place = {"S3Bucket": "there-is-none-such", "S3Key": "a"}
    refused(missing, lambda: client.update_function_code(FunctionName="f", **place))


def test_variables_can_be_taken_away(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    client = function(aws, here, aws.role(here, "f"), GOOD, Environment={"Variables": {"ONE": "1"}})
    client.update_function_configuration(FunctionName="f", Environment={})
    assert json.loads(client.invoke(FunctionName="f", Payload="2")["Payload"].read()) == [2, None]


def refused(message: str, call: Callable[[], Any], code: str = "InvalidParameterValueException") -> None:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"] == {
        **caught.value.response["Error"],
        "Code": code,
        "Message": message,
    }


def invoked(
    folder: Path, *, code: bytes = GOOD, handler: str = "module.handler", **environment: str
) -> Outcome:
    """What comes of a function that nobody refused."""
    runner = Runner(
        folder=folder, find=lambda arn: made, environment=lambda made: {}, write_log=lambda *given: None
    )
    made = Function(
        arn="arn:aws:lambda:eu-west-1:111111111111:function:f",
        name="f",
        account="111111111111",
        region="eu-west-1",
        role_arn="arn:aws:iam::111111111111:role/f",
        handler=handler,
        timeout=20,
        memory=128,
        environment=environment,
        code=code,
    )
    try:
        outcome = runner.invoke(made, {})
        assert outcome.error is None or runner.start(made.arn, {}).result() is not None
        return outcome
    finally:
        runner.close()


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        *(
            ({"code": code}, "InvalidZipFile", message)
            for code, message in (
                (BROKEN["encrypted"], "is encrypted, password required for extraction"),
                (BROKEN["name"], "invalid start byte"),
                (BROKEN["method"], "That compression method is not supported"),
                (BROKEN["content"], "Bad CRC-32 for file 'module.py'"),
                (BROKEN["no archive"], "the archive can't be unpacked: File is not a zip file"),
                (zipped("a", "a/b"), "the member a/b can't be made: File exists"),
                (zipped("a/b", "a"), "the member a can't be made: Is a directory"),
                (zipped("n" * 300), f"the member {'n' * 300} can't be made: File name too long"),
            )
        ),
        ({"handler": "module\0.handler"}, "Runtime.InvalidEntrypoint", "embedded null byte"),
        ({"handler": "\ud800"}, "Runtime.InvalidEntrypoint", "surrogates not allowed"),
        ({"A=B": "1"}, "Runtime.InvalidEntrypoint", "illegal environment variable name"),
        ({"ONE": "\0"}, "Runtime.InvalidEntrypoint", "embedded null byte"),
        ({"ONE": "x" * 10_000_000}, "Runtime.InvalidEntrypoint", "Argument list too long"),
        ({"code": zipped("..", "../..", ".")}, "ModuleNotFoundError", "No module named 'module'"),
        ({"handler": ""}, "ValueError", "Empty module name"),
    ],
)
def test_whatever_is_broken_is_an_error_of_the_function(
    tmp_path: Path, given: dict[str, Any], kind: str, message: str
) -> None:
    outcome = invoked(tmp_path / "lambda", **given)
    assert outcome.error is not None
    assert outcome.error["errorType"] == kind
    assert outcome.error["errorMessage"].endswith(message)
    assert str(tmp_path) not in outcome.error["errorMessage"]


@pytest.mark.parametrize(
    "line", ["[]", "{", "null", '{"result": "1", "error": null}', '{"error": {}}', "\\xff", "[" * 100_000]
)
def test_a_function_that_writes_to_every_descriptor_answers_nothing(tmp_path: Path, line: str) -> None:
    text = (
        "import os\ndef handler(event, context):\n    for number in range(1, 20):\n        try:\n"
        f"            os.write(number, b'{line}\\n')\n"
        "        except OSError:\n            pass\n    return 1\n"
    )
    outcome = invoked(tmp_path / "lambda", code=archive(module=text))
    assert outcome.error is not None
    assert outcome.error["errorType"] == "Runtime.ExitError"


@pytest.mark.parametrize(
    "reply",
    [
        {"request_id": "other", "result": "1", "error": None},
        {"request_id": "one", "result": 1, "error": None},
        {"request_id": "one", "result": "{", "error": None},
        {"request_id": "one", "result": "'\ud800'", "error": None},
        {"request_id": "one", "result": None, "error": None},
        {"request_id": "one", "result": None, "error": {"errorType": 1, "errorMessage": ""}},
        {"request_id": "one", "result": None, "error": "failed"},
    ],
)
def test_a_line_that_no_worker_wrote_is_no_reply(reply: Any) -> None:
    assert reply_in(json.dumps(reply).encode(), "one") is None


def test_a_function_may_remove_the_file_of_its_log(tmp_path: Path) -> None:
    text = (
        "import pathlib, os\ndef handler(event, context):\n"
        "    for log in pathlib.Path(os.getcwd()).parents[1].glob('logs/*'):\n"
        "        log.unlink()\n    return 1\n"
    )
    outcome = invoked(tmp_path / "lambda", code=archive(module=text))
    assert (outcome.payload, outcome.error) == ("1", None)
