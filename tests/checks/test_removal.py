# ruff: noqa: E501 (whole lines of output)
"""What would take something from a live consumer is refused, with its name and the way out."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from meshwright.checks.breaks import problems
from meshwright.checks.removal import breaking_changes
from meshwright.config.loading import Files, load
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.published import Published, published
from tests.config.small_mesh import (
    ANALYTICS,
    ANALYTICS_FILE,
    MESH_FILE,
    ORDERS,
    ORDERS_FILE,
    TEXTS,
    TODAY,
    write_mesh,
)

ANNOUNCE = "Announce it first: `status: deprecated` and `sunset: <date>` on products.sales; remove it after that date, or once analytics no longer asks for it."
CHANGE = "announce it first: `status: deprecated` and `sunset: <date>` on products.sales; change it after that date, or once analytics no longer asks for it."
NARROW = "Narrow it once analytics asks for no more than that. Or end it first, with an `until` that leaves analytics time, and approve less after that day."
PAYMENTS_FILE = "domains/payments.yaml"
PAYMENTS = """\
domain: payments
description: Charges.
owner: {team: payments, email: payments@acme.example}
accounts: {dev: "444444444441"}
roles:
  engineers: {create: true}
  fraud: {create: true}
consumes:
  - product: orders.sales
    purpose: Match charges to orders.
    roles: [engineers, fraud]
"""


class Edit(NamedTuple):
    """Of a file: `old`, which stands in it once, becomes `new`. What is empty then, is gone."""

    file: str
    old: str
    new: str


def orders(old: str, new: str) -> Edit:
    return Edit(ORDERS_FILE, old, new)


def analytics(old: str, new: str) -> Edit:
    return Edit(ANALYTICS_FILE, old, new)


PRODUCTS = ORDERS[ORDERS.index("products:") :]
TABLE = ORDERS[ORDERS.index("      orders:\n") : ORDERS.index("      lines:\n")]
EVENTS = "  order-events: {description: One record per change.}\n"
SHARED = ORDERS[ORDERS.index("    shared_with:") :]
CONSUMES = ANALYTICS[ANALYTICS.index("consumes:") :]
APPROVAL = "{domain: analytics, until: 2027-12-31}"
TOTAL = "          total: decimal(12,2)\n"
EVERYTHING = (analytics("    tables: [orders]\n    where: country = 'DE'\n", ""),)
"""Analytics asks for all of orders.sales."""
OPENLY = (orders("classification: internal", "classification: public"), orders(SHARED, ""))
"""orders.sales is open, and analytics not approved by name."""
SHOWN = (
    orders(APPROVAL, "{domain: analytics, until: 2027-12-31, pii: true}"),
    analytics("    roles: [analysts]\n", "    roles: [analysts]\n    pii: true\n"),
)
"""Both sides say that analytics sees PII."""
TWO = (Edit(PAYMENTS_FILE, "", PAYMENTS), orders(SHARED, f"{SHARED}      - {{domain: payments}}\n"))


def deprecated(sunset: str) -> tuple[Edit, ...]:
    text = f"internal\n    status: deprecated\n    sunset: {sunset}\n"
    return (orders("internal\n", text),)


class Change(NamedTuple):
    """Edits of the small mesh, and every line that is said about them."""

    name: str
    edits: tuple[Edit, ...]
    lines: tuple[str, ...] = ()
    before: tuple[Edit, ...] = ()
    """Edits that were made and published earlier."""
    accepted: frozenset[str] = frozenset()


CHANGES = (
    Change("nothing", ()),
    Change(
        "product removed",
        (orders(PRODUCTS, ""),),
        (
            f"domains/orders.yaml:1:1: product `sales` is removed, but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
    ),
    Change(
        "product renamed",
        (orders("  sales:\n", "  turnover:\n"),),
        (
            f"domains/orders.yaml:10:1: products: product `sales` is removed (renamed to `turnover`?), but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
    ),
    Change(
        "product of two consumers removed",
        (orders(ORDERS[ORDERS.index("products:") :] + "      - {domain: payments}\n", ""),),
        (
            "domains/orders.yaml:1:1: product `sales` is removed, but analytics (role analysts) reads `orders` and payments (roles engineers, fraud) reads `orders` and `lines`. Announce it first: `status: deprecated` and `sunset: <date>` on products.sales; remove it after that date, or once analytics and payments no longer ask for it.",
        ),
        before=TWO,
    ),
    Change(
        "table removed",
        (orders(TABLE, ""),),
        (
            f"domains/orders.yaml:14:5: products.sales.tables: table `orders` is removed, but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change(
        "table removed, and from the approval",
        (orders(TABLE, ""), orders("2027-12-31}", "2027-12-31, tables: [lines]}")),
        (
            f"domains/orders.yaml:14:5: products.sales.tables: table `orders` is removed, but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change(
        "table of two consumers removed",
        (orders(TABLE, ""),),
        (
            "domains/orders.yaml:14:5: products.sales.tables: table `orders` is removed, but analytics (role analysts) and payments (roles engineers, fraud) read it. Announce it first: `status: deprecated` and `sunset: <date>` on products.sales; remove it after that date, or once analytics and payments no longer ask for it.",
        ),
        before=TWO,
    ),
    Change(
        "table renamed",
        (orders("      orders:\n", "      purchases:\n"),),
        (
            f"domains/orders.yaml:14:5: products.sales.tables: table `orders` is removed (renamed to `purchases`?), but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change("table that nobody asks for renamed", (orders("      lines:\n", "      articles:\n"),)),
    Change("table renamed with its request", (orders("      orders:\n", "      purchases:\n"), analytics("[orders]", "[purchases]"))),
    Change(
        "column removed",
        (orders(TOTAL, ""),),
        (
            f"domains/orders.yaml:19:9: products.sales.tables.orders.columns: column `total` of table `orders` is removed, but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change(
        "column renamed",
        (orders("total: decimal", "sum: decimal"),),
        (
            f"domains/orders.yaml:19:9: products.sales.tables.orders.columns: column `total` of table `orders` is removed (renamed to `sum`?), but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change(
        "column gone and two like it new: no guess",
        (orders(TOTAL, "          net: decimal(12,2)\n          gross: decimal(12,2)\n"),),
        (
            f"domains/orders.yaml:19:9: products.sales.tables.orders.columns: column `total` of table `orders` is removed, but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change("hidden column removed", (orders("          email: {type: string, pii: true}\n", ""),)),
    Change("column that the consumer excludes removed", (orders(TOTAL, ""), analytics("    where:", "    exclude: [total]\n    where:"))),
    Change("column added", (orders(TOTAL, f"{TOTAL}          net: decimal(12,2)\n"),)),
    Change("table added", (orders("      orders:\n", f"{TABLE.replace('orders:', 'returns:')}      orders:\n"),)),
    Change("decimal with more digits", (orders("decimal(12,2)", "decimal(14,2)"),)),
    Change(
        "decimal with more digits behind the point",
        (orders("decimal(12,2)", "decimal(12,3)"),),
        (
            f"domains/orders.yaml:23:18: products.sales.tables.orders.columns.total: the type of column `total` changes from decimal(12,2) to decimal(12,3), but analytics (role analysts) reads it. Add a column of the new type beside it, or {CHANGE}",
        ),
    ),
    Change("int to bigint", (orders("total: int\n", "total: bigint\n"),), before=(orders("total: decimal(12,2)", "total: int"),)),
    Change(
        "bigint to int",
        (orders("total: bigint\n", "total: int\n"),),
        (
            f"domains/orders.yaml:23:18: products.sales.tables.orders.columns.total: the type of column `total` changes from bigint to int, but analytics (role analysts) reads it. Add a column of the new type beside it, or {CHANGE}",
        ),
        before=(orders("total: decimal(12,2)", "total: bigint"),),
    ),
    Change(
        "int to bigint in Parquet without partitions",
        (orders("quantity: int", "quantity: bigint"),),
        (
            f"domains/orders.yaml:31:21: products.sales.tables.lines.columns.quantity: the type of column `quantity` changes from int to bigint, which the Parquet files of a table without partitions can't be read as, but analytics (role analysts) reads it. Add a column of the new type beside it, or {CHANGE}",
        ),
        before=EVERYTHING,
    ),
    Change("int to bigint in json", (orders("quantity: int", "quantity: bigint"),), before=(*EVERYTHING, orders("format: parquet", "format: json"))),
    Change("struct gains a field", (orders("sku:string,", "sku:string,name:string,"),), before=EVERYTHING),
    Change(
        "struct loses a field",
        (orders("sku:string,", ""),),
        (
            f"domains/orders.yaml:30:20: products.sales.tables.lines.columns.article: the type of column `article` changes from struct<sku:string,tags:array<string>> to struct<tags:array<string>>, but analytics (role analysts) reads it. Add a column of the new type beside it, or {CHANGE}",
        ),
        before=EVERYTHING,
    ),
    Change(
        "format changed",
        (orders("format: iceberg", "format: parquet"),),
        (
            f"domains/orders.yaml:17:17: products.sales.tables.orders.format: the format of table `orders` changes from iceberg to parquet, but analytics (role analysts) reads it. Publish it as a table of another name beside it, or {CHANGE}",
        ),
    ),
    Change(
        "partitions changed",
        (orders("partition_by: [order_date]", "partition_by: [country]"),),
        (
            f"domains/orders.yaml:18:23: products.sales.tables.orders.partition_by: the partitions of table `orders` change from `order_date` to `country`, but analytics (role analysts) reads it. Publish it as a table of another name beside it, or {CHANGE}",
        ),
    ),
    Change(
        "partitions removed",
        (orders("        partition_by: [order_date]\n", ""),),
        (
            f"domains/orders.yaml:15:7: products.sales.tables.orders: the partitions of table `orders` change from `order_date` to nothing, but analytics (role analysts) reads it. Publish it as a table of another name beside it, or {CHANGE}",
        ),
    ),
    Change(
        "domain removed",
        (orders(ORDERS, ""),),
        (
            f"domains/orders.yaml:1:1: domain orders is removed from dev, and with it product `sales`, but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
    ),
    Change(
        "domain renamed",
        (orders(ORDERS, ""), Edit("domains/shop.yaml", "", ORDERS.replace("domain: orders\n", "domain: shop\n"))),
        (
            f"domains/orders.yaml:1:1: domain orders is removed from dev (renamed to `shop`?), and with it product `sales`, but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
    ),
    Change(
        "domain without an account in this environment",
        (orders('dev: "222222222221", ', ""),),
        (
            f"domains/orders.yaml:4:1: accounts: domain orders is removed from dev, and with it product `sales`, but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
    ),
    Change(
        "producer's account changed",
        (orders("222222222221", "222222222229"),),
        (
            "domains/orders.yaml:4:17: accounts.dev: the account of orders in dev changes from 222222222221 to 222222222229, where none of its data is, but analytics (role analysts) reads `sales.orders`. Publish the products from a new domain in the new account, announce the end of these by `status: deprecated` and `sunset: <date>`, and change nothing here until analytics moved over.",
        ),
    ),
    Change("producer's account in another environment changed", (orders("222222222222", "222222222229"),)),
    Change("consumer's account changed", (analytics("333333333331", "333333333339"),)),
    Change(
        "approval dropped, the only one",
        (orders(SHARED, ""),),
        (
            "domains/orders.yaml:11:3: products.sales: the approval of analytics is removed, but analytics (role analysts) reads `orders`. Put the approval back with an `until` that leaves analytics time; remove it after that day, or once analytics no longer asks for orders.sales.",
        ),
    ),
    Change(
        "approval dropped, one of two",
        (orders(f"      - {APPROVAL}\n", ""),),
        (
            "domains/orders.yaml:32:5: products.sales.shared_with: the approval of analytics is removed, but analytics (role analysts) reads `orders`. Put the approval back with an `until` that leaves analytics time; remove it after that day, or once analytics no longer asks for orders.sales.",
        ),
        before=TWO,
    ),
    Change(
        "approval ended by the change",
        (orders("2027-12-31", "2026-12-31"),),
        (
            "domains/orders.yaml:33:36: products.sales.shared_with[0].until: the approval of analytics ended on 2026-12-31, but analytics (role analysts) reads `orders`. Choose a day ahead, which leaves analytics time.",
        ),
    ),
    Change("approval shortened, with time left", (orders("2027-12-31", "2027-01-01"),)),
    Change("approval that had run out removed", (orders(SHARED.replace("2027-12-31", "2026-12-31"), ""),), before=(orders("2027-12-31", "2026-12-31"),)),
    Change(
        "approval without a column",
        (orders("2027-12-31}", "2027-12-31, exclude: [total]}"),),
        (
            f"domains/orders.yaml:33:57: products.sales.shared_with[0].exclude: the approval of analytics excludes `orders.total`, but analytics (role analysts) reads it. {NARROW}",
        ),
    ),
    Change(
        "approval without a table",
        (orders("2027-12-31}", "2027-12-31, tables: [lines]}"),),
        (
            f"domains/orders.yaml:33:56: products.sales.shared_with[0].tables: the approval of analytics no longer names `orders`, but analytics (role analysts) reads it. {NARROW}",
        ),
    ),
    Change("approval without a table that is not asked for", (orders("2027-12-31}", "2027-12-31, tables: [orders]}"),)),
    Change(
        "approval of fewer rows",
        (orders("2027-12-31}", "2027-12-31, where: total > 10}"),),
        (
            f"domains/orders.yaml:33:55: products.sales.shared_with[0].where: the approval of analytics limits the rows of `orders` to total > 10, but analytics (role analysts) reads those with (country = 'DE'). {NARROW}",
        ),
    ),
    Change(
        "approval of fewer rows, where all were read",
        (orders("2027-12-31}", "2027-12-31, tables: [orders], where: country = 'DE'}"),),
        (
            f"domains/orders.yaml:33:56: products.sales.shared_with[0].tables: the approval of analytics no longer names `lines`, but analytics (role analysts) reads it. {NARROW}",
            f"domains/orders.yaml:33:73: products.sales.shared_with[0].where: the approval of analytics limits the rows of `orders` to country = 'DE', but analytics (role analysts) reads all. {NARROW}",
        ),
        before=EVERYTHING,
    ),
    Change("approval of fewer rows, but of all that were asked for", (orders("2027-12-31}", "2027-12-31, where: \"country IN ('DE', 'FR')\"}"),)),
    Change("approval of more rows", (orders("country = 'FR'", "country IN ('FR', 'DE')"),), before=(orders("2027-12-31}", "2027-12-31, where: \"country = 'FR'\"}"), analytics("country = 'DE'", "total > 10"))),
    Change("fewer rows asked for", (analytics("country = 'DE'", "country = 'DE' AND total > 10"),)),
    Change(
        "PII withdrawn",
        (orders("2027-12-31, pii: true}", "2027-12-31}"),),
        (
            f"domains/orders.yaml:33:9: products.sales.shared_with[0]: the approval of analytics no longer shows the PII of `orders.email`, but analytics (role analysts) reads it. {NARROW}",
        ),
        before=SHOWN,
    ),
    Change("PII no longer asked for", (analytics("    pii: true\n", ""), orders("2027-12-31, pii: true}", "2027-12-31}")), before=SHOWN),
    Change(
        "column becomes PII",
        (orders("total: decimal(12,2)", 'total: {type: "decimal(12,2)", pii: true}'),),
        (
            "domains/orders.yaml:23:18: products.sales.tables.orders.columns.total: column `total` becomes PII, which hides it, but analytics (role analysts) reads it. Keep it visible by `pii: true` in both the approval and the request, or announce it first: `status: deprecated` and `sunset: <date>` on products.sales; mark it after that date, or once analytics no longer asks for it.",
        ),
    ),
    Change("column becomes PII that both sides show", (orders("total: decimal(12,2)", 'total: {type: "decimal(12,2)", pii: true}'),), before=SHOWN),
    Change(
        "classification no longer open",
        (orders("classification: public", "classification: internal"),),
        (
            "domains/orders.yaml:13:21: products.sales.classification: classification internal is not open, but analytics (role analysts) reads `orders`. Approve analytics under products.sales.shared_with, with an `until` if it is to end.",
        ),
        before=OPENLY,
    ),
    Change(
        "the mesh no longer opens the classification",
        (Edit(MESH_FILE, "open_classifications: [public]\n", ""),),
        (
            "domains/orders.yaml:13:21: products.sales.classification: classification public is not open, but analytics (role analysts) reads `orders`. Approve analytics under products.sales.shared_with, with an `until` if it is to end.",
        ),
        before=OPENLY,
    ),
    Change("classification no longer open, but approved", (orders("classification: public\n", "classification: internal\n"), Edit(ORDERS_FILE, "quantity: int\n", f"quantity: int\n{SHARED}")), before=OPENLY),
    Change("approval dropped of an open product", (orders(SHARED, ""),), before=OPENLY[:1]),
    Change("product removed, nobody asks for it now", (orders(PRODUCTS, ""), analytics(CONSUMES, ""))),
    Change("product removed, the request has ended", (orders(PRODUCTS, ""), analytics("2027-06-30", "2026-12-31"))),
    Change("product removed with its consumer", (orders(PRODUCTS, ""), analytics(ANALYTICS, ""))),
    Change("product removed after its sunset", (orders(PRODUCTS.replace("internal\n", "internal\n    status: deprecated\n    sunset: 2026-12-31\n"), ""),), before=deprecated("2026-12-31")),
    Change(
        "column removed on the day of the sunset",
        (orders(TOTAL, ""),),
        (
            "domains/orders.yaml:21:9: products.sales.tables.orders.columns: column `total` of table `orders` is removed, but analytics (role analysts) reads it. Wait for its sunset: remove it after 2027-01-01, or once analytics no longer asks for it.",
        ),
        before=deprecated("2027-01-01"),
    ),
    Change("approval dropped after the sunset", (orders(SHARED, ""),), before=deprecated("2026-12-31")),
    Change(
        "deprecated only now",
        (orders(TOTAL, ""), *deprecated("2026-12-31")),
        (
            f"domains/orders.yaml:21:9: products.sales.tables.orders.columns: column `total` of table `orders` is removed, but analytics (role analysts) reads it. {ANNOUNCE}",
        ),
    ),
    Change("accepted", (orders(PRODUCTS, ""),), accepted=frozenset({"orders.sales"})),
    Change(
        "another one accepted",
        (orders(PRODUCTS, ""),),
        (
            f"domains/orders.yaml:1:1: product `sales` is removed, but analytics (role analysts) reads `orders`. {ANNOUNCE}",
        ),
        accepted=frozenset({"orders.delivery_times"}),
    ),
    Change("stream that nobody is known to read removed", (orders(f"streams:\n{EVENTS}", ""),)),
)  # fmt: skip


def edited(texts: dict[str, str], edits: tuple[Edit, ...]) -> dict[str, str]:
    for file, old, new in edits:
        text = texts.get(file, "")
        assert (text.count(old) == 1) if old else not text, f"{old!r} is {text.count(old)} times in {file}"
        texts = {**texts, file: text.replace(old, new) if old else new}
    return {file: text for file, text in texts.items() if text}


def resolved(root: Path, texts: dict[str, str]) -> tuple[Files, Mesh]:
    """Without the checks across files: a request for what is gone would be an error of theirs."""
    files = load(write_mesh(root, texts))
    assert files.problems == ()
    assert files.mesh is not None
    return files, resolve(files.mesh, files.domains, environment="dev", today=TODAY)


def said(files: Files, before: Published, after: Mesh, accepted: frozenset[str] = frozenset()) -> tuple[str, ...]:  # fmt: skip
    breaks = breaking_changes(before, after, today=TODAY, accepted=accepted)
    return tuple(str(problem) for problem in problems(files, breaks))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_one_change_gives_exactly_these_lines(change: Change, tmp_path: Path) -> None:
    earlier = edited(TEXTS, change.before)
    _, before = resolved(tmp_path / "before", earlier)
    files, after = resolved(tmp_path / "after", edited(earlier, change.edits))
    assert said(files, published(before), after, change.accepted) == change.lines


WITH_CONSUMERS = [
    (
        (orders(f"streams:\n{EVENTS}", ""),),
        "domains/orders.yaml:1:1: stream `order-events` is removed, but its registered consumers `etl` and `audit` read it. Remove it once `etl` and `audit` are deregistered from the stream.",
    ),
    (
        (orders("per change.}", "per change., retention_hours: 48}"),),
        "domains/orders.yaml:9:72: streams.order-events.retention_hours: stream `order-events` keeps records for 48 hours instead of 168, but its registered consumers `etl` and `audit` may be further behind. Shorten it once `etl` and `audit` are deregistered from the stream.",
    ),
]


@pytest.mark.parametrize(("edits", "line"), WITH_CONSUMERS, ids=["removed", "shortened"])
def test_a_stream_with_registered_consumers(edits: tuple[Edit, ...], line: str, tmp_path: Path) -> None:
    _, mesh = resolved(tmp_path / "before", TEXTS)
    before = published(mesh)
    domain = before.domains["orders"]
    stream = replace(domain.streams["order-events"], retention_hours=168, consumers=("etl", "audit"))
    live = replace(
        before, domains={**before.domains, "orders": replace(domain, streams={"order-events": stream})}
    )
    files, after = resolved(tmp_path / "after", edited(TEXTS, edits))
    assert said(files, live, after) == (line,)
    assert said(files, live, after, frozenset({"orders.order-events"})) == ()


def test_an_end_that_live_accounts_do_not_tell_is_taken_as_run_out(tmp_path: Path) -> None:
    """The grants of an approval that ran out yesterday are in the accounts until the next deploy."""
    _, mesh = resolved(tmp_path / "before", TEXTS)
    live = replace(published(mesh), ends_known=False)
    files, after = resolved(tmp_path / "after", edited(TEXTS, (orders("2027-12-31", "2026-12-31"),)))
    assert said(files, live, after) == ()


def test_a_reader_whose_agreement_has_run_out_is_not_live(tmp_path: Path) -> None:
    _, mesh = resolved(tmp_path / "before", edited(TEXTS, (orders("2027-12-31", "2027-01-31"),)))
    before = published(mesh)
    _, after = resolved(tmp_path / "after", edited(TEXTS, (orders(PRODUCTS, ""),)))
    day_after = date(2027, 2, 1)
    assert breaking_changes(before, after, today=day_after) == ()
    assert len(breaking_changes(before, after, today=date(2027, 1, 31))) == 1


def test_nothing_is_said_about_a_domain_whose_file_has_problems(tmp_path: Path) -> None:
    _, mesh = resolved(tmp_path / "before", TEXTS)
    files = load(write_mesh(tmp_path / "after", edited(TEXTS, (orders("owner:", "ownr:"),))))
    assert files.mesh is not None
    after = resolve(files.mesh, files.domains, environment="dev", today=TODAY)
    assert said(files, published(mesh), after) == ()
