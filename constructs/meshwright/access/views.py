"""Views of the Data Catalog: who may select from one reads its tables with the rights of its definer.

https://docs.aws.amazon.com/lake-formation/latest/dg/working-with-views.html
"""

from collections.abc import Callable, Iterator

from meshwright.access.cells import Cells
from meshwright.access.decision import Decision, Hop, Path, Step, TableName, Way
from meshwright.access.grant_hops import grant_paths
from meshwright.access.request import Asker, Request
from meshwright.access.state import LakeState, Table

WHOLE = "the view {} shows all rows, of columns by these names"
"""What it selects is not looked at."""


def view_paths(
    state: LakeState,
    name: TableName,
    table: Table,
    *,
    asker_of: Callable[[str, str], Asker],
    who: Callable[[Request], tuple[Hop, ...]],
    decide: Callable[[str, TableName], Decision],
) -> Iterator[Path]:
    """Through each view over the table; `decide` is asked what its definer reads."""
    for at, view in state.views_over.get(name, ()):
        view_name = TableName(*at)
        asker = asker_of(view_name.catalog, view_name.database)
        request = Request(asker, view_name, view, "SELECT")
        definer = decide(view.definer, name)
        for _, hops, cells in grant_paths(state, request):
            shown = frozenset[str]().union(*(piece.columns for piece in cells))
            columns = shown & frozenset(table.columns) or frozenset(table.columns)
            through = Hop(Step.TABLE, view_name.catalog, str(view_name), None, (view.definer,))
            through = through._replace(assumed=(WHOLE.format(view_name), *definer.assumed))
            found = tuple(piece.within(Cells(columns)) for piece in definer.cells) if cells else ()
            if definer.allowed and found:
                yield Path(Way.VIEW, (*who(request), *hops, through), found)
