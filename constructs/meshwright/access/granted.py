"""What grants of one account give a principal on a table.

Named grants and grants by LF-Tags add up
(https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html), as Lake Formation has no
deny. Super contains every permission on what it is granted on
(https://docs.aws.amazon.com/lake-formation/latest/dg/upgrade-glue-lake-formation-background.html). Of a
database, none reaches into its tables
(https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshwright.access.cells import Cells, conditions, union
from meshwright.access.held import Held
from meshwright.access.lf_tags import meets, tagged_columns
from meshwright.access.nested import chosen, without
from meshwright.access.request import Request
from meshwright.access.resources import Kind, Resource
from meshwright.access.resources import database as database_of
from meshwright.access.state import AccountState, Grant, Table

SUPER = "ALL"
READING = frozenset({"SELECT", SUPER})
PARTS = frozenset({Kind.COLUMNS, Kind.FILTER})
NEEDS_ALL_COLUMNS = frozenset({"ALTER", "DELETE", "DROP", "INSERT"})
"""A tag expression that some columns of a table do not meet gives none of these on it
(https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html).
"""


class Granted(NamedTuple):
    """What one grant lets see."""

    grant: Grant
    cells: Cells


def has(grant: Grant, action: str) -> bool:
    """Whether the grant's permissions contain the action.

    Every permission on a table or database lets its holder see it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/metadata-permissions.html). Some columns, or a
    data-cells filter, can be granted for SELECT alone; other permissions on a filter are on the filter itself
    (https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html).
    """
    permissions = grant.permissions
    if grant.resource.kind in PARTS:
        return action in ("SELECT", "DESCRIBE") and not READING.isdisjoint(permissions)
    return action in permissions or SUPER in permissions or (action == "DESCRIBE" and bool(permissions))


def on_table(held: Held, request: Request, action: str = "") -> tuple[Granted, ...]:
    """Those that speak for the table and the action (by default the request's), each with what it shows."""
    wanted = action or request.action
    found = []
    for grant in held.by_table.get(request.name.table, held.of_any):
        if has(grant, wanted):
            cells = _cells(grant.resource, request)
            if cells is not None and cells.columns:
                if wanted in NEEDS_ALL_COLUMNS and _falls_short(grant, cells, request):
                    continue
                found.append(Granted(grant, cells))
    return tuple(found)


def on_database(grants: Iterable[Grant], owner: AccountState, name: str, action: str) -> tuple[Grant, ...]:
    """Those that speak for the database itself, or for a resource link of that name."""
    return tuple([grant for grant in grants if is_on_database(grant, owner, name, action)])


def is_on_database(grant: Grant, owner: AccountState, name: str, action: str) -> bool:
    """Whether it speaks for the database itself and the action."""
    return _is_database(grant.resource, owner, name) and has(grant, action)


def cells_of(granted: Sequence[Granted]) -> tuple[Cells, ...]:
    """What all of them show together."""
    return union([each.cells for each in granted])


def both(shared: Sequence[Granted], local: Sequence[Granted]) -> tuple[Cells, ...]:
    """What is granted to an account and, inside it, to the principal: each limits the other.

    AWS says so of columns (https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html);
    of rows it is assumed.
    """
    return union([inner.cells.within(limit.cells) for inner in local for limit in shared])


def _falls_short(grant: Grant, cells: Cells, request: Request) -> bool:
    return grant.resource.kind is Kind.TAG_POLICY and len(cells.columns) < len(request.table.columns)


def _is_database(resource: Resource, owner: AccountState, name: str) -> bool:
    if resource.kind is Kind.DATABASE:
        return resource.path[0] == name
    if resource.kind is Kind.TAG_POLICY and resource.path[0] == "DATABASE":
        return meets(resource.expression, owner.tags.get(database_of(owner.account, name), {}))
    return False


def _cells(resource: Resource, request: Request) -> Cells | None:
    """What a grant on `resource`, which speaks of the table, shows of it; None for a filter that is gone.

    The table wildcard is every table of its database
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_TableResource.html). Excluded columns
    leave all others, also later ones
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ColumnWildcard.html).
    """
    kind, columns = resource.kind, request.table.columns
    if kind is Kind.FILTER:
        found = request.asker.owner.filters.get(resource)
        if found is None:
            return None
        return Cells(_chosen(request.table, found.columns, found.excluded), conditions(found.rows))
    if kind is Kind.TABLE:
        return Cells(frozenset(columns))
    if kind is Kind.COLUMNS:
        return Cells(_chosen(request.table, resource.included, resource.excluded))
    return Cells(frozenset(tagged_columns(resource.expression, request.owner, request.name, request.table)))


def _chosen(table: Table, included: frozenset[str] | None, excluded: frozenset[str]) -> frozenset[str]:
    columns = frozenset(table.columns)
    if included is None:
        return columns - excluded if excluded <= columns else without(table.typed, excluded)
    return included if included <= columns else chosen(table.typed, included)
