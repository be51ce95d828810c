"""How a command and the server that it finds prove to each other that they belong together.

Both know the token of the running server. Neither sends it: the command signs its request with it, and the
server its answer, so that a foreign server on the recorded port learns nothing and convinces nobody.
Nothing heavy is imported, since every command that looks for the server uses this.
"""

import hashlib
import hmac
import http.client
import json
import secrets
from collections.abc import Mapping
from typing import Any

PREFIX = "/_meshwright/"
"""Of the paths that are the server's own, not AWS's."""
NONCE, PROOF = "X-Meshwright-Nonce", "X-Meshwright-Proof"


class ForeignError(Exception):
    """Something answers at the port that doesn't know the token."""


def new_token() -> str:
    return secrets.token_hex(32)


def of_request(token: str, nonce: str, method: str, path: str, body: bytes) -> str:
    return _proof(token, "request", nonce, method, path, body)


def of_answer(token: str, nonce: str, status: int, body: bytes) -> str:
    return _proof(token, "answer", nonce, str(status), "", body)


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def call(
    port: int, token: str, name: str, given: Mapping[str, Any] | None = None, *, timeout: float
) -> dict[str, Any]:
    """The server's own answer to one of its own requests.

    Raises OSError if nothing answers within `timeout` seconds, and ForeignError if what answers is not the
    server of that token.
    """
    path, nonce = PREFIX + name, secrets.token_hex(16)
    body = json.dumps(given or {}).encode()
    proof = of_request(token, nonce, "POST", path, body)
    # Never through a proxy: http.client knows none.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", path, body, {NONCE: nonce, PROOF: proof, "Connection": "close"})
        answer = connection.getresponse()
        text = answer.read()
    except http.client.HTTPException as error:
        raise ForeignError(f"what answers at port {port} does not speak HTTP") from error
    finally:
        connection.close()
    if not same(answer.headers.get(PROOF, ""), of_answer(token, nonce, answer.status, text)):
        raise ForeignError(f"what answers at port {port} is another program")
    if answer.status != 200:
        raise OSError(f"the embedded AWS answered {answer.status} {answer.reason}")
    result: dict[str, Any] = json.loads(text)
    return result


def _proof(token: str, *parts: str | bytes) -> str:
    made = hmac.new(token.encode(), digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "big") + data)
    return made.hexdigest()
