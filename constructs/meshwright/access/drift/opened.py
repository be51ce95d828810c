"""What a grant opens beside the declared tables: tables that no file declares, and databases as a whole.

A permission on a database reaches into no table, but whoever drops the database drops its tables
(https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from meshwright.access.cells import Cells, conditions
from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import ACTIONS
from meshwright.access.findings import Effect
from meshwright.access.granted import SUPER
from meshwright.access.lf_tags import meets, tagged_columns
from meshwright.access.principals import account_of
from meshwright.access.resources import ALL_TABLES, Kind, Resource
from meshwright.access.resources import database as database_of
from meshwright.access.state import AccountState, Table

ON_DATA: Final = frozenset({*ACTIONS, SUPER, "DATA_LOCATION_ACCESS"})
"""Permissions whose holder reaches data, or the definition of a table."""
ON_DATABASE: Final = frozenset({"ALTER", "CREATE_TABLE", "DROP", SUPER})
"""Permissions whose holder changes a database."""


def opened(
    comparison: Comparison, resource: Resource, permissions: frozenset[str], holders: Iterable[str]
) -> tuple[Effect, ...]:
    """What these permissions on a resource of the mesh's catalog give their holders there.

    That the domain in whose bucket a table lies reads it is agreed by nature, declared or not.
    """
    if resource.catalog != comparison.catalog:
        return ()
    owner, holding = comparison.live.account(resource.catalog), sorted(holders)
    found = list[Effect]()
    if permissions & {"DROP", SUPER}:
        for name in _tables_of_databases(comparison, owner, resource):
            everything = Cells(frozenset(comparison.table(name.database, name.table).columns))
            found += [Effect(who, name, "DROP", (everything,)) for who in holding]
    actions = ACTIONS if SUPER in permissions else tuple(each for each in ACTIONS if each in permissions)
    if resource.kind in (Kind.COLUMNS, Kind.FILTER):
        actions = ("SELECT",) if permissions & {"SELECT", SUPER} else ()
    for name, table in comparison.undeclared_tables:
        cells = _cells(owner, resource, name, table)
        by = comparison.declared.bucket_owners.get(table.location.partition("/")[0])
        if cells.columns:
            found += [
                Effect(who, name, action, (cells,))
                for who in holding
                if by is None or account_of(who) != by
                for action in actions
            ]
    return tuple(found)


def tables_meant(comparison: Comparison, resource: Resource) -> tuple[TableName, ...]:
    """The declared tables that a resource speaks of; of an expression of LF-Tags those that meet it."""
    names = comparison.tables_of(resource)
    if resource.kind is not Kind.TAG_POLICY:
        return names
    owner = comparison.live.account(comparison.catalog)
    if resource.path == ("DATABASE",):
        return tuple(_tables_of_databases(comparison, owner, resource))
    return tuple(
        name
        for name in names
        if any(True for _ in tagged_columns(resource.expression, owner, name, _table(comparison, name)))
    )


def _table(comparison: Comparison, name: TableName) -> Table:
    return comparison.table(name.database, name.table)


def _tables_of_databases(
    comparison: Comparison, owner: AccountState, resource: Resource
) -> Iterator[TableName]:
    """The declared tables of the databases that it is, not of tables that it speaks of."""
    if resource.kind is Kind.DATABASE:
        yield from comparison.tables_in.get(resource.path[0], ())
    elif resource.kind is Kind.TAG_POLICY and resource.path == ("DATABASE",):
        for database, names in comparison.tables_in.items():
            if meets(resource.expression, owner.tags.get(database_of(owner.account, database), {})):
                yield from names


def _cells(owner: AccountState, resource: Resource, name: TableName, table: Table) -> Cells:
    """What of the table the resource shows."""
    columns = frozenset(table.columns)
    if resource.kind is Kind.TAG_POLICY and resource.path == ("TABLE",):
        return Cells(frozenset(tagged_columns(resource.expression, owner, name, table)))
    if resource.table is None or resource.path[0] != name.database:
        return Cells(frozenset())
    if resource.path[1] not in (name.table, ALL_TABLES):
        return Cells(frozenset())
    if resource.kind is Kind.FILTER:
        content = owner.filters.get(resource)
        if content is None:
            return Cells(frozenset())
        shown = columns if content.columns is None else columns & content.columns
        return Cells(shown - content.excluded, conditions(content.rows))
    shown = columns if resource.included is None else columns & resource.included
    return Cells(shown - resource.excluded)
