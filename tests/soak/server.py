"""The embedded AWS as a process, with faults in its requests and its clock: see `faults`.

Run by path, with the name of the server's module as the first argument.
"""

import io
import os
import random
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from meshwright.local import application, server
from meshwright.local.lambdas import container
from meshwright.local.wire import proof
from tests.soak.faults import Faults, follow, follow_clock

UNAVAILABLE = f"{HTTPStatus.SERVICE_UNAVAILABLE.value} {HTTPStatus.SERVICE_UNAVAILABLE.phrase}"


class Unreliable(application.Application):
    """Loses requests and answers, and serves requests twice, as a network and its retries do."""

    def __init__(self, *, folder: Path, **given: Any) -> None:
        self._faults, self._chance = Faults(), random.Random()  # noqa: S311 - nothing secret
        follow(folder, lambda faults: setattr(self, "_faults", faults))
        super().__init__(folder=folder, **given)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "").removeprefix(proof.PREFIX)
        ours = path != environ.get("PATH_INFO") and not path.startswith(application.RESPONSE)
        at, faults = self._chance.random(), self._faults
        if ours or at >= faults.lost + faults.unanswered + faults.repeated:
            return super().__call__(environ, start_response)
        body = environ["wsgi.input"].read()
        if at >= faults.lost:
            reply = super().__call__(environ | {"wsgi.input": io.BytesIO(body)}, _ignored)
            del reply
        if at < faults.lost + faults.unanswered:
            start_response(UNAVAILABLE, [("Content-Length", "0")])
            return [b""]
        return super().__call__(environ | {"wsgi.input": io.BytesIO(body)}, start_response)


def _ignored(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    pass


if __name__ == "__main__":
    arguments = sys.argv[2:]
    follow_clock(Path(arguments[arguments.index("--folder") + 1]))
    container.WORKER = Path(__file__).with_name("worker.py")
    application.Application = Unreliable  # type: ignore[misc]
    os._exit(server.main(arguments))
