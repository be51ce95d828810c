"""Where grants meet in a way of which AWS does not say what comes out: what is assumed then, as texts.

Each function answers with no text as long as the outcome follows from what is documented.
"""

from collections.abc import Iterable, Sequence

from meshwright.access.cells import Cells, covered
from meshwright.access.further_state import RowPolicy
from meshwright.access.granted import (
    NEEDS_ALL_COLUMNS,
    SUPER,
    Granted,
    both,
    cells_of,
    is_on_database,
    on_table,
)
from meshwright.access.held import Held, sorted_by_table
from meshwright.access.request import Request
from meshwright.access.resources import ALL_TABLES, Kind
from meshwright.access.state import Grant

FILTERS_ADD_UP = "several grants limited to rows add up: each column is shown in the rows of its own limits"
ROWS_NARROW = "the rows that the account was granted limit those that it grants on"
EXPRESSIONS_NARROW = "tables and columns must meet the account's tag expression and the principal's"
NOT_GRANTABLE = "a grant in the account holds though the account can no longer pass its own on"
LOST = "a grant in the account does not hold once the account has lost its own"
WRITER = "limited to some columns, SELECT shows these even where its holder may also change the table"
PARTITIONS = "partition columns are shown only where they are granted"
SEEN = "a permission on a table includes seeing it (DESCRIBE)"
NO_DATABASE = "a query of a table needs no permission on its database"
VIEWS = "a read-only administrator has DESCRIBE on everything in its account"
SEES = frozenset({"DESCRIBE", SUPER})
CHANGES = NEEDS_ALL_COLUMNS | {SUPER}


def of_one_side(granted: Sequence[Granted], held: Held, request: Request) -> tuple[str, ...]:
    """What is assumed where `granted`, of all that one account gave the holder, decide together."""
    if not granted:
        return ()
    several = len(granted) > 1
    conditions = _of_conditions(granted) if several or granted[0].grant.condition else ()
    if request.action == "DESCRIBE":
        return (*conditions, *_of_seeing(granted))
    rows = _of_rows(granted) if several else ()
    columns = _of_columns(granted, held, request) if request.action == "SELECT" else ()
    return conditions + rows + columns


def of_both_sides(
    shared: Sequence[Granted], local: Sequence[Granted], cells: Sequence[Cells]
) -> tuple[str, ...]:
    """What is assumed where grants to an account and in it limit each other
    (https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html,
    https://docs.aws.amazon.com/lake-formation/latest/dg/permission-cascading-rules.html).
    """
    if len(shared) == len(local) == 1:
        outer, inner = shared[0], local[0]
        if outer.cells.rows <= inner.cells.rows and inner.grant.resource.kind is not Kind.TAG_POLICY:
            return ()
    found = []
    pairs = [(outer, inner) for outer in shared for inner in local]
    documented = [pair for pair in pairs if pair[0].cells.rows <= pair[1].cells.rows]
    if len(documented) < len(pairs):
        certain = [inner.cells.within(outer.cells) for outer, inner in documented]
        if not covered(cells, certain):
            found.append(ROWS_NARROW)
    for outer, inner in pairs:
        one, other = outer.grant.resource, inner.grant.resource
        by_tags = one.kind is other.kind is Kind.TAG_POLICY
        if by_tags and one.expression != other.expression:
            found.append(EXPRESSIONS_NARROW)
    return tuple(found)


def of_the_share(
    shared: Sequence[Granted], local: Sequence[Granted], cells: Sequence[Cells], action: str
) -> tuple[str, ...]:
    """What is assumed where the account lost its grant, or the option to pass it on, afterwards."""
    if not shared:
        return (LOST,) if local else ()
    if len(shared) == 1 and action in shared[0].grant.grantable:
        return ()
    grantable = [each for each in shared if _may_pass_on(each.grant, action)]
    if len(grantable) == len(shared) or covered(cells, both(grantable, local)):
        return ()
    return (NOT_GRANTABLE,)


def of_database(held: Held, request: Request) -> tuple[str, ...]:
    """Whether the holder may see the database of the table that it reads.

    In the catalog's own account SELECT on all tables includes it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html).
    """
    asker = request.asker
    if request.action == "DESCRIBE":
        return ()
    for grant in held.grants:
        if is_on_database(grant, asker.owner, asker.name, "DESCRIBE"):
            return ()
    wildcard = any(
        each.resource.kind is Kind.TABLE and each.resource.path[1] == ALL_TABLES for each in held.of_any
    )
    return () if wildcard and not request.abroad else (NO_DATABASE,)


def conditional(grants: Iterable[Grant | RowPolicy]) -> tuple[str, ...]:
    """The conditions under which grants hold."""
    texts = dict.fromkeys(grant.condition for grant in grants if grant.condition)
    return tuple(f"the condition of the grant holds: {text}" for text in texts)


def _of_conditions(granted: Sequence[Granted]) -> tuple[str, ...]:
    unconditional = [each for each in granted if not each.grant.condition]
    if len(unconditional) == len(granted) or covered(cells_of(granted), cells_of(unconditional)):
        return ()
    return conditional(each.grant for each in granted)


def _of_seeing(granted: Sequence[Granted]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html"""
    return () if any(SEES & each.grant.permissions for each in granted) else (SEEN,)


def _of_rows(granted: Sequence[Granted]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-overview.html"""
    return (FILTERS_ADD_UP,) if len({each.cells.rows for each in granted}) > 1 else ()


def _of_columns(granted: Sequence[Granted], held: Held, request: Request) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html"""
    shown = granted[0].cells.columns
    if len(granted) > 1:
        shown = shown.union(*[each.cells.columns for each in granted])
    if len(shown) == len(request.table.columns):
        return ()
    found: list[str] = []
    changing = [each for each in held.on(request.name.table) if not CHANGES.isdisjoint(each.permissions)]
    if changing:
        may = sorted_by_table(changing)
        if any(on_table(may, request, action) for action in NEEDS_ALL_COLUMNS):
            found.append(WRITER)
    if request.table.partition_by and not shown.issuperset(request.partitions):
        found.append(PARTITIONS)
    return tuple(found)


def _may_pass_on(grant: Grant, action: str) -> bool:
    grantable = grant.grantable
    return action in grantable or SUPER in grantable or (action == "DESCRIBE" and bool(grantable))
