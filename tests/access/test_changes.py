"""Access before against access after: what is wider, what is narrower, and what can't be compared."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from meshwright.access.cells import Cells, conditions
from meshwright.access.changes import Kind, Rows, access_changes, compare
from meshwright.access.decision import TableName
from meshwright.access.rows import Access, TableOf

COLUMNS = ("id", "country", "email", "total")
TABLE = TableOf(
    domain="orders",
    product="sales",
    table="orders",
    name=TableName("111111111111", "acme_orders_sales", "orders"),
    classification="internal",
    columns=COLUMNS,
    pii=frozenset({"email"}),
    types=("string", "string", "string", "decimal(12,2)"),
)


def held(
    columns: str = "id country",
    where: str | None = None,
    *,
    until: str | None = None,
    role: str = "analysts",
    writes: bool = False,
    table: TableOf = TABLE,
) -> Access:
    """What a role can read: these columns, of the rows that meet the condition."""
    shown = tuple(column for column in COLUMNS if column in columns.split())
    return pieces(
        (Cells(frozenset(shown), conditions(where)),), until=until, role=role, writes=writes, table=table
    )


def pieces(
    cells: tuple[Cells, ...],
    *,
    until: str | None = None,
    role: str = "analysts",
    writes: bool = False,
    table: TableOf = TABLE,
) -> Access:
    shown = frozenset[str]().union(*(each.columns for each in cells))
    return Access(
        domain="analytics",
        role=role,
        principal=f"arn:aws:iam::555555555551:role/{role}",
        table=table,
        cells=cells,
        columns=tuple(column for column in COLUMNS if column in shown),
        writes=writes,
        own=False,
        until=date.fromisoformat(until) if until else None,
        approval="approved by orders",
        purpose="Revenue.",
        assumed=(),
    )


NOT_PII = replace(TABLE, pii=frozenset())
SPLIT = (
    Cells(frozenset({"id"})),
    Cells(frozenset({"email"}), frozenset({"country = 'DE'"})),
)
"""id of all rows, email of some."""
# name: before, after → kind, rows, PII columns that are newly readable or in more rows
COMPARED: dict[str, tuple[Access, Access, Kind | None, Rows, tuple[str, ...]]] = {
    "same": (held(), held(), None, Rows.SAME, ()),
    "a column more": (held("id"), held("id total"), Kind.WIDENED, Rows.SAME, ()),
    "a PII column more": (held("id"), held("id email"), Kind.WIDENED, Rows.SAME, ("email",)),
    "a column less": (held("id total"), held("id"), Kind.NARROWED, Rows.SAME, ()),
    "a column for another": (held("id total"), held("id email"), Kind.CHANGED, Rows.SAME, ("email",)),
    "no condition any more": (held(where="total > 1"), held(), Kind.WIDENED, Rows.MORE, ()),
    "a condition": (held(), held(where="total > 1"), Kind.NARROWED, Rows.FEWER, ()),
    "a condition more": (
        held(where="(total > 1)"),
        held(where="(total > 1) AND (country = 'DE')"),
        Kind.NARROWED,
        Rows.FEWER,
        (),
    ),
    "a condition less": (
        held(where="(total > 1) AND (country = 'DE')"),
        held(where="(total > 1)"),
        Kind.WIDENED,
        Rows.MORE,
        (),
    ),
    "values more": (
        held(where="country IN ('DE', 'FR')"),
        held(where="country IN ('DE', 'ES', 'FR')"),
        Kind.WIDENED,
        Rows.MORE,
        (),
    ),
    "values less": (
        held(where="country IN ('DE', 'FR')"),
        held(where="country = 'FR'"),
        Kind.NARROWED,
        Rows.FEWER,
        (),
    ),
    "values in another order": (
        held(where="country IN ('DE', 'FR')"),
        held(where="country IN ('FR', 'DE')"),
        None,
        Rows.SAME,
        (),
    ),
    "other values": (
        held(where="country = 'DE'"),
        held(where="country = 'FR'"),
        Kind.CHANGED,
        Rows.OTHER,
        (),
    ),
    "more numbers": (
        held(where="total > 10"),
        held(where="total > 5"),
        Kind.WIDENED,
        Rows.MORE,
        (),
    ),
    "other words for the same numbers": (
        held(where="total > 10"),
        held(where="NOT (total < 10.01)"),
        None,
        Rows.SAME,
        (),
    ),
    "a condition that can't be compared": (
        held(where="total > 10"),
        held(where="abs(total) > 5"),
        Kind.CHANGED,
        Rows.OTHER,
        (),
    ),
    "two filters that make one": (
        pieces(
            (
                Cells(frozenset({"id"}), conditions("total < 5")),
                Cells(frozenset({"id"}), conditions("total >= 5")),
            )
        ),
        held("id", "total IS NOT NULL"),
        None,
        Rows.SAME,
        (),
    ),
    "PII in more rows": (
        held("id email", "total > 1"),
        held("id email"),
        Kind.WIDENED,
        Rows.MORE,
        ("email",),
    ),
    "PII in other rows": (
        held("id email", "country = 'DE'"),
        held("id email", "country = 'FR'"),
        Kind.CHANGED,
        Rows.OTHER,
        ("email",),
    ),
    "PII in fewer rows": (held("id email"), held("id email", "total > 1"), Kind.NARROWED, Rows.FEWER, ()),
    "a column more in fewer rows": (
        held("id"),
        held("id total", "country = 'DE'"),
        Kind.CHANGED,
        Rows.FEWER,
        (),
    ),
    "a column that was PII until now": (
        held("id"),
        held("id email", table=NOT_PII),
        Kind.WIDENED,
        Rows.SAME,
        ("email",),
    ),
    "a column that becomes PII": (held("id email", table=NOT_PII), held("id"), Kind.NARROWED, Rows.SAME, ()),
    "longer": (held(until="2027-01-31"), held(until="2027-02-01"), Kind.EXTENDED, Rows.SAME, ()),
    "without end": (held(until="2027-01-31"), held(), Kind.EXTENDED, Rows.SAME, ()),
    "shorter": (held(until="2027-01-31"), held(until="2027-01-30"), Kind.SHORTENED, Rows.SAME, ()),
    "an end": (held(), held(until="2027-01-31"), Kind.SHORTENED, Rows.SAME, ()),
    "more, for a shorter time": (
        held("id"),
        held("id total", until="2027-01-31"),
        Kind.CHANGED,
        Rows.SAME,
        (),
    ),
    "less, for longer": (
        held("id total", until="2027-01-31"),
        held("id"),
        Kind.CHANGED,
        Rows.SAME,
        (),
    ),
    "more for longer": (held("id", until="2027-01-31"), held("id total"), Kind.WIDENED, Rows.SAME, ()),
    "less for a shorter time": (
        held("id total"),
        held("id", until="2027-01-31"),
        Kind.NARROWED,
        Rows.SAME,
        (),
    ),
    "to write": (held(), held(writes=True), Kind.WIDENED, Rows.SAME, ()),
    "not to write": (held(writes=True), held(), Kind.NARROWED, Rows.SAME, ()),
    "a condition on one column alone": (pieces(SPLIT), held("id email"), Kind.WIDENED, Rows.MORE, ("email",)),
    "a condition on all columns instead": (
        pieces(SPLIT),
        held("id email", "country = 'DE'"),
        Kind.NARROWED,
        Rows.FEWER,
        (),
    ),
}


@pytest.mark.parametrize("name", COMPARED)
def test_the_same_role_and_table(name: str) -> None:
    before, after, kind, rows, pii = COMPARED[name]
    found = compare(before, after)
    if kind is None:
        assert found is None
    else:
        assert found is not None
        assert (found.kind, found.rows, found.pii) == (kind, rows, pii)


@pytest.mark.parametrize("name", COMPARED)
def test_the_way_back_is_the_opposite(name: str) -> None:
    before, after, _, _, _ = COMPARED[name]
    there, back = compare(before, after), compare(after, before)
    if there is None or back is None:
        assert there is back
    else:
        assert (there.gained, there.lost) == (back.lost, back.gained)
        assert (there.widens, there.narrows) == (back.narrows, back.widens)


@pytest.mark.parametrize(
    ("kind", "widens", "narrows"),
    [
        (Kind.ADDED, True, False),
        (Kind.WIDENED, True, False),
        (Kind.CHANGED, True, True),
        (Kind.EXTENDED, True, False),
        (Kind.NARROWED, False, True),
        (Kind.SHORTENED, False, True),
        (Kind.REMOVED, False, True),
    ],
)
def test_what_each_kind_means(kind: Kind, widens: bool, narrows: bool) -> None:
    found = compare(None, held())
    assert found is not None
    assert (replace(found, kind=kind).widens, replace(found, kind=kind).narrows) == (widens, narrows)


def test_added_and_removed() -> None:
    one, other = held("id email"), held("id", role="scientists")
    found = access_changes([one], [other])
    assert [(each.kind, each.access.role, each.gained, each.lost, each.pii) for each in found] == [
        (Kind.REMOVED, "analysts", (), ("id", "email"), ()),
        (Kind.ADDED, "scientists", ("id",), (), ()),
    ]


def test_added_pii() -> None:
    found = access_changes([], [held("id email")])
    assert [(each.kind, each.pii) for each in found] == [(Kind.ADDED, ("email",))]


def test_another_role_under_the_same_key_is_another_principal() -> None:
    before = held()
    after = before._replace(principal="arn:aws:iam::555555555551:role/Other")
    assert sorted(each.kind for each in access_changes([before], [after])) == [Kind.ADDED, Kind.REMOVED]


def test_what_stays_is_left_out() -> None:
    assert access_changes([held(), held(role="b")], [held(role="b"), held()]) == ()


def test_a_row_shows_what_is_new_and_what_is_gone() -> None:
    found = compare(held(where="country = 'DE'"), held(where="country IN ('FR', 'ES') AND total > 1"))
    assert found is not None
    assert found.new_row == (("country", "FR"), ("total", Decimal("1.01")))
    assert found.lost_row == (("country", "DE"), ("total", 1))


def test_types_that_change_are_not_known() -> None:
    now = replace(TABLE, types=("string", "string", "string", "int"))
    found = compare(held(where="total > 10"), held(where="total >= 11", table=now))
    assert found is not None
    assert (found.rows, found.lost_row) == (Rows.FEWER, None)


def test_no_row_is_shown_of_what_was_not_to_be_seen_at_all() -> None:
    found = compare(held("id"), held("id total", "total > 1"))
    assert found is not None
    assert (found.rows, found.new_row, found.lost_row) == (Rows.FEWER, None, (("total", 1),))
