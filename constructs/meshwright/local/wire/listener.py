"""The HTTP server under every server of ours: waitress, with a gate before it and limits on slow clients.

A request is received whole, by one thread for all connections, before a worker sees it, so a client that
stalls holds up nobody. Nor do many: where there are as many connections as are served, the next one takes the
place of the one that has been silent longest, of those that nobody is working for.
"""

import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask
from waitress.utilities import Error

from meshwright.local.wire.gate import refusal

BODY_BYTES = 256 * 1024 * 1024
"""The largest body of a request."""
RECEIVE_SECONDS = 60
"""In which a request must arrive whole, and an answer be taken."""
NEW_SECONDS = 20
"""In which a new connection must begin its first request."""
IDLE_SECONDS = 600
"""After which a connection that had requests, and has none, is closed."""
CONNECTIONS = 500
"""Half of the files that a process may have open where nobody raised the usual limit."""
THREADS = 128
"""Workers. Functions that call the server back hold one each while they are waited for."""


class ForbiddenError(Error):  # type: ignore[misc]
    code = 403
    reason = "Forbidden"


class GatedRequest(HTTPRequestParser):  # type: ignore[misc]
    """Refuses by its head what the gate refuses; the body isn't read then."""

    def __init__(self, adj: Any, *, authority: str) -> None:
        super().__init__(adj)
        self._authority = authority
        self.underscored: dict[str, str] = {}
        """Headers of S3's user metadata whose names have underscores, which waitress leaves out."""

    def received(self, data: bytes) -> int:
        """How much of the data was taken: all of it where the request is refused, lest its body be taken for
        another request."""
        taken: int = super().received(data)
        return len(data) if isinstance(self.error, ForbiddenError) else taken

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # of Python, about the target's host or a length of thousands of digits
            raise ParsingError("Request can't be read") from None
        why = refusal(self.headers, authority=self._authority, target=self.proxy_netloc)
        if why is not None:
            self.error = ForbiddenError(why)
            self.body_rcv, self.content_length, self.expect_continue = None, 0, False
            return
        if self.body_rcv is None:
            self.expect_continue = False  # waitress would wait for a body that isn't coming
        for line in header_plus.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if "_" in name and should_preserve_original_header_name(name):
                self.underscored[name] = value.strip(" \t")


SHORT_BYTES = 65_536
SPARE = 20
"""How many more connections than CONNECTIONS there may be until those that end for them have ended."""


class Task(WSGITask):  # type: ignore[misc]
    wrote_header: bool

    def get_environment(self) -> dict[str, Any]:
        """With headers that have underscores, where moto looks for them."""
        environ: dict[str, Any] = super().get_environment()
        names: dict[str, str] = {}
        for name, value in self.request.underscored.items():
            key = environ_key_for_header(name)
            if names.setdefault(key, name) == name and key not in environ:
                environ[key] = value
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = names
        return environ

    def write(self, data: bytes) -> None:
        """A short answer leaves with its head, as one packet."""
        whole = self.has_body and 0 < len(data) <= SHORT_BYTES and self.content_length == len(data)
        if self.wrote_header or not whole:
            super().write(data)
            return
        self.wrote_header, self.content_bytes_written = True, len(data)
        self.channel.write_soon(self.build_response_header() + data)

    def build_response_header(self) -> bytes:
        """With names as they were given: those of S3's user metadata are told apart by their capitals."""
        given = [name for name, _ in self.response_headers]
        head: bytes = super().build_response_header()
        for name in given:
            capitalized = "-".join(part.capitalize() for part in name.split("-"))
            head = head.replace(f"\r\n{capitalized}: ".encode("latin-1"), f"\r\n{name}: ".encode("latin-1"))
        return head


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection. Times of waitress are the clock's, which may be set; those here only run."""

    task_class = Task

    def __init__(self, server: "Listener", *args: Any, **kwargs: Any) -> None:
        self.parser_class = partial(GatedRequest, authority=server.authority)
        self.since: float | None = None
        """When the request that isn't whole yet began to arrive, or the answer that isn't taken was given."""
        self.opened = self.active = time.monotonic()
        """When it was made, and when bytes last went either way."""
        self.spoken = False
        """Whether a request arrived whole."""
        super().__init__(server, *args, **kwargs)

    def received(self, data: bytes) -> bool:
        self.active = time.monotonic()
        if self.request is None:
            self.since = self.active
        taken: bool = super().received(data)
        if self.request is None:
            self.since = None
        self.spoken = self.spoken or bool(self.requests)
        return taken

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close=do_close)
        if sent:
            self.active = time.monotonic()
        return sent

    def service(self) -> None:
        super().service()
        self.since = time.monotonic()

    @property
    def waiting(self) -> bool:
        """Whether nobody works for it: it has no request, not the whole of one, or leaves its answer."""
        return not self.requests and not self.will_close

    @property
    def slow(self) -> bool:
        if not self.spoken and self.request is None and time.monotonic() - self.opened > NEW_SECONDS:
            return True
        pending = self.request is not None or self.total_outbufs_len > 0
        return (
            pending
            and not self.requests
            and self.since is not None
            and time.monotonic() - self.since > RECEIVE_SECONDS
        )


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Serves a WSGI application on a socket that listens, until `run` is interrupted by SystemExit."""

    channel_class = Channel

    def __init__(self, application: Callable[..., Any], listening: socket.socket) -> None:
        address, port = listening.getsockname()
        self.authority = f"{address}:{port}"
        adjustments = Adjustments(
            host=address,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS + SPARE,
            max_request_body_size=BODY_BYTES,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            outbuf_high_watermark=sys.maxsize,  # no worker waits for a client that takes its answer slowly
            asyncore_use_poll=True,
            ident=None,
        )
        super().__init__(
            application,
            map={},
            _sock=listening,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def handle_accept(self) -> None:
        """Also where all connections are taken: then another one ends for it."""
        super().handle_accept()
        if len(self.active_channels) > CONNECTIONS:
            waiting = [channel for channel in self.active_channels.values() if channel.waiting]
            if waiting:
                min(waiting, key=lambda channel: channel.active).will_close = True

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.slow:
                channel.will_close = True
