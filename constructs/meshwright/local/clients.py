"""boto3 clients for what the embedded AWS does itself: they enter it without the network.

So neither a frozen process, nor a full queue of requests, nor a proxy can come between it and itself.
"""

import hashlib
import io
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.model import OperationModel

ENDPOINT = "http://127.0.0.1"
"""Never called: an address, so that botocore puts buckets into the path."""
_loader = botocore.session.get_session().get_component("data_loader")
"""Shared, so that each service model is read once."""


CALL = "meshwright.call"
"""In the WSGI environment of a call that is part of a piece of work: what tells it from others."""


@dataclass
class PieceOfWork:
    """Calls that are made once, even if the work is begun anew after a crash."""

    id: str
    made: Counter[str] = field(default_factory=Counter)

    def token(self, operation: str, parameters: Mapping[str, Any]) -> str:
        """What botocore would draw at random for a parameter that tells a repetition of a call."""
        asked = f"{operation}{sorted(parameters.items(), key=lambda each: each[0])}"
        self.made[asked] += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.id}#{asked}-{self.made[asked]}"))

    def call(self, request: AWSPreparedRequest) -> str:
        """What tells a call: what it asks for, and how often that was asked for before."""
        parts = (request.method, request.url, content(request))
        asked = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
        self.made[asked] += 1
        return f"{self.id}#{asked}-{self.made[asked]}"


current_work: ContextVar[PieceOfWork | None] = ContextVar("current_work", default=None)


@dataclass(frozen=True)
class Reply:
    """The embedded AWS's answer to a request."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Serve = Callable[[dict[str, Any]], Reply]
"""Answers the request of a WSGI environment."""
Sessions = Callable[[str, str], Mapping[str, str]]
"""New credentials for a role's ARN and a session's name: AccessKeyId, SecretAccessKey, SessionToken."""


class Clients:
    """Clients that act as a role."""

    def __init__(self, serve: Serve, credentials: Sessions) -> None:
        self._serve, self.credentials = serve, credentials
        self._made: dict[tuple[str, str, str], Any] = {}
        self._sessions: dict[tuple[str, str], Any] = {}
        self._lock = threading.RLock()

    def acting_as(self, role_arn: str, region: str) -> Callable[[str], Any]:
        """A function that returns the client of a service."""

        def client(service: str) -> Any:
            key = (role_arn, region, service)
            if key not in self._made:
                with self._lock:
                    if key not in self._made:
                        self._made[key] = self._client(self._session(role_arn, region), service)
            return self._made[key]

        return client

    def _session(self, role_arn: str, region: str) -> Any:
        if (role_arn, region) not in self._sessions:
            keys = self.credentials(role_arn, "AWSCloudFormation")
            session = botocore.session.Session()
            session.register_component("data_loader", _loader)
            self._sessions[role_arn, region] = boto3.Session(
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
                region_name=region,
                botocore_session=session,
            )
        return self._sessions[role_arn, region]

    def _client(self, session: Any, service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1})
        client = session.client(service, endpoint_url=ENDPOINT, config=config)
        # An answer here is taken for that of the network:
        # https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
        client.meta.events.register("before-send", self._send)
        client.meta.events.register_first("before-parameter-build", _set_tokens)
        return client

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        environ, work = environ_of(request), current_work.get()
        if work is not None:
            environ[CALL] = work.call(request)
        reply = self._serve(environ)
        return AWSResponse(request.url, reply.status, dict(reply.headers), _Raw(reply.body))


def _set_tokens(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
    work = current_work.get()
    for name in model.idempotent_members if work else ():
        if work and name not in params:
            params[name] = work.token(model.name, params)


class _Raw(io.BytesIO):
    """The body as urllib3 gives it."""

    def stream(self, amt: int = -1, **_: Any) -> Iterator[bytes]:
        while part := self.read(amt):
            yield part


def content(request: AWSPreparedRequest) -> bytes:
    """The body, which is replaced by its bytes if it can be read once only."""
    body = request.body or b""
    if hasattr(body, "read"):
        body = request.body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body)


def environ_of(request: AWSPreparedRequest) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of a request that botocore would send."""
    parts, data = urlsplit(request.url), content(request)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    environ["CONTENT_LENGTH"] = str(len(data))
    return environ
