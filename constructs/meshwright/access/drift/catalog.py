"""Databases, tables and columns of the catalog.

What is missing is not made by a call: an Iceberg table would come back empty. Its schema is the query
engines' to evolve, so columns that no file declares are only mentioned.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from meshwright.access.beyond import beyond
from meshwright.access.cells import Cells
from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.copies import ON_FILES, granted_on, same_files
from meshwright.access.drift.deploying import NO_DEPLOYMENT, by_hand, share
from meshwright.access.drift.deviation import Change, Deviation, Phase, on_account, without_entry
from meshwright.access.drift.unexpected_grants import holders_of
from meshwright.access.findings import Call, Effect, Severity
from meshwright.access.state import AccountState, Database, Table

NEEDS = ("glue:GetDatabases", "glue:GetTables")


def catalog(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the databases and tables in the governance account's catalog."""
    if account != comparison.catalog:
        return
    declared, live = (each.databases for each in comparison.both(account))
    for name in sorted(declared):
        found = live.get(name)
        if found is None:
            tables = comparison.tables_in[name]
            yield Deviation(
                code="database-missing",
                account=account,
                subject=name,
                what=f"the database {name} is gone",
                floor=Severity.HIGH,
                phase=Phase.CATALOG,
                remedy=_again(comparison, name, f"the database {name}", declared[name].tables),
                change=without_entry(account, "databases", name),
                readers=comparison.readers_of(tables),
                tables=tables,
            )
            continue
        if found.table_defaults:
            yield _open(account, name, found)
        yield from _tables(comparison, account, name, found)
    for name in sorted(live):
        if name not in declared:
            yield from _copies(comparison, account, name, live[name])
        if name not in declared and name.startswith(comparison.prefix):
            tables_left = ", ".join(sorted(live[name].tables)) or "no tables"
            yield Deviation(
                code="database-unexpected",
                account=account,
                subject=name,
                what=f"no file declares the database {name} ({tables_left})",
                floor=Severity.LOW,
                phase=Phase.LEFTOVERS,
                remedy="declare the product again, or delete the database once nobody needs its definitions; "
                "the files of its tables stay either way",
            )


def _open(account: str, name: str, found: Database) -> Deviation:
    return Deviation(
        code="defaults-open",
        account=account,
        subject=name,
        what=f"each new table of {name} would be open to {', '.join(sorted(found.table_defaults))}",
        floor=Severity.HIGH,
        phase=Phase.CATALOG,
        remedy="clear the default of the database",
        repair=(
            Call(
                account,
                "glue",
                "update_database",
                {"Name": name, "CreateTableDefaultPermissions": []},
                merge=True,
            ),
        ),
    )


def _tables(comparison: Comparison, account: str, name: str, found: Database) -> Iterator[Deviation]:
    declared = comparison.declared.account(account).databases[name]
    for table in sorted(declared.tables):
        wanted, there = declared.tables[table], found.tables.get(table)
        at = (TableName(account, name, table),)
        if there is None:
            yield Deviation(
                code="table-missing",
                account=account,
                subject=f"{name}.{table}",
                what=f"the table {name}.{table} is gone from the catalog",
                floor=Severity.HIGH,
                phase=Phase.CATALOG,
                remedy=_again(comparison, name, f"the table {name}.{table}", {table: wanted}),
                change=_with_table(account, name, table, None),
                readers=comparison.readers_of(at),
                tables=at,
            )
        elif differences := _differences(wanted, there):
            as_found = replace(wanted, columns=there.columns, location=there.location)
            # That a domain reads new columns of its own table is agreed by nature.
            own = comparison.readers_of(at, account=_producer(comparison, name))
            moved = there.location != wanted.location
            only_more = not moved and _only_more_columns(wanted, there)
            yield Deviation(
                code="columns-undeclared" if only_more else "table-changed",
                account=account,
                subject=f"{name}.{table}",
                what=f"the table {name}.{table} {'; '.join(differences)}",
                floor=Severity.LOW if only_more else Severity.HIGH if moved else Severity.MEDIUM,
                phase=Phase.LEFTOVERS if only_more else Phase.CATALOG,
                remedy=_remedy(comparison, name, wanted, only_more),
                change=_with_table(account, name, table, as_found),
                readers=comparison.readers_of(at) - (own if only_more else frozenset()),
                tables=at,
                gains=tuple(_through(comparison, at[0], there)) if moved else (),
            )
    for table in sorted(found.tables):
        if table not in declared.tables:
            yield _unexpected(comparison, TableName(account, name, table), found.tables[table])


def _copies(comparison: Comparison, account: str, name: str, found: Database) -> Iterator[Deviation]:
    """Of a database that is no product's, the tables over files of the mesh."""
    for table in sorted(found.tables):
        if same_files(comparison, found.tables[table]):
            yield _unexpected(comparison, TableName(account, name, table), found.tables[table])


def _unexpected(comparison: Comparison, name: TableName, found: Table) -> Deviation:
    at = f"{name.database}.{name.table}"
    files = same_files(comparison, found)
    granted = granted_on(comparison, name, found) if files else {}
    gains = tuple(
        effect
        for who, actions in granted.items()
        for principal in sorted(holders_of(comparison, name.catalog, who))
        for effect in _more(comparison, principal, files, actions)
    )
    what = f"no file declares the table {at}"
    if files:
        what += (
            f", which {'reads' if found.view_of else 'lies over the files of'} "
            f"{', '.join(f'{each.database}.{each.table}' for each in files)}"
        )
    if granted:
        what += f": {', '.join(comparison.who(each) for each in granted)} can use these through it"
    declares = name.database in comparison.domain_of_database and not files
    instead = f"declare it in {_file(comparison, name.database)}, or " if declares else ""
    return Deviation(
        code="table-unexpected",
        account=name.catalog,
        subject=at,
        what=what,
        floor=Severity.MEDIUM if granted else Severity.LOW,
        phase=Phase.LEFTOVERS,
        remedy=f"{instead}drop it from the catalog"
        + (", and with it the grants on it; the files stay" if files else ""),
        gains=gains,
    )


def _through(comparison: Comparison, name: TableName, there: Table) -> Iterator[Effect]:
    """What those who read a table gain of the others over whose files it lies now."""
    others = [each for each in same_files(comparison, there) if each != name]
    for who in sorted(comparison.readers_of((name,)) if others else ()):
        actions = [each for each in ON_FILES if comparison.decisions.decide(who, name, each).allowed]
        yield from _more(comparison, who, others, actions)


def _more(
    comparison: Comparison, principal: str, names: Iterable[TableName], actions: Iterable[str]
) -> Iterator[Effect]:
    """What of these tables as a whole is more than the principal has of them."""
    listed = tuple(actions)
    for name in names:
        everything = Cells(frozenset(comparison.table(name.database, name.table).columns))
        for action in listed:
            if gained := beyond((everything,), comparison.decisions.decide(principal, name, action).cells):
                yield Effect(principal, name, action, gained)


def _with_table(account: str, database: str, name: str, table: Table | None) -> Change:
    """That table in the database; None: no such table."""

    def change(state: AccountState) -> AccountState:
        if database not in state.databases:
            return state
        tables = {each: value for each, value in state.databases[database].tables.items() if each != name}
        if table is not None:
            tables[name] = table
        changed = replace(state.databases[database], tables=tables)
        return replace(state, databases={**state.databases, database: changed})

    return on_account(account, change)


def _differences(wanted: Table, there: Table) -> list[str]:
    found = []
    if gone := [each for each in wanted.columns if each not in there.columns]:
        found.append(f"lacks the columns {', '.join(gone)}")
    if more := [each for each in there.columns if each not in wanted.columns]:
        found.append(f"has the columns {', '.join(more)}, which no file declares")
    types = dict(zip(wanted.columns, wanted.types, strict=False))
    now = dict(zip(there.columns, there.types, strict=False))
    for column in wanted.columns:
        if column in types and column in now and not _same_type(types[column], now[column]):
            found.append(f"has {column} as {now[column]} instead of {types[column]}")
    if wanted.location != there.location:
        found.append(f"points to s3://{there.location} instead of s3://{wanted.location}")
    if wanted.format and there.format and wanted.format != there.format:
        found.append(f"is {there.format} instead of {wanted.format}")
    if wanted.format != "iceberg" and wanted.partition_by != there.partition_by:
        found.append(f"is partitioned by {', '.join(there.partition_by) or 'nothing'}")
    return found


def _same_type(one: str, other: str) -> bool:
    """Glue keeps a type as it was written, with or without spaces."""
    return one.replace(" ", "").lower() == other.replace(" ", "").lower()


def _only_more_columns(wanted: Table, there: Table) -> bool:
    kept = tuple(each for each in there.columns if each in wanted.columns)
    types = {
        name: kind for name, kind in zip(there.columns, there.types, strict=False) if name in wanted.columns
    }
    same = replace(there, columns=kept, types=tuple(types[each] for each in kept if each in types))
    return not _differences(wanted, same)


def _remedy(comparison: Comparison, database: str, wanted: Table, only_more: bool) -> str:
    file = _file(comparison, database)
    if only_more:
        return f"declare them in {file}; nobody else reads them until they are agreed"
    if wanted.format == "iceberg":
        return f"bring {file} in line, or change the table back with the query engine that keeps it"
    return f"bring {file} in line, or change the table back by hand: {NO_DEPLOYMENT}"


def _producer(comparison: Comparison, database: str) -> str:
    """The account of the domain whose product it is."""
    return comparison.mesh.domains[comparison.domain_of_database[database][0]].account


def _file(comparison: Comparison, database: str) -> str:
    return f"domains/{comparison.domain_of_database[database][0]}.yaml"


def _again(comparison: Comparison, database: str, what: str, tables: Mapping[str, Table]) -> str:
    """How it comes back. A share stack holds no data, but destroying it drops the Iceberg tables from the
    catalog, and deploying it makes empty ones.
    """
    stack = share(comparison, database)
    if any(each.format == "iceberg" for each in tables.values()):
        again = "with a query engine, from its last metadata file"
        if what.startswith("the database"):
            again = "by hand, and in it each Iceberg table from its last metadata file"
        return f"make {what} again {again}: {NO_DEPLOYMENT}; the files are where they were"
    if there := _iceberg_of(comparison, stack):
        return (
            f"{by_hand(f'make {what} again by hand', stack)}; destroying that stack would drop {there} from "
            "the catalog"
        )
    return (
        f"destroy the stack {stack} and deploy it again, or make {what} by hand: {NO_DEPLOYMENT}; the "
        "stack holds databases, tables, filters and grants, and no files"
    )


def _iceberg_of(comparison: Comparison, stack: str) -> str:
    """The Iceberg tables of a share stack that are there."""
    return ", ".join(
        f"{name}.{table}"
        for name, database in comparison.live.account(comparison.catalog).databases.items()
        if name in comparison.domain_of_database and share(comparison, name) == stack
        for table, each in database.tables.items()
        if each.format == "iceberg"
    )
