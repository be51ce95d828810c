"""Carries records from Kinesis streams into buckets, as the roles that the delivery streams name.

A record waits CLOCK_SECONDS instead of the buffer's interval; the buffer's size is kept to. Nothing is
delivered to Iceberg tables.
"""

import gzip
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.config.column_types import ColumnTypeError
from meshwright.local.clients import Clients
from meshwright.local.files.columns import Column, columns_of
from meshwright.local.files.parquet import parquet
from meshwright.local.firehose.batches import (
    CONVERSION_FAILED,
    Failure,
    Record,
    buffers,
    converted,
    failure_lines,
    partitioned,
)
from meshwright.local.firehose.prefix import evaluated
from meshwright.local.firehose.settings import Destination, Schema, destination_of
from meshwright.local.persistence.entries import Entries

log = logging.getLogger(__name__)
CLOCK_SECONDS = 1.0
"""How long the first record of a batch waits for others."""
RETRY_SECONDS = 5.0
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """A delivery stream that reads a Kinesis stream."""

    name: str
    arn: str
    version: str
    created: datetime
    stream_arn: str
    role_arn: str
    extended_s3: Mapping[str, Any] | None
    """None for another destination, which gets nothing."""

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Written:
    """An object that was put into a bucket."""

    bucket: str
    key: str
    records: int


@dataclass
class Deliveries:
    clients: Clients
    sources: Callable[[], Iterable[Source]]
    """The delivery streams of all accounts that read a Kinesis stream."""
    read_to: Entries[tuple[str, datetime, str], str] = field(default_factory=Entries)
    """The last sequence number that was delivered, by delivery stream and shard."""
    _written: deque[Written] = field(default_factory=lambda: deque(maxlen=KEPT))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _woken: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def wake(self) -> None:
        """Tells that records were put somewhere; they are delivered soon after."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="firehose", daemon=True)
                self._thread.start()
        self._woken.set()

    def deliver_now(self) -> list[Written]:
        """Delivers everything that was put so far, without waiting.

        Returns what was written since the last call, at most KEPT objects, whoever caused it.
        """
        self._deliver_all()
        with self._lock:
            written = list(self._written)
            self._written.clear()
        return written

    def _work(self) -> None:
        while self._woken.wait():
            time.sleep(CLOCK_SECONDS)
            self._woken.clear()
            if not self._deliver_all():
                # Firehose repeats it too, for as long as the stream keeps the records.
                timer = threading.Timer(RETRY_SECONDS, self._woken.set)
                timer.daemon = True
                timer.start()

    def _deliver_all(self) -> bool:
        """False if one could not deliver; its records are read again the next time."""
        well = True
        for source in list(self.sources()):
            try:
                self._deliver(source)
            except (ClientError, BotoCoreError) as error:
                log.warning("%s can't deliver: %s", source.name, error)
                well = False
            except Exception:
                log.exception("%s can't deliver", source.name)
                well = False
        return well

    def _deliver(self, source: Source) -> None:
        if source.extended_s3 is None:
            return
        with self._lock:
            records, read_to = self._records(source)
            destination = destination_of(source.extended_s3, account=source.account, region=source.region)
            written = [
                each
                for batch in buffers(records, destination.buffer_bytes)
                for each in self._put_batch(source, destination, batch)
            ]
            for at, number in read_to.items():
                self.read_to[at] = number
            if read_to:
                self.read_to.save()
            self._written.extend(written)
        for each in written:
            log.info("%s: %s records to s3://%s/%s", source.name, each.records, each.bucket, each.key)

    def _records(self, source: Source) -> tuple[list[Record], dict[tuple[str, datetime, str], str]]:
        """What the stream got since the last time: at first, since the delivery stream was made.

        https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
        """
        kinesis = self.clients.acting_as(source.role_arn, source.stream_arn.split(":")[3])("kinesis")
        found, read_to = list[Record](), dict[tuple[str, datetime, str], str]()
        for shard in kinesis.list_shards(StreamARN=source.stream_arn)["Shards"]:
            at = (source.arn, source.created, shard["ShardId"])
            last = self.read_to.get(at)
            start: dict[str, Any] = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": source.created}
            if last is not None:
                start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": last}
            iterator = kinesis.get_shard_iterator(
                StreamARN=source.stream_arn, ShardId=shard["ShardId"], **start
            )["ShardIterator"]
            while iterator:
                page = kinesis.get_records(StreamARN=source.stream_arn, ShardIterator=iterator)
                iterator = page.get("NextShardIterator") if page["Records"] else None
                for record in page["Records"]:
                    arrived, number = record["ApproximateArrivalTimestamp"], record["SequenceNumber"]
                    found.append(Record(record["Data"], arrived, number))
                    read_to[at] = number
        return sorted(found, key=lambda record: record.arrived), read_to

    def _put_batch(
        self, source: Source, destination: Destination, batch: Sequence[Record]
    ) -> Iterator[Written]:
        if destination.schema is None and not destination.keys:
            data = b"".join(record.data for record in batch)
            body = gzip.compress(data) if destination.compression == "GZIP" else data
            yield self._put(source, destination, batch, body, prefix=destination.prefix)
            return
        ready, failures = partitioned(batch, destination.keys)
        columns, refused = self._columns(source, destination, [each.record for each in ready])
        groups, mismatches = converted([] if refused else ready, columns)
        for keys, rows in groups.items():
            body = parquet(columns, (row for _, row in rows), compression=destination.compression)
            yield self._put(
                source,
                destination,
                [record for record, _ in rows],
                body,
                prefix=destination.prefix,
                keys=dict(keys),
            )
        yield from self._put_failures(source, destination, [*failures, *mismatches, *refused])

    def _columns(
        self, source: Source, destination: Destination, records: Sequence[Record]
    ) -> tuple[tuple[Column, ...], list[Failure]]:
        """The columns of the table that the files are for, as the catalog shows them to the role.

        Columns by which the table is partitioned are folders, and not in the files.
        """
        schema = destination.schema
        if schema is None:
            message = "The embedded AWS partitions only records that it converts."
            return (), [_refused(each, "DynamicPartitioning.NotEmulated", message) for each in records]
        try:
            return columns_of(self._table(schema)["StorageDescriptor"]["Columns"]), []
        except (ClientError, ColumnTypeError) as error:
            code = "InvalidSchema"
            if isinstance(error, ClientError):
                code = error.response["Error"]["Code"].removesuffix("Exception")
            log.warning("%s can't read the schema of %s: %s", source.name, schema.table, error)
            return (), [_refused(each, f"DataFormatConversion.{code}", str(error)) for each in records]

    def _table(self, schema: Schema) -> dict[str, Any]:
        glue = self.clients.acting_as(schema.role_arn, schema.region)("glue")
        table: dict[str, Any] = glue.get_table(
            CatalogId=schema.catalog, DatabaseName=schema.database, Name=schema.table
        )["Table"]
        return table

    def _put_failures(
        self, source: Source, destination: Destination, failures: Sequence[Failure]
    ) -> Iterator[Written]:
        for kind in sorted({failure.kind for failure in failures}):
            chosen = [failure for failure in failures if failure.kind == kind]
            body = failure_lines(chosen, destination.schema, now=datetime.now(UTC))
            records = [failure.record for failure in chosen]
            yield self._put(source, destination, records, body, prefix=destination.error_prefix, error=kind)

    def _put(
        self,
        source: Source,
        destination: Destination,
        records: Sequence[Record],
        body: bytes,
        *,
        prefix: str,
        keys: Mapping[str, str] | None = None,
        error: str | None = None,
    ) -> Written:
        """Names of objects: https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html"""
        oldest = destination.at(min(record.arrived for record in records))
        folder = evaluated(prefix, at=oldest, keys=keys, error=error)
        name = f"{source.name}-{source.version}-{oldest:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}"
        key = f"{folder}{name}{'' if error else destination.extension}"
        encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": destination.key_arn}
            if destination.key_arn
            else {}
        )
        s3 = self.clients.acting_as(destination.role_arn, source.region)("s3")
        s3.put_object(Bucket=destination.bucket, Key=key, Body=body, **encryption)
        return Written(destination.bucket, key, len(records))


def _refused(record: Record, code: str, message: str) -> Failure:
    return Failure(record, CONVERSION_FAILED, code, message)
