"""What is shown beyond limits, by the meaning of the conditions, with a row of it."""

from dataclasses import replace

import pytest

from meshwright.access.beyond import beyond, row_beyond
from meshwright.access.cells import Cells, conditions
from meshwright.access.state import Filter
from meshwright.commands.access_wording import for_example
from tests.access.test_audit import ALL, FILTER, Small, small

__all__ = ["small"]

TYPES = {"country": "string", "total": "int"}


def cells(columns: str, where: str | None = None) -> Cells:
    return Cells(frozenset(columns.split()), conditions(where))


# seen, limits, what is beyond them, a row of it
CASES = [
    ([cells("a")], [cells("a", "total > 1")], [cells("a")], "total = 1"),
    ([cells("a", "total > 1")], [cells("a", "total >= 2")], [], ""),
    ([cells("a", "total > 1")], [cells("a", "total > 2")], [cells("a", "total > 1")], "total = 2"),
    ([cells("a b", "total > 1")], [cells("a")], [cells("b", "total > 1")], ""),
    ([cells("a", "total < 9")], [cells("a", "total < 5"), cells("a", "total > 3")], [], ""),
    (
        [cells("a", "total < 9")],
        [cells("a", "total < 5"), cells("a", "total > 5")],
        [cells("a", "total < 9")],
        "total = 5",
    ),
    (
        [cells("a", "total < 9")],
        [cells("a", "total < 5"), cells("b")],
        [cells("a", "total < 9")],
        "total = 5",
    ),
    ([cells("a", "abs(total) < 9")], [cells("a", "total < 5")], [cells("a", "abs(total) < 9")], ""),
    ([cells("a", "(total > 1) AND (country = 'DE')")], [cells("a", "country < 'E'")], [], ""),
]


@pytest.mark.parametrize(("seen", "limits", "left", "row"), CASES)
def test_what_is_beyond(seen, limits, left, row):
    assert list(beyond(seen, limits, TYPES)) == left
    found = row_beyond(seen, limits, TYPES)
    assert for_example(found or ()) == (f", for example a row with {row}" if row else "")


def test_without_types_less_is_within():
    assert beyond([cells("a", "total > 1")], [cells("a", "total >= 2")])


def test_an_audit_shows_a_row_that_is_newly_shown(small: Small) -> None:
    content = Filter(ALL - {"email"}, rows="country IN ('DE', 'FR')")
    finding = small.one(G=lambda account: replace(account, filters={FILTER: content}))
    assert {(each.gained_row, each.lost_row) for each in finding.affected} == {((("country", "FR"),), None)}


def test_an_audit_finds_nobody_affected_by_the_same_rows_in_other_words(small: Small) -> None:
    content = Filter(ALL - {"email"}, rows="country >= 'DE' AND country <= 'DE'")
    finding = small.one(G=lambda account: replace(account, filters={FILTER: content}))
    assert (finding.code, finding.affected) == ("filter-changed", ())
