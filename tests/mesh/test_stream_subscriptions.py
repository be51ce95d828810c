"""The two-key rule for streams, by its table."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.config.base import Column
from meshwright.config.streams_file import Stream, StreamApproval, StreamRequest
from meshwright.mesh.stream_subscriptions import decide_stream, decide_streams
from meshwright.mesh.subscriptions import Status
from meshwright.project import load_mesh
from tests.config.small_mesh import write_mesh
from tests.config.stream_mesh import WANTED, stream_mesh

TODAY, PAST, SOON, LATER = date(2027, 1, 1), date(2026, 12, 31), date(2027, 3, 1), date(2027, 9, 1)
ABSENT = object()

TABLE = [
    # request until, approval until, status, end, reason
    (None, None, Status.AGREED, None, "approved by orders"),
    (SOON, LATER, Status.AGREED, SOON, "approved by orders"),
    (LATER, SOON, Status.AGREED, SOON, "approved by orders"),
    (TODAY, TODAY, Status.AGREED, TODAY, "approved by orders"),
    (None, ABSENT, Status.PENDING, None, "orders has not approved it under streams.events.shared_with"),
    (SOON, PAST, Status.EXPIRED, PAST, "the approval of orders ended on 2026-12-31"),
    (PAST, None, Status.EXPIRED, PAST, "the request ended on 2026-12-31"),
    (PAST, ABSENT, Status.EXPIRED, PAST, "the request ended on 2026-12-31"),
]


PERSONAL = "its records have the personal data email, phone, and"
PII_TABLE = [
    # the schema, pii of the request, pii of the approval, status, reason
    ("none", False, False, Status.AGREED, "approved by orders"),
    ("plain", False, False, Status.AGREED, "approved by orders"),
    ("pii", True, True, Status.AGREED, "approved by orders"),
    ("pii", True, False, Status.PENDING, f"{PERSONAL} orders does not say `pii: true`"),
    ("pii", False, True, Status.PENDING, f"{PERSONAL} analytics does not say `pii: true`"),
    ("pii", False, False, Status.PENDING, f"{PERSONAL} neither orders nor analytics says `pii: true`"),
]
PLAIN = {"order_id": Column(type="string")}
SCHEMAS = {
    "none": None,
    "plain": PLAIN,
    "pii": {
        **PLAIN,
        "email": Column(type="string", pii=True),
        "phone": Column(type="string", pii=True),
    },
}


@pytest.mark.parametrize(("schema", "asked", "approved", "status", "reason"), PII_TABLE)
def test_personal_data_is_agreed_on_by_both(
    schema: str, asked: bool, approved: bool, status: Status, reason: str
) -> None:
    approval = StreamApproval(domain="analytics", fan_out=True, pii=approved)
    found = decide_stream(
        consumer="analytics",
        producer="orders",
        stream_name="events",
        stream=Stream(description="d", schema=SCHEMAS[schema], shared_with=[approval]),
        request=request(fan_out=True).model_copy(update={"pii": asked}),
        today=TODAY,
    )
    assert (found.status, found.reason) == (status, reason)
    assert found.fan_out is (status is Status.AGREED)


def request(until: date | None = None, fan_out: bool = False) -> StreamRequest:
    return StreamRequest(
        stream="orders.events", purpose="p", roles=["analysts"], until=until, fan_out=fan_out
    )


def stream(until: object = None, fan_out: bool = False) -> Stream:
    given_ = []
    if until is not ABSENT:
        assert until is None or isinstance(until, date)
        given_ = [StreamApproval(domain="analytics", until=until, fan_out=fan_out)]
    return Stream(description="d", shared_with=given_)


@pytest.mark.parametrize(("asked", "given_", "status", "end", "reason"), TABLE)
def test_the_table(asked: date | None, given_: object, status: Status, end: date | None, reason: str) -> None:
    found = decide_stream(
        consumer="analytics",
        producer="orders",
        stream_name="events",
        stream=stream(given_),
        request=request(asked),
        today=TODAY,
    )
    assert (found.status, found.until, found.reason) == (status, end, reason)
    assert (found.roles, found.reference) == (("analysts",), "orders.events")


@given(st.booleans(), st.booleans(), st.sampled_from([None, PAST, SOON]), st.sampled_from([None, PAST, SOON]))
def test_fan_out_only_if_both_say_so_and_it_is_agreed(
    asked: bool, approved: bool, until: date | None, end: date | None
) -> None:
    found = decide_stream(
        consumer="analytics",
        producer="orders",
        stream_name="events",
        stream=stream(end, approved),
        request=request(until, asked),
        today=TODAY,
    )
    assert found.fan_out == (asked and approved and PAST not in (until, end))


def test_no_such_stream_here() -> None:
    found = decide_stream(
        consumer="analytics",
        producer="orders",
        stream_name="events",
        stream=None,
        request=request(),
        today=TODAY,
    )
    assert (found.status, found.reason) == (
        Status.PENDING,
        "orders has no such stream in this environment",
    )


def test_a_mesh_has_each_by_both_sides(tmp_path: Path) -> None:
    root = write_mesh(tmp_path, stream_mesh())
    mesh = load_mesh(root, environment=None, today=TODAY)
    [agreed] = mesh.stream_subscriptions
    assert mesh.streams_by_consumer == {"analytics": (agreed,)}
    assert mesh.streams_by_producer == {"orders": (agreed,)}
    ended = load_mesh(root, environment=None, today=date(2027, 7, 1))
    assert ended.streams_by_consumer == {}


@pytest.mark.parametrize(("day", "status"), [(TODAY, Status.OFFERED), (date(2027, 10, 1), Status.EXPIRED)])
def test_an_approval_without_a_request(day: date, status: Status, tmp_path: Path) -> None:
    texts = stream_mesh(wanted="")
    assert WANTED not in texts["domains/analytics.yaml"]
    mesh = load_mesh(write_mesh(tmp_path, texts), environment=None, today=day)
    [found] = mesh.stream_subscriptions
    assert (found.consumer, found.status, found.roles) == ("analytics", status, ())


def test_nothing_is_decided_on_domains_that_were_not_read(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path, stream_mesh()), environment=None, today=TODAY)
    files = {name: domain.file for name, domain in mesh.domains.items()}
    alone = {"orders": files["orders"]}
    assert decide_streams(alone, today=TODAY, unread=frozenset({"analytics"})) == ()
    assert [each.status for each in decide_streams(alone, today=TODAY)] == [Status.OFFERED]
