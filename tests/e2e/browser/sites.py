"""What the harness' own servers answer: the site of the attacker, and a server that lets every page in."""

import base64
import hashlib
import json
import re
import struct
import zlib
from collections.abc import Callable
from urllib.parse import urlsplit

from .server import Answer, Request

TEXT = b"moonstone"
"""What the permissive server has to tell."""
PAGE = b"<!doctype html><title>a page</title><body>"
SERVICE_WORKER = b"""
const query = new URL(location).searchParams;
let read = null;
try {
  if (query.get("imported")) importScripts(query.get("imported"));
  read = self.told ?? null;
} catch {}
self.onmessage = async ({ ports: [port] }) => {
  const { fetched, ...init } = Object.fromEntries(query);
  try {
    const response = fetched && (await fetch(fetched, init));
    if (response?.status) read = `${response.status} ${await response.text()}`;
  } catch {}
  port.postMessage(read);
};
"""
SCRIPT = b"""
globalThis.told = "moonstone";
try { postMessage(told) } catch {}
globalThis.onconnect = ({ ports: [port] }) => port.postMessage(told);
"""


def attackers(arrived: Callable[[], set[str]]) -> Callable[[Request], Answer]:
    """The attacker's site. It also tells `attack.mjs` what arrived at the server that is attacked."""

    def answer(request: Request) -> Answer:
        path, query = urlsplit(request.target).path, request.query
        if path == "/arrived":
            return Answer(
                200, (("Content-Type", "application/json"),), json.dumps(sorted(arrived())).encode()
            )
        if path == "/redirect":
            cors = ("Access-Control-Allow-Origin", request.headers.get("Origin", "*"))
            credentials = ("Access-Control-Allow-Credentials", "true")
            return Answer(int(query["status"]), (("Location", query["to"]), cors, credentials))
        if path == "/refresh":
            return _page(("Refresh", f"0;url={query['to']}"))
        if path == "/policy":  # which the page breaks
            policy = f"img-src 'none'; report-uri {query['to']}"
            return _page(("Content-Security-Policy", policy), body=b"<img src=/image.png>")
        if path == "/service-worker.js":
            return Answer(200, (("Content-Type", "text/javascript"),), SERVICE_WORKER)
        return _page()

    return answer


def permissive(request: Request) -> Answer:
    """Serves every page whatever it asks for, in the type that the kind of request takes."""
    asked = request.headers
    headers = (
        ("Access-Control-Allow-Origin", asked.get("Origin", "*")),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", asked.get("Access-Control-Request-Method", "*")),
        ("Access-Control-Allow-Headers", asked.get("Access-Control-Request-Headers", "*")),
        ("Timing-Allow-Origin", "*"),
    )
    if asked.get("Upgrade") == "websocket":
        return _web_socket(asked["Sec-WebSocket-Key"])
    kind = request.query.get("attack", "//").split("/")[1]
    for pattern, type_, body in CONTENT:
        if re.search(pattern, kind):
            return Answer(200, (("Content-Type", type_), *headers), body)
    return Answer(200, (("Content-Type", "text/html"), *headers), TEXT)


def _page(*headers: tuple[str, str], body: bytes = PAGE) -> Answer:
    return Answer(200, (("Content-Type", "text/html"), *headers), body)


def _web_socket(key: str) -> Answer:
    """The handshake and one message: https://www.rfc-editor.org/rfc/rfc6455"""
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False)
    accepted = base64.b64encode(digest.digest()).decode()
    headers = (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accepted))
    return Answer(101, headers, bytes((0x81, len(TEXT))) + TEXT)


def _png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _wav() -> bytes:
    """A second of silence."""
    samples = b"\x80" * 8000
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(data)) + b"WAVE" + form + data


CONTENT = (
    (
        "^(img|picture|input|table|svg|css (?!font)|video poster|link (preload image|icon))",
        "image/png",
        _png(),
    ),
    ("^(video|audio$)", "audio/wav", _wav()),
    ("^track$", "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:10.000\n" + TEXT),
    ("^event source$", "text/event-stream", b"data: " + TEXT + b"\n\n"),
    ("^(stylesheet|link preload style)", "text/css", b".moonstone {}"),
    ("script|import|module|worklet|worker$", "text/javascript", SCRIPT),
)
"""By patterns of kinds of requests, the first that matches."""
