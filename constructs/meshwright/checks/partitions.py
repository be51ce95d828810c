"""Partition columns can't be hidden: Lake Formation filters no partition keys of the catalog.

An Iceberg table has none there: what it is partitioned by is among its columns
(https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html).
"""

from collections.abc import Iterator

from meshwright.checks.sentences import some
from meshwright.config.domain_file import Approval, Product, Request
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path

CODE = "hidden-partition"


def personal(files: Files) -> Iterator[Finding]:
    """Personal data is hidden by default, so must not be what a table is partitioned by."""
    for domain, spec in files.domains.items():
        for product_name, product in spec.products.items():
            for table_name, table in product.tables.items():
                for index, column in enumerate(table.partition_by):
                    known = table.columns.get(column)
                    if table.format != "iceberg" and known is not None and known.pii:
                        path = ("products", product_name, "tables", table_name, "partition_by", index)
                        what = f"`{column}` is personal data, and a partition column can't be hidden"
                        fix = "Partition by another column, or use format iceberg."
                        yield Finding(files.paths[domain], path, CODE, what, fix)


def excluded(files: Files) -> Iterator[Finding]:
    """Neither side can exclude what a table is partitioned by."""
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        for index, request in spec.product_requests():
            producer, _, name = request.product.partition(".")
            owner = files.domains.get(producer)
            if request.exclude and owner is not None and name in owner.products:
                yield from _side(file, ("consumes", index), request, owner.products[name])
        for name, product in spec.products.items():
            for index, approval in enumerate(product.shared_with):
                if approval.exclude:
                    path = ("products", name, "shared_with", index)
                    yield from _side(file, path, approval, product)


def _side(file: str, path: Path, side: Request | Approval, product: Product) -> Iterator[Finding]:
    chosen = set(product.tables if side.tables is None else side.tables)
    partitioned: dict[str, list[str]] = {}
    for name, table in product.tables.items():
        if name in chosen and table.format != "iceberg":
            for column in table.partition_by:
                partitioned.setdefault(column, []).append(name)
    for index, column in enumerate(side.exclude):
        if tables := partitioned.get(column):
            what = f"`{column}` is a partition column of {some(tables)}, which can't be hidden"
            fix = "Take it out, name other `tables`, or limit the rows with `where`."
            yield Finding(file, (*path, "exclude", index), CODE, what, fix)
