# ruff: noqa: E501 (whole lines of output)
"""How long texts of the files may be: as AWS or a standard has it."""

from pathlib import Path

import pytest

from meshwright.config.base import Column
from meshwright.mesh.resources.hive import COMMENT_BYTES, comment_of
from tests.config.small_mesh import (
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS_FILE,
    Case,
    edited,
    said_about,
    write_mesh,
)


def cut(text: str) -> str:
    return f"{text[:150]}…{text[-149:]}"


LONG_ADDRESS = f"a@{'b' * 150_000}.example"
LOCAL_PART = f"{'a' * 65}@b.example"
ROLE = f"arn:aws:iam::222222222221:role/{'a' * 2100}"
CASES = (
    Case(
        "an address of 150 KB",
        ORDERS_FILE,
        "orders@acme.example",
        LONG_ADDRESS,
        (
            f"domains/orders.yaml:3:38: owner.email: `{cut(LONG_ADDRESS)}` has more than 254 characters. Shorten it.",
        ),
    ),
    Case(
        "a local part",
        ORDERS_FILE,
        "orders@acme.example",
        LOCAL_PART,
        (
            f"domains/orders.yaml:3:38: owner.email: `{LOCAL_PART}` has more than 64 characters before the @. Shorten it.",
        ),
    ),
    Case(
        "an address that is Markdown",
        ORDERS_FILE,
        "orders@acme.example",
        '"[a](b)@acme.example"',
        (
            "domains/orders.yaml:3:38: owner.email: `[a](b)@acme.example` is not an e-mail address. For example: order-platform@acme.example",
        ),
    ),
    Case(
        "a description in the catalog, in bytes",
        ORDERS_FILE,
        "description: Orders and their lines.",
        f"description: {'ü' * 1025}",
        (
            f"domains/orders.yaml:12:18: products.sales.description: `{cut('ü' * 1025)}` has 2,050 bytes in UTF-8, and Glue takes 2,048. Shorten it.",
        ),
    ),
    Case(
        "a description in characters",
        ORDERS_FILE,
        "description: One row per order.",
        f"description: {'x' * 2001}",
        (
            f"domains/orders.yaml:16:22: products.sales.tables.orders.description: `{cut('x' * 2001)}` has more than 2000 characters. Shorten it.",
        ),
    ),
    Case(
        "a role's ARN",
        ORDERS_FILE,
        "analysts: OrdersAnalyst",
        f"analysts: {ROLE}",
        (
            f"domains/orders.yaml:7:13: roles.analysts.name: `{cut(ROLE)}` has more than 2048 characters. Shorten it.",
        ),
    ),
    Case(
        "a role's name",
        ORDERS_FILE,
        "analysts: OrdersAnalyst",
        f"analysts: {'a' * 65}",
        (
            f"domains/orders.yaml:7:13: roles.analysts.name: the role's name `{'a' * 65}` has 65 characters; IAM allows 64. Give it a shorter `name`.",
        ),
    ),
    Case(
        "a purpose",
        ANALYTICS_FILE,
        "purpose: Revenue by country.",
        f"purpose: {'x' * 2001}",
        (
            f"domains/analytics.yaml:11:14: consumes[0].purpose: `{cut('x' * 2001)}` has more than 2000 characters. Shorten it.",
        ),
    ),
    Case(
        "a reference",
        ANALYTICS_FILE,
        "product: orders.sales",
        f"product: orders.{'s' * 153}",
        (
            f"domains/analytics.yaml:8:14: consumes[0].product: `orders.{'s' * 153}` has more than 159 characters. Shorten it.",
        ),
    ),
    Case(
        "a team",
        ORDERS_FILE,
        "team: order-platform",
        f"team: {'t' * 257}",
        (
            "domains/orders.yaml:3:15: owner.team: the team's name has 257 characters; as the tag `owner` it may have 256. Shorten it.",
        ),
    ),
    Case(
        "a Region",
        MESH_FILE,
        '"111111111111", region: eu-west-1',
        f'"111111111111", region: eu-{"west" * 10}-1',
        (
            f"mesh.yaml:3:53: environments.dev.region: `eu-{'west' * 10}-1` has more than 30 characters. Shorten it.",
        ),
    ),
    Case(
        "environments",
        MESH_FILE,
        "environments:",
        "environments:\n"
        + "".join(
            f'  e{each}: {{governance_account: "5{each:011d}", region: eu-west-1}}\n' for each in range(19)
        ),
        ("mesh.yaml:3:3: environments: `environments` has more than 20 items. Keep 20 of them at most.",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_too_long(case: Case, tmp_path: Path) -> None:
    assert said_about(write_mesh(tmp_path, edited(case.file, case.old, case.new))) == case.lines


def test_what_is_just_right(tmp_path: Path) -> None:
    texts = edited(ORDERS_FILE, "orders@acme.example", f"{'a' * 64}@{'b' * 181}.example")
    texts[ORDERS_FILE] = texts[ORDERS_FILE].replace("Orders and their lines.", "ü" * 1024)
    assert said_about(write_mesh(tmp_path, texts)) == ()


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a" * 254, "a" * 254),
        ("a" * 255, f"{'a' * 251}…"),
        ("ü" * 127, "ü" * 127),
        ("ü" * 128, f"{'ü' * 125}…"),
    ],
)
def test_comments_of_columns_are_cut_by_bytes(text: str, comment: str) -> None:
    assert comment_of(Column(type="string", description=text)) == comment
    assert len(comment.encode()) < COMMENT_BYTES


def test_the_mark_of_personal_data_has_room_in_a_comment() -> None:
    assert comment_of(Column(type="string", description="ü" * 200, pii=True)) == f"{'ü' * 123}… [PII]"
