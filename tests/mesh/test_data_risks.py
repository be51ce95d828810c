"""Data that an edit would leave behind, lose or make unreadable; the edits of the example mesh, as data."""

from collections.abc import Callable
from typing import Any

import pytest

from meshwright.mesh.data_risks import Risk, data_risks
from tests.cdk.synthesis import mesh_of, raw_files

Files = dict[str, Any]
ORDERS, LINES = "orders.sales.orders", "orders.sales.order_lines"
BY_COUNTRY = "orders.delivery_times.by_country"


def table(files: Files, reference: str) -> Any:
    domain, product, name = reference.split(".")
    return files["domains"][domain]["products"][product]["tables"][name]


def retype(reference: str, column: str, kind: str) -> Callable[[Files], None]:
    """The column gets another type."""

    def edit(files: Files) -> None:
        columns = table(files, reference)["columns"]
        columns[column] = {**columns[column], "type": kind} if isinstance(columns[column], dict) else kind

    return edit


def add(reference: str, column: str, *, first: bool = False) -> Callable[[Files], None]:
    """The table gets another column, as the last one or the first."""

    def edit(files: Files) -> None:
        columns = table(files, reference)["columns"]
        table(files, reference)["columns"] = (
            {column: "string", **columns} if first else {**columns, column: "string"}
        )

    return edit


def lay_out(reference: str, key: str, value: object) -> Callable[[Files], None]:
    """The table's `format` or `partition_by` changes."""

    def edit(files: Files) -> None:
        table(files, reference)[key] = value

    return edit


def drop(reference: str) -> Callable[[Files], None]:
    """The table is removed."""

    def edit(files: Files) -> None:
        domain, product, name = reference.split(".")
        del files["domains"][domain]["products"][product]["tables"][name]

    return edit


def stream(**changes: object) -> Callable[[Files], None]:
    """The stream of orders changes; without arguments it is removed."""

    def edit(files: Files) -> None:
        streams = files["domains"]["orders"]["streams"]
        if changes:
            streams["order-events"] |= changes
        else:
            del streams["order-events"]

    return edit


def account(domain: str, number: str | None) -> Callable[[Files], None]:
    """The domain moves to another account, or leaves."""

    def edit(files: Files) -> None:
        if number is None:
            del files["domains"][domain]
        else:
            files["domains"][domain]["accounts"]["dev"] = number

    return edit


def catalog(files: Files) -> None:
    files["mesh"]["environments"]["dev"]["governance_account"] = "111111111119"


def region(files: Files) -> None:
    files["mesh"]["environments"]["dev"]["region"] = "eu-central-1"


def owner(files: Files) -> None:
    files["domains"]["orders"]["owner"]["team"] = "order-desk"


def storage(product: str, value: str) -> Callable[[Files], None]:
    """The product is stored otherwise."""

    def edit(files: Files) -> None:
        domain, name = product.split(".")
        files["domains"][domain]["products"][name]["storage"] = value

    return edit


# name: edit → what is at risk, and of what
EDITS: dict[str, tuple[Callable[[Files], None], list[tuple[Risk, str]]]] = {
    "an owner": (owner, []),
    "a stream removed": (stream(), [(Risk.UNMANAGED, "orders.order-events")]),
    "a retention shortened": (stream(retention_hours=24), [(Risk.LOST, "orders.order-events")]),
    "a retention lengthened": (stream(retention_hours=200), []),
    "shards": (stream(shards=4), []),
    "a table removed": (drop(LINES), [(Risk.NOT_IN_CATALOG, LINES)]),
    "a domain leaves": (account("orders", None), [(Risk.UNMANAGED, "orders")]),
    "a domain moves": (
        account("orders", "222222222229"),
        [(Risk.LEFT_BEHIND, "orders"), (Risk.LEFT_BEHIND, "orders")],
    ),
    "a domain without Iceberg tables moves": (
        account("customers", "333333333339"),
        [(Risk.LEFT_BEHIND, "customers")],
    ),
    "another catalog": (catalog, [(Risk.LEFT_BEHIND, "mesh")]),
    "another Region": (
        region,
        [(Risk.LEFT_BEHIND, name) for name in ("analytics", "customers", "orders", "payments")],
    ),
    "json becomes parquet": (
        lay_out("customers.profiles.consents", "format", "parquet"),
        [(Risk.UNREADABLE, "customers.profiles.consents")],
    ),
    "other partitions": (lay_out(LINES, "partition_by", []), [(Risk.UNREADABLE, LINES)]),
    "other partitions of an Iceberg table": (
        lay_out(ORDERS, "partition_by", ["country"]),
        [(Risk.ENGINE_FIRST, ORDERS)],
    ),
    "a wider type": (retype(LINES, "quantity", "bigint"), []),
    "a narrower type": (retype(LINES, "quantity", "smallint"), [(Risk.UNREADABLE, f"{LINES}.quantity")]),
    "another type": (retype(LINES, "order_id", "int"), [(Risk.UNREADABLE, f"{LINES}.order_id")]),
    "a wider type in an Iceberg table": (
        retype(ORDERS, "total", "decimal(14,2)"),
        [(Risk.ENGINE_FIRST, ORDERS)],
    ),
    "a narrower type in an Iceberg table": (
        retype(ORDERS, "total", "decimal(8,2)"),
        [(Risk.UNREADABLE, f"{ORDERS}.total"), (Risk.ENGINE_FIRST, ORDERS)],
    ),
    "a column": (add(LINES, "note"), []),
    "a column in an Iceberg table": (add(ORDERS, "note"), [(Risk.ENGINE_FIRST, ORDERS)]),
    "a last column of a csv table": (add(BY_COUNTRY, "note"), []),
    "what was hot becomes standard": (storage("customers.profiles", "standard"), []),
    "what was standard becomes hot": (
        storage("orders.sales", "hot"),
        [(Risk.OTHER_CLASS, "orders.sales")],
    ),
    "what was standard becomes an archive": (
        storage("orders.sales", "archive"),
        [(Risk.OTHER_CLASS, "orders.sales")],
    ),
    "what was an archive becomes standard": (
        storage("payments.ledger", "standard"),
        [(Risk.OTHER_CLASS, "payments.ledger")],
    ),
    "a first column of a csv table": (add(BY_COUNTRY, "note", first=True), [(Risk.UNREADABLE, BY_COUNTRY)]),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_is_at_risk(name: str) -> None:
    edit, expected = EDITS[name]
    files = raw_files()
    edit(files)
    found = data_risks(mesh_of(raw_files()), mesh_of(files))
    assert [(each.risk, each.subject) for each in found] == expected


def test_every_risk_occurs() -> None:
    assert {risk for _, expected in EDITS.values() for risk, _ in expected} == set(Risk)
