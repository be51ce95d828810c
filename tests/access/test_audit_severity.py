"""How bad a finding is follows from who reaches what by it: each kind of opening, to whom, of what.

The mesh is tests/config/small_mesh, as in test_audit.py: analysts of analytics read four columns of `orders`
in rows of Germany, and engineers of orders make its two tables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from meshwright.access.audit import audit
from meshwright.access.cells import Cells
from meshwright.access.compiled import compile_state
from meshwright.access.decision import TableName
from meshwright.access.findings import Finding, Severity
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.resources import Resource, database, location, table, tag_policy
from meshwright.access.state import ANYBODY, AccountState, Database, Filter, Grant, Identity, Location, Table
from meshwright.project import load_mesh
from tests.access.test_audit import (
    ALL,
    ANALYSTS,
    ANALYTICS,
    ANY_QUERY,
    BUCKET,
    DATABASE,
    ENGINEERS,
    EXTRAS,
    FILTER,
    ORDERS,
    ORDERS_ANALYST,
    PROVIDER,
    REGISTRATION,
    STRANGER,
    Change,
    Small,
    administering,
    having,
    having_also,
    identity,
    sales,
    statements_of,
)
from tests.config.small_mesh import MESH_FILE, TODAY, edited, write_mesh

G = "111111111111"
LINES = TableName(G, DATABASE, "lines")
BOTH = frozenset({"orders", "lines"})
ONE = frozenset({"orders"})
RAW = f"acme-orders-raw-{ORDERS}"
SPY = f"arn:aws:iam::{G}:role/Spy"
EVERYONE = "000000000000"
NAMES = {G: "G", ORDERS: "ORDERS", ANALYTICS: "ANALYTICS"}

Opened = Mapping[tuple[str, str], frozenset[str]]
"""Tables by the principal and what it can do, or the call that it needs."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    root = write_mesh(tmp_path_factory.mktemp("mesh"))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    return Small(mesh, compile_state(mesh))


@dataclass(frozen=True)
class Opening:
    """A kind of deviation: what was done where, and what is said of it."""

    changes: Mapping[str, Change]
    code: str
    severity: Severity
    gained: Opened
    within_reach: Opened


def affected(finding: Finding) -> Opened:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for each in finding.affected:
        if each.gained:
            at = (each.principal, each.action)
            found[at] = found.get(at, frozenset()) | {each.table.table}
    return found


def near(finding: Finding) -> Opened:
    return {
        (each.principal, each.by.value): frozenset(name.table for name in each.tables)
        for each in finding.within_reach
    }


def policies(buckets: Mapping[str, dict[str, object]], on_key: dict[str, object] | None = None) -> Change:
    """One more statement in the policies of these buckets, and of the domain's key."""

    def change(account: AccountState) -> AccountState:
        changed = {
            name: parse_policy({"Statement": [*statements_of(account, name), more]})
            for name, more in buckets.items()
        }
        [(arn, held)] = account.keys.items()
        assert held.policy is not None
        more = parse_policy({"Statement": on_key}).statements if on_key else ()
        key = replace(held, policy=Policy((*held.policy.statements, *more)))
        return replace(account, buckets={**account.buckets, **changed}, keys={arn: key})

    return change


def may(principal: object, *actions: str, resource: str = "*") -> dict[str, object]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": resource}


def allowing(arn: str, *actions: str) -> Change:
    """The role's own policies allow these actions too."""

    def change(account: AccountState) -> AccountState:
        held = account.identities[arn]
        assert held.policy is not None
        more = parse_policy({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}})
        policy = Policy((*held.policy.statements, *more.statements))
        return replace(account, identities={**account.identities, arn: replace(held, policy=policy)})

    return change


def unencrypted(bucket: str) -> Change:
    return lambda account: replace(
        account, bucket_keys={name: key for name, key in account.bucket_keys.items() if name != bucket}
    )


def both_of(*changes: Change) -> Change:
    def change(account: AccountState) -> AccountState:
        for each in changes:
            account = each(account)
        return account

    return change


def tagged(key: str, value: str, at: Resource) -> Change:
    return lambda account: replace(
        account, tags={**account.tags, at: {**account.tags.get(at, {}), key: value}}
    )


def with_spy(account: AccountState) -> AccountState:
    return replace(account, identities={**account.identities, SPY: Identity(ANY_QUERY)})


def trusting(*principals: dict[str, str]) -> Policy:
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each} for each in principals]
    return parse_policy({"Statement": statements})


def holding(principal: str, resource: Resource, *permissions: str, grantable: str = "") -> Change:
    return having(
        Grant(principal, resource, frozenset(permissions), frozenset({grantable} if grantable else ()))
    )


ADMIN = f"arn:aws:iam::{ANALYTICS}:role/LakeAdmin"
CATALOG_ADMIN = f"arn:aws:iam::{G}:role/LakeAdmin"
GLUE_ALONE = parse_policy({"Statement": {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}})
ON_ORDERS, ON_DATABASE = table(G, DATABASE, "orders"), database(G, DATABASE)
OLD = Table(("name", "salary"), location=f"{BUCKET}/old/staff")
ORDERS_TABLE = f"{BUCKET}/sales/orders"
NOBODY: Opened = {}
GLUE, LAKE_FORMATION = {"Service": "glue.amazonaws.com"}, {"Service": "lakeformation.amazonaws.com"}


def without_tls(account: AccountState) -> AccountState:
    kept = [each for each in statements_of(account, BUCKET) if each["Effect"] == "Allow"]
    return replace(account, buckets={**account.buckets, BUCKET: parse_policy({"Statement": kept})})


KINDS: dict[str, Opening] = {
    # Lake Formation's administrators and defaults
    "an administrator of the catalog": Opening(
        {G: administering(CATALOG_ADMIN, policy=ANY_QUERY)},
        "admin-undeclared",
        Severity.CRITICAL,
        NOBODY,
        {(CATALOG_ADMIN, "grant"): BOTH},
    ),
    "an administrator of a consumer": Opening(
        {ANALYTICS: administering(ADMIN, policy=ANY_QUERY)},
        "admin-undeclared",
        Severity.CRITICAL,
        {(ADMIN, "SELECT"): ONE},
        NOBODY,
    ),
    "an administrator whose IAM keeps it from data": Opening(
        {ANALYTICS: administering(ADMIN, policy=GLUE_ALONE)},
        "admin-undeclared",
        Severity.HIGH,
        NOBODY,
        {(ADMIN, "grant"): ONE},
    ),
    "an administrator who does not exist": Opening(
        {G: administering(SPY, exist=False)},
        "admin-dead",
        Severity.HIGH,
        NOBODY,
        {(SPY, "role"): BOTH},
    ),
    "a read-only administrator sees no data": Opening(
        {G: administering(readers=(CATALOG_ADMIN,))}, "reader-undeclared", Severity.MEDIUM, NOBODY, NOBODY
    ),
    "new tables would be open": Opening(
        {G: lambda a: replace(a, settings=replace(a.settings, table_defaults=frozenset({ANYBODY})))},
        "defaults-open",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    "new databases of a domain would be open": Opening(
        {ORDERS: lambda a: replace(a, settings=replace(a.settings, database_defaults=frozenset({ANYBODY})))},
        "defaults-open",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    "new tables of a product would be open": Opening(
        {
            G: lambda a: replace(
                a, databases={DATABASE: replace(a.databases[DATABASE], table_defaults=frozenset({ANYBODY}))}
            )
        },
        "defaults-open",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    # Grants
    "a stranger may write": Opening(
        {G: holding(STRANGER, ON_ORDERS, "INSERT")},
        "grant-unexpected",
        Severity.CRITICAL,
        {(STRANGER, "INSERT"): ONE},
        NOBODY,
    ),
    "a stranger may drop the database": Opening(
        {G: holding(STRANGER, ON_DATABASE, "DROP")},
        "grant-unexpected",
        Severity.CRITICAL,
        {(STRANGER, "DROP"): BOTH},
        NOBODY,
    ),
    "the database is open to whomever IAM lets in": Opening(
        {G: holding(ANYBODY, ON_DATABASE, "ALL")},
        "open-to-iam",
        Severity.CRITICAL,
        {(G, "DROP"): BOTH},
        NOBODY,
    ),
    "a stranger may make tables in the database": Opening(
        {G: holding(STRANGER, ON_DATABASE, "CREATE_TABLE")},
        "grant-unexpected",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    "a link is open to whomever IAM lets in": Opening(
        {ANALYTICS: holding(ANYBODY, database(ANALYTICS, DATABASE), "ALL")},
        "open-to-iam",
        Severity.MEDIUM,
        NOBODY,
        NOBODY,
    ),
    "a stranger sees the database": Opening(
        {G: holding(STRANGER, ON_DATABASE, "DESCRIBE")},
        "grant-unexpected",
        Severity.MEDIUM,
        NOBODY,
        NOBODY,
    ),
    "a stranger has the location of the data": Opening(
        {G: holding(STRANGER, location(G, BUCKET), "DATA_LOCATION_ACCESS")},
        "grant-unexpected",
        Severity.HIGH,
        NOBODY,
        {(STRANGER, "table"): BOTH},
    ),
    "a role may pass on what it reads": Opening(
        {
            ORDERS: lambda a: replace(
                a,
                grants=tuple(
                    each._replace(grantable=frozenset({"SELECT"}))
                    if (each.principal, each.resource) == (ORDERS_ANALYST, ON_ORDERS)
                    else each
                    for each in a.grants
                ),
            )
        },
        "grant-option-unexpected",
        Severity.HIGH,
        NOBODY,
        {(ORDERS_ANALYST, "pass-on"): ONE},
    ),
    "a reader also has Super": Opening(
        {ORDERS: having_also(ORDERS_ANALYST, ON_ORDERS, "ALL")},
        "grant-unexpected",
        Severity.CRITICAL,
        {(ORDERS_ANALYST, action): ONE for action in ("INSERT", "DELETE", "DROP")},
        NOBODY,
    ),
    # Tags and filters
    "a filter shows a column more": Opening(
        {G: lambda a: replace(a, filters={FILTER: Filter(ALL, rows="country = 'DE'")})},
        "filter-changed",
        Severity.CRITICAL,
        {(ANALYSTS, "SELECT"): ONE},
        NOBODY,
    ),
    # Locations
    "the files are registered in the producer's account too": Opening(
        {ORDERS: lambda a: replace(a, locations={BUCKET: Location(f"arn:aws:iam::{ORDERS}:role/Other")})},
        "location-unexpected",
        Severity.HIGH,
        NOBODY,
        {(ORDERS, "table"): BOTH},
    ),
    "a location inside is registered with another role": Opening(
        {
            G: lambda a: replace(
                a, locations={**a.locations, f"{BUCKET}/raw": Location(f"arn:aws:iam::{G}:role/Other")}
            )
        },
        "location-unexpected",
        Severity.MEDIUM,
        NOBODY,
        NOBODY,
    ),
    "the location is hybrid": Opening(
        {G: lambda a: replace(a, locations={BUCKET: Location(REGISTRATION, hybrid=True)})},
        "location-hybrid",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    "the location is read with another role": Opening(
        {G: lambda a: replace(a, locations={BUCKET: Location(f"arn:aws:iam::{G}:role/Other")})},
        "location-role",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    # Roles
    "a stranger may assume a reader": Opening(
        {ANALYTICS: identity(ANALYSTS, trust=trusting({"AWS": STRANGER}))},
        "role-trust-changed",
        Severity.CRITICAL,
        {(STRANGER, "SELECT"): ONE},
        NOBODY,
    ),
    "a reader may assume what writes": Opening(
        {G: identity(REGISTRATION, trust=trusting({"AWS": ORDERS_ANALYST}, LAKE_FORMATION))},
        "role-trust-changed",
        Severity.CRITICAL,
        {(ORDERS_ANALYST, action): BOTH for action in ("INSERT", "DELETE")},
        NOBODY,
    ),
    "a service may assume a reader": Opening(
        {ANALYTICS: identity(ANALYSTS, trust=trusting(GLUE))},
        "role-trust-changed",
        Severity.HIGH,
        NOBODY,
        {(ANALYTICS, "pass-role"): ONE},
    ),
    "a service may assume the registration role": Opening(
        {G: identity(REGISTRATION, trust=trusting(GLUE, LAKE_FORMATION))},
        "role-trust-changed",
        Severity.HIGH,
        NOBODY,
        {(G, "pass-role"): BOTH},
    ),
    "a stranger may assume the provider's role of the catalog": Opening(
        {G: identity(PROVIDER, trust=trusting({"AWS": STRANGER}))},
        "role-trust-changed",
        Severity.CRITICAL,
        NOBODY,
        {(STRANGER, "grant"): BOTH},
    ),
    "a reader may change its own policies": Opening(
        {ANALYTICS: allowing(ANALYSTS, "iam:PutRolePolicy")},
        "role-policy-changed",
        Severity.HIGH,
        NOBODY,
        {(ANALYSTS, "policy"): ONE},
    ),
    "the provider's role of the catalog may do anything": Opening(
        {G: allowing(PROVIDER, "*")},
        "role-policy-changed",
        Severity.HIGH,
        NOBODY,
        # Whoever made an Iceberg table holds Super on it, and it reads orders already.
        {(PROVIDER, "policy"): frozenset({"lines"})},
    ),
    "a reader may list Glue's jobs": Opening(
        {ANALYTICS: allowing(ANALYSTS, "glue:ListJobs")},
        "role-policy-changed",
        Severity.MEDIUM,
        NOBODY,
        NOBODY,
    ),
    # Buckets and keys
    "a stranger is let into the bucket": Opening(
        {ORDERS: policies({BUCKET: may({"AWS": STRANGER}, "s3:GetObject")})},
        "bucket-policy-changed",
        Severity.HIGH,
        NOBODY,
        {(STRANGER, "policy"): BOTH},
    ),
    "the bucket is public": Opening(
        {ORDERS: policies({BUCKET: may("*", "s3:GetObject")})},
        "bucket-policy-changed",
        Severity.HIGH,
        NOBODY,
        {(EVERYONE, "policy"): BOTH},
    ),
    "a stranger may delete the files": Opening(
        {ORDERS: policies({BUCKET: may({"AWS": STRANGER}, "s3:DeleteObject")})},
        "bucket-policy-changed",
        Severity.CRITICAL,
        {(STRANGER, "DELETE"): BOTH},
        NOBODY,
    ),
    "a stranger may change the bucket's policy": Opening(
        {ORDERS: policies({BUCKET: may({"AWS": STRANGER}, "s3:PutBucketPolicy")})},
        "bucket-policy-changed",
        Severity.HIGH,
        NOBODY,
        {(STRANGER, "policy"): BOTH},
    ),
    "a service is let into the bucket": Opening(
        {ORDERS: policies({BUCKET: may({"Service": "glue.amazonaws.com"}, "s3:GetObject")})},
        "bucket-policy-changed",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
    "TLS is no longer demanded": Opening(
        {ORDERS: without_tls},
        "bucket-policy-changed",
        Severity.MEDIUM,
        NOBODY,
        NOBODY,
    ),
    "a stranger may use the key": Opening(
        {ORDERS: policies({}, may({"AWS": STRANGER}, "kms:Decrypt"))},
        "key-policy-changed",
        Severity.HIGH,
        NOBODY,
        {(STRANGER, "policy"): BOTH},
    ),
    "raw data is let out, the key is not": Opening(
        {ORDERS: policies({RAW: may({"AWS": STRANGER}, "s3:GetObject")})},
        "bucket-policy-changed",
        Severity.HIGH,
        NOBODY,
        NOBODY,
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_opening(small: Small, name: str) -> None:
    kind = KINDS[name]
    finding = small.one(**{NAMES[number]: change for number, change in kind.changes.items()})
    assert (finding.code, finding.severity) == (kind.code, kind.severity)
    assert affected(finding) == kind.gained
    assert near(finding) == kind.within_reach


def by_code(small: Small, **changes: Change) -> dict[str, Finding]:
    return {each.code: each for each in small.audit(**changes).findings}


def test_a_public_bucket_that_is_not_encrypted_either(small: Small) -> None:
    public = policies({BUCKET: may("*", "s3:GetObject")})
    found = by_code(small, ORDERS=both_of(public, unencrypted(BUCKET)))
    assert {code: each.severity for code, each in found.items()} == {
        "bucket-encryption": Severity.MEDIUM,
        "bucket-policy-changed": Severity.CRITICAL,
    }
    assert affected(found["bucket-policy-changed"])[EVERYONE, "SELECT"] == BOTH


def test_a_bucket_without_the_key_that_kept_a_role_of_its_account_out(small: Small) -> None:
    reads = parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}})
    loader = f"arn:aws:iam::{ORDERS}:role/Loader"

    def change(account: AccountState) -> AccountState:
        known = {**account.identities, loader: Identity(reads)}
        return unencrypted(BUCKET)(replace(account, identities=known))

    finding = small.one(ORDERS=change)
    assert (finding.code, finding.severity) == ("bucket-encryption", Severity.CRITICAL)
    assert affected(finding) == {(loader, "SELECT"): BOTH}


def test_raw_data_that_somebody_reads_is_critical_though_no_table_lies_there(small: Small) -> None:
    lets = policies({RAW: may({"AWS": STRANGER}, "s3:GetObject")}, may({"AWS": STRANGER}, "kms:Decrypt"))
    assert by_code(small, ORDERS=lets)["bucket-policy-changed"].severity is Severity.CRITICAL
    open_raw = both_of(policies({RAW: may("*", "s3:GetObject")}), unencrypted(RAW))
    assert by_code(small, ORDERS=open_raw)["bucket-policy-changed"].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [("team", "spies", "tag-unexpected"), ("classification", "public", "tag-changed")],
)
def test_a_tag_and_a_grant_by_that_tag_open_a_table_together(
    small: Small, key: str, value: str, code: str
) -> None:
    by_tag = tag_policy(G, "TABLE", {key: frozenset({value})})
    opened = both_of(tagged(key, value, ON_DATABASE), holding(STRANGER, by_tag, "SELECT"))
    found = by_code(small, G=opened)
    assert {name: each.severity for name, each in found.items()} == {
        code: Severity.CRITICAL,
        "grant-unexpected": Severity.CRITICAL,
    }
    for each in found.values():
        assert affected(each) == {(STRANGER, "SELECT"): BOTH}

    alone = by_code(small, G=tagged(key, value, ON_DATABASE))
    assert {name: each.severity for name, each in alone.items()} == {code: Severity.MEDIUM}


def test_a_table_of_a_product_that_no_file_declares_any_more(small: Small) -> None:
    """Whoever was granted it still reads it; that its own domain does is agreed by nature."""

    def old(account: AccountState) -> AccountState:
        on = table(G, "acme_orders_hr", "staff")
        held = {**account.databases, "acme_orders_hr": Database(tables={"staff": OLD})}
        granted = both_of(holding(ANALYTICS, on, "SELECT"), holding(ORDERS, on, "SELECT", "DESCRIBE"))
        return granted(replace(account, databases=held))

    found = {each.subject: each for each in small.audit(G=old).findings}
    consumer = found[f"{G}:table/acme_orders_hr/staff to {ANALYTICS}"]
    assert (consumer.code, consumer.severity) == ("grant-unexpected", Severity.CRITICAL)
    [effect] = consumer.affected
    assert effect.principal == ANALYTICS
    assert effect.table == TableName(G, "acme_orders_hr", "staff")
    assert effect.gained == (Cells(frozenset({"name", "salary"})),)
    assert found[f"{G}:table/acme_orders_hr/staff to {ORDERS}"].severity is Severity.MEDIUM


def test_a_filter_that_is_wider_and_granted_to_no_role_yet(small: Small) -> None:
    """The consumer's account may grant it to anybody there."""
    declared = replace(
        small.declared,
        accounts={
            **small.declared.accounts,
            ANALYTICS: replace(small.declared.accounts[ANALYTICS], grants=()),
        },
    )
    wider = replace(declared.accounts[G], filters={FILTER: Filter(ALL, rows="country = 'DE'")})
    live = replace(declared, accounts={**declared.accounts, G: wider})
    [finding] = audit(declared, live, small.mesh, EXTRAS).findings
    assert (finding.code, finding.severity) == ("filter-changed", Severity.CRITICAL)
    assert affected(finding) == {(ANALYTICS, "SELECT"): ONE}


def test_whoever_may_assume_a_role_that_reads_a_stream_is_let_in_to_it(small: Small) -> None:
    finding = small.one(ORDERS=identity(ENGINEERS, trust=trusting({"AWS": STRANGER})))
    assert (finding.code, finding.severity) == ("role-trust-changed", Severity.CRITICAL)
    assert {(each.principal, each.stream.name, each.gained) for each in finding.on_streams} == {
        (STRANGER, "acme-orders-order-events", True)
    }


def test_a_table_that_points_to_the_files_of_another_opens_these_to_its_readers(small: Small) -> None:
    """Analysts read orders, which now lies where lines does; both are the engineers' own."""
    lines_at = small.declared.accounts[G].databases[DATABASE].tables["lines"].location

    def moved(account: AccountState) -> AccountState:
        return sales(account, orders=replace(account.databases[DATABASE].tables["orders"], location=lines_at))

    finding = small.one(G=moved)
    assert (finding.code, finding.severity) == ("table-changed", Severity.CRITICAL)
    assert affected(finding) == {(ANALYSTS, "SELECT"): frozenset({"lines"})}


def test_a_second_table_over_the_files_of_one_whose_reader_has_it_all_is_no_opening(small: Small) -> None:
    def copied(account: AccountState) -> AccountState:
        more = Database(tables={"copy": Table(("email",), location=ORDERS_TABLE)})
        granted = holding(ORDERS_ANALYST, table(G, "other", "copy"), "SELECT")
        return granted(replace(account, databases={**account.databases, "other": more}))

    finding = small.one(G=copied)
    assert (finding.code, finding.severity, finding.affected) == ("table-unexpected", Severity.MEDIUM, ())


def test_a_role_without_its_boundary_does_what_its_policies_say(tmp_path: Path) -> None:
    listed = "open_classifications: [public]\npermissions_boundary: acme-boundary"
    root = write_mesh(tmp_path, edited(MESH_FILE, "open_classifications: [public]", listed))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    bounded = Small(mesh, compile_state(mesh))
    finding = bounded.one(ANALYTICS=identity(ANALYSTS, boundary_name=""))
    assert (finding.code, finding.severity) == ("role-boundary-removed", Severity.MEDIUM)
    assert affected(finding) == NOBODY


def test_a_role_that_somebody_else_made_reads_files_past_the_catalog(small: Small) -> None:
    anything = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    finding = small.one(ORDERS=identity(ORDERS_ANALYST, policy=anything))
    assert (finding.code, finding.severity) == ("role-policy-unfit", Severity.CRITICAL)
    # It reads both tables already.
    assert affected(finding) == {(ORDERS_ANALYST, action): BOTH for action in ("INSERT", "DELETE")}


ELSEWHERE = {
    "bucket-encryption": "together with a public bucket, above",
    "consumer-policy-changed": "test_stream_drift",
    "consumer-unexpected": "test_stream_drift",
    "grant-dead": "test_audit",
    "grant-ended": "test_audit",
    "role-boundary-removed": "above",
    "role-policy-unfit": "above",
    "stream-policy-changed": "test_stream_drift",
    "stream-policy-unexpected": "test_stream_drift",
    "table-changed": "above",
    "table-unexpected": "test_audit_effects",
    "tag-changed": "above",
    "tag-unexpected": "above",
}
"""What opens something and is tried in a test of its own."""
OPENS_NOTHING = frozenset(
    {
        "admin-missing",
        "boundary-too-narrow",
        "columns-undeclared",  # filters name the columns that they show
        "bucket-missing",
        "consumer-missing",
        "consumer-policy-missing",
        "database-missing",
        "database-unexpected",  # the grants on its tables are findings of their own
        "filter-missing",
        "filter-unexpected",  # nobody uses it without a grant on it
        "grant-missing",
        "grant-option-missing",
        "key-disabled",
        "key-missing",
        "link-dangling",
        "link-elsewhere",
        "link-missing",
        "link-replaced",
        "link-unexpected",  # a link gives no access to what it leads to
        "location-missing",
        "not-deployed",
        "opt-in-unexpected",  # it puts a principal under Lake Formation's grants
        "reader-missing",
        "role-missing",
        "share-failed",
        "share-missing",
        "share-pending",
        "share-rejected",
        "stack-leftover",  # the grants that it holds are findings of their own
        "stream-encryption",
        "stream-missing",
        "stream-policy-missing",
        "stream-retention",
        "table-missing",
        "tag-key-missing",
        "tag-missing",
        "version-lowered",
    }
)
"""What takes access away, or leaves it as it is."""


def test_of_every_code_it_is_known_whether_it_opens_something() -> None:
    page = (Path(__file__).parents[2] / "docs/access.md").read_text()
    section = page.partition("### What it finds\n")[2].partition("\n### ")[0]
    listed = set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
    opening = {kind.code for kind in KINDS.values()} | ELSEWHERE.keys()
    assert len(listed) > 40
    assert opening & OPENS_NOTHING == set()
    assert opening | OPENS_NOTHING == listed
