"""Streams, those who read them, and their delivery into tables.

https://aws.amazon.com/kinesis/data-streams/pricing/, https://aws.amazon.com/firehose/pricing/,
https://aws.amazon.com/step-functions/pricing/, https://aws.amazon.com/eventbridge/pricing/
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from meshwright.config.streams_file import Delivery, Stream
from meshwright.cost.assumptions import Assumed
from meshwright.cost.items import DAYS, HOURS, MILLION, THOUSAND, Charge, Item, fixed, used
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.landing import layout_of

PUT_UNIT_KB, FIREHOSE_KB, KB_IN_GB = 25, 5, 1024 * 1024
DAY, WEEK = 24, 168
"""Hours: the first day of a stream's records costs nothing more, the first week less than the time after."""
STATES_OF_A_FILE = 4
"""That the state machine enters which registers the partition of a new file; each is a transition."""


def items(mesh: Mesh, domain: Domain, assumed: Assumed) -> Iterator[Item]:
    """Each stream with its readers, whose reading its owner pays for, and each delivery."""
    subscriptions = mesh.streams_by_producer.get(domain.name, ())
    for name, stream in domain.file.streams.items():
        reading = [each for each in subscriptions if each.stream == name]
        fans = sum(each.fan_out for each in reading)
        readers = len(reading) - fans + (stream.lands_in is not None)
        charge = _on_demand if stream.shards is None else _provisioned
        yield Item(
            domain=domain.name,
            part="streams",
            resource=name,
            detail="on demand" if stream.shards is None else f"shards: {stream.shards}",
            charges=tuple(charge(stream, readers, fans, assumed)),
        )
        if stream.lands_in is not None:
            yield Item(
                domain=domain.name,
                part="delivery",
                resource=name,
                detail=f"into {stream.lands_in.table}",
                charges=tuple(_delivery(domain, stream.lands_in, assumed)),
            )


def _on_demand(stream: Stream, readers: int, fans: int, assumed: Assumed) -> Iterator[Charge]:
    """Each record counts in whole KB."""
    daily = assumed["stream_gb_per_day"] * _rounded(assumed["record_kb"], 1)
    yield fixed("kinesis-on-demand-stream", HOURS)
    yield from used("kinesis-on-demand-in", daily * DAYS)
    yield from used("kinesis-on-demand-out", daily * DAYS * readers)
    yield from used("kinesis-on-demand-fan-out", daily * DAYS * fans)
    within_week = max(min(stream.retention_hours, WEEK) - DAY, 0)
    yield from used("kinesis-on-demand-week", daily * within_week / 24)
    yield from _long_term(stream, daily)


def _provisioned(stream: Stream, readers: int, fans: int, assumed: Assumed) -> Iterator[Charge]:
    """Readers share what a shard gives, without charge."""
    shard_hours = HOURS * Decimal(stream.shards or 0)
    daily, size = assumed["stream_gb_per_day"], assumed["record_kb"]
    units = daily * DAYS * KB_IN_GB / PUT_UNIT_KB * _rounded(size, PUT_UNIT_KB)
    yield fixed("kinesis-shard", shard_hours)
    if stream.retention_hours > DAY:
        yield fixed("kinesis-shard-week", shard_hours)
    if fans:
        yield fixed("kinesis-fan-out-shard", shard_hours * fans)
    yield from used("kinesis-put", units / MILLION)
    yield from used("kinesis-fan-out", daily * DAYS * fans)
    yield from _long_term(stream, daily)


def _long_term(stream: Stream, daily: Decimal) -> Iterator[Charge]:
    yield from used("kinesis-long-term", daily * max(stream.retention_hours - WEEK, 0) / 24)


def _delivery(domain: Domain, delivery: Delivery, assumed: Assumed) -> Iterator[Charge]:
    """Into parquet, records count in whole 5 KB; into Iceberg, as they are.

    Of a parquet table that has partitions each file is an event of S3 that starts a state machine.
    """
    product, _, table = delivery.table.partition(".")
    monthly = assumed["stream_gb_per_day"] * DAYS
    objects = DAYS * 24 * 3600 / delivery.buffer_seconds
    layout = layout_of(domain.file.products[product].tables[table], delivery)
    if layout == "iceberg":
        yield from used("firehose-iceberg", monthly)
    else:
        billed = monthly * _rounded(assumed["record_kb"], FIREHOSE_KB)
        yield from used("firehose-in", billed)
        yield from used("firehose-conversion", billed)
        if layout == "record":
            yield from used("firehose-partitioning", monthly)
            yield from used("firehose-partitioned-objects", objects / THOUSAND)
        if layout in ("arrival", "record"):
            yield from used("states-transition", objects * STATES_OF_A_FILE / THOUSAND)
            yield from used("event", objects / MILLION)
    yield from used("s3-put", objects / THOUSAND)


def _rounded(size: Decimal, step: int) -> Decimal:
    """By how much rounding a record up to whole steps multiplies it."""
    return (size / step).to_integral_value(ROUND_CEILING) * step / size
