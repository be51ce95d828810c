"""`meshwright explain`: yes and no, hop by hop, whole outputs; every reason the files can give; mistakes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meshwright.access.compiled import compile_state
from meshwright.access.state import AccountState, LakeState, ShareState, Unread
from meshwright.cli import main
from meshwright.commands.explain import Question, explain, explained, question
from meshwright.commands.explain_text import MORE, as_json, markdown, text
from meshwright.commands.explanation import broken
from meshwright.errors import UserError
from meshwright.project import load_mesh
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS_FILE, TEXTS, TODAY, edited, write_mesh

HOPS = """\
 2 yes  the role exists: arn:aws:iam::333333333331:role/acme-analytics-analysts
 3 yes  IAM lets it ask Lake Formation for data and look the table up
 4 yes  a resource link in analytics's account 333333333331 leads to the table's database
        to 111111111111:database/acme_orders_sales
 5 yes  it may use the link acme_orders_sales (DESCRIBE)
        DESCRIBE on 333333333331:database/acme_orders_sales
 6 yes  the share from governance's account 111111111111 to it is active
 7 yes  governance grants SELECT to analytics's account 333333333331
        SELECT with grant option on 111111111111:filter/acme_orders_sales/orders/analytics
 8 yes  analytics grants SELECT to the role
        SELECT on 111111111111:filter/acme_orders_sales/orders/analytics
 9 yes  the files are at a location registered with Lake Formation:
        acme-orders-products-222222222221
10 yes  Lake Formation's role may read there: acme-lakeformation-registration
11 yes  the bucket acme-orders-products-222222222221 lets that role in
        Allow s3:GetObject, s3:PutObject, s3:DeleteObject
        Allow s3:ListBucket
12 yes  the key alias/acme-orders lets that role use it
        Allow kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*
"""
YES = (
    """\
Yes: analytics.analysts can read orders.sales.orders, only rows where country is DE, without email,
    until 2027-06-30.
    Because analytics asked for orders.sales; approved by orders.
    Columns: order_id, order_date, country, total.
    Without email: email is personal data, and orders does not say `pii: true`.

What it takes, one after the other:
 1 yes  analytics asked for orders.sales; approved by orders
        domains/orders.yaml:33:18, domains/analytics.yaml:8:14
"""
    + HOPS
)
NO = (
    """\
No: analytics.analysts cannot read orders.sales.orders.email.
    Because email is personal data, and orders does not say `pii: true`.
    Fix: domains/orders.yaml:33:9: Say `pii: true` there.
    Who mends it: order-platform (orders@acme.example).

What it takes, one after the other:
 1 NO   email is personal data, and orders does not say `pii: true`
        domains/orders.yaml:33:9
"""
    + HOPS
)


def run(root: Path, role: str, table: str, output: str = "text", *, hops: bool = False) -> int:
    return explain(
        root=root,
        environment=None,
        role=role,
        table=table,
        live=False,
        local=False,
        role_name=None,
        output=output,
        today=TODAY,
        hops=hops,
    )


def test_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write_mesh(tmp_path), "analytics.analysts", "orders.sales.orders", hops=True) == 0
    assert capsys.readouterr().out == YES
    assert run(tmp_path, "analytics.analysts", "orders.sales.orders") == 0
    assert capsys.readouterr().out == f"{YES.partition('What it takes')[0]}{MORE}\n"


def test_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "acme-analytics-analysts", "acme_orders_sales.orders.email"
    assert run(write_mesh(tmp_path), *asked, hops=True) == 1
    assert capsys.readouterr().out == NO
    assert run(tmp_path, *asked) == 1
    assert capsys.readouterr().out == f"{NO.partition('What it takes')[0]}{MORE}\n"


REQUEST = """\
consumes:
  - product: orders.sales
    tables: [orders]
    where: country = 'DE'
    purpose: Revenue by country.
    until: 2027-06-30
    roles: [analysts]
"""
APPROVED = "    shared_with:\n      - {domain: analytics, until: 2027-12-31}\n"
APPROVAL = "{domain: analytics, until: 2027-12-31}"
REASONS: dict[str, tuple[tuple[str, str, str], str, str]] = {
    "not asked for": (
        (ANALYTICS_FILE, REQUEST, ""),
        "analytics has not asked for orders.sales, which orders offers it",
        "domains/analytics.yaml:1:1: Ask under `consumes`: {product: orders.sales, purpose: …, "
        "roles: [analysts]}.",
    ),
    "not approved": (
        (ORDERS_FILE, APPROVED, ""),
        "orders has not approved it under products.sales.shared_with",
        "domains/orders.yaml:11:3: orders can approve it under `shared_with`: {domain: analytics}.",
    ),
    "request ended": (
        (ANALYTICS_FILE, "until: 2027-06-30", "until: 2026-12-31"),
        "the request ended on 2026-12-31",
        "domains/analytics.yaml:12:12: Move `until` if it is still needed.",
    ),
    "approval ended": (
        (ORDERS_FILE, "until: 2027-12-31", "until: 2026-12-31"),
        "the approval of orders ended on 2026-12-31",
        "domains/orders.yaml:33:36: orders can move `until`.",
    ),
    "for another role": (
        (ANALYTICS_FILE, "analysts: {create: true}\n", "analysts: {create: true}\n  others: OtherRole\n"),
        "",
        "",
    ),
    "table not asked for": (
        (ANALYTICS_FILE, "tables: [orders]\n    where: country = 'DE'", "tables: [lines]"),
        "analytics asked for lines alone, not orders",
        "domains/analytics.yaml:9:13: Add orders to `tables` there.",
    ),
    "table not approved": (
        (ORDERS_FILE, APPROVAL, "{domain: analytics, tables: [lines]}"),
        "no table and column is both asked for and approved",
        "domains/orders.yaml:33:18: Both must name a table and a column in common.",
    ),
}


@pytest.mark.parametrize("case", [name for name in REASONS if name != "for another role"])
def test_each_reason_of_the_files(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit, what, fix = REASONS[case]
    root = write_mesh(tmp_path, edited(*edit))
    assert run(root, "analytics.analysts", "orders.sales.orders", "json") == 1
    found = json.loads(capsys.readouterr().out)
    said = found["agreement"]
    assert (said["holds"], said["what"]) == (False, what)
    assert f"{said['places'][0]}: {said['fix']}" == fix
    assert (found["columns"], found["hidden"]) == ([], {})
    # What nobody agreed to is opened in the files, never by a call.
    assert {hop["repair"] for hop in found["hops"]} == {""}


def test_a_role_that_was_not_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path, edited(*REASONS["for another role"][0]))
    assert run(root, "analytics.others", "orders.sales.orders", hops=True) == 1
    assert capsys.readouterr().out == (
        "No: analytics.others cannot read orders.sales.orders.\n"
        "    Because analytics asked for orders.sales for analysts, not for others.\n"
        "    Fix: domains/analytics.yaml:14:12: Add others to `roles` there.\n"
        "    Who mends it: insights (insights@acme.example).\n"
        "\n"
        "What it takes, one after the other:\n"
        " 1 NO   analytics asked for orders.sales for analysts, not for others\n"
        "        domains/analytics.yaml:14:12\n"
        "        Nothing of what follows is deployed as long as this is so.\n"
    )


@pytest.mark.parametrize(
    ("edit", "column", "reason"),
    [
        (
            (ANALYTICS_FILE, "    where: country = 'DE'\n", "    exclude: [total]\n"),
            "total",
            "analytics excludes total",
        ),
        (
            (ORDERS_FILE, APPROVAL, "{domain: analytics, exclude: [total]}"),
            "total",
            "orders excludes total",
        ),
        (
            (ORDERS_FILE, APPROVAL, "{domain: analytics, pii: true}"),
            "email",
            "email is personal data, and analytics does not say `pii: true`",
        ),
        (
            (ORDERS_FILE, "classification: internal", "classification: public"),
            "email",
            "email is personal data, and orders does not say `pii: true`",
        ),
    ],
)
def test_why_a_column_is_hidden(
    edit: tuple[str, str, str], column: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_mesh(tmp_path, edited(*edit))
    assert run(root, "analytics.analysts", f"orders.sales.orders.{column}", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["agreement"]["what"] == reason
    assert found["hidden"][column] == reason


def test_an_open_classification_does_not_open_personal_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = TEXTS[ORDERS_FILE].replace("classification: internal", "classification: public")
    root = write_mesh(tmp_path, {**TEXTS, ORDERS_FILE: orders.replace(APPROVED, "")})
    assert run(root, "analytics.analysts", "orders.sales.orders.country") == 0
    said = "analytics asked for orders.sales; its classification is open to every domain"
    assert said in capsys.readouterr().out
    assert run(root, "analytics.analysts", "orders.sales.orders.email", "json") == 1
    assert json.loads(capsys.readouterr().out)["agreement"] == {
        "holds": False,
        "what": "email is personal data, which an open classification does not open",
        "fix": "orders can approve analytics with `pii: true`.",
        "places": [],
    }


GOVERNANCE, ORDERS, ANALYTICS = "111111111111", "222222222221", "333333333331"
AUDITED = "if that is deployed, `meshwright audit` says what brings it back"
BY_HAND = "or let `meshwright audit --repair` restore what was changed by hand"
LOSSES: dict[str, tuple[str, Callable[[AccountState], AccountState], str, str, str]] = {
    "the bucket": (
        ORDERS,
        lambda account: replace(account, buckets={}),
        "the bucket acme-orders-products-222222222221 does not exist",
        "orders",
        f"deploy acme-orders-foundation; {AUDITED}",
    ),
    "the database": (
        GOVERNANCE,
        lambda account: replace(account, databases={}),
        "the resource link acme_orders_sales points to nothing",
        "governance",
        f"deploy acme-orders-share; {AUDITED}",
    ),
    "the table": (
        GOVERNANCE,
        lambda account: replace(
            account, databases={name: replace(each, tables={}) for name, each in account.databases.items()}
        ),
        "the catalog of governance's account 111111111111 has no table acme_orders_sales.orders",
        "governance",
        f"deploy acme-orders-share; {AUDITED}",
    ),
    "the share": (
        GOVERNANCE,
        lambda account: replace(account, shares={}),
        "the share from governance's account 111111111111 to analytics's account 333333333331 does not exist",
        "governance",
        f"deploy acme-orders-share, {BY_HAND}",
    ),
    "what the share is good for": (
        GOVERNANCE,
        lambda account: replace(account, shares={ANALYTICS: ShareState.FAILED}),
        "the share from governance's account 111111111111 to analytics's account 333333333331 was rejected "
        "or failed",
        "governance",
        f"deploy acme-orders-share, {BY_HAND}",
    ),
    "all administrators": (
        ANALYTICS,
        lambda account: replace(account, settings=replace(account.settings, admins=frozenset())),
        "analytics's account 333333333331 has no Lake Formation administrator, so sees no share",
        "analytics",
        f"deploy acme-analytics-foundation, {BY_HAND}",
    ),
    "the role": (
        ANALYTICS,
        lambda account: replace(account, identities={}),
        "the role does not exist: arn:aws:iam::333333333331:role/acme-analytics-analysts",
        "analytics",
        f"deploy acme-analytics-foundation, {BY_HAND}",
    ),
    "the registration role": (
        GOVERNANCE,
        lambda account: replace(account, identities={}),
        "Lake Formation's role acme-lakeformation-registration does not exist",
        "governance",
        f"deploy acme-governance, {BY_HAND}",
    ),
}


@pytest.mark.parametrize("case", LOSSES)
def test_the_stack_that_makes_what_is_missing(case: str, tmp_path: Path) -> None:
    account, change, what, owner, repair = LOSSES[case]
    asked = question(
        write_mesh(tmp_path),
        environment=None,
        role="analytics.analysts",
        table="orders.sales.orders",
        today=TODAY,
    )
    found = broken(explained(asked, without(compile_state(asked.mesh), account, change)))
    assert found is not None
    assert (found.what, found.owner, found.repair) == (what, owner, repair)


RESTORED = ", by putting it back as declared (`meshwright audit --repair`)."
PLAIN = {
    "the bucket": "the bucket of its files is gone, or does not let the catalog in",
    "the database": "the link of analytics to orders.sales.orders leads nowhere",
    "the table": "the catalog has no table orders.sales.orders",
    "the share": "the share with analytics is gone",
    "what the share is good for": "the share with analytics was rejected or failed",
    "all administrators": "nobody administers what is shared with analytics, so it sees no share",
    "the role": "the role analytics.analysts does not exist",
    "the registration role": "the role with which the catalog reads files does not exist",
}


@pytest.mark.parametrize("case", LOSSES)
def test_the_first_layer_needs_no_aws(case: str, tmp_path: Path) -> None:
    account, change, *_ = LOSSES[case]
    asked = asked_by(write_mesh(tmp_path))
    declared = compile_state(asked.mesh)
    answers = explained(asked, without(declared, account, change)), explained(asked, declared)
    first = " ".join(text(*answers).split())
    assert f"Because {PLAIN[case]}." in first
    owner = {
        GOVERNANCE: "the platform team",
        ORDERS: "order-platform (orders@acme.example), the team of orders",
        ANALYTICS: "insights (insights@acme.example), the team of analytics",
    }[account]
    mends = ", by deploying it again." if case == "the role" else RESTORED
    assert f"Who mends it: {owner}{mends}" in first
    assert not re.search(r"arn:|AWS|IAM|Lake Formation|GetDataAccess|[a-z0-9]+:[A-Z]|SELECT|\d{12}", first)
    content = json.loads(as_json(*answers))
    assert content["summary"]["reasons"] == [PLAIN[case]]
    assert content["files"]["summary"]["verdict"] == "yes"


def test_a_share_that_waits_is_accepted_by_who_receives_it(tmp_path: Path) -> None:
    asked = asked_by(write_mesh(tmp_path))
    declared = compile_state(asked.mesh)
    waiting = without(
        declared, GOVERNANCE, lambda account: replace(account, shares={ANALYTICS: ShareState.PENDING})
    )
    assert text(explained(asked, waiting), explained(asked, declared)).splitlines()[:3] == [
        "No: analytics.analysts cannot read orders.sales.orders.",
        "    Because the share with analytics waits to be accepted.",
        "    Who mends it: insights (insights@acme.example), the team of analytics, by accepting it.",
    ]


def test_what_was_not_read_is_not_checked(tmp_path: Path) -> None:
    asked = asked_by(write_mesh(tmp_path))
    declared = compile_state(asked.mesh)
    partly = replace(declared, unread=(Unread(ANALYTICS, "iam:GetRole", "refused"),))
    shown = text(explained(asked, partly), explained(asked, declared))
    assert "    Not checked: what the account of analytics did not show." in shown.splitlines()


def asked_by(root: Path) -> Question:
    found = question(
        root, environment=None, role="analytics.analysts", table="orders.sales.orders", today=TODAY
    )
    assert isinstance(found, Question)
    return found


def test_a_role_that_the_mesh_only_names(tmp_path: Path) -> None:
    asked = question(
        write_mesh(tmp_path),
        environment=None,
        role="orders.analysts",
        table="orders.sales.orders",
        today=TODAY,
    )
    gone = without(compile_state(asked.mesh), ORDERS, lambda account: replace(account, identities={}))
    found = broken(explained(asked, gone))
    assert found is not None
    assert found.repair == "make the role in orders's account 222222222221: the mesh only names it"


def test_no_grant_is_advised_where_grants_are_hidden(tmp_path: Path) -> None:
    """Who does not administer Lake Formation is shown a part of the grants, without an error."""
    asked = question(
        write_mesh(tmp_path),
        environment=None,
        role="analytics.analysts",
        table="orders.sales.orders",
        today=TODAY,
    )
    hidden = without(compile_state(asked.mesh), ANALYTICS, lambda account: replace(account, grants=()))
    hidden = replace(hidden, unread=(Unread(ANALYTICS, "lakeformation:ListPermissions", "no administrator"),))
    found = broken(explained(asked, hidden))
    assert found is not None
    assert (found.what, found.repair) == (
        "it has no DESCRIBE on the resource link acme_orders_sales",
        "none until it is certain: it may be there, and was not shown (see what was not read, below)",
    )


def test_yes_by_the_accounts_without_an_agreement(tmp_path: Path) -> None:
    """The approval was dropped, and not deployed yet."""
    root = write_mesh(tmp_path)
    declared = compile_state(load_mesh(root, environment=None, today=TODAY))
    write_mesh(root, edited(ORDERS_FILE, APPROVED, ""))
    asked = question(
        root, environment=None, role="analytics.analysts", table="orders.sales.orders", today=TODAY
    )
    answers = explained(asked, declared), explained(asked, compile_state(asked.mesh))
    assert text(*answers).splitlines() == [
        "Yes, though no file agrees to it: analytics.analysts can read orders.sales.orders, only rows where",
        "    country is DE, without email.",
        "    By the files it cannot: orders has not approved it under products.sales.shared_with.",
        "    Columns: order_id, order_date, country, total.",
        "",
        "The files say otherwise: by them analytics.analysts cannot read orders.sales.orders.",
        "`meshwright audit` lists what differs in all accounts, with repairs; or deploy.",
        "",
        MORE,
    ]
    assert markdown(*answers).splitlines()[:3] == [
        "### Yes, though no file agrees to it: analytics.analysts can read orders.sales.orders, only rows "
        "where country is DE, without email",
        "",
        "- By the files it cannot: orders has not approved it under products.sales.shared_with.",
    ]


def test_markdown_tells_what_the_answer_rests_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path)
    assert run(root, "orders.analysts", "orders.sales.lines", "markdown") == 0
    said = capsys.readouterr().out.splitlines()
    assert "- Not checked: the policies of the role; `--live` checks it." in said
    assert run(root, "orders.analysts", "orders.sales.lines", "markdown", hops=True) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "This rests on:",
        "",
        "- IAM lets arn:aws:iam::222222222221:role/OrdersAnalyst use Lake Formation and Glue: its policies "
        "are not known",
    ]


def without(state: LakeState, account: str, change: Callable[[AccountState], AccountState]) -> LakeState:
    """The state after something changed in one account."""
    return replace(state, accounts={**state.accounts, account: change(state.account(account))})


def test_accounts_that_differ_from_the_files(tmp_path: Path) -> None:
    """The role's own grant was revoked by hand: what is broken, who mends it how, and where both differ."""
    root = write_mesh(tmp_path)
    asked = question(
        root, environment=None, role="analytics.analysts", table="orders.sales.orders", today=TODAY
    )
    declared = compile_state(asked.mesh)
    live = without(
        declared,
        "333333333331",
        lambda account: replace(
            account, grants=tuple(each for each in account.grants if "SELECT" not in each.permissions)
        ),
    )
    answers = explained(asked, live), explained(asked, declared)
    summary = [
        "No: analytics.analysts cannot read orders.sales.orders.",
        "    Because analytics does not grant it to the role analytics.analysts.",
        "    Who mends it: insights (insights@acme.example), the team of analytics, by granting it to the",
        "      role.",
        "",
        "The files say otherwise: by them analytics.analysts can read orders.sales.orders, only rows where",
        "  country is DE, without email, until 2027-06-30.",
        "`meshwright audit` lists what differs in all accounts, with repairs; or deploy.",
        "",
    ]
    assert text(*answers).splitlines() == [*summary, MORE]
    shown = text(*answers, hops=True)
    assert shown.splitlines()[:9] == summary
    lines = shown.splitlines()
    start = lines.index("Fix, by analytics:")
    assert [f"    {each}" for each in lines[start : start + 12]] == [
        "    Fix, by analytics:",
        "      aws lakeformation grant-permissions --region eu-west-1 \\",
        "        --principal '{",
        '       "DataLakePrincipalIdentifier": "arn:aws:iam::333333333331:role/acme-analytics-analysts"',
        "      }' \\",
        "        --resource '{",
        '       "DataCellsFilter": {',
        '        "TableCatalogId": "111111111111",',
        '        "DatabaseName": "acme_orders_sales",',
        '        "TableName": "orders",',
        '        "Name": "analytics"',
        "       }",
    ]
    assert " 8 NO   analytics does not grant SELECT to the role" in shown.splitlines()
    assert lines[-2:] == [
        "Files and accounts differ at:",
        "  - analytics does not grant SELECT to the role",
    ]
    table = markdown(*answers, hops=True).splitlines()
    assert table[:7] == [
        "### No: analytics.analysts cannot read orders.sales.orders",
        "",
        "- Because analytics does not grant it to the role analytics.analysts.",
        "- Who mends it: insights (insights&#64;<!-- -->acme.example), the team of analytics, by granting it "
        "to the role.",
        "",
        "The files say otherwise: by them analytics.analysts can read orders.sales.orders, only rows where "
        "country is DE, without email, until 2027-06-30.",
        "`meshwright audit` lists what differs in all accounts, with repairs; or deploy.",
    ]
    start = table.index("Fix, by analytics:")
    assert table[start + 1 : start + 4] == [
        "",
        "```sh",
        "aws lakeformation grant-permissions --region eu-west-1 \\",
    ]
    assert table[-3:] == [
        "Files and accounts differ at:",
        "",
        "- analytics does not grant SELECT to the role",
    ]
    assert "The files say the same." in text(explained(asked, declared), explained(asked, declared))


@pytest.mark.parametrize(
    ("role", "table", "message"),
    [
        ("analytics.analyst", "orders.sales.orders", "There is no role `analytics.analyst` in dev. Did you"),
        ("Nobody", "orders.sales.orders", "There is no role `Nobody` in dev. Known: `analytics.analysts`, "),
        (
            "analytics.analysts",
            "orders.sales",
            "`orders.sales` is no table. Write it as DOMAIN.",
        ),
        (
            "analytics.analysts",
            "order.sales.orders",
            "There is no domain `order` in dev. Did you ",
        ),
        ("analytics.analysts", "orders.sale.orders", "orders has no product `sale`. Did you mean `sales`?"),
        (
            "analytics.analysts",
            "orders.sales.order",
            "orders.sales has no table `order`. Did you mean",
        ),
        (
            "analytics.analysts",
            "orders.sales.orders.mail",
            "orders.sales.orders has no column `mail`. Did you mean `email`?",
        ),
    ],
)
def test_unknown_names(role: str, table: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        run(write_mesh(tmp_path), role, table)
    assert str(raised.value).startswith(message)


def test_options_that_do_not_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["explain", "analytics.analysts", "orders.sales.orders", "--root", str(write_mesh(tmp_path))]
    assert main([*arguments, "--role-name", "Auditor"]) == 2
    assert capsys.readouterr().err == (
        "--role-name is the role to read the accounts with: use it with --live or --local.\n"
    )
    assert main([*arguments, "--local"]) == 2
    assert "is not running. Start it with `meshwright local up`" in capsys.readouterr().err
