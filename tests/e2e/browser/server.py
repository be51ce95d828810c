"""A small HTTP server that keeps what arrives, as it was sent, and how it was answered."""

import http.client
import io
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import IO
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    head: bytes
    """The request line and the headers, as they were sent."""
    headers: Message
    body: bytes

    @cached_property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def text(self) -> bytes:
        """As it is sent. An answer of status 101 is whole as it is, the others end with the connection."""
        lines = [f"HTTP/1.1 {self.status} {http.client.responses[self.status]}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.status != 101:
            lines += [f"Content-Length: {len(self.body)}", "Connection: close"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + self.body


@dataclass(frozen=True)
class Exchange:
    request: Request
    answer: Answer

    @property
    def attack(self) -> str:
        """The id of the attack that it is of; empty if it is of none."""
        return self.request.query.get("attack", "")

    @property
    def settled(self) -> bool:
        """Whether no other request of the attack follows: a browser asks for permission first."""
        preflight = "Access-Control-Request-Method" in self.request.headers
        return not preflight or self.answer.status != 200


class Server(socketserver.ThreadingTCPServer):
    """Serves on a free port of 127.0.0.1 while it is entered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Request], Answer], *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answer = answer
        self.port: int = self.server_address[1]
        self.exchanges: list[Exchange] = []
        self.others = 0
        """How many connections brought something else than HTTP."""

    def __enter__(self) -> "Server":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def arrived(self) -> set[str]:
        """The ids of the attacks that came to their end."""
        return {exchange.attack for exchange in list(self.exchanges) if exchange.settled and exchange.attack}

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser drops connections when a page is closed."""


class _Connection(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        first = self.rfile.peek(1)[:1]
        if first and not first.isupper():
            self.server.others += 1
            self.rfile.read()
            return
        request = _received(self.rfile)
        if request is None:
            return
        answer = self.server.answer(request)
        self.server.exchanges.append(Exchange(request, answer))
        self.wfile.write(answer.text if request.method != "HEAD" else answer.text.removesuffix(answer.body))


def _received(stream: IO[bytes]) -> Request | None:
    """None if the client closes a connection that it opened in advance."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(65536)
        if not line:
            return None
        head += line
    first, _, rest = head.partition(b"\r\n")
    method, target, _ = first.decode("latin-1").split(" ")
    headers = http.client.parse_headers(io.BytesIO(rest))
    return Request(method, target, head, headers, stream.read(int(headers.get("Content-Length", 0))))


def relay(port: int) -> Callable[[Request], Answer]:
    """Passes each request on to a server, without any change, and its answer back."""

    def answer(request: Request) -> Answer:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as upstream:
            upstream.sendall(request.head + request.body)
            response = http.client.HTTPResponse(upstream, method=request.method)
            response.begin()
            body = response.read()
        own = ("content-length", "connection", "transfer-encoding")
        headers = tuple((name, value) for name, value in response.getheaders() if name.lower() not in own)
        return Answer(response.status, headers, body)

    return answer
