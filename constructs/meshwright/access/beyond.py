"""What of a table is shown beyond some limits, by what the conditions on its rows mean."""

from collections.abc import Iterable, Mapping

from meshwright.access.cells import Cells, rows_text
from meshwright.access.nested import is_shown
from meshwright.mesh.row_limits import hidden_rows
from meshwright.mesh.rows.comparing import NO_TYPES, Search
from meshwright.mesh.rows.conditions import PlainRow

WITHIN = Search(True)
"""No row is beyond the limits."""


def beyond(
    cells: Iterable[Cells], limits: Iterable[Cells], types: Mapping[str, str] = NO_TYPES
) -> tuple[Cells, ...]:
    """What of `cells` is not certainly within `limits`.

    `types` are those of the table's columns as Glue writes them, as far as they are known.
    """
    bounds = tuple(limits)
    found = []
    for piece in cells:
        left = frozenset(each for each in piece.columns if _search(piece, each, bounds, types) != WITHIN)
        if left:
            found.append(Cells(left, piece.rows))
    return tuple(found)


def row_beyond(
    cells: Iterable[Cells], limits: Iterable[Cells], types: Mapping[str, str] = NO_TYPES
) -> PlainRow | None:
    """A row of which `cells` show a column, and `limits`, which show others of that column, do not."""
    bounds = tuple(limits)
    for piece in cells:
        for column in sorted(piece.columns):
            if any(is_shown(column, bound.columns) for bound in bounds):
                found = _search(piece, column, bounds, types)
                if found.row:
                    return found.row
    return None


def _search(piece: Cells, column: str, bounds: tuple[Cells, ...], types: Mapping[str, str]) -> Search:
    limits = tuple(dict.fromkeys(bound.rows for bound in bounds if is_shown(column, bound.columns)))
    if any(rows <= piece.rows for rows in limits):
        return WITHIN
    if not limits:
        return Search(False)
    return hidden_rows(rows_text(piece.rows), tuple(map(rows_text, limits)), types)
