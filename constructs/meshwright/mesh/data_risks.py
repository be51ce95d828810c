"""Data that a change would leave behind, lose, or make unreadable.

Nothing that is removed from the files is deleted: buckets, keys and streams are kept. But what is kept is no
longer anybody's, and files that were written before are read as the table says now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from meshwright.config.domain_file import Table
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.storage_classes import what_stays
from meshwright.mesh.widening import promotes, reads_on


class Risk(StrEnum):
    """What may happen to data."""

    UNMANAGED = "unmanaged"
    """It stays, and no stack manages it any more."""
    LEFT_BEHIND = "left-behind"
    """It stays in another account than its domain."""
    LOST = "lost"
    """It can't be read any more, and AWS deletes it."""
    NOT_IN_CATALOG = "not-in-catalog"
    """The files stay, and no table has them."""
    UNREADABLE = "unreadable"
    """Files that were written before don't fit the table."""
    ENGINE_FIRST = "engine-first"
    """The table is the query engine's to change; a deployment does not."""
    OTHER_CLASS = "other-class"
    """Objects that are there already are stored otherwise than those to come, or are billed otherwise."""


HARMLESS = frozenset({Risk.ENGINE_FIRST, Risk.OTHER_CLASS})
"""Nothing happens to the data; it is only good to know."""


@dataclass(frozen=True, slots=True)
class DataRisk:
    """One thing to think of before the change is deployed."""

    risk: Risk
    subject: str
    """`orders`, `orders.order-events`, `orders.sales.orders`, `orders.sales.orders.total`."""
    text: str
    """What happens, and what to do, in sentences."""


def data_risks(before: Mesh, after: Mesh) -> tuple[DataRisk, ...]:
    """Both in one environment; by domain, in the order of the files as they were."""
    found: list[DataRisk] = list(_catalog(before, after))
    for name, domain in before.domains.items():
        current = after.domains.get(name)
        if current is None or _place(before, domain) != _place(after, current):
            found += _domain(before, domain, after, current)
            continue
        found += _streams(before, domain, current)
        found += _products(before, domain, current)
    return tuple(found)


def _catalog(before: Mesh, after: Mesh) -> Iterator[DataRisk]:
    """The catalog is in the governance account; where another one is empty, all is declared anew there."""
    if before.governance_account == after.governance_account or not (before.domains and after.domains):
        return
    iceberg = [reference for domain in before.domains.values() for reference in _iceberg_tables(domain)]
    lost = f" Iceberg tables are made there anew, and empty: {', '.join(iceberg)}." if iceberg else ""
    yield DataRisk(
        Risk.LEFT_BEHIND,
        "mesh",
        f"The catalog moves to account {after.governance_account}. What is in account "
        f"{before.governance_account} stays, with its grants, until its stacks are deleted.{lost}",
    )


def _place(mesh: Mesh, domain: Domain) -> tuple[str, str, str, str]:
    return mesh.name, mesh.region, domain.account, domain.name


def _domain(mesh: Mesh, domain: Domain, after: Mesh, current: Domain | None) -> Iterator[DataRisk]:
    names = mesh.names
    kept = [
        *(names.bucket(domain.name, domain.account, kind) for kind in ("raw", "products", "logs")),
        f"the key behind {names.key_alias(domain.name)}",
        *(names.stream(domain.name, key) for key in domain.file.streams),
    ]
    things = ", ".join(kept)
    if current is None:
        yield DataRisk(
            Risk.UNMANAGED,
            domain.name,
            f"The domain leaves. Its data stays in account {domain.account}, managed by nothing any more: "
            f"{things}.",
        )
        return
    if current.account != domain.account:
        move = f"The domain moves to account {current.account}"
    elif after.region != mesh.region:
        move = f"The domain moves to {after.region}"
    else:
        move = f"The names of all that the domain has begin with {after.name}"
    yield DataRisk(
        Risk.LEFT_BEHIND,
        domain.name,
        f"{move}: it starts with empty buckets and streams. Its data stays in account {domain.account}, "
        f"{mesh.region}, and is not copied: {things}.",
    )
    iceberg = list(_iceberg_tables(domain))
    catalogs = [(each.name, each.governance_account, each.region) for each in (mesh, after)]
    if iceberg and catalogs[0] == catalogs[1]:
        yield DataRisk(
            Risk.LEFT_BEHIND,
            domain.name,
            "An Iceberg table can't be moved: the deployment fails as long as the catalog has it at its old "
            f"place. Give it another name: {', '.join(iceberg)}.",
        )


def _iceberg_tables(domain: Domain) -> Iterator[str]:
    for product_name, product in domain.file.products.items():
        for table_name, table in product.tables.items():
            if table.format == "iceberg":
                yield f"{domain.name}.{product_name}.{table_name}"


def _streams(mesh: Mesh, domain: Domain, current: Domain) -> Iterator[DataRisk]:
    for key, stream in domain.file.streams.items():
        reference, name = f"{domain.name}.{key}", mesh.names.stream(domain.name, key)
        new = current.file.streams.get(key)
        if new is None:
            text = f"Stream {name} is kept with its records, and nothing manages it any more."
            yield DataRisk(Risk.UNMANAGED, reference, text)
        elif new.retention_hours < stream.retention_hours:
            # https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
            text = (
                f"Records older than {new.retention_hours} hours are lost as soon as it is deployed "
                f"(kept so far: {stream.retention_hours} hours)."
            )
            yield DataRisk(Risk.LOST, reference, text)


def _products(mesh: Mesh, domain: Domain, current: Domain) -> Iterator[DataRisk]:
    bucket = mesh.names.bucket(domain.name, domain.account, "products")
    for name, product in domain.file.products.items():
        new = current.file.products.get(name)
        stays = what_stays(f"s3://{bucket}/{name}/", product.storage, new.storage) if new else None
        if stays is not None:
            yield DataRisk(Risk.OTHER_CLASS, f"{domain.name}.{name}", stays)
        for table_name, table in product.tables.items():
            reference = f"{domain.name}.{name}.{table_name}"
            now = new.tables.get(table_name) if new else None
            if now is None:
                folder = f"s3://{bucket}/{name}/{table_name}/"
                stack = mesh.names.stack(domain.name, "share")
                when = "" if current.file.products else f" once stack {stack} is deleted"
                text = f"The table is dropped from the catalog{when}. Its files stay below {folder}."
                yield DataRisk(Risk.NOT_IN_CATALOG, reference, text)
            else:
                yield from _table(reference, table, now)


def _table(reference: str, old: Table, new: Table) -> Iterator[DataRisk]:
    rewrite = "Files written before are not readable by it: rewrite them, or publish a new table beside it."
    if old.format != new.format:
        text = f"The format changes from {old.format} to {new.format}. {rewrite}"
        yield DataRisk(Risk.UNREADABLE, reference, text)
        return
    if old.format == "iceberg":
        yield from _iceberg(reference, old, new)
        return
    if old.partition_by != new.partition_by:
        before, after = (", ".join(each) or "nothing" for each in (old.partition_by, new.partition_by))
        text = f"The partitions change from {before} to {after}. {rewrite}"
        yield DataRisk(Risk.UNREADABLE, reference, text)
    if old.format == "csv" and list(new.columns)[: len(old.columns)] != list(old.columns):
        # https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
        text = f"Columns of csv files are read by their position, and it changes. {rewrite}"
        yield DataRisk(Risk.UNREADABLE, reference, text)
    widens = promotes(new.format, partitioned=bool(new.partition_by))
    for name, column in old.columns.items():
        now = new.columns.get(name)
        if now is not None and not reads_on(column.type, now.type, promotes=widens):
            text = f"The type changes from {column.type} to {now.type}. {rewrite}"
            yield DataRisk(Risk.UNREADABLE, f"{reference}.{name}", text)


def _iceberg(reference: str, old: Table, new: Table) -> Iterator[DataRisk]:
    for name, column in old.columns.items():
        now = new.columns.get(name)
        if now is not None and not reads_on(column.type, now.type):
            # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
            text = (
                f"The type changes from {column.type} to {now.type}, which no engine can do to an Iceberg "
                "table. Add a column beside it."
            )
            yield DataRisk(Risk.UNREADABLE, f"{reference}.{name}", text)
    if _schema(old) != _schema(new) or old.partition_by != new.partition_by:
        text = (
            "A deployment does not change columns and partitions of an Iceberg table. Change them in the "
            "query engine first (ALTER TABLE), then deploy."
        )
        yield DataRisk(Risk.ENGINE_FIRST, reference, text)


def _schema(table: Table) -> dict[str, str]:
    return {name: column.type for name, column in table.columns.items()}
