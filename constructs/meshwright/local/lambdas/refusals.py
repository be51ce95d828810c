"""What Lambda refuses of a function's configuration and code when they are given.

The patterns and limits of single values are those of Lambda's own model
(https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html), reserved names and the size of all
variables those of https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import Shape, StructureShape
from moto.core.utils import get_service_model

from meshwright.local.lambdas.runner import UNZIPPED_BYTES
from meshwright.texts import MOST_SAID, cut, escaped

VARIABLES_BYTES = 4096
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""Names of variables that are the runtime's own."""
UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."
UNABLE = "Lambda was unable to configure your environment variables because"
_NO_PROCESS_TAKES = re.compile("[\0\ud800-\udfff]")
"""Neither an argument nor a variable of a process can have these; AWS documents nothing about them."""
_PART = 1 << 20


class RefusedError(Exception):
    """What Lambda does not take; the message is its own, `code` that of its error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_configuration(given: Mapping[str, Any]) -> None:
    """Raises RefusedError; `given` has the keys of CreateFunction, some or all of them."""
    problems = [problem for name, value in given.items() for problem in _constraints(name, value)]
    variables = (given.get("Environment") or {}).get("Variables") or {}
    names = _pattern(_variables_shape().key)
    if not all(names.fullmatch(name) for name in variables):
        problems.append(
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy "
            f"constraint: [Member must satisfy regular expression pattern: {names.pattern}]"
        )
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise RefusedError(
            "ValidationException",
            f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}",
        )
    _check_variables(variables)
    if found := _NO_PROCESS_TAKES.search(str(given.get("Handler") or "")):
        raise _invalid(f"The handler has a character that no process can be given: {escaped(found[0])}")


def _check_variables(variables: Mapping[str, str]) -> None:
    reserved = sorted(RESERVED & set(variables))
    if reserved:
        raise _invalid(
            f"{UNABLE} the environment variables you have provided contains reserved keys that are currently "
            f"not supported for modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode(errors="surrogatepass")) > VARIABLES_BYTES:
        raise _invalid(
            f"{UNABLE} the environment variables you have provided exceeded the 4KB limit. "
            f"String measured: {cut(measured, MOST_SAID)}"
        )
    for name, value in variables.items():
        if found := _NO_PROCESS_TAKES.search(value):
            raise _invalid(
                f"{UNABLE} the value of {name} has a character that no process can be given: "
                f"{escaped(found[0])}"
            )


def check_code(code: bytes) -> None:
    """Raises RefusedError unless the bytes are a zip archive all of whose members can be read."""
    left = UNZIPPED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    while part := file.read(_PART):
                        left -= len(part)
                        if left <= 0:
                            raise _invalid(f"Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")
    except RefusedError:
        raise
    except Exception as error:  # whatever a broken archive brings `zipfile` and its decompressors to
        raise _invalid(UNREADABLE) from error


def _constraints(name: str, value: Any) -> Iterator[str]:
    """What Lambda's model says against a value that is a text or a number."""
    shape, at = (
        _shapes().get(name),
        f"'{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must",
    )
    if shape is None:
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(value, str) and shape.type_name == "string":
        shown = f"Value '{cut(value, MOST_SAID)}' at {at}"
        if "pattern" in shape.metadata and not _pattern(shape).fullmatch(value):
            yield f"{shown} satisfy regular expression pattern: {_pattern(shape).pattern}"
        if most is not None and len(value) > most:
            yield f"{shown} have length less than or equal to {most}"
    elif isinstance(value, int) and shape.type_name in ("integer", "long"):
        shown = f"Value '{cut(str(value), MOST_SAID)}' at {at}"
        if least is not None and value < least:
            yield f"{shown} have value greater than or equal to {least}"
        if most is not None and value > most:
            yield f"{shown} have value less than or equal to {most}"


@cache
def _shapes() -> Mapping[str, Shape]:
    shape = get_service_model("lambda").operation_model("CreateFunction").input_shape
    return shape.members if isinstance(shape, StructureShape) else {}


@cache
def _variables_shape() -> Any:
    return get_service_model("lambda").shape_for("EnvironmentVariables")


def _pattern(shape: Shape) -> re.Pattern[str]:
    return re.compile(str(shape.metadata["pattern"]), re.ASCII)


def _invalid(message: str) -> RefusedError:
    return RefusedError("InvalidParameterValueException", message)
