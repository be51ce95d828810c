"""Access that opens in a roundabout way: by tags, to groups, by several changes together, through roles, and
through a second table over the same files.

The mesh is tests/config/small_mesh, as in test_audit.py.
"""

from dataclasses import replace

import pytest

from meshwright.access.cells import Cells
from meshwright.access.compiled import compile_state
from meshwright.access.decision import TableName
from meshwright.access.drift.trust import newly_trusted
from meshwright.access.findings import Audit, Effect, Finding, OneMore, Severity, WithinReach
from meshwright.access.further_state import KeyGrant, RowPolicy
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import Resource, table, tag_policy
from meshwright.access.state import AccountState, Database, Grant, Identity, Table
from meshwright.project import load_mesh
from tests.access.test_audit import (
    AGREED,
    ALL,
    ANALYSTS,
    ANALYTICS,
    BUCKET,
    DATABASE,
    DEPLOYER,
    ENGINEERS,
    FILTER,
    ORDERS,
    ORDERS_ANALYST,
    PROVIDER,
    REGISTRATION,
    STRANGER,
    TABLE,
    Change,
    Small,
    gained,
    gone,
    having,
    identity,
    statements_of,
    summary,
)
from tests.config.small_mesh import TODAY, write_mesh

G = "111111111111"
SPY = f"arn:aws:iam::{ORDERS}:role/Spy"
LINES = TableName(G, DATABASE, "lines")
ORDERS_CELLS, LINES_CELLS = Cells(ALL), Cells(frozenset({"order_id", "article", "quantity"}))
EVERYONE = "000000000000"
"""Any account of AWS."""
BOTH_TABLES = {gained("", LINES_CELLS, name=LINES), gained("", ORDERS_CELLS)}
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    root = write_mesh(tmp_path_factory.mktemp("mesh"))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    return Small(mesh, compile_state(mesh))


def to(principal: str, effects: set[Effect]) -> set[Effect]:
    return {replace(each, principal=principal) for each in effects}


def trusting(*statements: dict[str, object]) -> Policy:
    return parse_policy({"Statement": [{"Action": "sts:AssumeRole", **each} for each in statements]})


TRUSTS_ANYBODY = trusting({"Effect": "Allow", "Principal": {"AWS": "*"}})


@pytest.mark.parametrize("holder", [STRANGER, ANALYTICS])
def test_a_role_elsewhere_that_is_granted_by_a_tag(small: Small, holder: str) -> None:
    role = f"arn:aws:iam::{holder}:role/Spy"
    by_tag = tag_policy(G, "TABLE", {"classification": frozenset({"internal"})})
    live = {G: having(Grant(role, by_tag, frozenset({"SELECT"})))}
    if holder == ANALYTICS:  # or the role would be a dead one
        live[ANALYTICS] = lambda a: replace(a, identities={**a.identities, role: Identity(parse_policy({}))})
    finding = one(small, live)
    assert summary(finding) == ("grant-unexpected", Severity.CRITICAL, G, f"{by_tag} to {role}")
    assert set(finding.affected) == to(role, BOTH_TABLES)


def one(small: Small, changes: dict[str, Change]) -> Finding:
    [finding] = found(small, changes).findings
    return finding


def found(small: Small, changes: dict[str, Change]) -> Audit:
    names = {G: "G", ORDERS: "ORDERS", ANALYTICS: "ANALYTICS"}
    return small.audit(**{names[number]: change for number, change in changes.items()})


@pytest.mark.parametrize(
    ("granting", "holder", "resource", "cells"),
    [
        pytest.param(ANALYTICS, ANALYTICS, FILTER, AGREED, id="a consumer passes on to everybody there"),
        pytest.param(
            G, ANALYTICS, table(G, DATABASE, "orders"), ORDERS_CELLS, id="directly, across accounts"
        ),
        pytest.param(G, STRANGER, table(G, DATABASE, "orders"), ORDERS_CELLS, id="of a stranger's account"),
        pytest.param(G, G, table(G, DATABASE, "orders"), ORDERS_CELLS, id="of the catalog's own account"),
    ],
)
def test_every_principal_of_an_account_is_granted_something(
    small: Small, granting: str, holder: str, resource: Resource, cells: Cells
) -> None:
    group = f"{holder}:IAMPrincipals"
    finding = one(small, {granting: having(Grant(group, resource, frozenset({"SELECT"})))})
    assert summary(finding) == (
        "grant-unexpected",
        Severity.CRITICAL,
        granting,
        f"{resource} to {group}",
    )
    assert finding.affected == (gained(group, cells),)


def adding(*statements: dict[str, object]) -> Change:
    """These statements in the policy of analysts."""

    def change(account: AccountState) -> AccountState:
        held = account.identities[ANALYSTS]
        assert held.policy is not None
        more = parse_policy({"Statement": list(statements)}).statements
        changed = replace(held, policy=Policy((*held.policy.statements, *more)))
        return replace(account, identities={**account.identities, ANALYSTS: changed})

    return change


def letting_in(principal: str, *, key_too: bool = True) -> Change:
    """Bucket and key of orders let the principal read."""
    named = {"Effect": "Allow", "Principal": {"AWS": principal}}

    def change(account: AccountState) -> AccountState:
        reads = {**named, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        policy = parse_policy({"Statement": [*statements_of(account, BUCKET), reads]})
        [(arn, held)] = account.keys.items()
        assert held.policy is not None
        decrypts = parse_policy({"Statement": {**named, "Action": "kms:Decrypt", "Resource": "*"}})
        key = Policy((*held.policy.statements, *(decrypts.statements if key_too else ())))
        return replace(
            account,
            buckets={**account.buckets, BUCKET: policy},
            keys={arn: replace(held, policy=key)},
        )

    return change


def test_a_role_its_bucket_and_its_key_together(small: Small) -> None:
    past = {"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}
    together = found(small, {ORDERS: letting_in(ANALYSTS), ANALYTICS: adding(past)}).findings
    # Of orders the role reads four columns and German rows already; past the catalog it has all of it.
    reached = to(ANALYSTS, BOTH_TABLES)
    assert {(each.code, each.severity, frozenset(each.affected)) for each in together} == {
        ("role-policy-changed", Severity.CRITICAL, frozenset(reached)),
        ("key-policy-changed", Severity.CRITICAL, frozenset(reached)),
        ("bucket-policy-changed", Severity.CRITICAL, frozenset(reached)),
    }

    without_key = found(small, {ORDERS: letting_in(ANALYSTS, key_too=False), ANALYTICS: adding(past)})
    assert {(each.code, each.severity) for each in without_key.findings} == {
        ("role-policy-changed", Severity.HIGH),
        ("bucket-policy-changed", Severity.HIGH),
    }


def test_whoever_may_assume_a_role_reads_what_it_reads(small: Small) -> None:
    finding = one(small, {ANALYTICS: identity(ANALYSTS, trust=TRUSTS_ANYBODY)})
    assert summary(finding) == ("role-trust-changed", Severity.CRITICAL, ANALYTICS, ANALYSTS)
    assert finding.affected == (gained(EVERYONE, AGREED),)
    assert [each.operation for each in finding.repair] == ["update_assume_role_policy"]

    colleague = trusting({"Effect": "Allow", "Principal": {"AWS": ORDERS_ANALYST}})
    reads_more = one(small, {ANALYTICS: identity(ANALYSTS, trust=colleague)})
    assert (reads_more.severity, reads_more.affected) == (Severity.HIGH, ())

    service = trusting({"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}})
    by_glue = one(small, {ANALYTICS: identity(ANALYSTS, trust=service)})
    assert (by_glue.severity, by_glue.affected) == (Severity.HIGH, ())
    assert by_glue.within_reach == (WithinReach(ANALYTICS, OneMore.SERVICE, (TABLE,)),)


def test_whoever_may_assume_the_registration_role_reads_everything(small: Small) -> None:
    lake_formation = {"Effect": "Allow", "Principal": {"Service": "lakeformation.amazonaws.com"}}
    opened = trusting(lake_formation, {"Effect": "Allow", "Principal": {"AWS": STRANGER}})
    finding = one(small, {G: identity(REGISTRATION, trust=opened)})
    assert summary(finding) == ("role-trust-changed", Severity.CRITICAL, G, REGISTRATION)
    assert set(finding.affected) == to(STRANGER, BOTH_TABLES)


def test_who_is_newly_trusted() -> None:
    root = f"arn:aws:iam::{ORDERS}:root"
    declared = trusting(
        {"Effect": "Allow", "Principal": {"AWS": root}},
        {
            "Effect": "Allow",
            "Principal": {"AWS": ANALYTICS},
            "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
        },
    )
    live = trusting(
        {"Effect": "Allow", "Principal": {"AWS": [ENGINEERS, ANALYTICS, STRANGER, G]}},
        {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{G}:root"}},
    )
    assert newly_trusted(declared, declared) == frozenset()
    # Engineers are of the account that was trusted; of analytics a condition is gone; G is denied.
    assert newly_trusted(declared, live) == {ANALYTICS, STRANGER}
    web = parse_policy(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": "accounts.example"},
            }
        }
    )
    assert newly_trusted(declared, web) == {"federated:accounts.example"}
    assert newly_trusted(None, trusting({"Effect": "Allow", "NotPrincipal": {"AWS": STRANGER}})) == {EVERYONE}


def test_the_providers_role_is_opened(small: Small) -> None:
    provider = PROVIDER.replace(G, ANALYTICS)
    opened = one(small, {ANALYTICS: identity(provider, trust=TRUSTS_ANYBODY)})
    assert summary(opened) == ("role-trust-changed", Severity.CRITICAL, ANALYTICS, provider)
    assert opened.affected == (gained(EVERYONE, AGREED),)

    # It can grant anything in the catalog, whatever it reads itself.
    of_catalog = one(small, {G: identity(PROVIDER, trust=TRUSTS_ANYBODY)})
    assert summary(of_catalog) == ("role-trust-changed", Severity.CRITICAL, G, PROVIDER)
    assert of_catalog.affected == ()


def test_the_providers_role_may_do_anything(small: Small) -> None:
    provider = PROVIDER.replace(G, ANALYTICS)
    policy = parse_policy({"Statement": ANYTHING})
    finding = one(small, {ANALYTICS: identity(provider, policy=policy)})
    assert summary(finding) == ("role-policy-changed", Severity.CRITICAL, ANALYTICS, provider)
    assert finding.affected == (gained(provider, AGREED),)
    [call] = finding.repair
    assert (call.operation, call.parameters["PolicyName"]) == ("put_role_policy", "provider")

    of_catalog = one(small, {G: identity(PROVIDER, policy=policy)})
    assert summary(of_catalog) == ("role-policy-changed", Severity.HIGH, G, PROVIDER)


COPY = Table(("email",), location=f"{BUCKET}/sales/orders")


def with_table(database: str, where: Table, *grants: Grant) -> Change:
    def change(account: AccountState) -> AccountState:
        held = account.databases.get(database, Database())
        more = {**account.databases, database: replace(held, tables={**held.tables, "copy": where})}
        return having(*grants)(replace(account, databases=more))

    return change


def test_a_second_table_over_the_same_files(small: Small) -> None:
    copy = table(G, "other", "copy")
    hidden = one(small, {G: with_table("other", COPY, Grant(STRANGER, copy, frozenset({"SELECT"})))})
    assert hidden == Finding(
        code="table-unexpected",
        severity=Severity.CRITICAL,
        account=G,
        subject="other.copy",
        what="no file declares the table other.copy, which lies over the files of acme_orders_sales.orders: "
        f"account {STRANGER} can use these through it",
        affected=(gained(STRANGER, ORDERS_CELLS),),
        remedy="drop it from the catalog, and with it the grants on it; the files stay",
    )

    unused = one(small, {G: with_table("other", COPY, Grant(STRANGER, copy, frozenset({"DESCRIBE"})))})
    assert (unused.code, unused.severity) == ("table-unexpected", Severity.LOW)

    in_product = found(
        small,
        {G: with_table(DATABASE, COPY, Grant(ANALYTICS, table(G, DATABASE, "copy"), frozenset({"SELECT"})))},
    )
    assert {(each.code, each.severity) for each in in_product.findings} == {
        ("table-unexpected", Severity.CRITICAL),
        ("grant-unexpected", Severity.CRITICAL),
    }


@pytest.mark.parametrize(
    ("location", "uses"),
    [
        (f"{BUCKET}/sales/orders/part", ["orders"]),
        (f"{BUCKET}/sales/", ["orders", "lines"]),
        (f"{BUCKET}/sales/orders2", []),
        ("hr-bucket/sales/orders", []),
    ],
)
def test_which_files_a_table_lies_over(small: Small, location: str, uses: list[str]) -> None:
    named = Grant(ANYBODY, table(G, "other", "*"), frozenset({"ALL"}))
    findings = found(small, {G: with_table("other", Table(("a",), location), named)}).findings
    over = ", ".join(f"{DATABASE}.{each}" for each in uses)
    says = f"lies over the files of {over}: IAM_ALLOWED_PRINCIPALS can use these through it"
    assert [(each.subject, each.severity) for each in findings] == (
        [("other.copy", Severity.CRITICAL)] if uses else []
    )
    assert all(each.what.endswith(says) for each in findings)


def test_who_deploys_a_table_or_has_another_in_view_does_not_count(small: Small) -> None:
    held = (
        Grant(DEPLOYER, table(G, "other", "copy"), frozenset({"ALL"})),
        Grant(STRANGER, table(G, "other", "plain"), frozenset({"SELECT"})),
        Grant(STRANGER, tag_policy(G, "TABLE", {"team": frozenset({"hr"})}), frozenset({"SELECT"})),
    )
    assert one(small, {G: with_table("other", COPY, *held)}).severity is Severity.LOW


def test_the_providers_role_is_gone(small: Small) -> None:
    provider = PROVIDER.replace(G, ANALYTICS)
    finding = one(small, {ANALYTICS: gone(provider)})
    assert summary(finding) == ("role-missing", Severity.HIGH, ANALYTICS, provider)
    assert finding.affected == ()
    assert [(each.operation, each.parameters.get("PolicyName")) for each in finding.repair] == [
        ("create_role", None),
        ("put_role_policy", "provider"),
    ]


def may(*actions: str, on: str = "*") -> Policy:
    return parse_policy({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": on}})


def with_spy(policy: Policy) -> Change:
    return lambda account: replace(account, identities={**account.identities, SPY: Identity(policy=policy)})


def test_who_could_come_to_read_by_steps_that_the_files_do_not_lead_to(small: Small) -> None:
    edits = {
        "Effect": "Allow",
        "Principal": {"AWS": SPY},
        "Action": "s3:PutBucketPolicy",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }

    def change(account: AccountState) -> AccountState:
        [(arn, key)] = account.keys.items()
        policy = parse_policy({"Statement": [*statements_of(account, BUCKET), edits]})
        decrypts = KeyGrant(SPY, frozenset({"Decrypt"}))
        return replace(
            with_spy(may("glue:Get*"))(account),
            buckets={**account.buckets, BUCKET: policy},
            keys={arn: replace(key, grants=(decrypts,))},
        )

    found = {each.code: each for each in small.audit(ORDERS=change).findings}
    assert set(found) == {"bucket-policy-changed", "key-grant-unexpected", "escalation-possible"}
    assert summary(found["escalation-possible"])[1:] == (Severity.HIGH, ORDERS, SPY)
    assert found["escalation-possible"].what == (
        f"role Spy of orders could come to read {DATABASE}.orders and 1 more table: "
        f"role Spy of orders: bucket-policy {BUCKET}"
    )
    assert found["escalation-possible"].repair == ()


def test_what_the_files_lead_to_is_no_finding(small: Small) -> None:
    """A role that is only named may let in whom it will: what it reads, they read by design."""
    lets_in = trusting({"Effect": "Allow", "Principal": {"AWS": SPY}})
    spy, trusts = with_spy(may("glue:Get*")), identity(ORDERS_ANALYST, trust=lets_in)
    assert small.audit(ORDERS=lambda account: trusts(spy(account))).findings == ()


def test_a_view_over_a_table_of_the_mesh(small: Small) -> None:
    view = Table(("email",), definer=DEPLOYER, view_of=((G, DATABASE, "orders"),))

    def change(account: AccountState) -> AccountState:
        more = {"views": Database(tables={"emails": view})}
        return replace(account, databases={**account.databases, **more})

    assert small.one(G=change).severity is Severity.LOW
    granted = Grant(STRANGER, table(G, "views", "emails"), frozenset({"SELECT"}))
    finding = small.one(G=lambda account: having(granted)(change(account)))
    assert summary(finding) == ("table-unexpected", Severity.CRITICAL, G, "views.emails")
    assert finding.what == (
        f"no file declares the table views.emails, which reads {DATABASE}.orders: account {STRANGER} can use "
        "these through it"
    )


def test_a_row_level_policy_takes_rows_from_readers(small: Small) -> None:
    policy = RowPolicy(ENGINEERS, table(G, DATABASE, "orders"), "country = 'FR'", default=True)
    finding = small.one(G=lambda account: replace(account, row_policies=(policy,)))
    assert (finding.code, finding.severity) == ("row-policy-unexpected", Severity.HIGH)
    assert finding.what.startswith("a row-level policy shows everybody of table")
    assert {each.principal for each in finding.affected} >= {ENGINEERS, ANALYSTS}
    assert all(each.lost and not each.gained for each in finding.affected)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"external_engines": frozenset({STRANGER})}, "engines-filter"),
        ({"full_tables": True}, "full-tables"),
    ],
)
def test_settings_for_engines(small: Small, changes: dict[str, object], code: str) -> None:
    finding = small.one(G=lambda account: replace(account, settings=replace(account.settings, **changes)))
    assert (finding.code, finding.severity) == (code, Severity.MEDIUM)
    assert finding.repair[0].operation == "put_data_lake_settings"
