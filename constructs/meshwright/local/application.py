"""What answers the requests: AWS's own by moto with our parts in it, and those of the commands.

Of moto's own routes only AWS's are served: whatever is asked for is told by the scope of the signature, never
by a path, so that neither moto's own API nor the metadata of instances is there.
"""

import io
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from meshwright.local.clients import CALL, Reply
from meshwright.local.operations import Operation, operation_of
from meshwright.local.wire import proof
from meshwright.local.wire.refused import refused
from meshwright.local.wire.signature import Request, Scope, SignatureError, check, scope_of

log = logging.getLogger(__name__)
PUTS = ("PutRecord", "PutRecords")
"""The operations that put records on streams."""
RECEIVE = "ReceiveMessage"
"""It may wait for a message that another request brings."""
HOP_BY_HOP = ("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
"""Headers that the HTTP server sets itself (PEP 3333)."""
POLL_SECONDS = 0.1
RESPONSE = "response/"
"""Below it are the addresses that custom resources answer to, each known only to the one that was asked."""


class Application:
    """The WSGI application. One request at a time enters moto, which isn't thread-safe.

    Lambda invocations and our own CloudFormation wait for other requests, so they stay outside that lock.
    """

    def __init__(
        self,
        *,
        authority: str,
        token: str,
        folder: Path,
        organization: str | None,
        unwritable: Callable[[Exception], None],
    ) -> None:
        """Goes on from the state in the folder. Raises UnreadableError or DamagedError if it can't.

        `unwritable`: see `Store`.
        """
        # After the environment is set, and here because moto takes its time to import.
        from meshwright.local.moto_loading import leave_out_what_is_not_served

        leave_out_what_is_not_served()
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        from meshwright.local import malformed
        from meshwright.local.identity import secret_of
        from meshwright.local.persistence.keeper import damage
        from meshwright.local.services import Services, queue_wait

        self._token, self._secret_of, self._queue_wait = token, secret_of, queue_wait
        self._malformed = malformed.refusal
        self._moto = DomainDispatcherApplication(create_backend_app)
        with damage():
            self.services = Services(
                endpoint=f"http://{authority}",
                serve=self.serve,
                folder=folder,
                organization=organization,
                unwritable=unwritable,
            )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(proof.PREFIX):
            reply = self._internal(path.removeprefix(proof.PREFIX), environ)
        else:
            reply = self._refusal(environ) or self.serve(environ)
        status = HTTPStatus(reply.status)
        headers = [(name, value) for name, value in reply.headers if name.lower() not in HOP_BY_HOP]
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(reply.body))))
        start_response(f"{status.value} {status.phrase}", headers)
        return [reply.body]

    def serve(self, environ: dict[str, Any]) -> Reply:
        """Answers a request whose signature is known to be right."""
        scope = scope_of(_request(environ))
        asked = operation_of(environ, scope.service)
        path = environ["PATH_INFO"].rstrip("/")
        if scope.service == "cloudformation" or path.endswith(("/invocations", "/invoke-async")):
            return self._ask_moto(environ, scope)
        if asked.name == RECEIVE and "HTTP_X_AMZ_TARGET" in environ and (given := _object(environ)):
            return self._wait_for_messages(environ, scope, given)
        call = environ.get(CALL)
        with self.services.lock, self.services.keeper.operation(asked) as kept:
            reply = self.services.calls.answered(call) if call else None
            if reply is None:
                reply = self._ask_moto(environ, scope)
                if call and asked.changes:
                    kept |= self.services.calls.noted(call, reply)
        if asked.name in PUTS:
            self.services.deliveries.wake()
        return reply

    def _refusal(self, environ: dict[str, Any]) -> Reply | None:
        request, service = _request(environ), None
        try:
            scope = scope_of(request)
            service = scope.service
            secret = self._secret_of(scope.access_key)
            if secret is None:
                raise SignatureError(
                    "InvalidClientTokenId", "The security token included in the request is invalid."
                )
            check(request, secret, now=datetime.now(UTC))
        except SignatureError as error:
            headers, text = refused(error, request.headers, service)
            return Reply(403, headers, text)
        return self._malformed(environ, scope.service)

    def _wait_for_messages(self, environ: dict[str, Any], scope: Scope, given: dict[str, Any]) -> Reply:
        """Looks again and again, so that what brings the messages can enter meanwhile."""
        seconds = given.get("WaitTimeSeconds")
        if seconds is None:
            with self.services.lock:
                seconds = self._queue_wait(str(given.get("QueueUrl", "")), scope.region)
        if isinstance(seconds, int) and 0 <= seconds <= 20:  # SQS refuses others
            given["WaitTimeSeconds"] = 0
        at_once = json.dumps(given).encode()
        deadline = time.monotonic() + (seconds if isinstance(seconds, int) else 0)
        while True:
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(at_once), str(len(at_once))
            asked = Operation(scope.service, RECEIVE, changes=True)
            with self.services.lock, self.services.keeper.operation(asked):
                reply = self._ask_moto(environ, scope)
            if reply.status != 200 or b'"Messages"' in reply.body or time.monotonic() >= deadline:
                return reply
            time.sleep(POLL_SECONDS)

    def _ask_moto(self, environ: dict[str, Any], scope: Scope) -> Reply:
        if "HTTP_AUTHORIZATION" in environ:
            host = self._moto.infer_service_region_host(environ, environ["PATH_INFO"])
        else:
            host = f"{scope.service}.{scope.region}.amazonaws.com"
        with self._moto.lock:
            service = self._moto.get_backend_for_host(host or "")
            if service is None:
                return Reply(404, [], b"")
            app = self._moto.app_instances.get(service)
            if app is None:
                app = self._moto.app_instances[service] = self._moto.create_app(service)
        return _reply(app, environ)

    def _internal(self, name: str, environ: dict[str, Any]) -> Reply:
        body = environ["wsgi.input"].read()
        if name.startswith(RESPONSE):
            known = environ["REQUEST_METHOD"] == "PUT" and self.services.custom.receive(
                name.removeprefix(RESPONSE), body
            )
            return Reply(200 if known else 404, [], b"")
        nonce = environ.get("HTTP_X_MESHWRIGHT_NONCE", "")
        given = environ.get("HTTP_X_MESHWRIGHT_PROOF", "")
        method, path = environ["REQUEST_METHOD"], proof.PREFIX + name
        if not proof.same(given, proof.of_request(self._token, nonce, method, path, body)):
            return Reply(403, [], b"")
        status, answer = 200, b"{}"
        operation = self._operations().get(name)
        if operation is None:
            status = 404
        else:
            answer = json.dumps(operation(json.loads(body))).encode()
        headers = [
            ("Content-Type", "application/json"),
            (proof.PROOF, proof.of_answer(self._token, nonce, status, answer)),
        ]
        return Reply(status, headers, answer)

    def _operations(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """What the commands ask the running server for, by name."""
        return {
            "status": lambda given: self.services.status(),
            "credentials": lambda given: self.services.credentials(given["role"], given["session"]),
            "deliver": lambda given: [asdict(each) for each in self.services.deliveries.deliver_now()],
        }


def _request(environ: dict[str, Any]) -> Request:
    """What is signed of a request."""
    body = environ["wsgi.input"]

    def read() -> bytes:
        text: bytes = body.read()
        body.seek(0)
        return text

    return Request(
        method=environ["REQUEST_METHOD"],
        target=environ["REQUEST_URI"],
        headers=_headers(environ),
        body=read,
    )


def _object(environ: dict[str, Any]) -> dict[str, Any] | None:
    """The body, if it is a JSON object."""
    body = environ["wsgi.input"]
    try:
        given = json.loads(body.read())
    except ValueError:
        given = None
    body.seek(0)
    return given if isinstance(given, dict) else None


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    """As they were sent, by name in small letters."""
    headers = {
        key.removeprefix("HTTP_").replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    for key, name in (environ.get("moto.preserved_header_names") or {}).items():
        headers.pop(key.removeprefix("HTTP_").replace("_", "-").lower(), None)
        headers[name.lower()] = environ[key]
    return headers


def _reply(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Reply:
    """What a WSGI application answers, whole."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written = io.BytesIO()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started.append((status, headers))
        return written.write

    answer = app(environ, start_response)
    try:
        for part in answer:
            written.write(part)
    finally:
        close = getattr(answer, "close", None)
        if close:
            close()
    status, headers = started[-1]
    return Reply(int(status.split()[0]), headers, written.getvalue())
