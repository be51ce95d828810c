"""What a mesh has published and others rely on: the side of a comparison that must not be taken away.

Plain data, so that it can be made of files (`published`) or of what is found in live accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from meshwright.config.domain_file import Product, Table
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.refreshes import heard
from meshwright.mesh.stream_subscriptions import pii_fields
from meshwright.mesh.subscriptions import Subscription, TableAccess


@dataclass(frozen=True, slots=True)
class Reader:
    """What a consumer domain may read of one table."""

    columns: tuple[str, ...]
    where: str | None = None
    """The rows: both sides' conditions, joined as the data-cells filter has them. None: all."""
    until: date | None = None
    """Last day of the agreement. None: no end, or not known (see `Published.ends_known`)."""
    roles: tuple[str, ...] = ()
    """The consumer's roles that read it, by their keys in its file; only for messages."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table as readers see it."""

    format: str
    """iceberg, parquet, json or csv."""
    columns: Mapping[str, str]
    """The type of each column, in Glue's spelling."""
    partition_by: tuple[str, ...] | None = ()
    """None: not known; the catalog does not hold the partitions of an Iceberg table."""
    pii: frozenset[str] = frozenset()
    """Columns that are PII."""
    readers: Mapping[str, Reader] = field(default_factory=dict)
    """By consumer domain: those whose subscription is agreed."""


@dataclass(frozen=True, slots=True)
class PublishedProduct:
    """A data product."""

    tables: Mapping[str, PublishedTable]
    sunset: date | None = None
    """Of a deprecated product: the last day on which consumers can count on it. None: not deprecated."""
    open: bool = False
    """Its classification is open: whoever asks may read it. A live account does not say so: False."""
    listeners: tuple[str, ...] = ()
    """The domains whose pipelines hear of its refreshes. Of a live account that is not looked at: none."""


@dataclass(frozen=True, slots=True)
class StreamReader:
    """How a consumer domain reads a stream."""

    fan_out: bool = False
    until: date | None = None
    """Last day of the agreement. None: no end, or not known (see `Published.ends_known`)."""
    roles: tuple[str, ...] = ()
    """The consumer's roles that read it, by their keys in its file; only for messages."""


@dataclass(frozen=True, slots=True)
class PublishedStream:
    """A Kinesis data stream."""

    retention_hours: int
    shards: int | None = None
    """None: on demand."""
    consumers: tuple[str, ...] = ()
    """Names of registered consumers that no file asks for. Only a live account has any."""
    readers: Mapping[str, StreamReader] = field(default_factory=dict)
    """By consumer domain: those whose subscription is agreed."""
    pii: frozenset[str] = frozenset()
    """Fields that are PII; a live account does not say so: none."""


@dataclass(frozen=True, slots=True)
class PublishedDomain:
    """A domain in its account."""

    account: str
    products: Mapping[str, PublishedProduct] = field(default_factory=dict)
    streams: Mapping[str, PublishedStream] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """All that one environment of a mesh has published. What could not be read is left out."""

    domains: Mapping[str, PublishedDomain]
    ends_known: bool = True
    """Whether the readers' `until` are known. In live accounts they are not: nothing there records them."""


def published(mesh: Mesh) -> Published:
    """What the files of this mesh publish on the day for which it was resolved."""
    readers: dict[tuple[str, str, str], dict[str, Reader]] = {}
    for name in mesh.domains:
        for subscription in mesh.agreed_by_producer.get(name, ()):
            for access in subscription.tables:
                key = (name, subscription.product, access.table)
                readers.setdefault(key, {})[subscription.consumer] = _reader(subscription, access)
    listeners: dict[tuple[str, str], list[str]] = {}
    for consumer in mesh.domains.values():
        for producer, products in heard(mesh, consumer).items():
            for product in products:
                listeners.setdefault((producer, product), []).append(consumer.name)
    is_open = frozenset(mesh.file.open_classifications)
    return Published(
        domains={
            name: PublishedDomain(
                account=domain.account,
                products={
                    product_name: PublishedProduct(
                        tables={
                            table_name: _table(table, readers.get((name, product_name, table_name), {}))
                            for table_name, table in product.tables.items()
                        },
                        sunset=sunset_of(product),
                        open=product.classification in is_open,
                        listeners=tuple(sorted(listeners.get((name, product_name), ()))),
                    )
                    for product_name, product in domain.file.products.items()
                },
                streams={
                    stream_name: PublishedStream(
                        stream.retention_hours,
                        stream.shards,
                        readers={
                            each.consumer: StreamReader(each.fan_out, each.until, each.roles)
                            for each in mesh.streams_by_producer.get(name, ())
                            if each.stream == stream_name
                        },
                        pii=frozenset(pii_fields(stream)),
                    )
                    for stream_name, stream in domain.file.streams.items()
                },
            )
            for name, domain in mesh.domains.items()
        }
    )


def sunset_of(product: Product) -> date | None:
    """The last day of a deprecated product; None for an active one."""
    return product.sunset if product.status == "deprecated" else None


def _table(table: Table, readers: Mapping[str, Reader]) -> PublishedTable:
    return PublishedTable(
        format=table.format,
        columns={name: column.type for name, column in table.columns.items()},
        partition_by=tuple(table.partition_by),
        pii=frozenset(name for name, column in table.columns.items() if column.pii),
        readers=readers,
    )


def _reader(subscription: Subscription, access: TableAccess) -> Reader:
    return Reader(
        columns=access.columns,
        where=access.where,
        until=subscription.until,
        roles=subscription.roles,
    )
