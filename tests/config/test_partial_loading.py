"""Reading some of the files: the rest is known by name, and nothing is said or decided about it."""

from datetime import date
from pathlib import Path

import pytest

from meshwright.config.finding import domains_with, related
from meshwright.config.loading import load
from meshwright.config.problems import Problem
from meshwright.config.trees import WorkingTree, all_domains
from meshwright.mesh.subscriptions import Status, Subscription, TableAccess
from meshwright.project import examine, load_mesh
from tests.config.small_mesh import ANALYTICS, ANALYTICS_FILE, ORDERS_FILE, TEXTS, TODAY, edited, write_mesh

FINANCE_FILE = "domains/finance.yaml"
FINANCE = """\
domain: finance
description: Money.
owner: {team: books, email: books@acme.example}
accounts: {dev: "444444444441", prod: "444444444442"}
roles: {auditors: {create: true}}
consumes:
  - product: orders.sales
    purpose: Audit.
    roles: [auditors]
"""


def three(root: Path, texts: dict[str, str] = TEXTS) -> Path:
    return write_mesh(root, {**texts, FINANCE_FILE: FINANCE})


def decided(root: Path, *only: str) -> list[tuple[str, str, Status]]:
    found = examine(root, environment=None, today=TODAY, only=only)
    assert found.errors == ()
    return [(each.consumer, each.reference, each.status) for each in found.subscriptions]


def test_both_sides_are_read(tmp_path: Path) -> None:
    found = examine(three(tmp_path), environment=None, today=TODAY, only=["orders", "analytics"])
    assert (sorted(found.files.domains), found.files.unread) == (["analytics", "orders"], {"finance"})
    assert (found.errors, found.notices) == ((), ())
    assert found.subscriptions == (
        Subscription(
            consumer="analytics",
            producer="orders",
            product="sales",
            status=Status.AGREED,
            reason="approved by orders",
            purpose="Revenue by country.",
            roles=("analysts",),
            tables=(
                TableAccess("orders", ("order_id", "order_date", "country", "total"), "(country = 'DE')"),
            ),
            until=date(2027, 6, 30),
        ),
    )


def test_what_involves_an_unread_domain_is_not_decided(tmp_path: Path) -> None:
    root = three(tmp_path)
    assert decided(root, "analytics") == []
    assert decided(root, "orders") == []
    assert decided(root, "orders", "finance") == [("finance", "orders.sales", Status.PENDING)]


def test_an_approval_is_offered_only_to_who_is_known_not_to_ask(tmp_path: Path) -> None:
    text = "      - {domain: analytics, until: 2027-12-31}\n"
    root = three(tmp_path, edited(ORDERS_FILE, text, text + "      - {domain: shop}\n"))
    (root / "domains/shop.yaml").write_text(FINANCE.partition("consumes")[0].replace("finance", "shop"))
    assert decided(root, "orders") == []
    (root / "domains/shop.yaml").write_text(
        FINANCE.partition("consumes")[0].replace("finance", "shop").replace("4444444444", "5555555555")
    )
    assert decided(root, "orders", "shop") == [("shop", "orders.sales", Status.OFFERED)]


def test_load_mesh_of_some_domains(tmp_path: Path) -> None:
    mesh = load_mesh(three(tmp_path), environment="dev", today=TODAY, only={"orders", "analytics"})
    assert list(mesh.domains) == ["analytics", "orders"]
    assert [each.consumer for each in mesh.subscriptions] == ["analytics"]


def test_problems_of_files_that_are_not_read_are_not_said(tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(ANALYTICS_FILE, "domain: analytics", "domain: [analytics"))
    assert examine(root, environment=None, today=TODAY, only=["orders"]).errors == ()
    assert len(examine(root, environment=None, today=TODAY, only=["analytics"]).errors) == 1


def test_references_are_checked_by_name(tmp_path: Path) -> None:
    """A domain without a file is as unknown as ever."""
    root = write_mesh(tmp_path, edited(ORDERS_FILE, "domain: analytics,", "domain: analytic,"))
    lines = tuple(map(str, examine(root, environment=None, today=TODAY, only=["orders"]).errors))
    assert lines == (
        "domains/orders.yaml:33:18: products.sales.shared_with[0].domain: there is no domain `analytic`. "
        "Did you mean `analytics`?",
    )


def test_reuse_takes_what_has_the_same_text(tmp_path: Path) -> None:
    before = load(write_mesh(tmp_path))
    (tmp_path / ANALYTICS_FILE).write_text(ANALYTICS.replace("Reports.", "Models."))
    after = load(tmp_path, reuse=before)
    assert after.mesh is before.mesh
    assert after.domains["orders"] is before.domains["orders"]
    assert after.sources[ORDERS_FILE] is before.sources[ORDERS_FILE]
    assert after.domains["analytics"].description == "Models."
    assert after.sources[ANALYTICS_FILE].text.splitlines()[1] == "description: Models."


def test_reuse_says_again_what_is_wrong(tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(ORDERS_FILE, "format: iceberg", "format: xml"))
    before = load(root)
    assert len(before.problems) == 1
    assert load(root, reuse=before) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["333333333331"], {"analytics"}),
        (["OrdersAnalyst"], {"orders"}),
        (["OrdersAnalys"], set()),
        (["orders.sales"], {"analytics", "finance"}),
        (["analytics"], {"analytics", "orders"}),
        (["sales"], {"analytics", "finance", "orders"}),
        (["platform"], set()),  # order-platform is one word
        (["444444444441", "222222222222"], {"finance", "orders"}),
        ([], set()),
    ],
)
def test_domains_with_words(words: list[str], expected: set[str], tmp_path: Path) -> None:
    assert domains_with(WorkingTree(three(tmp_path)), words) == expected


def test_a_word_may_be_written_with_escapes(tmp_path: Path) -> None:
    root = three(tmp_path, edited(ANALYTICS_FILE, "product: orders.sales", 'product: "orders\\x2esales"'))
    assert domains_with(WorkingTree(root), ["orders.sales"]) == {"analytics", "finance"}


def test_related_domains(tmp_path: Path) -> None:
    root = three(tmp_path)
    (root / "domains/shop.yaml").write_text(FINANCE.partition("consumes")[0].replace("finance", "shop"))
    tree = WorkingTree(root)
    assert all_domains(tree) == {"analytics", "finance", "orders", "shop"}
    assert related(tree, ["orders"]) == {"orders", "analytics", "finance"}  # named, and naming
    assert related(tree, ["finance"]) == {"finance", "orders"}
    assert related(tree, ["shop"]) == {"shop"}
    assert related(tree, ["gone"]) == set()


def test_a_removed_domain_is_related_to_those_that_still_name_it(tmp_path: Path) -> None:
    root = three(tmp_path)
    (root / ORDERS_FILE).unlink()
    assert related(WorkingTree(root), ["orders"]) == {"analytics", "finance"}


def test_an_unreadable_file_holds_no_word(tmp_path: Path) -> None:
    root = three(tmp_path)
    (root / "domains/folder.yaml").mkdir()
    tree = WorkingTree(root)
    assert isinstance(dict(tree.read(["domains/folder.yaml"]))["domains/folder.yaml"], Problem)
    assert related(tree, ["finance"]) == {"finance", "orders"}
