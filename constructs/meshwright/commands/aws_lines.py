"""Calls of AWS's APIs as lines of the `aws` command line, to paste."""

import json
import shlex
from collections.abc import Iterator
from contextlib import suppress

from meshwright.access.findings import Call
from meshwright.texts import inert, unseen

WIDTH = 100
SERVICES = {"s3": "s3api"}
"""Where the command line calls a service otherwise than boto3."""


def aws_line(call: Call, region: str) -> str:
    """One command; an option a line where it would be longer than WIDTH."""
    from botocore import xform_name

    service = SERVICES.get(call.service, call.service)
    head = f"aws {service} {xform_name(call.operation, '-').replace('_', '-')} --region {region}"
    options = [
        option for name, value in call.parameters.items() for option in _option(xform_name(name, "-"), value)
    ]
    line = " ".join([head, *options])
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return " \\\n  ".join([head, *options])


def _option(name: str, value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"--{name}" if value else f"--no-{name}"
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield f"--{name} {' '.join(quoted(each) for each in value)}"
    elif isinstance(value, dict | list):
        yield f"--{name} {_json(value)}"
    else:
        yield f"--{name} {_text(str(value))}"


def _text(value: str) -> str:
    """A policy is JSON in a text: it may be written over several lines."""
    if value.startswith("{"):
        with suppress(ValueError, RecursionError):
            return _json(json.loads(value))
    return quoted(value)


def quoted(text: str) -> str:
    """One argument, in one line, that output shows as it is: what it would change is written in escapes.

    https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html; zsh takes it too.
    """
    if "\n" not in text and inert(text) == text:
        return shlex.quote(text)
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "[": "\\x5b", ":": "\\x3a"}
    changed = {found[0]: f"\\U{ord(found[0]):08x}" for found in unseen(text)}
    return "$'" + "".join((escapes | changed).get(sign, sign) for sign in text) + "'"


def _json(value: object) -> str:
    """In one line if it is short, else over several, which the shell takes as well between quotes."""
    short = json.dumps(value, ensure_ascii=False)
    return shlex.quote(short if len(short) < WIDTH - 30 else json.dumps(value, indent=1, ensure_ascii=False))
