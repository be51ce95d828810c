"""Whether a request in JSON is one that its service's model allows, at which AWS looks before the service.

SDKs send no other, so this is for what is written by hand: without it, nonsense would get into the state, and
later requests, that are right, would fail at it. What the model does not know is let pass, for it may be
older than the client.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from meshwright.local.clients import Reply
from meshwright.texts import cut

TARGETED = ("athena", "events", "firehose", "glue", "kinesis", "states")
"""Services that we have a part in, as signatures name them, whose operations a header tells."""
ROUTED = ("lakeformation", "lambda", "ram")
"""Those whose operations the method and path tell."""
MODELS = {"states": "stepfunctions"}
EVENTS = ("Payload", "InvokeArgs")
"""What Lambda's model calls an event: the whole body, in JSON."""
MOST_CHARACTERS = 1000


def refusal(environ: dict[str, Any], service: str) -> Reply | None:
    """The answer to a request that is none; None for one that the service may see."""
    shape = _shape(environ, service)
    event = shape is not None and shape.serialization.get("payload") in EVENTS
    if shape is None or ("payload" in shape.serialization and not event):
        return None
    body = environ["wsgi.input"]
    try:
        # Decoded first: Python's JSON would take UTF-16 and UTF-32 too, which services do not.
        given = json.loads(body.read().decode() or "{}", parse_constant=_no_number)
        given = _known(given, shape)
    except (ValueError, RecursionError) as error:
        if event:
            return _refused(
                "InvalidRequestContentException", f"Could not parse request body into json: {error}"
            )
        return _refused("SerializationException", f"The body is not JSON: {error}")
    finally:
        body.seek(0)
    if event:
        return None
    if isinstance(given, dict):
        given |= _elsewhere(shape)
    problems = ParamValidator().validate(given, shape)
    return _refused("ValidationException", problems.generate_report()) if problems.has_errors() else None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _shape(environ: Mapping[str, Any], service: str) -> StructureShape | None:
    """What the operation takes."""
    if service in TARGETED:
        name = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2].lower()
        return _operations(service).get(name)
    if service in ROUTED:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".rstrip("/")
        return next((shape for route, shape in _routes(service) if route.fullmatch(asked)), None)
    return None


@cache
def _operations(service: str) -> Mapping[str, StructureShape | None]:
    model = get_service_model(MODELS.get(service, service))
    return {name.lower(): model.operation_model(name).input_shape for name in model.operation_names}


@cache
def _routes(service: str) -> list[tuple[re.Pattern[str], StructureShape | None]]:
    model, routes = get_service_model(service), []
    for operation in map(model.operation_model, model.operation_names):
        path = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.http["requestUri"].rstrip("/")))
        routes.append((re.compile(f"{operation.http['method']} {path}", re.I), operation.input_shape))
    return routes


def _elsewhere(shape: StructureShape) -> dict[str, Any]:
    """Values, all of them right, in the place of those that the path, query and headers have."""
    values = {"integer": 1, "long": 1, "boolean": True, "list": ["-"], "timestamp": 0}
    return {
        name: values.get(member.type_name, "-")
        for name, member in shape.members.items()
        if "location" in member.serialization and name in shape.required_members
    }


def _refused(code: str, message: str) -> Reply:
    body = json.dumps({"__type": code, "message": cut(message, MOST_CHARACTERS)})
    return Reply(400, [("Content-Type", "application/x-amz-json-1.1")], body.encode())


def _known(value: Any, shape: Shape) -> Any:
    """The value without what the shape does not know, and without members that are null, as if not there."""
    match shape, value:
        case StructureShape(), dict():
            members = shape.members
            return {
                name: _known(one, members[name])
                for name, one in value.items()
                if name in members and one is not None
            }
        case ListShape(), list():
            return [_known(one, shape.member) for one in value]
        case MapShape(), dict():
            return {name: _known(one, shape.value) for name, one in value.items()}
    return value
