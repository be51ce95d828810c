"""Row-level security policies of Lake Formation: they keep rows from principals that have a grant.

Several of a principal add up; one may be the table's default, for all principals
(https://docs.aws.amazon.com/lake-formation/latest/dg/rls-policies.html,
https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_AttachRLSPolicy.html).
"""

from collections.abc import Iterator

from meshwright.access.cells import Cells, conditions, union
from meshwright.access.further_state import RowPolicy
from meshwright.access.lf_tags import meets, tags_of
from meshwright.access.request import Request
from meshwright.access.resources import ALL_TABLES, Kind
from meshwright.access.undocumented import conditional

NONE_ATTACHED = "a principal without a row-level policy on a table sees the rows that its grants show"
WITH_FILTERS = "a row-level policy and a data-cells filter limit each other"


def limited(cells: tuple[Cells, ...], request: Request) -> tuple[tuple[Cells, ...], tuple[str, ...]]:
    """What is left of the cells, and what is assumed for that."""
    attached = [each for each in request.owner.row_policies if _is_on(each, request)]
    if not attached or not cells:
        return cells, ()
    own = [each for each in attached if each.principal in request.holders]
    own = own or [each for each in attached if each.default]
    if not own:
        return cells, (NONE_ATTACHED,)
    left = union(piece.within(limit) for piece in cells for limit in _limits(own, request))
    filtered = (WITH_FILTERS,) if any(piece.rows for piece in cells) else ()
    return left, (*conditional(own), *filtered)


def _limits(policies: list[RowPolicy], request: Request) -> Iterator[Cells]:
    for each in policies:
        yield Cells(frozenset(request.table.columns), conditions(each.rows))


def _is_on(policy: RowPolicy, request: Request) -> bool:
    resource, name = policy.resource, request.name
    if resource.kind is Kind.TAG_POLICY:
        return meets(resource.expression, tags_of(request.owner, name))
    on_table = resource.kind is Kind.TABLE and resource.path[0] == name.database
    return on_table and resource.path[1] in (name.table, ALL_TABLES)
