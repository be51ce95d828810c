# ruff: noqa: E501 (whole lines of output)
"""What one edit of the small mesh can't show: names that collide or grow too long, and missing environments."""

from pathlib import Path

from tests.config.small_mesh import (
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS,
    ORDERS_FILE,
    TEXTS,
    said_about,
    write_mesh,
)


def named(domain: str, product: str, account: str) -> str:
    """A domain with one product and one account."""
    accounts = '{dev: "222222222221", prod: "222222222222"}'
    text = ORDERS.replace("domain: orders\n", f"domain: {domain}\n").replace("  sales:\n", f"  {product}:\n")
    return text.replace(accounts, f'{{dev: "{account}"}}').partition("    shared_with:")[0]


def test_two_products_of_one_database_name(tmp_path: Path) -> None:
    root = write_mesh(
        tmp_path,
        {
            MESH_FILE: TEXTS[MESH_FILE],
            "domains/web.yaml": named("web", "shop_orders", "222222222221"),
            "domains/web-shop.yaml": named("web-shop", "orders", "333333333331"),
        },
    )
    assert said_about(root) == (
        "domains/web-shop.yaml:11:3: products.orders: its Glue database `acme_web_shop_orders` is also that of web.shop_orders (`-` becomes `_`). Rename one of the two products.",
    )


def test_a_bucket_name_that_grows_too_long(tmp_path: Path) -> None:
    name = "international-order-processing"
    texts = {
        MESH_FILE: TEXTS[MESH_FILE].replace("mesh: acme", "mesh: acme-outdoor-gear"),
        f"domains/{name}.yaml": named(name, "sales", "222222222221"),
    }
    assert said_about(write_mesh(tmp_path, texts)) == (
        "domains/international-order-processing.yaml:1:9: domain: its bucket `acme-outdoor-gear-international-order-processing-products-<account>` would have 70 characters. S3 allows 63: shorten the domain's or the mesh's name by 7.",
    )


def test_a_product_that_is_missing_in_an_environment(tmp_path: Path) -> None:
    texts = {**TEXTS, ORDERS_FILE: ORDERS.replace(', prod: "222222222222"', "")}
    assert said_about(write_mesh(tmp_path, texts)) == (
        "domains/analytics.yaml:8:14: notice: consumes[0].product: orders.sales does not exist in prod, where this domain has an account. Not wired there until its domain has an account there too.",
    )


def test_a_request_of_a_broken_domain_is_not_judged(tmp_path: Path) -> None:
    texts = {**TEXTS, ORDERS_FILE: ORDERS.replace("owner:", "ownr:")}
    lines = said_about(write_mesh(tmp_path, texts))
    assert [line.partition(":")[0] for line in lines] == [ORDERS_FILE, ORDERS_FILE]


EMAIL = (
    TEXTS[ANALYTICS_FILE]
    .replace("country = 'DE'", "email = 'a@x.example'")
    .replace("    until:", "    pii: true\n    until:")
)
HIDDEN = "domains/analytics.yaml:10:12: consumes[0].where: the condition uses `email` of orders, which stays hidden from this domain. `email` is PII and the producer does not show it: leave it out of the condition."


def test_a_condition_on_pii_that_both_sides_show_is_fine(tmp_path: Path) -> None:
    orders = ORDERS.replace("until: 2027-12-31", "until: 2027-12-31, pii: true")
    assert said_about(write_mesh(tmp_path, {**TEXTS, ANALYTICS_FILE: EMAIL, ORDERS_FILE: orders})) == ()


def test_a_condition_on_pii_that_only_the_consumer_asks_for(tmp_path: Path) -> None:
    assert said_about(write_mesh(tmp_path, {**TEXTS, ANALYTICS_FILE: EMAIL})) == (HIDDEN,)


def test_a_condition_that_would_show_pii_once_only_the_open_classification_holds(tmp_path: Path) -> None:
    """When the approval ends, the product stays open without PII; a filter on it would then leak it."""
    orders = ORDERS.replace("until: 2027-12-31", "until: 2027-12-31, pii: true").replace(
        "classification: internal", "classification: public"
    )
    assert said_about(write_mesh(tmp_path, {**TEXTS, ANALYTICS_FILE: EMAIL, ORDERS_FILE: orders})) == (
        HIDDEN,
    )
