"""How much is kept of what functions print."""

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
from moto.logs.models import LogGroup

from meshwright.local.lambdas import logs
from meshwright.local.lambdas.logs import forget, shortened
from tests.embedded import Aws
from tests.local.test_lambda import archive, call, function


def messages(aws: Aws, account: str) -> list[str]:
    found = aws.client("logs", account).filter_log_events(logGroupName="/aws/lambda/f")
    return [event["message"] for event in found["events"]]


@pytest.mark.parametrize("line", ["x" * 60, "x" * 999_999], ids=["short lines", "long lines"])
def test_a_function_that_prints_much_is_cut_and_slows_nobody(
    aws: Aws, account: Callable[[], str], line: str
) -> None:
    here = account()
    text = (
        "def handler(event, context):\n    print('first')\n"
        f"    for _ in range(event):\n        print('{line}')\n    print('last')\n    return 1\n"
    )
    client = function(aws, here, archive(package__module=text), Timeout=60)
    assert call(client, 50_000_000 // len(line)) == (None, 1)
    printed = messages(aws, here)
    assert (printed[1], printed[-2]) == ("first", "last")
    assert sum(map(len, printed)) < 300_000
    assert [one for one in printed if one.startswith("[meshwright]")]
    started = time.monotonic()
    answer = client.invoke(FunctionName="f", Payload="0", LogType="Tail")
    assert time.monotonic() - started < 2
    assert base64.b64decode(answer["LogResult"]).decode().splitlines()[1:-1] == ["first", "last"]
    assert messages(aws, here)[-3:-1] == ["first", "last"]


def test_of_many_lines_the_first_and_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "INVOCATION_LINES", 4)
    assert shortened("1\n2\n3\n4") == "1\n2\n3\n4"
    assert shortened("1\n2\n3\n4\n5\n6\n") == (
        "1\n2\n[meshwright] 2 lines of this invocation are left out: 4 are kept\n5\n6\n"
    )


def test_of_many_invocations_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FUNCTION_LINES", 8)
    monkeypatch.setattr(logs, "FUNCTION_CHARACTERS", 1000)
    group = LogGroup("111111111111", "eu-west-1", "/aws/lambda/f")
    for stream, number in (("old", 4), ("new", 4)):
        group.create_log_stream(stream)
        put(group, stream, [f"{stream} {n}" for n in range(number)])
    forget(group)
    assert said(group) == {"old": [f"old {n}" for n in range(4)], "new": [f"new {n}" for n in range(4)]}
    put(group, "new", ["new 4"])
    forget(group)
    note = (
        "[meshwright] earlier lines of this function are left out: its last 8 are kept, of 1,000 characters"
    )
    assert said(group) == {"old": [note, "old 3"], "new": [f"new {n}" for n in range(5)]}
    put(group, "new", ["x" * 990])
    forget(group)
    assert said(group) == {"new": [note, "x" * 990]}


def put(group: Any, stream: str, messages: list[str]) -> None:
    stamp = int(time.time() * 1000)
    group.put_log_events(stream, [{"timestamp": stamp, "message": one} for one in messages])


def said(group: Any) -> dict[str, list[str]]:
    return {name: [event.message for event in stream.events] for name, stream in group.streams.items()}
