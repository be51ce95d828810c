"""Changes of a product's tables that their readers would notice: removed, or stored or typed differently."""

from collections.abc import Iterator

from meshwright.checks import renames
from meshwright.checks.breaks import Break, Kind, announce, readers
from meshwright.checks.sentences import quoted
from meshwright.checks.still_asked import Compared
from meshwright.config.domain_file import Table
from meshwright.config.problems import Path
from meshwright.mesh.published import PublishedTable
from meshwright.mesh.widening import promotes, reads_on


def table_breaks(product: Compared) -> Iterator[Break]:
    """What is taken from the live readers of each table that the product had."""
    for name, before in product.before.tables.items():
        after = product.after.tables.get(name)
        if after is not None:
            yield from _storage(product, name, before, after)
            yield from _columns(product, name, before, after)
        elif found := product.asked.readers_of_table(product.reference, name, before):
            guess = renames.table(before, product.before, product.after)
            yield Break(
                kind=Kind.TABLE_REMOVED,
                reference=f"{product.reference}.{name}",
                what=f"table `{name}` is removed{guess}, but {readers(found)}",
                way_out=announce(product.name, found, sunset=product.before.sunset),
                affected=found,
                domain=product.domain,
                path=(*product.path, "tables"),
            )


def _storage(product: Compared, name: str, before: PublishedTable, after: Table) -> Iterator[Break]:
    changes: list[tuple[Kind, str, str, str]] = []
    if before.format != after.format:
        what = f"the format of table `{name}` changes from {before.format} to {after.format}"
        changes.append(
            (Kind.FORMAT_CHANGED, "format", what, "Publish it as a table of another name beside it")
        )
    if before.partition_by is not None and before.partition_by != tuple(after.partition_by):
        old, new = (quoted(each) or "nothing" for each in (before.partition_by, after.partition_by))
        what = f"the partitions of table `{name}` change from {old} to {new}"
        fix = "Publish it as a table of another name beside it"
        changes.append((Kind.PARTITIONING_CHANGED, "partition_by", what, fix))
    found = product.asked.readers_of_table(product.reference, name, before) if changes else ()
    for kind, key, what, instead in changes if found else ():
        yield Break(
            kind=kind,
            reference=f"{product.reference}.{name}",
            what=f"{what}, but {readers(found)}",
            way_out=announce(
                product.name, found, sunset=product.before.sunset, do="change it", instead=instead
            ),
            affected=found,
            domain=product.domain,
            path=(*product.path, "tables", name, key),
        )


def _columns(product: Compared, name: str, before: PublishedTable, after: Table) -> Iterator[Break]:
    widens = promotes(after.format, partitioned=bool(after.partition_by))
    for column, kind in before.columns.items():
        if column not in after.columns:
            guess = renames.column(kind, before, after)
            what = f"column `{column}` of table `{name}` is removed{guess}"
            path: Path = (*product.path, "tables", name, "columns")
            yield from _column(product, name, before, column, Kind.COLUMN_REMOVED, what, path)
        elif not reads_on(kind, (new := after.columns[column].type), promotes=widens):
            what = f"the type of column `{column}` changes from {kind} to {new}"
            if reads_on(kind, new):
                what += ", which the Parquet files of a table without partitions can't be read as"
            path = (*product.path, "tables", name, "columns", column, "type")
            yield from _column(product, name, before, column, Kind.COLUMN_TYPE_NARROWED, what, path)


def _column(
    product: Compared, name: str, table: PublishedTable, column: str, kind: Kind, what: str, path: Path
) -> Iterator[Break]:
    if found := product.asked.readers_of_column(product.reference, name, table, column):
        narrowed = kind is Kind.COLUMN_TYPE_NARROWED
        yield Break(
            kind=kind,
            reference=f"{product.reference}.{name}.{column}",
            what=f"{what}, but {readers(found)}",
            way_out=announce(
                product.name,
                found,
                sunset=product.before.sunset,
                do="change it" if narrowed else "remove it",
                instead="Add a column of the new type beside it" if narrowed else "",
            ),
            affected=found,
            domain=product.domain,
            path=path,
        )
