# ruff: noqa: E501 (whole lines of output)
"""Deprecated products: what the files must say, and who is told."""

from pathlib import Path

import pytest

from meshwright.cdk.catalog import product_parameters
from meshwright.project import load_mesh
from tests.config.small_mesh import (
    ANALYTICS,
    ANALYTICS_FILE,
    ORDERS,
    ORDERS_FILE,
    TEXTS,
    TODAY,
    Case,
    edited,
    said_about,
    write_mesh,
)

INTERNAL = "    classification: internal\n"
DEPRECATED = f"{INTERNAL}    status: deprecated\n"

CASES = (
    Case(
        "active, written out",
        ORDERS_FILE,
        INTERNAL,
        f"{INTERNAL}    status: active\n",
        (),
    ),
    Case(
        "deprecated without a sunset",
        ORDERS_FILE,
        INTERNAL,
        DEPRECATED,
        (
            "domains/orders.yaml:14:13: products.sales.status: a deprecated product needs a sunset, the last day on which consumers can count on it. Add `sunset: <date>`, or remove the status.",
        ),
    ),
    Case(
        "sunset of an active product",
        ORDERS_FILE,
        INTERNAL,
        f"{INTERNAL}    sunset: 2027-01-31\n",
        (
            "domains/orders.yaml:14:13: products.sales.sunset: only a deprecated product has a sunset. Add `status: deprecated`, or remove it.",
        ),
    ),
    Case(
        "no such status",
        ORDERS_FILE,
        INTERNAL,
        f"{INTERNAL}    status: depracated\n",
        (
            "domains/orders.yaml:14:13: products.sales.status: `depracated` is not one of `active`, `deprecated`. Did you mean `deprecated`?",
        ),
    ),
    Case(
        "no date",
        ORDERS_FILE,
        INTERNAL,
        f"{DEPRECATED}    sunset: soon\n",
        (
            "domains/orders.yaml:15:13: products.sales.sunset: `soon` is not a date (not YYYY-MM-DD). Write year-month-day: 2027-12-31",
        ),
    ),
    Case(
        "deprecated",
        ORDERS_FILE,
        INTERNAL,
        f"{DEPRECATED}    sunset: 2027-01-31\n",
        (
            "domains/analytics.yaml:8:14: notice: consumes[0].product: orders.sales is deprecated and may be removed after 2027-01-31. Move to another product, or remove the request.",
        ),
    ),
    Case(
        "the last day",
        ORDERS_FILE,
        INTERNAL,
        f"{DEPRECATED}    sunset: 2027-01-01\n",
        (
            "domains/analytics.yaml:8:14: notice: consumes[0].product: orders.sales is deprecated and may be removed after 2027-01-01. Move to another product, or remove the request.",
        ),
    ),
    Case(
        "the sunset has passed",
        ORDERS_FILE,
        INTERNAL,
        f"{DEPRECATED}    sunset: 2026-12-31\n",
        (
            "domains/analytics.yaml:8:14: notice: consumes[0].product: orders.sales is deprecated and may be removed after 2026-12-31. Move to another product, or remove the request.",
            "domains/orders.yaml:15:13: notice: products.sales.sunset: the sunset has passed, and analytics still reads orders.sales. Remove the product, or give them more time with a later sunset.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_edit_gives_exactly_these_lines(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines


def test_a_request_that_has_ended_is_not_told_of_the_sunset(tmp_path: Path) -> None:
    texts = {
        **TEXTS,
        ORDERS_FILE: ORDERS.replace(INTERNAL, f"{DEPRECATED}    sunset: 2026-12-31\n"),
        ANALYTICS_FILE: ANALYTICS.replace("2027-06-30", "2026-06-30"),
    }
    assert said_about(write_mesh(tmp_path, texts)) == (
        "domains/analytics.yaml:12:12: notice: consumes[0].until: expired: the request ended on 2026-06-30. Renew it, or remove the request.",
    )


def test_the_catalog_shows_a_deprecation(tmp_path: Path) -> None:
    parameters = []
    for name, text in (("active", INTERNAL), ("deprecated", f"{DEPRECATED}    sunset: 2027-01-31\n")):
        root = write_mesh(tmp_path / name, edited(ORDERS_FILE, INTERNAL, text))
        product = load_mesh(root, environment=None, today=TODAY).domains["orders"].file.products["sales"]
        parameters.append(
            product_parameters(domain="orders", name="sales", product=product, team="a", email="a@b.example")
        )
    active, deprecated = parameters
    assert deprecated == {**active, "meshwright.status": "deprecated", "meshwright.sunset": "2027-01-31"}
    assert not {"meshwright.status", "meshwright.sunset"} & active.keys()
