"""Where grants meet in a way of which AWS does not say what comes out: what is assumed then, as texts.

Each function answers with no text as long as the outcome follows from what is documented.
"""

from collections.abc import Iterable, Sequence

from meshwright.access.cells import Cells, covered
from meshwright.access.granted import NEEDS_ALL_COLUMNS, SUPER, Granted, both, cells_of, on_database, on_table
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


def of_one_side(granted: Sequence[Granted], grants: Iterable[Grant], request: Request) -> tuple[str, ...]:
    """What is assumed where `granted`, of all `grants` of one account to the holder, decide together."""
    if not granted:
        return ()
    conditions = _of_conditions(granted) if any(each.grant.condition for each in granted) else ()
    if request.action == "DESCRIBE":
        return (*conditions, *_of_seeing(granted))
    return (*conditions, *_of_rows(granted), *_of_columns(granted, grants, request))


def of_both_sides(
    shared: Sequence[Granted], local: Sequence[Granted], cells: Sequence[Cells]
) -> tuple[str, ...]:
    """What is assumed where grants to an account and in it limit each other
    (https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html,
    https://docs.aws.amazon.com/lake-formation/latest/dg/permission-cascading-rules.html).
    """
    found = []
    pairs = [(outer, inner) for outer in shared for inner in local]
    documented = [
        inner.cells.within(outer.cells) for outer, inner in pairs if outer.cells.rows <= inner.cells.rows
    ]
    if len(documented) < len(pairs) and not covered(cells, documented):
        found.append(ROWS_NARROW)
    for outer, inner in pairs:
        by_tags = outer.grant.resource.kind is inner.grant.resource.kind is Kind.TAG_POLICY
        if by_tags and outer.grant.resource.expression != inner.grant.resource.expression:
            found.append(EXPRESSIONS_NARROW)
    return tuple(found)


def of_the_share(
    shared: Sequence[Granted], local: Sequence[Granted], cells: Sequence[Cells], action: str
) -> tuple[str, ...]:
    """What is assumed where the account lost its grant, or the option to pass it on, afterwards."""
    if not shared:
        return (LOST,) if local else ()
    grantable = [each for each in shared if _may_pass_on(each.grant, action)]
    if len(grantable) == len(shared) or covered(cells, both(grantable, local)):
        return ()
    return (NOT_GRANTABLE,)


def of_database(grants: Sequence[Grant], request: Request) -> tuple[str, ...]:
    """Whether the holder may see the database of the table that it reads.

    In the catalog's own account SELECT on all tables includes it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html).
    """
    if request.action == "DESCRIBE" or on_database(grants, request.owner, request.name.database, "DESCRIBE"):
        return ()
    wildcard = any(
        each.resource.kind is Kind.TABLE and each.resource.path[1] == ALL_TABLES for each in grants
    )
    return () if wildcard and not request.abroad else (NO_DATABASE,)


def conditional(grants: Iterable[Grant]) -> tuple[str, ...]:
    """The conditions under which grants hold."""
    texts = dict.fromkeys(grant.condition for grant in grants if grant.condition)
    return tuple(f"the condition of the grant holds: {text}" for text in texts)


def _of_conditions(granted: Sequence[Granted]) -> tuple[str, ...]:
    unconditional = [each for each in granted if not each.grant.condition]
    if covered(cells_of(granted), cells_of(unconditional)):
        return ()
    return conditional(each.grant for each in granted)


def _of_seeing(granted: Sequence[Granted]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html"""
    return () if any(SEES & each.grant.permissions for each in granted) else (SEEN,)


def _of_rows(granted: Sequence[Granted]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-overview.html"""
    several = len(granted) > 1 and len({each.cells.rows for each in granted}) > 1
    return (FILTERS_ADD_UP,) if several else ()


def _of_columns(granted: Sequence[Granted], grants: Iterable[Grant], request: Request) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html"""
    found: list[str] = []
    shown = frozenset[str]().union(*[each.cells.columns for each in granted])
    if request.action != "SELECT" or len(shown) == len(request.table.columns):
        return ()
    writing = [grant for grant in grants if not CHANGES.isdisjoint(grant.permissions)]
    if writing and any(on_table(writing, request, action) for action in NEEDS_ALL_COLUMNS):
        found.append(WRITER)
    if not shown.issuperset(request.partitions):
        found.append(PARTITIONS)
    return tuple(found)


def _may_pass_on(grant: Grant, action: str) -> bool:
    grantable = grant.grantable
    return action in grantable or SUPER in grantable or (action == "DESCRIBE" and bool(grantable))
