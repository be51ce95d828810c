"""Pieces of a table: how they add up, limit each other and are compared."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.access.cells import Cells, conditions, covered, rows_text, union
from tests.depth import examples

COLUMNS, PARTS = "abc", ("x = 1", "y IN ('(', ')')", "z LIKE 'a'' AND (b'")
PIECES = st.builds(Cells, st.frozensets(st.sampled_from(COLUMNS)), st.frozensets(st.sampled_from(PARTS)))
MANY = st.lists(PIECES, max_size=4)
ROWS = [frozenset(some) for size in range(4) for some in combinations(PARTS, size)]
"""Every kind of row there is, by the parts of conditions that it meets."""
properties = examples(15)


def seen(pieces) -> set[tuple[str, frozenset[str]]]:
    """A model of what pieces show: each column in each kind of row."""
    return {
        (column, row) for piece in pieces for column in piece.columns for row in ROWS if piece.rows <= row
    }


@properties
@given(MANY)
def test_a_union_shows_what_its_pieces_show(pieces):
    assert seen(union(pieces)) == seen(pieces)


@properties
@given(MANY, MANY)
def test_what_shows_the_same_is_written_the_same(some, more):
    assert (union(some) == union(more)) == (seen(some) == seen(more))


@properties
@given(MANY, st.randoms(use_true_random=False))
def test_a_union_does_not_depend_on_order_or_repetition(pieces, random):
    mixed = [*pieces, *pieces]
    random.shuffle(mixed)
    assert union(mixed) == union(pieces)
    assert union(union(pieces)) == union(pieces)


@properties
@given(MANY, MANY, MANY)
def test_a_union_does_not_depend_on_grouping(some, more, most):
    left = union([*union([*some, *more]), *most])
    assert left == union([*some, *union([*more, *most])])


@properties
@given(PIECES, PIECES)
def test_a_wider_piece_absorbs_a_narrower_one(piece, limit):
    assert union([piece, piece.within(limit)]) == union([piece])


@properties
@given(PIECES, PIECES)
def test_within_is_what_both_show(piece, limit):
    assert seen([piece.within(limit)]) == seen([piece]) & seen([limit])
    assert piece.within(limit) == limit.within(piece)
    assert piece.covers(piece.within(limit))


@properties
@given(PIECES, PIECES)
def test_covers_agrees_with_what_is_shown(piece, other):
    assert not other.columns or piece.covers(other) == (seen([other]) <= seen([piece]))


@properties
@given(MANY, MANY)
def test_covered_agrees_with_what_is_shown(inner, outer):
    assert covered(inner, outer) == (seen(inner) <= seen(outer))


@properties
@given(st.frozensets(st.sampled_from(PARTS)))
def test_a_condition_is_read_as_it_was_written(rows):
    assert conditions(rows_text(rows)) == rows


@properties
@given(
    st.recursive(st.sampled_from(PARTS), lambda part: st.lists(part, min_size=2, max_size=3), max_leaves=5)
)
def test_parts_are_found_however_they_are_nested(tree):
    def write(node) -> str:
        return node if isinstance(node, str) else " AND ".join(f"({write(each)})" for each in node)

    def leaves(node) -> list[str]:
        return [node] if isinstance(node, str) else list(chain.from_iterable(map(leaves, node)))

    assert conditions(write(tree)) == frozenset(leaves(tree))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, set()),
        ("", set()),
        ("  ", set()),
        ("country = 'DE'", {"country = 'DE'"}),
        (" (country = 'DE') ", {"country = 'DE'"}),
        ("((country = 'DE'))", {"country = 'DE'"}),
        ("(country = 'DE') and (b > 1)", {"country = 'DE'", "b > 1"}),
        ("((country = 'DE') AND (b > 1)) AND (a = 2)", {"country = 'DE'", "b > 1", "a = 2"}),
        ("(country = 'DE') OR (b > 1)", {"(country = 'DE') OR (b > 1)"}),
        ("(country = 'DE') AND b > 1", {"(country = 'DE') AND b > 1"}),
        ("country = 'DE' AND b > 1", {"country = 'DE' AND b > 1"}),
        ("(a = ')') AND (b = '(')", {"a = ')'", "b = '('"}),
        ("(a = 1) AND (b = 2))", {"(a = 1) AND (b = 2))"}),
        ("((a = 1) AND (b = 2)", {"((a = 1) AND (b = 2)"}),
        ("NOT (a = 1)", {"NOT (a = 1)"}),
        ("lower(a) = 'x'", {"lower(a) = 'x'"}),
    ],
)
def test_only_parts_that_stand_apart_are_told_apart(text, parts):
    assert conditions(text) == parts


def test_rows_are_written_in_one_order():
    assert rows_text(frozenset()) is None
    assert rows_text(frozenset({"b > 1"})) == "b > 1"
    assert rows_text(frozenset({"b > 1", "a = 2"})) == "(a = 2) AND (b > 1)"


def test_a_column_stands_under_no_condition_that_another_of_its_makes_superfluous():
    german, all_rows = frozenset({"country = 'DE'"}), frozenset[str]()
    pieces = [Cells(frozenset("ab"), german), Cells(frozenset("a"), all_rows), Cells(frozenset())]
    assert union(pieces) == (Cells(frozenset("a"), all_rows), Cells(frozenset("b"), german))
