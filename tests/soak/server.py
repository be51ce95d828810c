"""The embedded AWS with faults in its requests and its clock: see `faults`."""

import importlib
import io
import os
import random
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from meshwright.local import application, server
from meshwright.local.clients import CALL, Reply
from meshwright.local.lambdas import container
from meshwright.local.moto_loading import leave_out_what_is_not_served
from meshwright.local.wire import proof
from tests.soak.faults import Faults, follow, follow_clock

UNAVAILABLE = f"{HTTPStatus.SERVICE_UNAVAILABLE.value} {HTTPStatus.SERVICE_UNAVAILABLE.phrase}"
SERVICES = ("s3", "iam", "sts", "kms", "glue", "lakeformation", "ram", "awslambda", "kinesis", "sqs", "logs")


class Unreliable(application.Application):
    """Loses requests and answers, serves requests twice, as a network and its retries do, and ends."""

    def __init__(self, *, folder: Path, **given: Any) -> None:
        self._faults, self._chance = Faults(), random.Random()  # noqa: S311 - nothing secret
        follow(folder, lambda faults: setattr(self, "_faults", faults))
        super().__init__(folder=folder, **given)

    def serve(self, environ: dict[str, Any]) -> Reply:
        reply = super().serve(environ)
        if CALL in environ and self._chance.random() < self._faults.ends:
            os._exit(9)
        return reply

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "").removeprefix(proof.PREFIX)
        ours = path != environ.get("PATH_INFO") and not path.startswith(application.RESPONSE)
        at, faults = self._chance.random(), self._faults
        if ours or at >= faults.lost + faults.unanswered + faults.repeated:
            return super().__call__(environ, start_response)
        body = environ["wsgi.input"].read()
        if at >= faults.lost:
            super().__call__(environ | {"wsgi.input": io.BytesIO(body)}, _ignored)
        if at < faults.lost + faults.unanswered:
            start_response(UNAVAILABLE, [("Content-Length", "0")])
            return [b""]
        return super().__call__(environ | {"wsgi.input": io.BytesIO(body)}, start_response)


def _ignored(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    pass


def load(worker: str, name: str) -> None:
    """Loads what the server and the services that a mesh needs load; `worker` is to run functions.

    `name` only stands in the command line, by which a server is known.
    """
    container.WORKER = Path(worker)
    server.prepare_environment()
    leave_out_what_is_not_served()
    for module in ("moto.moto_server.werkzeug_app", "meshwright.local.services", "meshwright.local.identity"):
        importlib.import_module(module)
    for service in SERVICES:
        importlib.import_module(f"moto.{service}.urls")


def program(arguments: list[str]) -> int:
    """The server's, after its name."""
    from moto.moto_api._internal import mock_random

    random.seed()
    mock_random.seed()  # else each server would make the same ids as the one before
    arguments = arguments[1:]  # without the name of the module
    follow_clock(Path(arguments[arguments.index("--folder") + 1]))
    application.Application = Unreliable  # type: ignore[misc]
    return server.main(arguments)
