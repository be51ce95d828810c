"""How the owner learns that a delivery fails, is late, or leaves records out.

https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-metric.html
"""

from collections.abc import Iterator
from typing import Final

from meshwright.mesh.alarms import Alarm, Metric, Widget
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.landing import Landing, landings

LATE_SECONDS: Final = 900
"""A record may wait so much longer than the buffer says before its delivery counts as late."""


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Deliveries that fail."""
    for landing in landings(domain):
        watched = _Watched(mesh, domain, landing)
        yield from watched.alarms()


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Ingest and delivery."""
    for landing in landings(domain):
        watched = _Watched(mesh, domain, landing)
        yield from watched.widgets()


class _Watched:
    """A delivery stream with its metrics."""

    def __init__(self, mesh: Mesh, domain: Domain, landing: Landing) -> None:
        self.name = mesh.names.delivery(domain.name, landing.stream, landing.layout)
        self.landing = landing
        self.iceberg = landing.layout == "iceberg"
        self.service = "DeliveryToIceberg" if self.iceberg else "DeliveryToS3"
        self.about = f"delivery {landing.stream}"
        self.table = f"{landing.product}.{landing.table_name}"

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        dimensions = {"DeliveryStreamName": self.name}
        return Metric(namespace="AWS/Firehose", name=name, dimensions=dimensions, statistic=statistic)

    @property
    def rejected(self) -> Metric:
        return self.metric("DeliveryToIceberg.FailedRowCount" if self.iceberg else "FailedConversion.Records")

    @property
    def age(self) -> Metric:
        return self.metric(f"{self.service}.DataFreshness", "Maximum")

    def alarms(self) -> Iterator[Alarm]:
        stream, table, product = self.landing.stream, self.table, self.landing.product
        yield Alarm(
            key=f"{self.about} rejected",
            runbook="records-rejected",
            text=f"Records of the stream {stream} do not fit the table {table} and are missing from it. They "
            "are kept under failed-records and can be sent again once the cause is mended.",
            metric=self.rejected,
            threshold=0,
            product=product,
        )
        yield Alarm(
            key=f"{self.about} late",
            runbook="delivery-late",
            text=f"Records of the stream {stream} do not arrive in the table {table} in time: whoever reads "
            "it sees old data. Nothing is lost while the stream retains them.",
            metric=self.age,
            threshold=self.landing.delivery.buffer_seconds + LATE_SECONDS,
            periods=3,
            product=product,
        )
        if not self.iceberg:
            yield Alarm(
                key=f"{self.about} failed",
                runbook="delivery-failed",
                text=f"Files with records of the stream {stream} could not be written to the table {table}. "
                "Firehose tries again; if it goes on, a permission, the key or the bucket is in the way.",
                metric=self.metric("DeliveryToS3.Success", "Average"),
                threshold=1,
                comparison="LessThanThreshold",
                periods=3,
                product=product,
            )

        if self.landing.layout == "record":
            yield Alarm(
                key=f"{self.about} spread",
                runbook="records-rejected",
                text=f"Records of the stream {stream} are of more days at once than Firehose keeps apart, so "
                f"that some are missing from the table {table}. They are kept under failed-records.",
                metric=self.metric("PartitionCountExceeded", "Maximum"),
                threshold=0,
                product=product,
            )

    def widgets(self) -> Iterator[Widget]:
        title = f"{self.landing.stream} into {self.table}"
        delivered = "DeliveryToIceberg.SuccessfulRowCount" if self.iceberg else "SucceedConversion.Records"
        read = "DataReadFromKinesisStream"
        records = (self.metric(f"{read}.Records"), self.metric(delivered), self.rejected)
        yield Widget(title=f"{title}: records read, delivered, rejected", metrics=records)
        sizes = (self.metric(f"{read}.Bytes"), self.metric(f"{self.service}.Bytes"))
        yield Widget(title=f"{title}: bytes read, delivered", metrics=sizes)
        yield Widget(title=f"{title}: age of the oldest record that waits, in seconds", metrics=(self.age,))
