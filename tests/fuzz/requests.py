"""Target: whatever a client may send to the embedded AWS, from the bytes of a connection to the services.

An input that is a JSON list is signed requests, sent one after another in an account of its own. Any other is
the bytes that a client without credentials sends. Both go through the parser, gate, signature check and
application of the server, within this process. moto's own exceptions about what is signed are counted, and
are no faults.
"""

import contextlib
import json
import logging
import random
import re
import socket
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fuzz.fault import FaultError, in_time, kind_of, owner
from tests.fuzz.mutation import bytes_mutated, tree_mutated

SUFFIX = ".request"
AUTHORITY = "127.0.0.1:5566"
ACCOUNT = b"123456789012"
"""In the corpus; each input has another in its place."""
REGION = "eu-west-1"
SECONDS = 40.0
"""More than a question about a busy stack waits."""
REFUSALS = {400, 403, 404, 413, 431, 501}
"""What a client without credentials may be answered. 404 is that of no path but our own."""
FOREIGN = ("origin", "sec-fetch-site", "sec-purpose", "host")
"""Headers that tell that a page sends the request, or that it is meant for another."""
_tolerated: Counter[str] = Counter()
_refused: Counter[str] = Counter()


class Connection:
    """A socket that keeps what is sent to it."""

    def __init__(self) -> None:
        self.sent = b""

    def getsockopt(self, *_: int) -> int:
        return 65536

    def setblocking(self, _: bool) -> None:
        pass

    def fileno(self) -> int:
        return 1_000_000

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)

    def close(self) -> None:
        pass


@dataclass
class Front:
    """The server without its thread that waits for connections."""

    application: Any
    listener: Any
    reached: bool = False
    """Whether the last bytes reached the services, which is behind all checks."""
    errors: list[BaseException] = field(default_factory=list)
    """What the application raised, and for which waitress makes up an answer."""
    account: int = 500_000_000_000

    def exchange(self, data: bytes, *, pieces: int = 8192) -> bytes:
        """What is answered to the bytes of a connection."""
        from meshwright.local.wire.listener import Channel

        self.reached, self.errors = False, []
        connection, tasks = Connection(), list[Any]()
        self.listener.add_task = tasks.append
        channel = Channel(
            self.listener, connection, ("127.0.0.1", 1), self.listener.adj, map=self.listener._map
        )
        try:
            for start in range(0, len(data), pieces):
                channel.received(data[start : start + pieces])
                while tasks:
                    tasks.pop(0).service()
                while channel.total_outbufs_len:
                    channel.handle_write()
        finally:
            channel.handle_close()
        return connection.sent


@contextlib.contextmanager
def opened() -> Iterator[Callable[[bytes], None]]:
    logging.disable(logging.CRITICAL)  # of waitress and moto, a traceback for each exception
    with contained(), tempfile.TemporaryDirectory() as folder:
        front = started(Path(folder))
        yield lambda data: run(front, data)
        front.application.services.close()
    logging.disable(logging.NOTSET)


@contextlib.contextmanager
def contained() -> Iterator[None]:
    """What is asked for here runs no program and calls nobody."""

    def refused(*_: Any, **__: Any) -> Any:
        raise OSError("refused while input is tried")

    with (
        mock.patch.object(socket.socket, "connect", refused),
        mock.patch.object(subprocess.Popen, "__init__", refused),
    ):
        yield


def started(folder: Path) -> Front:
    from meshwright.local.server import prepare_environment

    prepare_environment()
    from meshwright.local.application import Application
    from meshwright.local.wire import listener as module

    def unwritable(error: Exception) -> None:
        raise error

    (folder / "state").mkdir()
    application = Application(
        authority=AUTHORITY, token="0" * 64, folder=folder, organization=None, unwritable=unwritable
    )
    serve = application.serve
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    with mock.patch.object(module, "THREADS", 1):
        front = Front(application, module.Listener(None, listening))  # type: ignore[arg-type]
    front.listener.authority = AUTHORITY
    front.listener.pull_trigger = lambda *_: None

    def noted_serve(environ: dict[str, Any]) -> Any:
        front.reached = True
        return serve(environ)

    def noted(environ: dict[str, Any], start_response: Any) -> Any:
        try:
            return application(environ, start_response)
        except Exception as error:
            front.errors.append(error)
            raise

    application.serve = noted_serve  # type: ignore[method-assign]
    front.listener.application = noted
    threading.excepthook = lambda args: front.errors.append(args.exc_value or SystemExit())
    return front


def run(front: Front, data: bytes) -> None:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        given = None
    with in_time(SECONDS):
        if isinstance(given, list):
            front.account += 1
            account = str(front.account).encode()
            answer = b""
            for one in json.loads(data.replace(ACCOUNT, account)):
                if isinstance(one, dict):
                    answer += signed(front, account.decode(), filled_in(one, answer))
        else:
            unsigned(front, data)


def unsigned(front: Front, data: bytes) -> None:
    answer = front.exchange(data, pieces=1 + len(data) // 3)
    if front.errors:
        raise front.errors[0]
    if front.reached:
        raise FaultError("an unsigned request is served")
    if surplus := set(statuses(answer)) - REFUSALS:
        raise FaultError(f"an unsigned request is answered {sorted(surplus)}")


def filled_in(given: dict[str, Any], answers: bytes) -> dict[str, Any]:
    """With `{{UploadId}}` and the like as the service has answered it last, in JSON or XML."""

    def last(name: re.Match[str]) -> str:
        key = name[1].encode()
        values = re.findall(rb'(?:"%b": ?"|<%b>)([^"<]*)' % (key, key), answers)
        return values[-1].decode(errors="replace") if values else name[0]

    filled: dict[str, Any] = json.loads(re.sub(r"\{\{(\w+)\}\}", last, json.dumps(given)))
    return filled


def signed(front: Front, account: str, given: dict[str, Any]) -> bytes:
    """What is answered."""
    raw = signed_bytes(front, account, given)
    if raw is None:
        return b""
    after = {str(name).lower() for name in _mapping(given.get("after"))}
    answer = front.exchange(raw)
    for error in front.errors:
        if not front.reached or owner(error.__traceback__) != "moto":
            raise error
        _tolerated[kind_of(error)] += 1
    found = statuses(answer)
    if not found:
        raise FaultError("a signed request has no answer")
    if not front.reached:
        _refused[f"{found[0]}"] += 1
    if after.intersection(FOREIGN) and (front.reached or found != [403]):
        raise FaultError(f"a request of a page, or for another host, is answered {found}")
    return answer


def signed_bytes(front: Front, account: str, given: dict[str, Any]) -> bytes | None:
    """The request as a client sends it; None for what no client can sign."""
    keys = front.application.services.credentials(f"arn:aws:iam::{account}:role/Admin", "fuzz")
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    service, body = _token(given.get("service")), _body(given)
    pairs = [(_text(name), _text(value)) for name, value in _mapping(given.get("query")).items()]
    target = quote(_text(given.get("path", "/")).encode(errors="replace"), safe="/-_.~%").lstrip("/")
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    url = f"http://{AUTHORITY}/{target}{'?' if query else ''}{query}"
    headers = {_token(name): _value(value) for name, value in _mapping(given.get("headers")).items()}
    request = AWSRequest(_token(given.get("method", "POST")).upper(), url, data=body, headers=headers)
    if given.get("presigned"):
        signer = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    else:
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
    try:
        signer(credentials, service, REGION).add_auth(request)
        url = request.prepare().url
    except Exception:  # botocore's, about what it can't sign
        return None
    changed = {_quoted(_text(k)): _quoted(_text(v)) for k, v in _mapping(given.get("after_query")).items()}
    address, _, query = url.partition("?")
    parts = [part.partition("=") for part in query.split("&")]
    query = "&".join(f"{name}{equals}{changed.get(name, value)}" for name, equals, value in parts)
    target = address.removeprefix(f"http://{AUTHORITY}") + ("?" if query else "") + query
    sent = {"Host": AUTHORITY, "Content-Length": str(len(body)), **dict(request.headers.items())}
    for name, value in _mapping(given.get("after")).items():
        same = next((known for known in sent if known.lower() == str(name).lower()), _token(name))
        sent[same] = _value(value)
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in sent.items()}
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {text}" for name, text in texts.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def statuses(answer: bytes) -> list[int]:
    """Those of answers, not of a go-ahead for the body."""
    found = re.findall(rb"^HTTP/1\.[01] (\d{3}) ", answer, re.MULTILINE)
    return [int(status) for status in found if status != b"100"]


def _body(given: dict[str, Any]) -> bytes:
    if "json" in given:
        return json.dumps(given["json"]).encode()
    if "form" in given:
        pairs = _mapping(given["form"]).items()
        return "&".join(f"{_quoted(_text(name))}={_quoted(_text(value))}" for name, value in pairs).encode()
    return _text(given.get("text", "")).encode(errors="replace")


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return quote(text.encode(errors="replace"), safe="-_.~")


def _token(value: Any) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "", _text(value)) or "x"


def _value(value: Any) -> str:
    """Of a header: no line ends, and what Latin-1 has."""
    return re.sub(r"[^\x20-\x7e\xa1-\xff]", "", _text(value)).strip()


def seeds() -> dict[str, bytes]:
    return {}


def notes() -> list[str]:
    """What was tolerated."""
    found = sum(_tolerated.values())
    return [
        f"{found} exceptions of moto's own about signed requests, of {len(_tolerated)} kinds",
        *(f"  {number} {kind}" for kind, number in _tolerated.most_common(10)),
        f"signed, and not served: {dict(_refused)}",
    ]


def mutated(chance: random.Random, corpus: list[bytes], odd: list[Any]) -> bytes:
    data, other = chance.choice(corpus), chance.choice(corpus)
    trees = [one for one in corpus if one.lstrip().startswith(b"[")]
    if not data.lstrip().startswith(b"["):
        return bytes_mutated(chance, data, other)
    tree = json.loads(data)
    if chance.random() < 0.6:  # the others are as recorded, so that it finds what they make
        at = chance.randrange(len(tree))
        tree[at] = tree_mutated(chance, tree[at], json.loads(chance.choice(trees)), odd)
    else:
        tree = tree_mutated(chance, tree, json.loads(chance.choice(trees)), odd)
    return json.dumps(tree).encode()
