"""Every kind of deviation from a small mesh: its code, who is affected and how badly, the calls that mend it.

The mesh is tests/config/small_mesh: orders publishes `orders` and `lines`, analysts of analytics read
four columns of `orders` in rows of Germany. The live state is the declared one, one thing of it changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from meshwright.access.audit import audit
from meshwright.access.beyond import beyond
from meshwright.access.cells import Cells
from meshwright.access.changes import Rows
from meshwright.access.compiled import compile_state
from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Extras, LiveStream
from meshwright.access.drift.same_policy import same
from meshwright.access.findings import (
    Audit,
    Call,
    Effect,
    FilterChange,
    Finding,
    OneMore,
    Severity,
    WithinReach,
)
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import Kind, Resource, database, filter_on, location, table, tag_policy
from meshwright.access.state import (
    AccountState,
    Database,
    Filter,
    Grant,
    Identity,
    LakeState,
    Link,
    Location,
    ShareState,
    Table,
    Unread,
)
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.config.small_mesh import MESH_FILE, TODAY, edited, write_mesh

G, ORDERS, ANALYTICS, STRANGER = "111111111111", "222222222221", "333333333331", "999999999999"
DATABASE, BUCKET = "acme_orders_sales", f"acme-orders-products-{ORDERS}"
ANALYSTS = f"arn:aws:iam::{ANALYTICS}:role/acme-analytics-analysts"
ENGINEERS = f"arn:aws:iam::{ORDERS}:role/acme-orders-engineers"
ORDERS_ANALYST = f"arn:aws:iam::{ORDERS}:role/OrdersAnalyst"
REGISTRATION = f"arn:aws:iam::{G}:role/acme-lakeformation-registration"
PROVIDER = f"arn:aws:iam::{G}:role/acme-lakeformation-provider"
DEPLOYER = f"arn:aws:iam::{G}:role/cdk-hnb659fds-cfn-exec-role-{G}-eu-west-1"
FILTER = filter_on(G, DATABASE, "orders", "analytics")
TABLE = TableName(G, DATABASE, "orders")
ALL = frozenset({"order_id", "order_date", "country", "total", "email"})
AGREED = Cells(ALL - {"email"}, frozenset({"country = 'DE'"}))
EXTRAS = Extras(streams={ORDERS: {"acme-orders-order-events": LiveStream(24)}})

Change = Callable[[AccountState], AccountState]


@dataclass(frozen=True)
class Small:
    """The small mesh, as declared."""

    mesh: Mesh
    declared: LakeState

    def audit(self, **changes: Change) -> Audit:
        """With these changes of accounts: `G=…`, `ORDERS=…`, `ANALYTICS=…`."""
        numbers = {"G": G, "ORDERS": ORDERS, "ANALYTICS": ANALYTICS}
        accounts = dict(self.declared.accounts)
        for name, change in changes.items():
            accounts[numbers[name]] = change(accounts[numbers[name]])
        return audit(self.declared, replace(self.declared, accounts=accounts), self.mesh, EXTRAS)

    def one(self, **changes: Change) -> Finding:
        """The only finding."""
        [finding] = self.audit(**changes).findings
        return finding


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    root = write_mesh(tmp_path_factory.mktemp("mesh"))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    return Small(mesh, compile_state(mesh))


def having(*grants: Grant) -> Change:
    return lambda account: replace(account, grants=(*account.grants, *grants))


def lacking(principal: str, resource: Resource) -> Change:
    def change(account: AccountState) -> AccountState:
        left = tuple(
            each for each in account.grants if (each.principal, each.resource) != (principal, resource)
        )
        assert len(left) == len(account.grants) - 1
        return replace(account, grants=left)

    return change


def lost(principal: str, *cells: Cells, name: TableName = TABLE) -> Effect:
    return Effect(principal, name, "SELECT", (), cells)


def gained(principal: str, *cells: Cells, name: TableName = TABLE) -> Effect:
    return Effect(principal, name, "SELECT", cells, ())


def summary(finding: Finding) -> tuple[str, Severity, str, str]:
    return finding.code, finding.severity, finding.account, finding.subject


def test_what_is_as_declared_is_clean(small: Small) -> None:
    assert small.audit() == Audit(())
    assert small.audit().clean


def test_a_role_without_its_grant(small: Small) -> None:
    finding = small.one(ANALYTICS=lacking(ANALYSTS, FILTER))

    assert finding == Finding(
        code="grant-missing",
        severity=Severity.HIGH,
        account=ANALYTICS,
        subject=f"{FILTER} to {ANALYSTS}",
        what="role analysts of analytics no longer has SELECT on the filter of analytics on "
        "acme_orders_sales.orders",
        affected=(lost(ANALYSTS, AGREED),),
        repair=(
            Call(
                ANALYTICS,
                "lakeformation",
                "grant_permissions",
                {
                    "Principal": {"DataLakePrincipalIdentifier": ANALYSTS},
                    "Resource": {
                        "DataCellsFilter": {
                            "TableCatalogId": G,
                            "DatabaseName": DATABASE,
                            "TableName": "orders",
                            "Name": "analytics",
                        }
                    },
                    "Permissions": ["SELECT"],
                },
            ),
        ),
        remedy="grant it again",
    )


def test_an_account_without_its_grant_or_its_option(small: Small) -> None:
    gone = small.one(G=lacking(ANALYTICS, FILTER))
    assert summary(gone) == ("grant-missing", Severity.HIGH, G, f"{FILTER} to {ANALYTICS}")
    assert gone.affected == (lost(ANALYSTS, AGREED),)
    assert gone.repair[0].parameters["PermissionsWithGrantOption"] == ["SELECT"]

    def without_option(account: AccountState) -> AccountState:
        return having(Grant(ANALYTICS, FILTER, frozenset({"SELECT"})))(lacking(ANALYTICS, FILTER)(account))

    option = small.one(G=without_option)
    assert summary(option) == ("grant-option-missing", Severity.MEDIUM, G, f"{FILTER} to {ANALYTICS}")
    assert option.affected == ()


def test_a_writer_without_insert_loses_writing_alone(small: Small) -> None:
    on = table(G, DATABASE, "lines")
    held = next(
        each
        for each in small.declared.accounts[ORDERS].grants
        if (each.principal, each.resource) == (ENGINEERS, on)
    )

    def change(account: AccountState) -> AccountState:
        return having(held._replace(permissions=held.permissions - {"INSERT"}))(
            lacking(ENGINEERS, on)(account)
        )

    finding = small.one(ORDERS=change)
    assert summary(finding) == ("grant-missing", Severity.HIGH, ORDERS, f"{on} to {ENGINEERS}")
    lines = Cells(frozenset({"order_id", "article", "quantity"}))
    assert finding.affected == (Effect(ENGINEERS, TableName(G, DATABASE, "lines"), "INSERT", (), (lines,)),)
    assert finding.repair[0].parameters["Permissions"] == ["INSERT"]


@pytest.mark.parametrize(
    ("grant", "code", "severity", "affected"),
    [
        pytest.param(
            Grant(STRANGER, table(G, DATABASE, "orders"), frozenset({"SELECT"})),
            "grant-unexpected",
            Severity.CRITICAL,
            (gained(STRANGER, Cells(ALL)),),
            id="a stranger reads a table",
        ),
        pytest.param(
            Grant(
                f"arn:aws:iam::{STRANGER}:role/Spy",
                Resource(G, Kind.COLUMNS, (DATABASE, "orders"), frozenset({"email"})),
                frozenset({"SELECT"}),
            ),
            "grant-unexpected",
            Severity.CRITICAL,
            (gained(f"arn:aws:iam::{STRANGER}:role/Spy", Cells(frozenset({"email"}))),),
            id="a stranger's role reads a column",
        ),
        pytest.param(
            Grant(ANALYTICS, table(G, DATABASE, "orders"), frozenset({"SELECT"})),
            "grant-unexpected",
            Severity.CRITICAL,
            (gained(ANALYTICS, Cells(ALL)),),
            id="a consumer's account has the whole table beside its filter",
        ),
        pytest.param(
            Grant(STRANGER, database(G, DATABASE), frozenset({"DESCRIBE"})),
            "grant-unexpected",
            Severity.MEDIUM,
            (),
            id="a stranger sees the database only",
        ),
        pytest.param(
            Grant(ANYBODY, table(G, DATABASE, "orders"), frozenset({"ALL"})),
            "open-to-iam",
            Severity.CRITICAL,
            (
                gained(G, Cells(ALL)),
                *(Effect(G, TABLE, each, (Cells(ALL),)) for each in ("INSERT", "DELETE", "ALTER", "DROP")),
            ),
            id="whomever IAM lets in",
        ),
        pytest.param(
            Grant(
                "arn:aws:organizations::111111111111:organization/o-other",
                table(G, DATABASE, "orders"),
                frozenset({"SELECT"}),
            ),
            "grant-unexpected",
            Severity.CRITICAL,
            (gained(ANALYTICS, Cells(ALL)),),
            id="an organization, in which the producer has the table already",
        ),
        pytest.param(
            Grant(
                STRANGER,
                tag_policy(G, "TABLE", {"classification": frozenset({"internal"})}),
                frozenset({"SELECT"}),
            ),
            "grant-unexpected",
            Severity.CRITICAL,
            (
                gained(
                    STRANGER,
                    Cells(frozenset({"order_id", "article", "quantity"})),
                    name=TableName(G, DATABASE, "lines"),
                ),
                gained(STRANGER, Cells(ALL)),
            ),
            id="by a tag of the mesh",
        ),
    ],
)
def test_a_grant_that_no_file_declares(
    small: Small, grant: Grant, code: str, severity: Severity, affected: tuple[Effect, ...]
) -> None:
    finding = small.one(G=having(grant))
    assert summary(finding) == (code, severity, G, f"{grant.resource} to {grant.principal}")
    assert set(finding.affected) == set(affected)
    [call] = finding.repair
    assert (call.account, call.operation) == (G, "revoke_permissions")
    assert call.parameters["Permissions"] == sorted(grant.permissions)


@pytest.mark.parametrize(
    "grant",
    [
        Grant(DEPLOYER, table(G, DATABASE, "orders"), frozenset({"ALL"}), frozenset({"ALL"})),
        Grant(PROVIDER, database(G, DATABASE), frozenset({"ALL", "CREATE_TABLE", "DESCRIBE"})),
        Grant(STRANGER, table(G, "hr", "salaries"), frozenset({"SELECT"})),
        Grant(STRANGER, location(G, "hr-bucket"), frozenset({"DATA_LOCATION_ACCESS"})),
        Grant(STRANGER, Resource(G, Kind.CATALOG), frozenset({"CREATE_DATABASE"})),
        Grant(STRANGER, tag_policy(G, "TABLE", {"team": frozenset({"hr"})}), frozenset({"SELECT"})),
    ],
    ids=lambda grant: f"{grant.principal} on {grant.resource}",
)
def test_grants_that_are_not_the_meshs_concern(small: Small, grant: Grant) -> None:
    def change(account: AccountState) -> AccountState:
        held = [
            each
            for each in account.grants
            if (each.principal, each.resource) == (grant.principal, grant.resource)
        ]
        return having(grant)(lacking(grant.principal, grant.resource)(account) if held else account)

    assert small.audit(G=change) == Audit(())


def test_super_beside_what_is_declared_goes_and_the_declared_comes_back(small: Small) -> None:
    on = table(G, DATABASE, "orders")
    finding = small.one(ORDERS=having_also(ORDERS_ANALYST, on, "ALL"))
    assert summary(finding) == ("grant-unexpected", Severity.CRITICAL, ORDERS, f"{on} to {ORDERS_ANALYST}")
    writes = {(each.principal, each.action) for each in finding.affected}
    # Not ALTER: at a registered location that needs the permission on the location as well.
    assert writes == {(ORDERS_ANALYST, each) for each in ("INSERT", "DELETE", "DROP")}
    assert [(each.operation, each.parameters["Permissions"]) for each in finding.repair] == [
        ("revoke_permissions", ["ALL"]),
        ("grant_permissions", ["DESCRIBE", "SELECT"]),
    ]


def having_also(principal: str, resource: Resource, permission: str) -> Change:
    """The declared grant with one more permission."""

    def change(account: AccountState) -> AccountState:
        [held] = [g for g in account.grants if (g.principal, g.resource) == (principal, resource)]
        more = held._replace(permissions=held.permissions | {permission})
        return having(more)(lacking(principal, resource)(account))

    return change


def test_makers_need_not_hold_super(small: Small) -> None:
    def change(account: AccountState) -> AccountState:
        left = tuple(each for each in account.grants if "ALL" not in each.permissions)
        assert len(left) < len(account.grants)
        return replace(account, grants=left)

    assert small.audit(G=change, ANALYTICS=change, ORDERS=change) == Audit(())


def test_a_grant_of_a_role_that_is_gone(small: Small) -> None:
    gone = f"arn:aws:iam::{ANALYTICS}:role/Intern"
    finding = small.one(ANALYTICS=having(Grant(gone, FILTER, frozenset({"SELECT"}))))
    assert summary(finding) == ("grant-dead", Severity.LOW, ANALYTICS, f"{FILTER} to {gone}")
    assert finding.affected == ()


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        (
            f"arn:aws:iam::{G}:saml-provider/Okta:group/analysts",
            "SAML group analysts (provider Okta) of governance",
        ),
        (f"arn:aws:iam::{G}:saml-provider/Okta:user/ada", "SAML user ada (provider Okta) of governance"),
        ("arn:aws:identitystore:::group/9067-1", "Identity Center group 9067-1"),
        ("arn:aws:identitystore:::user/9067-2", "Identity Center user 9067-2"),
        (
            f"arn:aws:quicksight:eu-west-1:{G}:group/default/readers",
            "QuickSight group readers (namespace default) of governance",
        ),
        (f"{G}:IAMPrincipals", "every principal of governance"),
        (f"arn:aws:newservice:eu-west-1:{G}:workspace/1", f"arn:aws:newservice:eu-west-1:{G}:workspace/1"),
    ],
)
def test_a_grant_to_who_is_no_role_is_not_dead(small: Small, principal: str, words: str) -> None:
    on = table(G, DATABASE, "orders")
    finding = small.one(G=having(Grant(principal, on, frozenset({"SELECT"}))))
    assert summary(finding) == ("grant-unexpected", Severity.CRITICAL, G, f"{on} to {principal}")
    assert finding.what.startswith(f"{words} has SELECT on table {DATABASE}.orders")
    assert finding.affected == (Effect(principal, TABLE, "SELECT", (Cells(ALL),)),)
    assert [call.operation for call in finding.repair] == ["revoke_permissions"]


@pytest.mark.parametrize("principal", [f"arn:aws:iam::{G}:saml-provider/Okta:group/analysts"])
def test_an_administrator_that_is_no_role_is_not_dead(small: Small, principal: str) -> None:
    finding = small.one(G=administering(principal, exist=False))
    assert (finding.code, finding.subject) == ("admin-undeclared", principal)


def test_a_role_that_got_another_domains_grant_without_a_subscription(small: Small) -> None:
    intern = f"arn:aws:iam::{ANALYTICS}:role/Intern"

    def change(account: AccountState) -> AccountState:
        known = {**account.identities, intern: Identity(parse_policy({}))}
        return having(Grant(intern, FILTER, frozenset({"SELECT"})))(replace(account, identities=known))

    finding = small.one(ANALYTICS=change)
    assert summary(finding) == ("grant-unexpected", Severity.CRITICAL, ANALYTICS, f"{FILTER} to {intern}")
    assert finding.affected == (gained(intern, AGREED),)


SAME: dict[str, Any] = {
    "consumer": "analytics",
    "gained": (),
    "lost": (),
    "later_columns": False,
    "rows": Rows.SAME,
    "rows_before": "country = 'DE'",
    "rows_after": "country = 'DE'",
    "rows_gained": None,
    "rows_lost": None,
}


@pytest.mark.parametrize(
    ("content", "severity", "affected", "change"),
    [
        (
            Filter(ALL, rows="(country = 'DE')"),
            Severity.CRITICAL,
            (gained(ANALYSTS, Cells(frozenset({"email"}), AGREED.rows)),),
            FilterChange(**SAME | {"gained": ("email",)}),
        ),
        (
            Filter(ALL - {"email"}),
            Severity.CRITICAL,
            (gained(ANALYSTS, Cells(ALL - {"email"})),),
            FilterChange(**SAME | {"rows": Rows.MORE, "rows_after": None}),
        ),
        (
            Filter(ALL - {"email", "total"}, rows="country = 'DE'"),
            Severity.HIGH,
            (lost(ANALYSTS, Cells(frozenset({"total"}), AGREED.rows)),),
            FilterChange(**SAME | {"lost": ("total",)}),
        ),
        (
            Filter(ALL - {"email"}, rows="country IN ('FR', 'DE')"),
            Severity.CRITICAL,
            (gained(ANALYSTS, Cells(ALL - {"email"}, frozenset({"country IN ('FR', 'DE')"}))),),
            FilterChange(
                **SAME
                | {
                    "rows": Rows.MORE,
                    "rows_after": "country IN ('FR', 'DE')",
                    "rows_gained": "country = 'FR'",
                }
            ),
        ),
        (
            Filter(ALL - {"email"}, rows="country = 'FR'"),
            Severity.CRITICAL,
            (
                Effect(
                    ANALYSTS,
                    TABLE,
                    "SELECT",
                    (Cells(ALL - {"email"}, frozenset({"country = 'FR'"})),),
                    (AGREED,),
                ),
            ),
            FilterChange(
                **SAME
                | {
                    "rows": Rows.OTHER,
                    "rows_after": "country = 'FR'",
                    "rows_gained": "country = 'FR'",
                    "rows_lost": "country = 'DE'",
                }
            ),
        ),
        (
            Filter(excluded=frozenset({"email"}), rows="(country = 'DE')"),
            Severity.MEDIUM,
            (),
            FilterChange(**SAME | {"later_columns": True}),
        ),
    ],
)
def test_a_filter_that_was_changed(
    small: Small, content: Filter, severity: Severity, affected: tuple[Effect, ...], change: FilterChange
) -> None:
    finding = small.one(G=lambda account: replace(account, filters={FILTER: content}))
    assert summary(finding) == ("filter-changed", severity, G, str(FILTER))
    assert finding.affected == affected
    assert finding.what == "the filter of analytics on acme_orders_sales.orders is not as agreed"
    assert finding.filter_change == change
    [call] = finding.repair
    assert call.operation == "update_data_cells_filter"
    assert call.parameters["TableData"] == {
        "TableCatalogId": G,
        "DatabaseName": DATABASE,
        "TableName": "orders",
        "Name": "analytics",
        "ColumnNames": ["country", "order_date", "order_id", "total"],
        "RowFilter": {"FilterExpression": "(country = 'DE')"},
    }


def test_rows_that_say_the_same_are_the_same(small: Small) -> None:
    assert small.audit(
        G=lambda a: replace(a, filters={FILTER: Filter(ALL - {"email"}, rows="country = 'DE'")})
    ) == Audit(())


def test_an_unexpected_filter_and_the_grant_on_it(small: Small) -> None:
    spying = filter_on(G, DATABASE, "orders", "spy")

    def change(account: AccountState) -> AccountState:
        filters = {**account.filters, spying: Filter(frozenset({"email"}))}
        return having(Grant(STRANGER, spying, frozenset({"SELECT"})))(replace(account, filters=filters))

    found = small.audit(G=change).findings
    assert [summary(each) for each in found] == [
        ("grant-unexpected", Severity.CRITICAL, G, f"{spying} to {STRANGER}"),
        ("filter-unexpected", Severity.LOW, G, str(spying)),
    ]
    assert found[0].affected == (gained(STRANGER, Cells(frozenset({"email"}))),)


@pytest.mark.parametrize(
    ("change", "code", "subject", "edit"),
    [
        (
            lambda settings: replace(settings, admins=frozenset({PROVIDER})),
            "admin-missing",
            DEPLOYER,
            {"DataLakeAdmins": {"add": [DEPLOYER]}},
        ),
        (
            lambda settings: replace(settings, table_defaults=frozenset({ANYBODY})),
            "defaults-open",
            "CreateTableDefaultPermissions",
            {"CreateTableDefaultPermissions": {"set": []}},
        ),
        (
            lambda settings: replace(settings, cross_account_version=3),
            "version-lowered",
            "CROSS_ACCOUNT_VERSION",
            {"Parameters": {"add": {"CROSS_ACCOUNT_VERSION": "4"}}},
        ),
        (
            lambda settings: replace(settings, read_only_admins=frozenset()),
            "reader-missing",
            f"arn:aws:iam::{G}:role/cdk-hnb659fds-lookup-role-{G}-eu-west-1",
            {"ReadOnlyAdmins": {"add": [f"arn:aws:iam::{G}:role/cdk-hnb659fds-lookup-role-{G}-eu-west-1"]}},
        ),
    ],
)
def test_settings_that_were_changed(
    small: Small, change: Callable[[object], object], code: str, subject: str, edit: dict[str, object]
) -> None:
    finding = small.one(G=lambda account: replace(account, settings=change(account.settings)))
    severity = Severity.HIGH if code == "defaults-open" else Severity.MEDIUM
    assert summary(finding) == (code, severity, G, subject)
    assert finding.repair == (Call(G, "lakeformation", "put_data_lake_settings", edit, merge=True),)


def administering(
    *admins: str, readers: tuple[str, ...] = (), policy: Policy | None = None, exist: bool = True
) -> Change:
    """More administrators, who exist with this policy."""

    def change(account: AccountState) -> AccountState:
        settings = replace(
            account.settings,
            admins=account.settings.admins.union(admins),
            read_only_admins=account.settings.read_only_admins.union(readers),
        )
        new = {each: Identity(policy) for each in (*admins, *readers) if exist}
        return replace(account, settings=settings, identities={**new, **account.identities})

    return change


ANY_QUERY = parse_policy(
    {"Statement": {"Effect": "Allow", "Action": ["glue:*", "lakeformation:*"], "Resource": "*"}}
)


def test_an_administrator_of_a_consumer_that_no_file_declares(small: Small) -> None:
    admin = f"arn:aws:iam::{ANALYTICS}:role/LakeAdmin"
    assert small.one(ANALYTICS=administering(admin, policy=ANY_QUERY)) == Finding(
        code="admin-undeclared",
        severity=Severity.CRITICAL,
        account=ANALYTICS,
        subject=admin,
        what="role LakeAdmin of analytics administers Lake Formation, and no file says so: it has whatever "
        "is granted to the account, and can grant it there",
        affected=(gained(admin, AGREED),),
        repair=(
            Call(
                ANALYTICS,
                "lakeformation",
                "put_data_lake_settings",
                {"DataLakeAdmins": {"remove": [admin]}},
                merge=True,
            ),
        ),
        remedy="take it off the administrators, or name it under `administrators` in mesh.yaml",
    )

    glue_alone = parse_policy({"Statement": {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}})
    barred = small.one(ANALYTICS=administering(admin, policy=glue_alone))
    assert (barred.severity, barred.affected) == (Severity.HIGH, ())
    assert barred.within_reach == (WithinReach(admin, OneMore.GRANT, (TABLE,)),)


def test_an_administrator_of_a_producer_can_also_write(small: Small) -> None:
    admin = f"arn:aws:iam::{ORDERS}:user/ann"
    finding = small.one(ORDERS=administering(admin, policy=ANY_QUERY))
    assert summary(finding) == ("admin-undeclared", Severity.CRITICAL, ORDERS, admin)
    tables = {"orders": Cells(ALL), "lines": Cells(frozenset({"order_id", "article", "quantity"}))}
    assert set(finding.affected) == {
        Effect(admin, TableName(G, DATABASE, name), action, (cells,))
        for name, cells in tables.items()
        for action in ("SELECT", "INSERT", "DELETE", "ALTER", "DROP")
    }


def test_an_administrator_of_the_catalog_has_no_data_and_can_grant_it(small: Small) -> None:
    admin = f"arn:aws:iam::{G}:role/LakeAdmin"
    finding = small.one(G=administering(admin, policy=ANY_QUERY))
    assert summary(finding) == ("admin-undeclared", Severity.CRITICAL, G, admin)
    assert finding.affected == ()
    assert finding.what.endswith("it can grant anything in the catalog, to itself and to others")


def test_a_read_only_administrator_that_no_file_declares(small: Small) -> None:
    reader = f"arn:aws:iam::{G}:role/Auditor"
    finding = small.one(G=administering(readers=(reader,)))
    assert summary(finding) == ("reader-undeclared", Severity.MEDIUM, G, reader)
    edit = {"ReadOnlyAdmins": {"remove": [reader]}}
    assert finding.repair == (Call(G, "lakeformation", "put_data_lake_settings", edit, merge=True),)
    assert small.audit(G=administering(readers=(DEPLOYER,))) == Audit(())


def test_the_role_that_reads_is_not_to_administer(small: Small) -> None:
    lookup = f"arn:aws:iam::{G}:role/cdk-hnb659fds-lookup-role-{G}-eu-west-1"
    instead = small.one(
        G=lambda a: replace(
            a, settings=replace(a.settings, admins=a.settings.admins | {lookup}, read_only_admins=frozenset())
        )
    )
    assert (instead.code, instead.repair[0].parameters) == (
        "admin-undeclared",
        {"DataLakeAdmins": {"remove": [lookup]}, "ReadOnlyAdmins": {"add": [lookup]}},
    )


def test_administrators_that_mesh_yaml_names(tmp_path: Path) -> None:
    ann = f"arn:aws:iam::{G}:user/ann"
    listed = f"open_classifications: [public]\nadministrators: [LakeAdmin, Auditor, {ann}]"
    root = write_mesh(tmp_path, edited(MESH_FILE, "open_classifications: [public]", listed))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    named = Small(mesh, compile_state(mesh))
    admin, auditor = f"arn:aws:iam::{G}:role/platform/LakeAdmin", f"arn:aws:iam::{ANALYTICS}:role/Auditor"
    both = administering(admin, ann, policy=ANY_QUERY)
    assert named.audit(G=both, ANALYTICS=administering(readers=(auditor,))) == Audit(())

    strange = f"arn:aws:iam::{STRANGER}:role/LakeAdmin"
    user = f"arn:aws:iam::{G}:user/LakeAdmin"
    found = named.audit(G=administering(strange, user)).findings
    assert [(each.code, each.subject) for each in found] == [
        ("admin-undeclared", user),
        ("admin-undeclared", strange),
    ]


def test_who_is_gone_is_taken_off_first_and_who_exists_last(small: Small) -> None:
    other, dead = f"arn:aws:iam::{G}:role/LakeAdmin", f"arn:aws:iam::{G}:role/Gone"
    spying = filter_on(G, DATABASE, "orders", "spy")

    def change(account: AccountState) -> AccountState:
        filters = {**account.filters, spying: Filter(frozenset({"email"}))}
        account = administering(dead, exist=False)(administering(other)(account))
        return replace(account, filters=filters)

    found = small.audit(G=change).findings
    assert [summary(each) for each in found] == [
        ("admin-dead", Severity.HIGH, G, dead),
        ("filter-unexpected", Severity.LOW, G, str(spying)),
        ("admin-undeclared", Severity.CRITICAL, G, other),
    ]
    assert found[0].repair[0].parameters == {"DataLakeAdmins": {"remove": [dead]}}


@pytest.mark.parametrize(
    ("tags", "code", "says"),
    [
        (
            {"domain": "orders", "product": "sales", "classification": "public"},
            "tag-changed",
            "=public instead of internal",
        ),
        (
            {"domain": "orders", "product": "sales"},
            "tag-missing",
            "has lost the LF-Tag classification=internal",
        ),
        (
            {"domain": "orders", "product": "sales", "classification": "internal", "sensitivity": "pii"},
            "tag-unexpected",
            "sensitivity=pii, which no file declares",
        ),
    ],
)
def test_tags_that_were_changed(small: Small, tags: dict[str, str], code: str, says: str) -> None:
    finding = small.one(G=lambda a: replace(a, tags={**a.tags, database(G, DATABASE): tags}))
    assert (finding.code, finding.severity) == (code, Severity.MEDIUM)
    assert says in finding.what


def test_a_tag_key_that_lacks_values_or_is_gone(small: Small) -> None:
    keys = small.declared.accounts[G].tag_keys
    lacking_one = {**keys, "classification": keys["classification"] - {"restricted"}}
    finding = small.one(G=lambda a: replace(a, tag_keys=lacking_one))
    assert (finding.subject, finding.repair[0].parameters["TagValuesToAdd"]) == (
        "classification",
        ["restricted"],
    )

    gone = {key: values for key, values in keys.items() if key != "sensitivity"}
    finding = small.one(G=lambda a: replace(a, tag_keys=gone))
    assert (finding.code, finding.repair[0].operation) == ("tag-key-missing", "create_lf_tag")


def test_links(small: Small) -> None:
    gone = small.one(ANALYTICS=lambda a: replace(a, databases={}))
    assert summary(gone) == ("link-missing", Severity.HIGH, ANALYTICS, DATABASE)
    assert gone.affected == (lost(ANALYSTS, AGREED),)
    target = {"CatalogId": G, "DatabaseName": DATABASE, "Region": "eu-west-1"}
    assert gone.repair == (
        Call(
            ANALYTICS,
            "glue",
            "create_database",
            {"DatabaseInput": {"Name": DATABASE, "TargetDatabase": target}},
        ),
    )

    moved = small.one(ANALYTICS=lambda a: replace(a, databases={DATABASE: Database(Link(STRANGER, "x"))}))
    assert (moved.code, moved.affected) == ("link-elsewhere", (lost(ANALYSTS, AGREED),))

    own = small.one(ANALYTICS=lambda a: replace(a, databases={DATABASE: Database()}))
    assert (own.code, own.affected, own.repair) == ("link-replaced", (lost(ANALYSTS, AGREED),), ())

    more = {
        "acme_old": Database(Link(G, "acme_old")),
        "mine": Database(Link(G, DATABASE)),
        "hr": Database(Link(G, "hr")),
    }
    left = small.audit(ANALYTICS=lambda a: replace(a, databases={**a.databases, **more})).findings
    assert [summary(each) for each in left] == [
        ("link-dangling", Severity.LOW, ANALYTICS, "acme_old"),
        ("link-unexpected", Severity.LOW, ANALYTICS, "mine"),
    ]


READERS = (lost(ANALYSTS, AGREED), lost(ENGINEERS, Cells(ALL)), lost(ORDERS_ANALYST, Cells(ALL)))


@pytest.mark.parametrize(
    ("locations", "code", "operation"),
    [
        ({}, "location-missing", "register_resource"),
        ({BUCKET: Location(REGISTRATION, hybrid=True)}, "location-hybrid", "update_resource"),
        ({BUCKET: Location(f"arn:aws:iam::{G}:role/Other")}, "location-role", "update_resource"),
    ],
)
def test_a_location_that_is_not_as_registered(
    small: Small, locations: dict[str, Location], code: str, operation: str
) -> None:
    finding = small.one(G=lambda a: replace(a, locations=locations))
    assert summary(finding) == (code, Severity.HIGH, G, BUCKET)
    assert {each for each in finding.affected if each.table == TABLE} == set(READERS)
    assert [each.operation for each in finding.repair] == [operation]


def test_a_location_inside_the_registered_one(small: Small) -> None:
    inside = {f"{BUCKET}/sales": Location(f"arn:aws:iam::{G}:role/Other")}
    finding = small.one(G=lambda a: replace(a, locations={**a.locations, **inside}))
    assert summary(finding) == ("location-unexpected", Severity.HIGH, G, f"{BUCKET}/sales")
    assert [each.operation for each in finding.repair] == ["deregister_resource"]


def test_an_opt_in(small: Small) -> None:
    finding = small.one(G=lambda a: replace(a, opt_ins=frozenset({(ANALYSTS, table(G, DATABASE, "orders"))})))
    assert (finding.code, finding.severity) == ("opt-in-unexpected", Severity.LOW)
    assert finding.repair[0].operation == "delete_lake_formation_opt_in"


def statements_of(account: AccountState, bucket: str) -> list[dict[str, object]]:
    import json

    policy = account.buckets[bucket]
    assert policy is not None
    statements: list[dict[str, object]] = json.loads(policy.document)["Statement"]
    return statements


def test_a_bucket_policy_in_another_order_and_spelling_is_the_same(small: Small) -> None:
    def change(account: AccountState) -> AccountState:
        statements = [
            {**each, "Sid": f"s{number}"}
            for number, each in enumerate(reversed(statements_of(account, BUCKET)))
        ]
        return replace(account, buckets={**account.buckets, BUCKET: parse_policy({"Statement": statements})})

    assert small.audit(ORDERS=change) == Audit(())


def test_policies_are_compared_by_what_they_say() -> None:
    one = parse_policy(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": "*",
                "Principal": {"AWS": f"arn:aws:iam::{G}:root"},
            }
        }
    )
    other = parse_policy(
        {
            "Statement": [
                {
                    "Sid": "x",
                    "Effect": "Allow",
                    "Action": ["S3:ListBucket", "s3:getobject"],
                    "Resource": ["*"],
                    "Principal": {"AWS": [G]},
                }
            ]
        }
    )
    assert same(one, other)
    assert not same(one, parse_policy({}))
    assert same(None, parse_policy({}))


def test_a_stranger_in_bucket_and_key_reads_only_with_both(small: Small) -> None:
    root = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
    reads = {
        "Effect": "Allow",
        "Principal": root,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    decrypts = {"Effect": "Allow", "Principal": root, "Action": "kms:Decrypt", "Resource": "*"}

    def bucket(account: AccountState) -> AccountState:
        policy = parse_policy({"Statement": [*statements_of(account, BUCKET), reads]})
        return replace(account, buckets={**account.buckets, BUCKET: policy})

    def key(account: AccountState) -> AccountState:
        [(arn, held)] = account.keys.items()
        assert held.policy is not None
        more = Policy((*held.policy.statements, *parse_policy({"Statement": decrypts}).statements))
        return replace(account, keys={arn: replace(held, policy=more)})

    alone = small.one(ORDERS=bucket)
    assert summary(alone) == ("bucket-policy-changed", Severity.HIGH, ORDERS, BUCKET)
    both_tables = (TABLE, TableName(G, DATABASE, "lines"))
    assert alone.within_reach == (WithinReach(STRANGER, OneMore.POLICY, both_tables),)
    assert alone.what.endswith(f"also allows {STRANGER} s3:GetObject")
    assert alone.affected == ()

    both = small.audit(ORDERS=lambda account: key(bucket(account))).findings
    assert [(each.code, each.severity) for each in both] == [
        ("key-policy-changed", Severity.CRITICAL),
        ("bucket-policy-changed", Severity.CRITICAL),
    ]
    lines = Cells(frozenset({"order_id", "article", "quantity"}))
    reached = (gained(STRANGER, lines, name=TableName(G, DATABASE, "lines")), gained(STRANGER, Cells(ALL)))
    assert all(set(each.affected) == set(reached) for each in both)


def test_keys_and_encryption(small: Small) -> None:
    def disabled(account: AccountState) -> AccountState:
        return replace(account, keys={arn: replace(key, enabled=False) for arn, key in account.keys.items()})

    finding = small.one(ORDERS=disabled)
    assert summary(finding) == ("key-disabled", Severity.HIGH, ORDERS, "alias/acme-orders")
    assert {each for each in finding.affected if each.table == TABLE} == set(READERS)

    def unencrypted(account: AccountState) -> AccountState:
        left = {name: key for name, key in account.bucket_keys.items() if name != BUCKET}
        return replace(account, bucket_keys=left)

    finding = small.one(ORDERS=unencrypted)
    assert summary(finding) == ("bucket-encryption", Severity.MEDIUM, ORDERS, BUCKET)

    def key_gone(account: AccountState) -> AccountState:
        return replace(account, keys={})

    finding = small.one(ORDERS=key_gone)
    assert summary(finding) == ("key-missing", Severity.MEDIUM, ORDERS, "alias/acme-orders")
    assert finding.what == "orders has no key alias/acme-orders"

    gone = small.audit(
        ORDERS=lambda a: replace(a, buckets={k: v for k, v in a.buckets.items() if k != BUCKET})
    )
    assert [(each.code, each.severity) for each in gone.findings] == [("bucket-missing", Severity.HIGH)]


def identity(arn: str, **changes: object) -> Change:
    def change(account: AccountState) -> AccountState:
        changed = replace(account.identities[arn], **changes)  # type: ignore[arg-type]
        return replace(account, identities={**account.identities, arn: changed})

    return change


def gone(arn: str) -> Change:
    return lambda account: replace(
        account, identities={each: value for each, value in account.identities.items() if each != arn}
    )


def test_roles_that_are_gone(small: Small) -> None:
    created = small.one(ANALYTICS=gone(ANALYSTS))
    assert summary(created) == ("role-missing", Severity.HIGH, ANALYTICS, ANALYSTS)
    assert created.affected == (lost(ANALYSTS, AGREED),)
    assert [each.operation for each in created.repair] == ["create_role", "put_role_policy"]

    existing = small.one(ORDERS=gone(ORDERS_ANALYST))
    assert (existing.code, existing.repair) == ("role-missing", ())
    assert existing.remedy == "make the role, or correct its name in domains/orders.yaml"

    registration = small.one(G=gone(REGISTRATION))
    assert {each for each in registration.affected if each.table == TABLE} == set(READERS)


def test_roles_whose_policies_changed(small: Small) -> None:
    some = parse_policy({"Statement": {"Effect": "Allow", "Action": "glue:Get*", "Resource": "*"}})
    created = small.one(ANALYTICS=identity(ANALYSTS, policy=some))
    assert (created.code, created.severity) == ("role-policy-changed", Severity.HIGH)
    assert created.affected == (lost(ANALYSTS, AGREED),)
    assert "also allows glue:Get*; no longer allows lakeformation:GetDataAccess" in created.what
    assert created.repair[0].merge

    existing = small.one(ORDERS=identity(ORDERS_ANALYST, policy=some))
    assert (existing.code, existing.severity, existing.repair) == ("role-policy-unfit", Severity.HIGH, ())
    enough = parse_policy(
        {"Statement": {"Effect": "Allow", "Action": ["glue:*", "lakeformation:*"], "Resource": "*"}}
    )
    assert small.audit(ORDERS=identity(ORDERS_ANALYST, policy=enough)) == Audit(())

    trust = parse_policy(
        {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": STRANGER}}}
    )
    trusted = small.one(ANALYTICS=identity(ANALYSTS, trust=trust))
    assert summary(trusted) == ("role-trust-changed", Severity.CRITICAL, ANALYTICS, ANALYSTS)
    assert trusted.affected == (gained(STRANGER, AGREED),)
    assert f"also allows {STRANGER} sts:AssumeRole" in trusted.what


@pytest.mark.parametrize("state", [ShareState.PENDING, ShareState.REJECTED, ShareState.FAILED, None])
def test_shares(small: Small, state: ShareState | None) -> None:
    def change(account: AccountState) -> AccountState:
        left = {receiver: held for receiver, held in account.shares.items() if receiver != ANALYTICS}
        return replace(account, shares=left if state is None else {**left, ANALYTICS: state})

    finding = small.one(G=change)
    assert summary(finding) == (f"share-{state or 'missing'}", Severity.HIGH, G, ANALYTICS)
    assert finding.affected == (lost(ANALYSTS, AGREED),)
    made = [each.operation for each in finding.repair]
    anew = ["revoke_permissions"] * 2 + ["grant_permissions"] * 2
    assert made == [*([] if state is ShareState.PENDING else anew), "accept_resource_share_invitation"]


def sales(account: AccountState, **tables: Table | None) -> AccountState:
    held = account.databases[DATABASE]
    changed = {**held.tables, **tables}
    kept = {name: each for name, each in changed.items() if each is not None}
    return replace(account, databases={**account.databases, DATABASE: replace(held, tables=kept)})


def test_tables_and_databases(small: Small) -> None:
    orders, lines = (
        small.declared.accounts[G].databases[DATABASE].tables[name] for name in ("orders", "lines")
    )

    no_table = small.one(G=lambda a: sales(a, orders=None))
    assert summary(no_table) == ("table-missing", Severity.HIGH, G, f"{DATABASE}.orders")
    assert set(no_table.affected) == set(READERS)
    assert no_table.remedy == (
        "make the table acme_orders_sales.orders again with a query engine, from its last metadata file: a "
        "deployment does not, as long as the template is the same; the files are where they were"
    )

    evolved = replace(orders, columns=(*orders.columns, "note"), types=(*orders.types, "string"))
    more = small.one(G=lambda a: sales(a, orders=evolved))
    assert (more.code, more.severity) == ("columns-undeclared", Severity.LOW)

    fewer = small.one(
        G=lambda a: sales(a, lines=replace(lines, columns=lines.columns[:2], types=lines.types[:2]))
    )
    assert (fewer.code, fewer.severity) == ("table-changed", Severity.HIGH)
    assert fewer.what == f"the table {DATABASE}.lines lacks the columns quantity"

    extra = small.one(G=lambda a: sales(a, draft=Table(("a",))))
    assert summary(extra) == ("table-unexpected", Severity.LOW, G, f"{DATABASE}.draft")

    old = small.one(
        G=lambda a: replace(a, databases={**a.databases, "acme_old": Database(), "hr": Database()})
    )
    assert summary(old) == ("database-unexpected", Severity.LOW, G, "acme_old")

    opened = small.one(
        G=lambda a: replace(
            a, databases={DATABASE: replace(a.databases[DATABASE], table_defaults=frozenset({ANYBODY}))}
        )
    )
    assert summary(opened) == ("defaults-open", Severity.HIGH, G, DATABASE)


def test_streams_and_stacks(small: Small) -> None:
    extras = Extras(
        stacks={
            ORDERS: {"acme-orders-foundation": "CREATE_COMPLETE", "acme-old-foundation": "UPDATE_COMPLETE"}
        },
        streams={ORDERS: {}},
    )
    found = audit(small.declared, small.declared, small.mesh, extras).findings
    assert [summary(each) for each in found] == [
        ("stream-missing", Severity.HIGH, ORDERS, "acme-orders-order-events"),
        ("stack-leftover", Severity.LOW, ORDERS, "acme-old-foundation"),
    ]
    # Whoever makes the domain's products reads its own streams.
    assert [(each.principal, each.gained) for each in found[0].on_streams] == [(ENGINEERS, False)]


def test_stacks_that_have_nothing_left_to_hold(small: Small) -> None:
    stacks = {
        G: {"acme-orders-share": "CREATE_COMPLETE", "acme-analytics-share": "CREATE_COMPLETE"},
        ANALYTICS: {"acme-analytics-access": "CREATE_COMPLETE"},
    }
    idle = replace(small.mesh, subscriptions=())
    found = audit(compile_state(idle), compile_state(idle), idle, replace(EXTRAS, stacks=stacks))
    assert [(each.code, each.subject, each.remedy) for each in found.findings] == [
        ("stack-leftover", "acme-analytics-access", "delete that stack"),
        (
            "stack-leftover",
            "acme-analytics-share",
            "delete that stack, once acme-analytics-access is deployed or deleted",
        ),
    ]


def test_what_was_not_read_is_not_compared_and_not_clean(small: Small) -> None:
    empty = {number: replace(account, grants=()) for number, account in small.declared.accounts.items()}
    unread = tuple(Unread(number, "lakeformation:ListPermissions", "not allowed") for number in empty)
    live = replace(small.declared, accounts=empty, unread=unread)

    found = audit(small.declared, live, small.mesh, EXTRAS)
    assert found == Audit((), unread)
    assert not found.clean

    closed = {**small.declared.accounts, ANALYTICS: AccountState(ANALYTICS, complete=False)}
    refused = (Unread(ANALYTICS, "sts:AssumeRole", "refused"),)
    assert audit(
        small.declared, replace(small.declared, accounts=closed, unread=refused), small.mesh, EXTRAS
    ) == Audit((), refused)


def test_what_is_listed_is_there_however_partial_the_list(small: Small) -> None:
    strange = Grant(STRANGER, table(G, DATABASE, "orders"), frozenset({"SELECT"}))
    accounts = {**small.declared.accounts, G: replace(small.declared.accounts[G], grants=(strange,))}
    unread = (Unread(G, "lakeformation:ListPermissions", "filtered"),)
    found = audit(
        small.declared, replace(small.declared, accounts=accounts, unread=unread), small.mesh, EXTRAS
    )
    assert [each.code for each in found.findings] == ["grant-unexpected"]


MAPPINGS = (
    "databases",
    "filters",
    "tags",
    "tag_keys",
    "locations",
    "identities",
    "buckets",
    "keys",
    "shares",
)


def test_whatever_is_missing_is_found_in_its_account(small: Small) -> None:
    tried = 0
    for number, account in small.declared.accounts.items():
        for field in MAPPINGS:
            entries = getattr(account, field)
            for gone in entries:
                left = {key: value for key, value in entries.items() if key != gone}
                changed = replace(account, **{field: left})
                live = replace(small.declared, accounts={**small.declared.accounts, number: changed})
                found = audit(small.declared, live, small.mesh, EXTRAS).findings
                assert number in {each.account for each in found}, f"{field} {gone} of {number}"
                tried += 1
    assert tried > 30


def test_whatever_grant_is_missing_is_found_unless_a_maker_holds_it(small: Small) -> None:
    tried = 0
    for number, account in small.declared.accounts.items():
        for gone in account.grants:
            changed = replace(account, grants=tuple(each for each in account.grants if each != gone))
            live = replace(small.declared, accounts={**small.declared.accounts, number: changed})
            found = audit(small.declared, live, small.mesh, EXTRAS).findings
            expected = (
                []
                if "ALL" in gone.permissions
                else [("grant-missing", f"{gone.resource} to {gone.principal}")]
            )
            assert [(each.code, each.subject) for each in found] == expected
            tried += 1
    assert tried > 20


def test_a_subscription_that_ended(tmp_path: Path) -> None:
    from datetime import date

    root = write_mesh(tmp_path)
    before = compile_state(load_mesh(root, environment="dev", today=date(2027, 6, 30)))
    mesh = load_mesh(root, environment="dev", today=date(2027, 7, 1))
    found = audit(compile_state(mesh), before, mesh, EXTRAS).findings

    ended = [each for each in found if each.code == "grant-ended"]
    assert {each.subject for each in ended} == {
        f"{FILTER} to {ANALYTICS}",
        f"{database(G, DATABASE)} to {ANALYTICS}",
        f"{FILTER} to {ANALYSTS}",
        f"{database(G, DATABASE)} to {ANALYSTS}",
        f"{database(ANALYTICS, DATABASE)} to {ANALYSTS}",
    }
    [outer] = [each for each in ended if each.subject == f"{FILTER} to {ANALYTICS}"]
    assert (outer.severity, outer.affected) == (Severity.CRITICAL, (gained(ANALYTICS, AGREED),))
    assert outer.what.endswith(
        "the subscription of analytics to orders.sales ended on 2027-06-30 (domains/analytics.yaml)"
    )
    assert {each.code for each in found} == {
        "grant-ended",
        "filter-unexpected",
        "link-unexpected",
        "role-policy-changed",
    }


def test_cells_beyond_limits() -> None:
    german = frozenset({"country = 'DE'"})
    seen = [Cells(frozenset({"a", "b"})), Cells(frozenset({"c"}), german)]
    assert beyond(seen, [Cells(frozenset({"a"})), Cells(frozenset({"b"}), german)]) == (
        Cells(frozenset({"b"})),
        Cells(frozenset({"c"}), german),
    )
    assert beyond(seen, seen) == ()
