"""Lambda-backed custom resources: the request to the function, and the answer that it puts to a URL."""

import json
import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from meshwright.local.clients import Reply
from meshwright.local.cloudformation.calls import Calls
from meshwright.local.cloudformation.handler import (
    Attributes,
    Context,
    HandlerError,
    Properties,
    ResourceType,
)
from meshwright.local.cloudformation.intrinsics import scalar

RESPONSE_LIMIT = 4096
"""Bytes of the whole response; CloudFormation refuses a longer one."""
DEFAULT_TIMEOUT = 3600
"""Seconds that CloudFormation waits for the response, unless ServiceTimeout says otherwise."""

Invoke = Callable[[str, Mapping[str, Any]], "Future[str | None]"]
"""Starts a function (by ARN) with an event; the future holds why it failed for good, or None."""


@dataclass
class CustomResources:
    """Sends requests and collects the responses."""

    invoke: Invoke
    base_url: str
    """Of the response URLs; the response's key is appended."""
    calls: Calls
    """Keeps the responses, so that no function is asked again that has answered."""
    _waiting: dict[str, tuple[str, "Future[bytes]"]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, key: str, body: bytes) -> bool:
        """Hands over a response; False if nobody waits for it. Later responses to a request are ignored."""
        with self._lock:
            call, waiting = self._waiting.get(key, ("", None))
            if waiting and not waiting.done():
                self.calls.keep(call, Reply(200, [], body))
                waiting.set_result(body)
        return waiting is not None

    def resource_type(self, name: str) -> ResourceType:
        return ResourceType(name=name, create=self._create, update=self._update, delete=self._delete)

    def _create(self, context: Context, properties: Properties) -> tuple[str, Attributes]:
        answer = self._request(context, "Create", properties)
        return answer["PhysicalResourceId"], _data(answer)

    def _update(
        self, context: Context, physical_id: str, properties: Properties, previous: Properties
    ) -> Attributes:
        if properties.get("ServiceToken") != previous.get("ServiceToken"):
            raise HandlerError("Modifying service token is not allowed.")
        answer = self._request(
            context,
            "Update",
            properties,
            PhysicalResourceId=physical_id,
            OldResourceProperties=scalar(dict(previous)),
        )
        context.created(answer["PhysicalResourceId"])
        return _data(answer)

    def _delete(self, context: Context, physical_id: str, properties: Properties) -> None:
        self._request(context, "Delete", properties, PhysicalResourceId=physical_id)

    def _request(self, context: Context, kind: str, properties: Properties, **more: Any) -> dict[str, Any]:
        function = properties.get("ServiceToken")
        if not isinstance(function, str) or ":lambda:" not in function:
            raise HandlerError(
                "ServiceToken must be the ARN of a Lambda function; SNS topics are not emulated."
            )
        # The same ones when the work is begun anew after a crash, as of an event that Lambda delivers twice.
        request_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{context.work}/{kind}"))
        key = secrets.token_hex(16)
        event = {
            "RequestType": kind,
            "ServiceToken": function,
            "ResponseURL": self.base_url + key,
            "StackId": context.stack_id,
            "RequestId": request_id,
            "LogicalResourceId": context.logical_id,
            "ResourceType": context.type,
            "ResourceProperties": scalar(dict(properties)),
            **more,
        }
        call = f"{context.work}#response to {kind}"
        before = self.calls.answered(call)
        if before is not None:
            return self._checked(context, kind, before.body, request_id)
        answered: Future[bytes] = Future()
        with self._lock:
            self._waiting[key] = call, answered
        try:
            ended = self.invoke(function, event)
            timeout = float(properties.get("ServiceTimeout", DEFAULT_TIMEOUT))
            either: list[Future[Any]] = [answered, ended]
            wait(either, timeout=timeout, return_when=FIRST_COMPLETED)
            if not answered.done():
                raise HandlerError(_silence(request_id, ended))
            return self._checked(context, kind, answered.result(), request_id)
        finally:
            with self._lock:
                del self._waiting[key]

    def _checked(self, context: Context, kind: str, body: bytes, request_id: str) -> dict[str, Any]:
        if len(body) > RESPONSE_LIMIT:
            raise HandlerError("Response object is too long.")
        try:
            answer = json.loads(body)
        except ValueError:
            raise HandlerError("Invalid Response object: not JSON.") from None
        if not isinstance(answer, dict) or answer.get("Status") not in ("SUCCESS", "FAILED"):
            raise HandlerError("Invalid Response object: Value of property Status must be SUCCESS or FAILED.")
        physical_id = answer.get("PhysicalResourceId")
        if kind == "Create" and physical_id:
            context.created(physical_id)
        if answer["Status"] == "FAILED":
            reason = answer.get("Reason") or "Unknown failure"
            raise HandlerError(
                f"Received response status [FAILED] from custom resource. Message returned: {reason}"
            )
        if not isinstance(physical_id, str) or not physical_id:
            raise HandlerError("Invalid PhysicalResourceId")
        return answer


def _silence(request_id: str, ended: "Future[str | None]") -> str:
    advice = f"Please check your logs for requestId [{request_id}]."
    if not ended.done():
        return f"CloudFormation did not receive a response from your Custom Resource in time. {advice}"
    why = ended.result() or "the function ended without sending one"
    return f"CloudFormation did not receive a response from your Custom Resource: {why}. {advice}"


def _data(answer: Mapping[str, Any]) -> Attributes:
    data = answer.get("Data") or {}
    return dict(data) if isinstance(data, Mapping) else {}
