"""What becomes of a batch of records: which objects they go into, and which can't be delivered."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from meshwright.local.files.columns import Column
from meshwright.local.files.values import Json, ValueMismatchError, documents, row
from meshwright.local.firehose.settings import Schema

CONVERSION_FAILED = "format-conversion-failed"
PROCESSING_FAILED = "processing-failed"
"""Kinds of errors, as `!{firehose:error-output-type}` names them."""

Keys = tuple[tuple[str, str], ...]
"""Partition keys and their values."""


@dataclass(frozen=True, slots=True)
class Record:
    data: bytes
    arrived: datetime
    sequence_number: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that can't be delivered, and why."""

    record: Record
    kind: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A record, or one of several objects in it, that can be delivered."""

    record: Record
    document: Mapping[str, Json]
    keys: Keys


def buffers(records: Sequence[Record], limit: int) -> Iterator[Sequence[Record]]:
    """The records in order, in batches of at most `limit` bytes."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if batch and size + len(record.data) > limit:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record.data)
    if batch:
        yield batch


def partitioned(
    records: Iterable[Record], paths: Mapping[str, tuple[str, ...]]
) -> tuple[list[Ready], list[Failure]]:
    """The JSON objects of the records with their partition keys, and what is none or has no such keys."""
    ready, failures = list[Ready](), list[Failure]()
    for record in records:
        try:
            found = documents(record.data)
            ready += [Ready(record, document, _keys(document, paths)) for document in found]
        except _NoKeyError as error:
            code = "DynamicPartitioning.MetadataExtractionFailed"
            failures.append(Failure(record, PROCESSING_FAILED, code, str(error)))
        except ValueMismatchError as error:
            code = "DataFormatConversion.ParseError"
            failures.append(Failure(record, CONVERSION_FAILED, code, str(error)))
    return ready, failures


def converted(
    ready: Iterable[Ready], columns: Sequence[Column]
) -> tuple[dict[Keys, list[tuple[Record, dict[str, Json]]]], list[Failure]]:
    """Rows by partition, each with its record; and the records that don't match the columns."""
    groups, failures = dict[Keys, list[tuple[Record, dict[str, Json]]]](), list[Failure]()
    for each in ready:
        try:
            groups.setdefault(each.keys, []).append((each.record, row(each.document, columns)))
        except ValueMismatchError as error:
            code = "DataFormatConversion.InvalidSchema"
            failures.append(Failure(each.record, CONVERSION_FAILED, code, str(error)))
    return {keys: rows for keys, rows in groups.items() if rows}, failures


def failure_lines(failures: Iterable[Failure], schema: Schema | None, *, now: datetime) -> bytes:
    """What Firehose writes of records that failed: a JSON object each, with the record in base64.

    https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
    """
    lines = []
    for failure in failures:
        line: dict[str, object] = {
            "attemptsMade": 1,
            "arrivalTimestamp": _milliseconds(failure.record.arrived),
            "ErrorCode": failure.code,
            "ErrorMessage": failure.message,
            "attemptEndingTimestamp": _milliseconds(now),
            "rawData": base64.b64encode(failure.record.data).decode(),
            "sequenceNumber": failure.record.sequence_number,
            "subSequenceNumber": 0,
        }
        if schema is not None and failure.kind == CONVERSION_FAILED:
            line["dataCatalogTable"] = {
                "catalogId": schema.catalog,
                "databaseName": schema.database,
                "tableName": schema.table,
                "region": schema.region,
                "versionId": schema.version,
                "catalogArn": f"arn:aws:glue:{schema.region}:{schema.catalog}:catalog",
            }
        lines.append(json.dumps(line) + "\n")
    return "".join(lines).encode()


class _NoKeyError(Exception):
    """A partition key that the record doesn't give."""


def _keys(document: Mapping[str, Json], paths: Mapping[str, tuple[str, ...]]) -> Keys:
    found = []
    for name, path in paths.items():
        value: Json = dict(document)
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None or isinstance(value, dict | list) or str(value) == "":
            raise _NoKeyError(f"partitionKeys values must not be null or empty: {name} is not in the record.")
        found.append((name, ("true" if value else "false") if isinstance(value, bool) else str(value)))
    return tuple(found)


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
