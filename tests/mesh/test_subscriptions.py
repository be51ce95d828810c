"""The two-key rule: its decision table, and that what is agreed is never wider than what either side says."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.config.base import Column
from meshwright.config.domain_file import Approval, DomainFile, Owner, Product, Request, Role, Table
from meshwright.mesh.subscriptions import Status, Subscription, TableAccess, decide, decide_all

TODAY = date(2027, 1, 1)
PAST, FUTURE = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
OWNER = Owner(team="t", email="t@x.example")
PLAIN = Column(type="string")
COLUMNS = {"id": PLAIN, "country": PLAIN, "email": Column(type="string", pii=True)}
TABLES = {
    "people": Table(description="x", format="parquet", columns=COLUMNS),
    "visits": Table(description="x", format="parquet", columns={"id": PLAIN}),
}


def product(*approvals: Approval, classification: str = "internal") -> Product:
    return Product(description="x", classification=classification, tables=TABLES, shared_with=list(approvals))


def request(**limits: object) -> Request:
    return Request.model_validate(
        {"product": "people.all", "purpose": "Reports.", "roles": ["analysts"], **limits}
    )


def approval(**limits: object) -> Approval:
    return Approval.model_validate({"domain": "reader", **limits})


def decision(
    asked: Request, *approvals: Approval, is_open: bool = False, today: date = TODAY
) -> Subscription:
    return decide(
        consumer="reader",
        producer="people",
        product_name="all",
        product=product(*approvals),
        request=asked,
        is_open=is_open,
        today=today,
    )


UNANSWERED = "people has not approved it under products.all.shared_with"
VALID, ENDED = approval(until=FUTURE), approval(until=PAST)
DECISIONS = [
    # request's end, approval, open, outcome, reason
    (None, VALID, False, Status.AGREED, "approved by people"),
    (None, VALID, True, Status.AGREED, "approved by people"),
    (FUTURE, approval(), False, Status.AGREED, "approved by people"),
    (TODAY, approval(until=TODAY), False, Status.AGREED, "approved by people"),
    (None, None, True, Status.AGREED, "its classification is open to every domain"),
    (None, ENDED, True, Status.AGREED, "its classification is open to every domain"),
    (None, None, False, Status.PENDING, UNANSWERED),
    (None, approval(domain="other"), False, Status.PENDING, UNANSWERED),
    (None, ENDED, False, Status.EXPIRED, "the approval of people ended on 2026-12-31"),
    (PAST, VALID, False, Status.EXPIRED, "the request ended on 2026-12-31"),
    (PAST, None, True, Status.EXPIRED, "the request ended on 2026-12-31"),
    (PAST, None, False, Status.EXPIRED, "the request ended on 2026-12-31"),
    (PAST, ENDED, False, Status.EXPIRED, "the request ended on 2026-12-31"),
]  # fmt: skip


@pytest.mark.parametrize(("until", "approved", "is_open", "status", "reason"), DECISIONS)
def test_decision_table(
    until: date | None, approved: Approval | None, is_open: bool, status: Status, reason: str
) -> None:
    approvals = [approved] if approved else []
    decided = decision(request(until=until) if until else request(), *approvals, is_open=is_open)
    assert (decided.status, decided.reason) == (status, reason)
    assert bool(decided.tables) == (status is Status.AGREED)


ALL = (TableAccess("people", ("id", "country")), TableAccess("visits", ("id",)))
LIMITS = [
    ({}, {}, ALL),
    ({"pii": True}, {}, ALL),
    ({}, {"pii": True}, ALL),
    (
        {"pii": True},
        {"pii": True},
        (TableAccess("people", ("id", "country", "email")), TableAccess("visits", ("id",))),
    ),
    ({"tables": ["people"]}, {}, (TableAccess("people", ("id", "country")),)),
    ({}, {"tables": ["visits"]}, (TableAccess("visits", ("id",)),)),
    ({"exclude": ["country"]}, {"tables": ["people"]}, (TableAccess("people", ("id",)),)),
    (
        {"tables": ["people"], "exclude": ["country"], "pii": True},
        {"exclude": ["id"], "pii": True},
        (TableAccess("people", ("email",)),),
    ),
    (
        {"tables": ["people"], "where": "a = 1 OR b = 2"},
        {"where": "c = 3 OR d = 4"},
        (TableAccess("people", ("id", "country"), "(c = 3 OR d = 4) AND (a = 1 OR b = 2)"),),
    ),
    ({"tables": ["people"], "where": "a = 1"}, {}, (TableAccess("people", ("id", "country"), "(a = 1)"),)),
]


@pytest.mark.parametrize(("asked", "approved", "tables"), LIMITS)
def test_the_narrower_of_both_holds(
    asked: dict[str, object], approved: dict[str, object], tables: tuple[TableAccess, ...]
) -> None:
    assert decision(request(**asked), approval(**approved)).tables == tables


def test_nothing_in_common_is_pending() -> None:
    decided = decision(request(tables=["people"]), approval(tables=["visits"]))
    assert (decided.status, decided.tables) == (Status.PENDING, ())


def test_open_products_hide_pii_whatever_is_asked() -> None:
    assert decision(request(pii=True), is_open=True).tables == ALL


def test_the_earlier_end_holds() -> None:
    assert decision(request(until=FUTURE), approval(until=TODAY)).until == TODAY
    assert decision(request(until=TODAY), approval(until=FUTURE)).until == TODAY
    assert decision(request(), approval()).until is None


limits = st.fixed_dictionaries(
    {},
    optional={
        "tables": st.lists(st.sampled_from(["people", "visits"]), min_size=1, unique=True),
        "exclude": st.lists(st.sampled_from(["id", "country", "email"]), unique=True),
        "where": st.sampled_from(["id = 'a'", "id = 'a' OR id = 'b'"]),
        "pii": st.booleans(),
        "until": st.sampled_from([PAST, TODAY, FUTURE]),
    },
)


@dataclass(frozen=True)
class Reach:
    """Cells that one side's words cover."""

    cells: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, side: Request | Approval) -> "Reach":
        return cls(
            frozenset(
                (table, column)
                for table, spec in TABLES.items()
                for column, detail in spec.columns.items()
                if (side.tables is None or table in side.tables)
                and column not in side.exclude
                and (side.pii or not detail.pii)
            )
        )


@given(asked=limits, approved=st.none() | limits, is_open=st.booleans())
def test_the_outcome_is_never_wider_than_either_side(
    asked: dict[str, object], approved: dict[str, object] | None, is_open: bool
) -> None:
    approvals = [approval(**approved)] if approved is not None else []
    wanted = request(**asked)
    decided = decision(wanted, *approvals, is_open=is_open)
    cells = {(access.table, column) for access in decided.tables for column in access.columns}
    assert cells <= Reach.of(wanted).cells
    by_approval = bool(approvals) and (approvals[0].until is None or approvals[0].until >= TODAY)
    if by_approval:
        assert cells <= Reach.of(approvals[0]).cells
    else:
        assert not cells or is_open
        assert "email" not in {column for _, column in cells}
    for access in decided.tables:
        conditions = [wanted.where, approvals[0].where if by_approval else None]
        for condition in filter(None, conditions):
            assert f"({condition})" in (access.where or "")
    if cells and decided.until is not None:
        assert decided.until >= TODAY


@given(asked=limits, approved=limits)
def test_who_says_what_does_not_matter_for_columns(
    asked: dict[str, object], approved: dict[str, object]
) -> None:
    there = decision(request(**asked), approval(**approved))
    back = decision(request(**approved), approval(**asked))
    columns = [{(each.table, each.columns) for each in one.tables} for one in (there, back)]
    assert columns[0] == columns[1]


def domain(name: str, **parts: object) -> DomainFile:
    return DomainFile(
        domain=name,
        description="x",
        owner=OWNER,
        accounts={"dev": "222222222222"},
        roles={"analysts": Role(create=True)},
        **parts,  # type: ignore[arg-type]
    )


def test_every_request_and_unanswered_approval_is_decided_in_order() -> None:
    shared = product(approval(), approval(domain="late", until=PAST), approval(domain="shy"))
    domains = {
        "people": domain("people", products={"all": shared}),
        "reader": domain("reader", consumes=[request(), request(product="gone.all")]),
        "shy": domain("shy"),
    }
    decided = decide_all(domains, open_classifications=frozenset(), today=TODAY)
    assert [(each.consumer, each.reference, each.status, each.reason) for each in decided] == [
        ("late", "people.all", Status.EXPIRED, "the approval of people ended on 2026-12-31"),
        ("shy", "people.all", Status.OFFERED, "shy has not asked for it"),
        ("reader", "people.all", Status.AGREED, "approved by people"),
        ("reader", "gone.all", Status.PENDING, "gone has no such product in this environment"),
    ]
