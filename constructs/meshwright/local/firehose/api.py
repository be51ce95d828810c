"""Firehose's API: moto's, which keeps the settings, and the delivery of what Kinesis streams hold."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from moto.core.responses import ActionResult
from moto.firehose.exceptions import InvalidArgumentException
from moto.firehose.models import DeliveryStream, firehose_backends
from moto.firehose.responses import FirehoseResponse as MotoFirehose

from meshwright.local.firehose.deliveries import Source
from meshwright.local.firehose.settings import SettingsError, destination_of

NOT_DELIVERED = "Nothing is delivered: the embedded AWS writes no Iceberg tables."


class FirehoseResponse(MotoFirehose):
    def create_delivery_stream(self) -> ActionResult:
        self._check("ExtendedS3DestinationConfiguration")
        return super().create_delivery_stream()

    def update_destination(self) -> ActionResult:
        self._check("ExtendedS3DestinationUpdate")
        return super().update_destination()

    def describe_delivery_stream(self) -> ActionResult:
        """Says of a delivery into an Iceberg table that nothing comes of it."""
        found: dict[str, Any] = self.firehose_backend.describe_delivery_stream(
            self._get_param("DeliveryStreamName")
        )
        described = found["DeliveryStreamDescription"]
        if any("IcebergDestinationDescription" in each for each in described["Destinations"]):
            described["FailureDescription"] = {"Type": "UNKNOWN_ERROR", "Details": NOT_DELIVERED}
        return ActionResult(found)

    def _check(self, name: str) -> None:
        given = self._get_param(name)
        # An update names only what it changes, so what it leaves out can't be judged.
        if given and given.get("RoleARN") and given.get("BucketARN"):
            try:
                destination_of(given, account=self.current_account, region=self.region)
            except SettingsError as error:
                raise InvalidArgumentException(str(error)) from error


def sources() -> Iterator[Source]:
    """The delivery streams of all accounts that read a Kinesis stream."""
    for each in _streams():
        reads = each.source
        if reads:
            yield Source(
                name=each.delivery_stream_name,
                arn=each.delivery_stream_arn,
                version=each.version_id,
                created=each.create_timestamp.replace(tzinfo=UTC),
                stream_arn=reads["KinesisStreamARN"],
                role_arn=reads["RoleARN"],
                extended_s3=each.destinations[0].get("ExtendedS3"),
            )


def notes() -> list[str]:
    """What a user must know of the delivery streams that there are."""
    return [
        f"{each.delivery_stream_arn}: {NOT_DELIVERED}"
        for each in _streams()
        if "Iceberg" in each.destinations[0]
    ]


def _streams() -> Iterator[DeliveryStream]:
    for regions in list(firehose_backends.values()):
        for backend in list(regions.values()):
            yield from list(backend.delivery_streams.values())
