"""Grants to the same holders in one database, sorted by the table that they speak of."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from meshwright.access.resources import ALL_TABLES, Kind
from meshwright.access.state import Grant

NAMES_TABLE = frozenset({Kind.TABLE, Kind.COLUMNS, Kind.FILTER})


class Held(NamedTuple):
    """Grants that may speak for one database, or for a table in it."""

    grants: tuple[Grant, ...]
    """All of them."""
    by_table: Mapping[str, tuple[Grant, ...]]
    """What speaks of each table that some grant names."""
    of_any: tuple[Grant, ...]
    """What speaks of every other table: the table wildcard, and expressions of LF-Tags."""

    def on(self, table: str) -> tuple[Grant, ...]:
        """Those on the table, on part of it, or by tags that it may have."""
        return self.by_table.get(table, self.of_any)


NOTHING = Held((), {}, ())


def sorted_by_table(grants: Iterable[Grant]) -> Held:
    """Each table's in the order in which they came."""
    listed = tuple(grants)
    if not listed:
        return NOTHING
    by_table: dict[str, tuple[Grant, ...]] = {}
    of_any: tuple[Grant, ...] = ()
    for grant in listed:
        _, kind, path, *_ = grant.resource
        if kind in NAMES_TABLE and path[1] != ALL_TABLES:
            by_table[path[1]] = (*by_table.get(path[1], of_any), grant)
        elif kind in NAMES_TABLE or (kind is Kind.TAG_POLICY and path[0] == "TABLE"):
            of_any = (*of_any, grant)
            for table, some in by_table.items():
                by_table[table] = (*some, grant)
    return Held(listed, by_table, of_any)
