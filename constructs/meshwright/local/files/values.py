"""JSON documents as rows of a table, the way the OpenX JSON SerDe reads them for Firehose and Athena.

Keys match columns whatever their case, unknown keys are dropped, missing ones are null
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_OpenXJsonSerDe.html). Forms of a timestamp:
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import TypeVar

from meshwright.config.column_types import ColumnType
from meshwright.local.files.columns import Column

Json = None | bool | int | float | str | Decimal | list["Json"] | dict[str, "Json"]
"""What a JSON text holds; numbers with a point are read as Decimal, so that no digit is lost."""

T = TypeVar("T")
_INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?"
)
_EPOCH = datetime(1970, 1, 1)
_MILLISECONDS_FROM = 10**11
"""A number of at least so much counts milliseconds; as seconds it would lie beyond the year 5000."""


class ValueMismatchError(Exception):
    """A document that isn't a row of the table; the message says why."""


def documents(data: bytes) -> list[dict[str, Json]]:
    """The JSON objects in a record, one after the other. Raises ValueMismatchError for anything else."""
    decoder, found, at = json.JSONDecoder(parse_float=Decimal), list[dict[str, Json]](), 0
    try:
        whole = data.decode()
        while at < len(whole):
            if whole[at].isspace():
                at += 1
                continue
            value, at = decoder.raw_decode(whole, at)
            if not isinstance(value, dict):
                raise ValueMismatchError(f"Expected a JSON object, found {_shape(value)}.")
            found.append(value)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueMismatchError(f"The data is not valid JSON: {error}.") from error
    if not found:
        raise ValueMismatchError("The record is empty.")
    return found


def row(document: Mapping[str, Json], columns: Iterable[Column]) -> dict[str, Json]:
    """The document as a row, in a form of JSON that duckdb reads with the columns' types.

    Raises ValueMismatchError, which names the column.
    """
    given = {key.lower(): value for key, value in document.items()}
    made: dict[str, Json] = {}
    for column in columns:
        try:
            made[column.name] = value_of(given.get(column.name), column.type)
        except ValueMismatchError as error:
            raise ValueMismatchError(f"Column {column.name}: {error}") from error
    return made


def value_of(value: Json, kind: ColumnType) -> Json:
    """One value as its type demands. Raises ValueMismatchError."""
    if value is None:
        return None
    if kind.name == "array":
        items = _expected(list, value, kind)
        return [value_of(item, kind.inner[0][1]) for item in items]
    if kind.name in ("map", "struct"):
        fields: dict[str, Json] = _expected(dict, value, kind)
        if kind.name == "map":
            (_, key), (_, inner) = kind.inner
            return {str(value_of(name, key)): value_of(item, inner) for name, item in fields.items()}
        lower = {name.lower(): item for name, item in fields.items()}
        return {name: value_of(lower.get(name.lower()), inner) for name, inner in kind.inner}
    if isinstance(value, list | dict):
        if kind.name == "string":
            return json.dumps(value, default=str, separators=(",", ":"))
        raise _mismatch(value, kind)
    if kind.name in _INTEGERS:
        return _integer(value, kind)
    if kind.name in ("date", "timestamp"):
        moment = _moment(value, kind)
        return str(moment.date()) if kind.name == "date" else moment.isoformat(sep=" ")
    if kind.name == "boolean":
        return _boolean(value, kind)
    if kind.name in ("float", "double", "decimal"):
        return _number(value, kind)
    return _text(value)[: kind.sizes[0] if kind.sizes else None]


def _integer(value: bool | int | float | str | Decimal, kind: ColumnType) -> int:
    number = _decimal(value, kind)
    whole, limit = int(number), 2 ** (_INTEGERS[kind.name] - 1)
    if whole != number or not -limit <= whole < limit:
        raise _mismatch(value, kind)
    return whole


def _number(value: bool | int | float | str | Decimal, kind: ColumnType) -> str | float:
    number = _decimal(value, kind)
    if kind.name != "decimal":
        return float(number)
    digits, scale = kind.sizes
    exact = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, Context(prec=80))
    if abs(exact) >= Decimal(10) ** (digits - scale):
        raise _mismatch(value, kind)
    return f"{exact:f}"


def _decimal(value: bool | int | float | str | Decimal, kind: ColumnType) -> Decimal:
    if isinstance(value, bool):
        raise _mismatch(value, kind)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _mismatch(value, kind) from None
    if not number.is_finite():
        raise _mismatch(value, kind)
    return number


def _boolean(value: bool | int | float | str | Decimal, kind: ColumnType) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _mismatch(value, kind)


def _moment(value: bool | int | float | str | Decimal, kind: ColumnType) -> datetime:
    """A point in time in UTC: a text, or a count of seconds or milliseconds since 1970; of a date, days."""
    try:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            number = Decimal(str(value))
            if kind.name == "date":
                return _EPOCH + timedelta(days=int(number))
            seconds = number / (1000 if abs(number) >= _MILLISECONDS_FROM else 1)
            return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
        found = _TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise _mismatch(value, kind)
        day = date(*(int(part) for part in found.group(1, 2, 3)))
        hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
        micros = int((found[7] or "0").ljust(6, "0")[:6])
        moment = datetime.combine(day, time(hour, minute, second, micros))
        zone = found[8]
        if zone and zone != "Z":
            aware = datetime.fromisoformat(f"{moment.isoformat()}{zone}")
            return aware.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise _mismatch(value, kind) from None
    return moment


def _text(value: bool | int | float | str | Decimal) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _expected(kind: type[T], value: Json, wanted: ColumnType) -> T:
    if not isinstance(value, kind):
        raise _mismatch(value, wanted)
    return value


def _mismatch(value: Json, kind: ColumnType) -> ValueMismatchError:
    name = f"{kind.name}({','.join(map(str, kind.sizes))})" if kind.sizes else kind.name
    return ValueMismatchError(f"{_shape(value)} is not a value of type {name}.")


def _shape(value: Json) -> str:
    return json.dumps(value, default=str)[:80]
