"""What grants of one account give a principal on a table.

Named grants and grants by LF-Tags add up
(https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html), as Lake Formation has no
deny. Super contains every permission on what it is granted on
(https://docs.aws.amazon.com/lake-formation/latest/dg/upgrade-glue-lake-formation-background.html). Of a
database, none reaches into its tables
(https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meshwright.access.cells import Cells, conditions, union
from meshwright.access.lf_tags import meets as meets
from meshwright.access.lf_tags import tagged_columns
from meshwright.access.request import Request
from meshwright.access.resources import ALL_TABLES, Kind, Resource
from meshwright.access.resources import database as database_of
from meshwright.access.state import AccountState, Grant

SUPER = "ALL"
READING = frozenset({"SELECT", SUPER})
NEEDS_ALL_COLUMNS = frozenset({"ALTER", "DELETE", "DROP", "INSERT"})
"""A tag expression that some columns of a table do not meet gives none of these on it
(https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html).
"""


@dataclass(frozen=True, slots=True)
class Granted:
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
    if grant.resource.kind in (Kind.COLUMNS, Kind.FILTER):
        return action in ("SELECT", "DESCRIBE") and not READING.isdisjoint(permissions)
    return action in permissions or SUPER in permissions or (action == "DESCRIBE" and bool(permissions))


def on_table(grants: Iterable[Grant], request: Request, action: str = "") -> tuple[Granted, ...]:
    """Those that speak for the table and the action (by default the request's), each with what it shows."""
    wanted = action or request.action
    found = []
    for grant in grants:
        if has(grant, wanted):
            cells = _cells(grant.resource, request)
            if cells is not None and cells.columns and not _falls_short(grant, cells, request, wanted):
                found.append(Granted(grant, cells))
    return tuple(found)


def on_database(grants: Iterable[Grant], owner: AccountState, name: str, action: str) -> tuple[Grant, ...]:
    """Those that speak for the database itself, or for a resource link of that name."""
    return tuple(
        grant for grant in grants if has(grant, action) and _is_database(grant.resource, owner, name)
    )


def cells_of(granted: Iterable[Granted]) -> tuple[Cells, ...]:
    """What all of them show together."""
    return union(each.cells for each in granted)


def both(shared: Iterable[Granted], local: Iterable[Granted]) -> tuple[Cells, ...]:
    """What is granted to an account and, inside it, to the principal: each limits the other.

    AWS says so of columns (https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html);
    of rows it is assumed.
    """
    outer = tuple(shared)
    return union(inner.cells.within(limit.cells) for inner in local for limit in outer)


def _falls_short(grant: Grant, cells: Cells, request: Request, action: str) -> bool:
    return (
        grant.resource.kind is Kind.TAG_POLICY
        and action in NEEDS_ALL_COLUMNS
        and len(cells.columns) < len(request.table.columns)
    )


def _is_database(resource: Resource, owner: AccountState, name: str) -> bool:
    if resource.kind is Kind.DATABASE:
        return resource.path[0] == name
    if resource.kind is Kind.TAG_POLICY and resource.path[0] == "DATABASE":
        return meets(resource.expression, owner.tags.get(database_of(owner.account, name), {}))
    return False


def _cells(resource: Resource, request: Request) -> Cells | None:
    """What a grant on `resource` shows of the table; None if it does not speak of it.

    The table wildcard is every table of its database
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_TableResource.html). Excluded columns
    leave all others, also later ones
    (https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ColumnWildcard.html).
    """
    kind, name = resource.kind, request.name.table
    if kind is Kind.TABLE:
        if resource.path[1] in (name, ALL_TABLES):
            return Cells(frozenset(request.table.columns))
    elif kind is Kind.COLUMNS:
        if resource.path[1] == name:
            return Cells(_chosen(request, resource.included, resource.excluded))
    elif kind is Kind.FILTER:
        if resource.path[1] == name and (found := request.owner.filters.get(resource)) is not None:
            return Cells(_chosen(request, found.columns, found.excluded), conditions(found.rows))
    elif kind is Kind.TAG_POLICY and resource.path[0] == "TABLE":
        columns = tagged_columns(resource.expression, request.owner, request.name, request.table)
        return Cells(frozenset(columns))
    return None


def _chosen(request: Request, included: frozenset[str] | None, excluded: frozenset[str]) -> frozenset[str]:
    columns = frozenset(request.table.columns)
    return (columns if included is None else columns & included) - excluded
