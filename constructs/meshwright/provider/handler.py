"""The Lambda entry point: one event of CloudFormation in, exactly one answer out, and that in time."""

import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config

from . import grants, iceberg, settings, shares
from .calls import Calls
from .delivery import AnsweredError, Delivery, OvertakenError
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
TOO_LATE = "did not finish in the function's time; deploy again, it continues where it stopped"
LAST_MOMENT = 8.0  # seconds before the end at which failure is answered, whatever is still in flight
# A call that hangs must end inside RESERVED; `calls` does the retrying.
CONFIG = Config(connect_timeout=5, read_timeout=25, retries={"total_max_attempts": 1, "mode": "standard"})


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Raises only if CloudFormation could not be answered, so that Lambda delivers the event again."""
    answer = Answer(event)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = boto3.client(service, config=CONFIG)
        return clients[service]

    def left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    seconds = left()
    reserved = min(RESERVED, seconds / 3)
    # No call for the event once CloudFormation has its answer.
    calls = Calls(client=client, remaining=lambda: -1.0 if answer.sent else left() - reserved)
    closing = Calls(client=client, remaining=left)
    last_moment = max(0.0, seconds - min(LAST_MOMENT, seconds / 4))
    watchdog = threading.Timer(last_moment, too_late, (event, answer, closing))
    watchdog.daemon = True
    watchdog.start()
    try:
        respond(event, calls, closing=closing, answer=answer)
    finally:
        watchdog.cancel()


def respond(event: Mapping[str, Any], calls: Calls, *, closing: Calls, answer: Answer) -> None:
    """Deal with an event and answer it; OSError if CloudFormation cannot be reached."""
    calls.note(request=event.get("RequestType"), type=event.get("ResourceType"), id=event.get("RequestId"))

    def tell(result: Outcome | Exception) -> bool:
        if isinstance(result, Outcome):
            calls.note(answer="SUCCESS")
            return answer(status="SUCCESS", physical_id=result.physical_id, data=result.data)
        if not isinstance(result, ProviderError):
            # A bug or an AWS error nobody foresaw: CloudFormation must still hear of it, or it waits an hour.
            calls.note(traceback="".join(traceback.format_exception(result)))
        problem = _problem(event, result)
        calls.note(answer="FAILED", reason=problem)
        return answer(status="FAILED", physical_id=failed_id(event), reason=problem)

    try:
        dispatch(event, calls, closing=closing, tell=tell)
    except OvertakenError:
        calls.note(answer="left to another delivery of the request")
    except Exception:
        if not answer.sent:
            raise


def dispatch(
    event: Mapping[str, Any],
    calls: Calls,
    *,
    closing: Calls | None = None,
    tell: Callable[[Outcome | Exception], bool] = lambda result: True,
) -> Outcome:
    """The outcome of an event; ProviderError for what the person who deploys must know.

    `tell` answers CloudFormation, with the error too before that is raised, and is True unless an answer was
    given already. `closing` makes the calls after that. Raises OvertakenError, and tells nothing, if another
    delivery of the same request is at work on it.
    """
    try:
        request = Request.of(event)
        delivery = Delivery(request, calls, closing=closing or calls)
    except Exception as error:
        tell(error)
        raise
    try:
        outcome = _handle(request, calls.checked(delivery.check))
    except OvertakenError:
        raise
    except AnsweredError as over:
        calls.note(skipped="the request is over")
        if isinstance(over.result, Outcome):
            tell(over.result)
            return over.result
        why = over.result or "another request followed"
        failure = ProviderError(f"Request {request.request_id} was already answered as failed: {why}")
        tell(failure)
        raise failure from None
    except Exception as error:
        if delivery.begun:
            delivery.end(_problem(event, error))
        tell(error)
        raise
    told = tell(outcome)
    if delivery.begun:
        delivery.end(outcome if told else TOO_LATE)
    return outcome


def _handle(request: Request, calls: Calls) -> Outcome:
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


def _problem(event: Mapping[str, Any], error: Exception) -> str:
    return str(error) if isinstance(error, ProviderError) else f"{_named(event)} failed: {reason(error)}"


def _named(event: Mapping[str, Any]) -> str:
    return f"{event.get('ResourceType')} {event.get('LogicalResourceId')}"


def too_late(event: Mapping[str, Any], answer: Answer, closing: Calls) -> None:
    """Answer failure, while the function's work hangs; it is remembered even if the answer may be lost."""
    text = f"{_named(event)} {TOO_LATE}"
    told = True
    try:
        told = answer(status="FAILED", physical_id=failed_id(event), reason=text)
    finally:
        if told:
            Delivery(Request.of(event), closing, closing=closing).end(text)
