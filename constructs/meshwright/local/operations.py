"""What a request asks for: which operation of which service, and whether that changes anything."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

READING = ("Get", "List", "Describe", "Head", "BatchGet", "Search", "Lookup", "Simulate", "Validate")
"""How the names of operations begin that change nothing."""


@dataclass(frozen=True)
class Operation:
    service: str
    name: str
    """As the service calls it; for services of REST the method, or the last part of the path."""
    changes: bool
    path: tuple[str, str] | None = None
    """Bucket and key, of an operation on an object."""


def operation_of(environ: dict[str, Any], service: str) -> Operation:
    """What the request of a WSGI environment asks for. Its body may be read, and is put back."""
    target, method = environ.get("HTTP_X_AMZ_TARGET", ""), environ["REQUEST_METHOD"]
    path = environ["PATH_INFO"].lstrip("/")
    if target:
        name = target.rpartition(".")[2]
    elif environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"]
        form = parse_qs(body.read(4096).decode("latin-1"))
        body.seek(0)
        name = form.get("Action", [""])[0]
    elif service in ("lakeformation", "ram"):
        name = path.rpartition("/")[2]
    else:
        name = method
    reads = method in ("GET", "HEAD") or name.lower().startswith(tuple(each.lower() for each in READING))
    bucket, _, key = path.encode("latin-1").decode(errors="replace").partition("/")
    return Operation(service, name, not reads, (bucket, key) if service == "s3" and key else None)
