"""Which streams land in which tables, and what decides on a record's partition there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meshwright.config.domain_file import Table
from meshwright.config.streams_file import Delivery
from meshwright.mesh.model import Domain

Layout = Literal["plain", "arrival", "record", "iceberg"]
"""How a table's data is laid out: files in one folder; a folder a day, by the day of arrival or by a field of
the record; or as Iceberg does it, by its own specification.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A stream that is delivered into a table."""

    stream: str
    delivery: Delivery
    product: str
    table_name: str
    table: Table

    @property
    def folder(self) -> str:
        """The table's folder in the products bucket, without a slash at the end."""
        return f"{self.product}/{self.table_name}"

    @property
    def layout(self) -> Layout:
        return layout_of(self.table, self.delivery)

    @property
    def partition_column(self) -> str | None:
        """The column whose values are folders; None: there are none."""
        return self.table.partition_by[0] if self.layout in ("arrival", "record") else None


def layout_of(table: Table, delivery: Delivery) -> Layout:
    """How deliveries lay out a table's data."""
    if table.format == "iceberg":
        return "iceberg"
    return delivery.partitions if table.partition_by else "plain"


def landings(domain: Domain) -> Iterator[Landing]:
    """The streams of a domain that land somewhere, in the order of its file."""
    for stream, spec in domain.file.streams.items():
        if spec.lands_in is not None:
            product, _, table = spec.lands_in.table.partition(".")
            yield Landing(
                stream=stream,
                delivery=spec.lands_in,
                product=product,
                table_name=table,
                table=domain.file.products[product].tables[table],
            )


def partitioned(domain: Domain) -> tuple[Landing, ...]:
    """One landing for each table whose partitions have to be told to the catalog, as they come."""
    found = {each.folder: each for each in landings(domain) if each.partition_column is not None}
    return tuple(found.values())
