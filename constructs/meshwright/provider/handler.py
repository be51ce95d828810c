"""The Lambda entry point: one event of CloudFormation in, exactly one answer out, and that in time."""

import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config

from . import grants, iceberg, settings, shares
from .calls import Calls
from .errors import ProviderError, reason
from .request import CREATE, DELETE, Outcome, Request
from .response import Answer

HANDLERS: Mapping[str, Callable[[Request, Calls], Outcome]] = {
    "Custom::IcebergTable": iceberg.handle,
    "Custom::LakeFormationGrants": grants.handle,
    "Custom::LakeFormationSettings": settings.handle,
    "Custom::LakeFormationShares": shares.handle,
}
RESERVED = 45.0  # seconds kept for a call in flight when work must stop, and for the answer
LAST_MOMENT = 8.0  # seconds before the end at which failure is answered, whatever is still in flight
# A call that hangs must end inside RESERVED; `calls` does the retrying.
CONFIG = Config(connect_timeout=5, read_timeout=25, retries={"total_max_attempts": 1, "mode": "standard"})


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Raises only if CloudFormation could not be answered, so that Lambda delivers the event again."""
    answer = Answer(event)
    seconds = context.get_remaining_time_in_millis() / 1000
    watchdog = threading.Timer(max(0.0, seconds - min(LAST_MOMENT, seconds / 4)), _too_late, (event, answer))
    watchdog.daemon = True
    watchdog.start()
    try:
        _work(event, context, answer)
    finally:
        watchdog.cancel()


def _work(event: Mapping[str, Any], context: Any, answer: Answer) -> None:
    reserved = min(RESERVED, context.get_remaining_time_in_millis() / 1000 / 3)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = boto3.client(service, config=CONFIG)
        return clients[service]

    def remaining() -> float:
        left: float = context.get_remaining_time_in_millis() / 1000 - reserved
        return -1.0 if answer.sent else left

    calls = Calls(client=client, remaining=remaining)
    calls.note(request=event.get("RequestType"), type=event.get("ResourceType"), id=event.get("RequestId"))
    try:
        outcome = dispatch(event, calls)
    except ProviderError as error:
        problem = str(error)
    except Exception as error:
        # A bug or an AWS error nobody foresaw: CloudFormation must still hear of it, or it waits an hour.
        calls.note(traceback=traceback.format_exc())
        problem = f"{event.get('ResourceType')} {event.get('LogicalResourceId')} failed: {reason(error)}"
    else:
        calls.note(answer="SUCCESS")
        answer(status="SUCCESS", physical_id=outcome.physical_id, data=outcome.data)
        return
    calls.note(answer="FAILED", reason=problem)
    answer(status="FAILED", physical_id=failed_id(event), reason=problem)


def dispatch(event: Mapping[str, Any], calls: Calls) -> Outcome:
    """The outcome of an event; ProviderError for what the person who deploys must know."""
    request = Request.of(event)
    if request.type in HANDLERS:
        return HANDLERS[request.type](request, calls)
    if request.kind == DELETE:  # its create was refused for the same reason
        return Outcome(physical_id=request.stable_id)
    raise ProviderError(f"{request.type} is not one of {', '.join(HANDLERS)}")


def failed_id(event: Mapping[str, Any]) -> str:
    """The id answered on failure; that of a failed create is never a good one, so its delete can be told."""
    if event.get("RequestType") == CREATE or not event.get("PhysicalResourceId"):
        return f"failed-create-of-{event.get('LogicalResourceId', 'unknown')}"
    return str(event["PhysicalResourceId"])


def _too_late(event: Mapping[str, Any], answer: Answer) -> None:
    what = f"{event.get('ResourceType')} {event.get('LogicalResourceId')}"
    text = f"{what} did not finish in the function's time; deploy again, it continues where it stopped"
    answer(status="FAILED", physical_id=failed_id(event), reason=text)
