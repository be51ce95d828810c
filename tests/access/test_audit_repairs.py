"""Which repairs an audit offers: none that would fail, and none that a deployment would trip over.

The mesh is that of test_audit. Its `orders` is an Iceberg table, `lines` a parquet one.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from meshwright.access.audit import audit, declared_like
from meshwright.access.compiled import compile_state
from meshwright.access.drift.comparison import Extras
from meshwright.access.findings import Audit, Finding, Severity
from meshwright.access.resources import table
from meshwright.access.state import AccountState, Key, LakeState, Unread
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.access.test_audit import (
    ANALYSTS,
    ANALYTICS,
    BUCKET,
    DATABASE,
    EXTRAS,
    FILTER,
    ORDERS,
    PROVIDER,
    REGISTRATION,
    Change,
    G,
    gone,
    lacking,
)
from tests.config.small_mesh import TODAY, write_mesh

KEY = f"arn:aws:kms:eu-west-1:{ORDERS}:key/1234"
STACKS: Mapping[str, Mapping[str, str]] = {
    G: dict.fromkeys(("acme-governance", "acme-orders-share"), "CREATE_COMPLETE"),
    ORDERS: dict.fromkeys(("acme-orders-foundation", "acme-orders-access"), "CREATE_COMPLETE"),
    ANALYTICS: dict.fromkeys(("acme-analytics-foundation", "acme-analytics-access"), "CREATE_COMPLETE"),
}
DEPLOYED = replace(EXTRAS, stacks=STACKS)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    return load_mesh(write_mesh(tmp_path_factory.mktemp("mesh")), environment="dev", today=TODAY)


def found(
    mesh: Mesh, *changes: tuple[str, Change], extras: Extras = DEPLOYED, unread: tuple[Unread, ...] = ()
) -> Mapping[tuple[str, str], Finding]:
    """The findings by code and subject, when the accounts changed so."""
    state = compile_state(mesh, key_arns={ORDERS: KEY})
    for number, change in changes:
        state = replace(state, accounts={**state.accounts, number: change(state.accounts[number])})
    live = replace(state, unread=unread)
    return {
        (each.code, each.subject): each
        for each in audit(declared_like(mesh, live), live, mesh, extras).findings
    }


def without_database(account: AccountState) -> AccountState:
    return replace(account, databases={}, filters={}, tags={}, locations={})


def without_stack(number: str, name: str) -> Extras:
    left = {each: status for each, status in STACKS[number].items() if each != name}
    return replace(DEPLOYED, stacks={**STACKS, number: left})


def without_table(name: str) -> Change:
    def change(account: AccountState) -> AccountState:
        there = account.databases[DATABASE]
        left = replace(there, tables={each: t for each, t in there.tables.items() if each != name})
        filters = {on: each for on, each in account.filters.items() if on.path[1] != name}
        return replace(account, databases={**account.databases, DATABASE: left}, filters=filters)

    return change


def test_a_table_that_is_gone_comes_first(mesh: Mesh) -> None:
    findings = found(mesh, (G, without_table("orders")), (ANALYTICS, lacking(ANALYSTS, FILTER)))
    assert set(findings) == {
        ("table-missing", f"{DATABASE}.orders"),
        ("filter-missing", str(FILTER)),
        ("grant-missing", f"{FILTER} to {ANALYSTS}"),
    }
    assert not any(each.repair for each in findings.values())
    waits = "once the table acme_orders_sales.orders is there"
    assert findings["filter-missing", str(FILTER)].remedy == f"make the filter again, {waits}"
    assert findings["grant-missing", f"{FILTER} to {ANALYSTS}"].remedy == f"grant it again, {waits}"


def test_what_does_not_need_the_table_is_repaired(mesh: Mesh) -> None:
    engineers = f"arn:aws:iam::{ORDERS}:role/acme-orders-engineers"
    lines = table(G, DATABASE, "lines")
    findings = found(mesh, (G, without_table("orders")), (ORDERS, lacking(engineers, lines)))
    assert [each.operation for each in findings["grant-missing", f"{lines} to {engineers}"].repair] == [
        "grant_permissions"
    ]


def test_a_parquet_table_beside_an_iceberg_one(mesh: Mesh) -> None:
    finding = found(mesh, (G, without_table("lines")))["table-missing", f"{DATABASE}.lines"]
    assert finding.remedy == (
        "make the table acme_orders_sales.lines again by hand, as the template of acme-orders-share "
        "describes it (`cdk synth acme-orders-share`): a deployment does not, as long as the template is the "
        "same; destroying that stack would drop acme_orders_sales.orders from the catalog"
    )


def test_a_share_stack_without_iceberg_tables_can_be_made_anew(mesh: Mesh) -> None:
    gone_too = (G, without_table("orders"))
    finding = found(mesh, gone_too, (G, without_table("lines")))["table-missing", f"{DATABASE}.lines"]
    assert finding.remedy == (
        "destroy the stack acme-orders-share and deploy it again, or make the table acme_orders_sales.lines "
        "by hand: a deployment does not, as long as the template is the same; the stack holds databases, "
        "tables, filters and grants, and no files"
    )


def test_a_share_stack_that_is_gone_makes_everything_of_it(mesh: Mesh) -> None:
    findings = found(mesh, (G, without_database), extras=without_stack(G, "acme-orders-share"))
    deploy = "deploy the stack acme-orders-share, which does not exist: it makes this too"
    for code, subject in (("database-missing", DATABASE), ("location-missing", BUCKET)):
        assert (findings[code, subject].remedy, findings[code, subject].repair) == (deploy, ())
    assert findings["filter-missing", str(FILTER)].repair == ()


def test_a_location_alone_is_registered_by_a_call(mesh: Mesh) -> None:
    finding = found(mesh, (G, lambda a: replace(a, locations={})))["location-missing", BUCKET]
    assert [each.operation for each in finding.repair] == ["register_resource"]


@pytest.mark.parametrize(
    ("number", "stack", "change", "code", "subject"),
    [
        (
            ANALYTICS,
            "acme-analytics-access",
            lambda a: replace(a, databases={}),
            "link-missing",
            DATABASE,
        ),
        (ANALYTICS, "acme-analytics-foundation", gone(ANALYSTS), "role-missing", ANALYSTS),
        (G, "acme-governance", gone(REGISTRATION), "role-missing", REGISTRATION),
        (ORDERS, "acme-orders-foundation", lambda a: replace(a, buckets={}), "bucket-missing", BUCKET),
    ],
)
def test_what_a_stack_that_is_gone_makes_is_not_made_by_calls(
    mesh: Mesh, number: str, stack: str, change: Change, code: str, subject: str
) -> None:
    finding = found(mesh, (number, change), extras=without_stack(number, stack))[code, subject]
    assert finding.repair == ()
    assert finding.remedy == f"deploy the stack {stack}, which does not exist: it makes this too"


def test_a_stack_whose_first_deployment_failed_is_not_there(mesh: Mesh) -> None:
    stacks = {**STACKS, ANALYTICS: {**STACKS[ANALYTICS], "acme-analytics-access": "ROLLBACK_COMPLETE"}}
    change = (ANALYTICS, lambda a: replace(a, databases={}))
    finding = found(mesh, change, extras=replace(DEPLOYED, stacks=stacks))["link-missing", DATABASE]
    assert finding.remedy.startswith("deploy the stack acme-analytics-access")


def test_an_alias_is_given_back_to_the_key_that_the_buckets_use(mesh: Mesh) -> None:
    def nameless(account: AccountState) -> AccountState:
        return replace(account, keys={KEY: replace(account.keys[KEY], alias="")})

    [finding] = found(mesh, (ORDERS, nameless)).values()
    assert (finding.code, finding.subject) == ("key-missing", "alias/acme-orders")
    assert (
        finding.remedy
        == "give the key 1234, with which the buckets encrypt, its alias again, and audit again"
    )
    assert [(each.service, each.operation, each.parameters) for each in finding.repair] == [
        ("kms", "create_alias", {"AliasName": "alias/acme-orders", "TargetKeyId": "1234"})
    ]


def test_an_alias_is_given_to_no_key_by_guess(mesh: Mesh) -> None:
    other = f"arn:aws:kms:eu-west-1:{ORDERS}:key/5678"

    def two(account: AccountState) -> AccountState:
        keys = {arn: Key(account.keys[KEY].policy) for arn in (KEY, other)}
        return replace(account, keys=keys, bucket_keys={**account.bucket_keys, BUCKET: other})

    finding = found(mesh, (ORDERS, two))["key-missing", "alias/acme-orders"]
    assert finding.repair == ()
    assert finding.remedy == (
        "give the key described as `Data of acme-orders` its alias again: a deployment does not, as long as "
        "the template is the same; if that key is deleted, what it encrypted is lost"
    )


def test_a_role_whose_policy_names_the_key_waits_for_its_alias(mesh: Mesh) -> None:
    engineers = f"arn:aws:iam::{ORDERS}:role/acme-orders-engineers"

    def nameless(account: AccountState) -> AccountState:
        return replace(gone(engineers)(account), keys={KEY: replace(account.keys[KEY], alias="")})

    finding = found(mesh, (ORDERS, nameless))["role-missing", engineers]
    assert finding.repair == ()
    assert finding.remedy.endswith(", once the key alias/acme-orders is there")


def test_the_meshs_own_role_that_is_gone_stays_an_administrator(mesh: Mesh) -> None:
    def change(account: AccountState) -> AccountState:
        stranger = f"arn:aws:iam::{G}:role/Gone"
        settings = replace(
            account.settings,
            admins=account.settings.admins | {stranger},
            table_defaults=frozenset({"IAM_ALLOWED_PRINCIPALS"}),
        )
        return replace(gone(PROVIDER)(account), settings=settings)

    findings = found(mesh, (G, change))
    assert {(code, subject) for code, subject in findings if code.startswith("admin")} == {
        ("admin-dead", f"arn:aws:iam::{G}:role/Gone")
    }
    assert ("role-missing", PROVIDER) in findings
    # Lake Formation writes no settings that name a role that does not exist.
    settings = [each for (code, _), each in findings.items() if code in ("admin-dead", "defaults-open")]
    assert len(settings) == 2
    assert all(
        each.repair == () and "once role acme-lakeformation-provider" in each.remedy for each in settings
    )


def test_a_role_that_is_gone_is_not_made_an_administrator(mesh: Mesh) -> None:
    def change(account: AccountState) -> AccountState:
        settings = replace(account.settings, admins=account.settings.admins - {PROVIDER})
        return replace(gone(PROVIDER)(account), settings=settings)

    finding = found(mesh, (G, change))["admin-missing", PROVIDER]
    assert finding.repair == ()
    assert finding.remedy == (
        "make it an administrator again; until then deployments of the mesh fail here. The role must exist "
        "first"
    )


def test_who_is_no_administrator_sees_settings_and_nothing_of_the_catalog(mesh: Mesh) -> None:
    def hidden(account: AccountState) -> AccountState:
        settings = replace(account.settings, admins=frozenset(), read_only_admins=frozenset())
        return replace(account, settings=settings, databases={}, grants=(), filters={}, tags={}, tag_keys={})

    unread = tuple(
        Unread(G, call, "filtered") for call in ("glue:GetDatabases", "lakeformation:ListPermissions")
    )
    findings = found(mesh, (G, hidden), unread=unread)
    assert {code for code, _ in findings} == {"admin-missing", "reader-missing"}
    assert all(each.repair for each in findings.values())


def test_a_mesh_that_is_not_deployed_is_one_finding(mesh: Mesh) -> None:
    state = compile_state(mesh)
    empty = {number: AccountState(number) for number in state.accounts}
    unread = (Unread(G, "lakeformation:ListPermissions", "filtered"),)
    live = LakeState(accounts=empty, region=state.region, unread=unread)
    nothing = Extras(stacks={number: {} for number in empty})
    assert audit(state, live, mesh, nothing) == Audit(
        (
            Finding(
                code="not-deployed",
                severity=Severity.HIGH,
                account=G,
                subject="dev",
                what="nothing of the mesh is deployed in dev",
                remedy="deploy it: `cdk deploy --all -c environment=dev`",
            ),
        )
    )
    # A stack in one account, or an account that could not be looked at, and every difference counts.
    some = Extras(stacks={number: {} for number in empty} | {ORDERS: {"acme-orders-foundation": "FAILED"}})
    assert len(audit(state, live, mesh, some).findings) > 5
    refused = replace(live, unread=(Unread(ORDERS, "cloudformation:DescribeStacks", "refused"),))
    assert len(audit(state, refused, mesh, nothing).findings) > 5
