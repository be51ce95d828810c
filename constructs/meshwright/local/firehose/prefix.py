"""Prefixes of objects, with expressions such as `!{timestamp:yyyy}`.

https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

import re
import secrets
import string
from collections.abc import Mapping
from datetime import datetime
from typing import Final

_EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]*)\}")
_TIME: Final[Mapping[str, str]] = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "DDD": "%j",
}  # fmt: skip
"""Patterns of Java's DateTimeFormatter, as strftime has them."""
_TIME_PART = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
_DEFAULT_FOLDERS = "!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/"


class PrefixError(Exception):
    """An expression that isn't emulated, or that Firehose doesn't know."""


def check(prefix: str, keys: frozenset[str]) -> None:
    """Raises PrefixError unless each expression can be evaluated; `keys` are the keys of the partitions."""
    for namespace, value in _EXPRESSION.findall(prefix):
        if namespace == "timestamp":
            time_text(value, datetime(2000, 1, 1))
        elif namespace == "partitionKeyFromQuery":
            if value not in keys:
                raise PrefixError(f"The query extracts no partition key {value}.")
        elif (namespace, value) not in (("firehose", "random-string"), ("firehose", "error-output-type")):
            raise PrefixError(f"The embedded AWS doesn't emulate !{{{namespace}:{value}}} in a prefix.")


def evaluated(
    prefix: str, *, at: datetime, keys: Mapping[str, str] | None = None, error: str | None = None
) -> str:
    """The prefix of one object.

    `at` is the arrival of its oldest record, in the zone of the destination. Folders of the hour follow
    where no timestamp is in it; in the prefix of errors, where it has no expression at all, and behind the
    kind of `error`.
    """
    namespaces = {found[1] for found in _EXPRESSION.finditer(prefix)}
    if error is not None and not namespaces:
        prefix += f"{error}/{_DEFAULT_FOLDERS}"
    elif error is None and "timestamp" not in namespaces:
        prefix += _DEFAULT_FOLDERS

    def value_of(found: re.Match[str]) -> str:
        namespace, value = found[1], found[2]
        if namespace == "timestamp":
            return time_text(value, at)
        if namespace == "partitionKeyFromQuery":
            return (keys or {})[value]
        return (error or "") if value == "error-output-type" else random_string()

    return _EXPRESSION.sub(value_of, prefix)


def time_text(pattern: str, at: datetime) -> str:
    """A point in time by a pattern of Java's DateTimeFormatter. Raises PrefixError for other patterns."""
    text = ""
    for part in _TIME_PART.finditer(pattern):
        if part[1] is not None:
            text += part[1] or "'"
        elif part[2] is None:
            text += part[0]
        elif part[0] in _TIME:
            text += at.strftime(_TIME[part[0]])
        else:
            raise PrefixError(f"The embedded AWS doesn't emulate `{part[0]}` in !{{timestamp:{pattern}}}.")
    return text


def random_string() -> str:
    """Eleven characters, as `!{firehose:random-string}` gives."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
