"""The Lambda entry point against a local HTTP server in the place of CloudFormation's presigned URL."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from tests.provider.lake_model import Model

from meshwright.provider import handler as module
from meshwright.provider.calls import Calls
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import handler
from meshwright.provider.request import Outcome, Request
from meshwright.provider.response import Answer, body

KIND = "Custom::LakeFormationShares"
SECRET = "X-Amz-Signature=secret"


class Context:
    def __init__(self, seconds: float = 900) -> None:
        self.end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return round((self.end - time.monotonic()) * 1000)


class CloudFormation:
    """Collects what is PUT to it, and refuses the first `refuse` of them."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.refuse = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200
                if outer.refuse:
                    outer.refuse -= 1
                    status = 503
                else:
                    outer.answers.append(json.loads(content))
                    outer.content_types.append(self.headers["Content-Type"])
                    assert len(content) < 4096
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/answer?{SECRET}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    found = CloudFormation()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Model:
    model = Model()
    monkeypatch.setattr(module.boto3, "client", lambda service, config: model.client(service))
    return model


requests = itertools.count()


def event(cloudformation: CloudFormation, kind: str = "Create", **more: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": cloudformation.url,
        "ResourceType": KIND,
        "StackId": "arn:aws:cloudformation:eu-west-1:222222222221:stack/acme-orders-access/8b2f",
        "LogicalResourceId": "Shares",
        "RequestId": f"9c3e-{next(requests)}",
        "ResourceProperties": {"ServiceToken": "arn", "OwnerAccount": "111111111111"},
        **more,
    }


def replace(monkeypatch: pytest.MonkeyPatch, handle: Any) -> None:
    monkeypatch.setattr(module, "HANDLERS", {KIND: handle})


def test_a_success_is_answered_once_in_full(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(
        monkeypatch, lambda request, calls: Outcome(physical_id=request.stable_id, data={"Accepted": "1"})
    )
    handler(event(cloudformation, RequestId="9c3e"), Context())
    assert cloudformation.answers == [
        {
            "Status": "SUCCESS",
            "PhysicalResourceId": "acme-orders-access/Shares",
            "StackId": "arn:aws:cloudformation:eu-west-1:222222222221:stack/acme-orders-access/8b2f",
            "RequestId": "9c3e",
            "LogicalResourceId": "Shares",
            "Reason": "",
            "Data": {"Accepted": "1"},
        }
    ]
    assert cloudformation.content_types == [""]  # the presigned URL is signed for none
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if "call" not in line] == [
        {"id": "9c3e", "request": "Create", "type": KIND},
        {"answer": "SUCCESS"},
    ]


def test_an_update_keeps_its_physical_id(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, lambda request, calls: Outcome(physical_id=request.stable_id))
    handler(event(cloudformation, "Update", PhysicalResourceId="as-before"), Context())
    assert [one["PhysicalResourceId"] for one in cloudformation.answers] == ["as-before"]


def test_a_failure_is_its_sentence_and_a_failed_create_has_an_id_of_its_own(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: Request, calls: Calls) -> Outcome:
        raise ProviderError("Could not grant SELECT on t to 3:\n AccessDenied")

    replace(monkeypatch, refuse)
    handler(event(cloudformation), Context())
    handler(event(cloudformation, "Update", PhysicalResourceId="as-before"), Context())
    found = [(one["Status"], one["PhysicalResourceId"], one["Reason"]) for one in cloudformation.answers]
    reason = "Could not grant SELECT on t to 3: AccessDenied"
    assert found == [("FAILED", "failed-create-of-Shares", reason), ("FAILED", "as-before", reason)]


def test_a_bug_is_answered_too(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def buggy(request: Request, calls: Calls) -> Outcome:
        raise KeyError("x")

    replace(monkeypatch, buggy)
    handler(event(cloudformation), Context())
    assert [one["Reason"] for one in cloudformation.answers] == [f"{KIND} Shares failed: KeyError: 'x'"]
    out = capsys.readouterr().out
    assert "Traceback" in out
    assert "secret" not in out


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ResourceType": "Custom::Other"}, "Custom::Other is not one of Custom::LakeFormationShares"),
        ({"RequestType": "Read"}, "RequestType 'Read' is not Create, Update or Delete"),
        ({"LogicalResourceId": ""}, "The event has no LogicalResourceId"),
        (
            {"StackId": "acme"},
            "Custom::LakeFormationShares Shares failed: IndexError: list index out of range",
        ),
    ],
)
def test_a_strange_event_is_answered_by_name(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], reason: str
) -> None:
    replace(monkeypatch, lambda request, calls: Outcome(physical_id="x"))
    handler(event(cloudformation, **change), Context())
    assert [(one["Status"], one["Reason"]) for one in cloudformation.answers] == [("FAILED", reason)]


def test_the_delete_of_an_unknown_type_succeeds(cloudformation: CloudFormation) -> None:
    handler(event(cloudformation, "Delete", ResourceType="Custom::Other", PhysicalResourceId="p"), Context())
    assert [one["Status"] for one in cloudformation.answers] == ["SUCCESS"]


def test_failure_is_answered_before_the_function_is_killed_and_only_once(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    def hang(request: Request, calls: Calls) -> Outcome:
        time.sleep(1.2)  # a call in flight; the answer has to be given without it
        left.append(calls.remaining())
        return Outcome(physical_id="too late")

    replace(monkeypatch, hang)
    context = Context(1)
    handler(event(cloudformation), context)
    assert [(one["Status"], one["Reason"]) for one in cloudformation.answers] == [
        (
            "FAILED",
            f"{KIND} Shares did not finish in the function's time; "
            "deploy again, it continues where it stopped",
        )
    ]
    assert left == [-1.0]  # so that no further call is made once CloudFormation has its answer


def test_a_failure_for_lack_of_time_is_not_made_good_behind_cloudformations_back(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(request: Request, calls: Calls) -> Outcome:
        time.sleep(0.9)
        raise KeyboardInterrupt  # in the place of Lambda, which kills the function

    def work(request: Request, calls: Calls) -> Outcome:
        calls("iam", "get_role", RoleName="any")
        return Outcome(physical_id="x")

    replace(monkeypatch, hang)
    create = event(cloudformation)
    with pytest.raises(KeyboardInterrupt):
        handler(create, Context(1))
    replace(monkeypatch, work)
    handler(create, Context())
    assert [one["Status"] for one in cloudformation.answers] == ["FAILED", "FAILED"]
    assert "already answered as failed" in cloudformation.answers[1]["Reason"]


def test_a_request_whose_answer_was_lost_is_answered_by_its_next_delivery(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Answer", lambda event: Answer(event, sleep=lambda _: None))
    replace(monkeypatch, lambda request, calls: Outcome(physical_id="x", data={"a": "b"}))
    cloudformation.refuse = 4
    create = event(cloudformation)
    with pytest.raises(OSError, match="Could not answer CloudFormation"):
        handler(create, Context())
    for _ in range(2):
        handler(create, Context())
    assert [(one["Status"], one["Data"]) for one in cloudformation.answers] == [("SUCCESS", {"a": "b"})] * 2


def test_work_stops_early_enough_to_answer(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    def look(request: Request, calls: Calls) -> Outcome:
        left.append(calls.remaining())
        return Outcome(physical_id="x")

    replace(monkeypatch, look)
    handler(event(cloudformation), Context(900))
    assert 840 < left[0] < 860


def test_an_answer_is_repeated_until_it_arrives(cloudformation: CloudFormation) -> None:
    cloudformation.refuse = 2
    pauses: list[float] = []
    answer = Answer(event(cloudformation), sleep=pauses.append)
    assert answer(status="SUCCESS", physical_id="x")
    assert not answer(status="FAILED", physical_id="x")
    assert [one["Status"] for one in cloudformation.answers] == ["SUCCESS"]
    assert pauses == [0.5, 1.0]


def test_an_answer_that_never_arrives_is_an_error_without_the_url(cloudformation: CloudFormation) -> None:
    cloudformation.refuse = 99
    answer = Answer(event(cloudformation), sleep=lambda _: None)
    with pytest.raises(OSError, match=r"^Could not answer CloudFormation: HTTPError$"):
        answer(status="SUCCESS", physical_id="x")
    assert not answer.sent


@pytest.mark.parametrize(
    "text", ["x" * 9000, "é" * 9000, '"\n' * 9000, "Could not grant " + "y" * 5000 + " denied."]
)
def test_an_answer_stays_below_the_limit_and_keeps_both_ends_of_its_reason(text: str) -> None:
    request = {"StackId": "s" * 200, "RequestId": "r", "LogicalResourceId": "l"}
    content = body(request, status="FAILED", physical_id="p" * 500, reason=text, data={"a": "b" * 5000})
    assert len(content) < 4096
    answer = json.loads(content)
    assert answer["Data"] == {}
    flat = " ".join(text.split())
    assert answer["Reason"][:10] == flat[:10]
    assert answer["Reason"][-7:] == flat[-7:]
    assert len(answer["Reason"]) > 250
