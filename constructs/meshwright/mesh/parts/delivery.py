"""From a stream to a table: Amazon Data Firehose."""

from collections.abc import Iterator
from typing import Any, Final

from meshwright.mesh.alarms import Alarm
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts import delivery_watch, partitions
from meshwright.mesh.parts.delivery_policy import delivery_policy
from meshwright.mesh.parts.delivery_stream import LOG_STREAM, DeliveryStream, delivery_stream
from meshwright.mesh.parts.delivery_watch import widgets
from meshwright.mesh.parts.landing import Landing, landings
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import DELIVERY
from meshwright.mesh.statements import Allow

__all__ = ["alarms", "delivery_resources", "delivery_spec", "resources", "role_policy", "widgets"]

FAILED: Final = "failed-records"
"""First folder of the records that could not be delivered. No product's name has a hyphen, so that no table
is inside it, nor it inside a table.
"""
LOG_DAYS: Final = 90


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Delivery streams, each with its log."""
    for landing in landings(domain):
        yield from delivery_resources(
            delivery_spec(mesh, domain, landing), key=landing.stream, shown=_shown(landing)
        )


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Deliveries that fail, and partitions of theirs that are not registered."""
    yield from delivery_watch.alarms(mesh, domain)
    yield from partitions.alarms(mesh, domain)


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What the delivery role may do besides looking up tables."""
    specs = [delivery_spec(mesh, domain, each) for each in landings(domain)]
    yield from delivery_policy(specs, key_arn=key_arn, stream_prefix=mesh.names.stream(domain.name, ""))


def delivery_spec(mesh: Mesh, domain: Domain, landing: Landing) -> DeliveryStream:
    """The delivery stream of a landing."""
    names = mesh.names
    kind = "raw" if landing.layout == "iceberg" else "products"
    return DeliveryStream(
        name=names.delivery(domain.name, landing.stream, landing.layout),
        place=place_in(mesh.region, account=domain.account),
        stream_name=names.stream(domain.name, landing.stream),
        role_arn=domain.roles[DELIVERY].arn,
        catalog_account=mesh.governance_account,
        database=names.database(domain.name, landing.product),
        table=landing.table_name,
        bucket_name=names.bucket(domain.name, domain.account, "products"),
        folder=landing.folder,
        layout=landing.layout,
        partition_column=landing.partition_column,
        failed_bucket_name=names.bucket(domain.name, domain.account, kind),
        failed_prefix=f"{FAILED}/{landing.stream}",
        buffer_seconds=landing.delivery.buffer_seconds,
        buffer_mb=landing.delivery.buffer_mb,
    )


def failed_in_products(mesh: Mesh, domain: Domain) -> str | None:
    """Where in the products bucket records are that a delivery left out, as bucket/folder; None: nowhere."""
    if all(each.layout == "iceberg" for each in landings(domain)):
        return None
    return f"{mesh.names.bucket(domain.name, domain.account, 'products')}/{FAILED}"


def delivery_resources(spec: DeliveryStream, *, key: str, shown: dict[str, str]) -> Iterator[Declared]:
    """A delivery stream with the log of what it could not deliver; `key` is what it is for."""
    logs, log, delivery = f"delivery-logs {key}", f"delivery-log {key}", f"delivery {key}"
    group: dict[str, Any] = {"LogGroupName": spec.log_group}
    yield Declared(
        key=logs,
        type="AWS::Logs::LogGroup",
        name=spec.log_group,
        properties={**group, "RetentionInDays": LOG_DAYS},
    )
    yield Declared(
        key=log,
        type="AWS::Logs::LogStream",
        name=f"{spec.log_group} {LOG_STREAM}",
        properties={**group, "LogStreamName": LOG_STREAM},
        after=(logs,),
        tags="",
    )
    yield Declared(
        key=delivery,
        type="AWS::KinesisFirehose::DeliveryStream",
        name=spec.name,
        properties=delivery_stream(spec),
        shown=shown,
        accepted={"AwsSolutions-KDF1": "With a stream as its source, that stream's encryption is its own."},
        after=(log,),
    )


def _shown(landing: Landing) -> dict[str, str]:
    column = landing.partition_column
    layouts = {
        "plain": "parquet",
        "arrival": f"parquet, {column} is the day of arrival",
        "record": f"parquet, {column} is the record's own",
        "iceberg": "iceberg",
    }
    return {
        "from stream": landing.stream,
        "into table": f"{landing.product}.{landing.table_name}",
        "as": layouts[landing.layout],
        "at the latest after": f"{landing.delivery.buffer_seconds} s or {landing.delivery.buffer_mb} MiB",
    }
