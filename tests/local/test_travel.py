"""The records that the demo makes up: of the table's columns, told apart, and visible to readers."""

import json
from datetime import UTC, datetime

import pytest

from meshwright.local.files.values import Json
from meshwright.local.sample import asked_for, encoded, meets, sample
from meshwright.local.travel import Reader, marked_column, not_tried, sample_of
from meshwright.mesh.parts.landing import landings
from meshwright.mesh.subscriptions import TableAccess
from meshwright.project import load_mesh
from tests.embedded import ROOT

NOW = datetime(2026, 11, 24, 10, 11, 12, tzinfo=UTC)


def test_a_sample_has_a_value_for_every_type() -> None:
    columns = {
        "a": "string", "b": "int", "c": "decimal(2,2)", "d": "decimal(12,2)", "e": "boolean", "f": "date",
        "g": "timestamp", "h": "array<struct<i:double>>", "j": "map<string,date>", "k": "varchar(3)",
    }  # fmt: skip
    made = sample(columns, marker="me", marked="a", wanted={"k": "DE", "other": "x"}, now=NOW)
    assert json.loads(encoded(made)) == {
        "a": "me",
        "b": 1,
        "c": "0",
        "d": "1",
        "e": True,
        "f": "2026-11-24",
        "g": "2026-11-24T10:11:12Z",
        "h": [{"i": 1}],
        "j": {"1": "2026-11-24"},
        "k": "DE",
    }


def test_values_are_taken_from_the_conditions_of_readers() -> None:
    conditions = ["(country = 'DE') AND (total > 5)", "Status IN ('paid', 'sent') AND country = 'FR'"]
    assert asked_for(conditions) == {"country": "DE", "status": "paid"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a = 'DE' AND b > 1.5", True),
        ("b BETWEEN 3 AND 4", False),
        ("c IS NOT NULL", False),
        ("d < DATE '2027-01-01'", True),
    ],
)
def test_whether_a_condition_holds_for_a_record(condition: str, expected: bool) -> None:
    record: dict[str, Json] = {"a": "DE", "b": "2", "d": "2026-11-24"}
    columns = {"a": "string", "b": "decimal(4,2)", "c": "int", "d": "date"}
    assert meets(record, columns, condition) is expected


def test_what_is_made_on_arrival_is_not_in_the_record_and_what_readers_limit_is_no_mark() -> None:
    mesh = load_mesh(ROOT, environment=None, today=NOW.date())
    orders, analytics = mesh.domains["orders"], mesh.domains["analytics"]
    (landing,) = landings(orders)
    access = TableAccess("order_changes", ("status", "country"), "status = 'paid'")
    readers = [Reader(analytics, analytics.roles["analysts"], access)]
    assert marked_column(landing, readers) == "country"
    record = sample_of(landing, readers, marker="me", marked="country")
    assert set(record) == {"order_id", "status", "country", "total", "changed_at"}
    assert (record["status"], record["country"]) == ("paid", "me")


def test_streams_into_iceberg_tables_are_said_not_to_be_tried() -> None:
    assert not_tried(load_mesh(ROOT, environment=None, today=NOW.date())) == [
        "payments stream charges lands in ledger.charges, an Iceberg table: the embedded AWS writes none"
    ]
