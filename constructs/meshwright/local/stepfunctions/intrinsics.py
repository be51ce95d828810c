"""Intrinsic functions of Amazon States Language.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import json
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from meshwright.local.stepfunctions.failures import StateError, unknown

_TOKEN = re.compile(
    r"\s*(?:(?P<name>States\.[A-Za-z0-9]+)\s*\(|(?P<text>'(?:\\.|[^'\\])*')|(?P<path>\$(?:[^,()\s\[]|\[[^\]]*\])*)"
    r"|(?P<literal>-?\d+(?:\.\d+)?|true|false|null)|(?P<mark>[,)]))"
)


class _Written(str):
    """Text as it stands in an expression, with its escapes."""

    def meant(self) -> str:
        return re.sub(r"\\(.)", r"\1", self)


def call(expression: str, find: Callable[[str], Any]) -> Any:
    """The value of a call such as `States.Format('s3://{}', $.bucket)`; `find` gives the value of a path."""
    value, end = _value(expression, 0, find)
    if expression[end:].strip():
        raise _failure(f"'{expression}' isn't a call of an intrinsic function")
    return value


def _value(text: str, start: int, find: Callable[[str], Any]) -> tuple[Any, int]:
    match = _TOKEN.match(text, start)
    if not match or match["mark"]:
        raise _failure(f"'{text}' can't be read at '{text[start:]}'")
    if match["text"]:
        return _Written(match["text"][1:-1]), match.end()
    if match["path"]:
        return find(match["path"]), match.end()
    if match["literal"]:
        return json.loads(match["literal"]), match.end()
    name, position, arguments = match["name"], match.end(), list[Any]()
    while True:
        closing = _TOKEN.match(text, position)
        if closing and closing["mark"]:
            position = closing.end()
            if closing["mark"] == ")":
                break
            continue
        value, position = _value(text, position, find)
        arguments.append(value)
    if name not in FUNCTIONS:
        raise unknown(f"the intrinsic function {name}")
    if name != "States.Format":
        arguments = [each.meant() if isinstance(each, _Written) else each for each in arguments]
    try:
        return FUNCTIONS[name](arguments), position
    except (ValueError, TypeError, IndexError) as error:
        raise _failure(f"{name}: {error}") from error


def _format(arguments: Sequence[Any]) -> str:
    """An escaped brace is no part of a place."""
    template, *values = arguments
    parts = [_Written(part).meant() for part in re.split(r"(?<!\\)\{\}", template)]
    if len(parts) != len(values) + 1:
        raise ValueError(f"{len(parts) - 1} places for {len(values)} values")
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True))


def _merge(arguments: Sequence[Any]) -> Any:
    first, second, deep = arguments
    if deep:
        raise ValueError("only shallow merging is supported")
    return {**first, **second}


def _failure(cause: str) -> StateError:
    return StateError("States.IntrinsicFailure", cause)


FUNCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "States.Array": list,
    "States.ArrayContains": lambda a: a[1] in a[0],
    "States.ArrayGetItem": lambda a: a[0][a[1]],
    "States.ArrayLength": lambda a: len(a[0]),
    "States.ArrayRange": lambda a: list(range(a[0], a[1] + (1 if a[2] > 0 else -1), a[2])),
    "States.Format": _format,
    "States.JsonMerge": _merge,
    "States.JsonToString": lambda a: json.dumps(a[0], separators=(",", ":")),
    "States.MathAdd": lambda a: a[0] + a[1],
    "States.StringSplit": lambda a: [part for part in re.split(f"[{re.escape(a[1])}]", a[0]) if part],
    "States.StringToJson": lambda a: json.loads(a[0]),
    "States.UUID": lambda a: str(uuid.uuid4()),
}
