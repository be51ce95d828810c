"""The roles with which AWS services work for a domain: each is there when its part of the file is.

They are roles of the domain like those that the file declares: they read and write by Lake Formation's
grants, and what they read of other domains is asked for under `consumes` with their key.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from meshwright.config.base import Access
from meshwright.config.domain_file import DomainFile
from meshwright.mesh.quality.datasets import other_tables
from meshwright.mesh.quality.rendering import has_rules

DELIVERY: Final = "delivery"
PARTITIONS: Final = "partitions"
SPARK: Final = "spark"
PIPELINES: Final = "pipelines"
QUALITY: Final = "quality"


class PlatformRole(NamedTuple):
    """A role that a part of the file brings with it."""

    key: str
    service: str
    """The AWS service that assumes it."""
    access: Access
    """What it does with the domain's own products."""
    only: frozenset[tuple[str, str]] | None = None
    """The tables, each as product and table, that it works on. None: all of the domain's own."""


KEYS: Final = (DELIVERY, PARTITIONS, SPARK, PIPELINES, QUALITY)
"""Keys that a file's own `roles` can't have."""

COME_WITH: Final[Mapping[str, str]] = {
    DELIVERY: "a stream with `lands_in`",
    PARTITIONS: "a stream that `lands_in` a partitioned parquet table",
    SPARK: "`compute.spark`",
    PIPELINES: "`pipelines`",
    QUALITY: "`quality` rules of a table",
}
"""What of a file each of them is there for."""


def platform_roles(file: DomainFile) -> Iterator[PlatformRole]:
    """The roles that the parts of this file need."""
    landings = frozenset(
        _table(stream.lands_in.table) for stream in file.streams.values() if stream.lands_in is not None
    )
    if landings:
        yield PlatformRole(DELIVERY, "firehose.amazonaws.com", "write", landings)
    if partitioned := frozenset(each for each in landings if _has_folders(file, *each)):
        yield PlatformRole(PARTITIONS, "states.amazonaws.com", "write", partitioned)
    if file.compute is not None and file.compute.spark is not None:
        yield PlatformRole(SPARK, "emr-serverless.amazonaws.com", "write")
    if file.pipelines:
        yield PlatformRole(PIPELINES, "states.amazonaws.com", "write")
    if checked := frozenset(_checked(file)):
        yield PlatformRole(QUALITY, "glue.amazonaws.com", "read", checked)


def _checked(file: DomainFile) -> Iterator[tuple[str, str]]:
    """The tables that have rules, and those that these rules look at."""
    for product_name, product in file.products.items():
        for table_name, table in product.tables.items():
            if has_rules(product, table):
                yield product_name, table_name
                yield from other_tables(file, product, table).values()


def _has_folders(file: DomainFile, product: str, table: str) -> bool:
    """Whether the table's partitions are folders; a table that the file lacks has none."""
    known = file.products[product].tables.get(table) if product in file.products else None
    return known is not None and known.format == "parquet" and bool(known.partition_by)


def _table(reference: str) -> tuple[str, str]:
    product, _, table = reference.partition(".")
    return product, table
