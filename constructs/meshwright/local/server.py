"""The embedded AWS as a process: moto's server with our CloudFormation, Lake Formation, Glue, RAM, Lambda,
Firehose, Athena, EventBridge and Step Functions.

Not modelled: see LIMITS. Binds 127.0.0.1 only. State is in memory and gone when the process ends.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from meshwright.local.limits import LIMITS
from meshwright.local.state import State, write_state

log = logging.getLogger(__name__)

INTERNAL = "/_meshwright/"
"""Prefix of the paths that are the server's own, not AWS's."""
PUTS = "Kinesis_20131202.PutRecord"
"""How the operations begin that put records on streams."""
RECEIVE = "AmazonSQS.ReceiveMessage"
"""It may wait for a message that another request brings."""


class Application:
    """The WSGI application. One request at a time enters moto, which isn't thread-safe.

    Lambda invocations and our own CloudFormation wait for other requests, so they stay outside that lock.
    """

    def __init__(self, *, port: int, folder: Path, organization: str | None) -> None:
        # After the environment is set, and here because moto takes half a second to import.
        from meshwright.local.moto_loading import leave_out_resources_of_cloudformation

        leave_out_resources_of_cloudformation()
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        from meshwright.local.services import Services

        self.services = Services(
            endpoint=f"http://127.0.0.1:{port}", folder=folder, organization=organization
        )
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(INTERNAL):
            return self._internal(path.removeprefix(INTERNAL), environ, start_response)
        operation = environ.get("HTTP_X_AMZ_TARGET", "")
        waits = operation == RECEIVE or path.rstrip("/").endswith(("/invocations", "/invoke-async"))
        if waits or "/cloudformation/aws4_request" in environ.get("HTTP_AUTHORIZATION", ""):
            return self._app(environ, start_response)
        with self.services.lock:
            answer = self._app(environ, start_response)
        if operation.startswith(PUTS):
            self.services.deliveries.wake()
        return answer

    def _app(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        app = self._moto.get_application(environ)
        answer = app(environ, start_response)
        try:
            return list(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()

    def _internal(self, path: str, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        name, _, key = path.partition("/")
        status, body = "200 OK", b"{}"
        if name == "response" and environ["REQUEST_METHOD"] == "PUT":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if not self.services.custom.receive(key, environ["wsgi.input"].read(length)):
                status = "404 Not Found"
        elif name == "status":
            body = json.dumps(self.services.status()).encode()
        elif name == "deliver" and environ["REQUEST_METHOD"] == "POST":
            written = self.services.deliveries.deliver_now()
            body = json.dumps([asdict(each) for each in written]).encode()
        else:
            status = "404 Not Found"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def prepare_environment() -> None:
    """Nothing of the user's AWS configuration may reach the server or what it runs."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
    }


def main(argv: list[str] | None = None) -> int:
    """Serves until a signal ends it. With a busy port, takes a free one; the state file tells which."""
    parser = argparse.ArgumentParser(prog="meshwright.local.server", epilog=LIMITS)
    parser.add_argument("--port", type=int, default=0, help="0 or a busy port: a free one is taken")
    parser.add_argument("--folder", type=Path, required=True, help="for the state file, assets and logs")
    parser.add_argument(
        "--organization", help="id of an organization with RAM sharing that holds all accounts"
    )
    arguments = parser.parse_args(argv)
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    prepare_environment()

    from meshwright.local.sockets import listen

    listener = listen(arguments.port)
    port = listener.getsockname()[1]
    application = Application(port=port, folder=folder, organization=arguments.organization)
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    server = make_server(
        "127.0.0.1",
        port,
        application,
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listener.fileno(),
    )

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    state = State(port=port, pid=os.getpid(), wanted_port=arguments.port)
    write_state(folder, state)
    log.info("listening on 127.0.0.1:%s", port)
    try:
        server.serve_forever(poll_interval=0.1)  # how long it takes to end
    finally:
        application.services.close()
        state.remove(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
