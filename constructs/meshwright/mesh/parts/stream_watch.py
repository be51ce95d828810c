"""What is watched of a domain's streams, with `monitoring`: whether readers keep up, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.stream_policies import agreed_on

KINESIS: Final = "AWS/Kinesis"
MILLISECONDS_PER_HOUR: Final = 3_600_000
LATE_SHARE: Final = 0.5
"""Of a stream's retention: readers so far behind may lose records before they get to them
(https://docs.aws.amazon.com/streams/latest/dev/troubleshooting-consumers.html).
"""
REFUSED_PERIODS: Final = 3
"""Periods of five minutes in a row: clients repeat a single refusal by themselves."""


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Streams whose readers fall behind, and those that refuse writes or reads; only with `monitoring`."""
    if domain.file.monitoring is None:
        return
    for key, stream in domain.file.streams.items():
        hours = stream.retention_hours
        yield Alarm(
            key=f"stream {key} behind",
            runbook="stream-behind",
            text=(
                f"A reader of the stream {key} is more than {hours * LATE_SHARE:g} hours behind. "
                f"Records older than {hours} hours are deleted, whether they were read or not."
            ),
            metric=_metric(mesh, domain, key, "GetRecords.IteratorAgeMilliseconds", "Maximum"),
            threshold=hours * LATE_SHARE * MILLISECONDS_PER_HOUR,
        )
        for consumer in _fanned_out(mesh, domain, key):
            yield Alarm(
                # Neither streams nor domains have an underscore in their names.
                key=f"stream {key}_{consumer} behind",
                runbook="stream-behind",
                text=(
                    f"{consumer}, which reads the stream {key} by fan-out, is more than "
                    f"{hours * LATE_SHARE:g} hours behind. Records older than {hours} hours are deleted, "
                    "whether they were read or not."
                ),
                metric=_behind(mesh, domain, key, consumer),
                threshold=hours * LATE_SHARE * MILLISECONDS_PER_HOUR,
            )
        yield Alarm(
            key=f"stream {key} refuses writes",
            runbook="stream-refuses-writes",
            text=(
                f"For 15 minutes the stream {key} has refused records, because more came than it can take. "
                "What its writers do not send again is lost."
            ),
            metric=_metric(mesh, domain, key, "WriteProvisionedThroughputExceeded"),
            threshold=0,
            periods=REFUSED_PERIODS,
        )
        yield Alarm(
            key=f"stream {key} refuses reads",
            runbook="stream-refuses-reads",
            text=(
                f"For 15 minutes the stream {key} has refused reads, because its readers together want more "
                "than it gives. They fall behind."
            ),
            metric=_metric(mesh, domain, key, "ReadProvisionedThroughputExceeded"),
            threshold=0,
            periods=REFUSED_PERIODS,
        )


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """How much is written to the streams, how far their readers are behind, and what is refused.

    Metrics: https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
    """
    streams = list(domain.file.streams)
    if not streams:
        return

    def of_all(*names: str, statistic: str = "Sum") -> tuple[Metric, ...]:
        return tuple(_metric(mesh, domain, stream, name, statistic) for stream in streams for name in names)

    by_fan_out = tuple(
        _behind(mesh, domain, stream, consumer)
        for stream in streams
        for consumer in _fanned_out(mesh, domain, stream)
    )
    behind = of_all("GetRecords.IteratorAgeMilliseconds", statistic="Maximum")
    yield Widget(title="Records written to streams", metrics=of_all("IncomingRecords"))
    yield Widget(title="Bytes written to streams", metrics=of_all("IncomingBytes"))
    yield Widget(title="Age of the record read last (milliseconds)", metrics=(*behind, *by_fan_out))
    yield Widget(
        title="Refused by streams",
        metrics=of_all("WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"),
    )


def _fanned_out(mesh: Mesh, domain: Domain, stream: str) -> list[str]:
    """The domains that read it through a consumer of their own."""
    return [each.consumer for each in agreed_on(mesh, domain.name, stream) if each.fan_out]


def _behind(mesh: Mesh, domain: Domain, stream: str, consumer: str) -> Metric:
    """Of a registered consumer, whose reading GetRecords' metrics do not count.

    https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
    """
    of_stream = _metric(mesh, domain, stream, "SubscribeToShardEvent.MillisBehindLatest", "Maximum")
    name = mesh.names.stream_consumer(consumer)
    return replace(of_stream, dimensions={**of_stream.dimensions, "ConsumerName": name})


def _metric(mesh: Mesh, domain: Domain, stream: str, name: str, statistic: str = "Sum") -> Metric:
    return Metric(
        namespace=KINESIS,
        name=name,
        dimensions={"StreamName": mesh.names.stream(domain.name, stream)},
        statistic=statistic,
    )
