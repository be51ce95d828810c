"""How bad a finding is follows from who reaches what by it: each kind of opening, to whom, of what.

The mesh is tests/config/small_mesh, as in test_audit.py: analysts of analytics read four columns of `orders`
in rows of Germany, and engineers of orders make its two tables.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest

from meshwright.access.audit import audit
from meshwright.access.beyond import beyond
from meshwright.access.cells import Cells
from meshwright.access.compiled import compile_state
from meshwright.access.decision import TableName
from meshwright.access.evaluate import Evaluator
from meshwright.access.findings import Finding, Severity
from meshwright.access.iam import parse_policy
from meshwright.access.principals import ANYBODY, account_of
from meshwright.access.resources import table, tag_policy
from meshwright.access.state import AccountState, Database, Filter, Identity, Location, Table
from meshwright.project import load_mesh
from tests.access.live_changes import (
    allowing,
    both_of,
    holding,
    may,
    policies,
    tagged,
    trusting,
    unblocked,
    unencrypted,
)
from tests.access.openings import (
    ADMIN,
    BOTH,
    EVERYONE,
    KINDS,
    LINES,
    NAMES,
    NOBODY,
    OLD,
    ON_DATABASE,
    ON_ORDERS,
    ONE,
    ORDERS_TABLE,
    RAW,
    G,
    affected,
    near,
)
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
    REGISTRATION,
    STRANGER,
    TABLE,
    Change,
    Small,
    administering,
    identity,
    sales,
)
from tests.config.small_mesh import MESH_FILE, TODAY, edited, write_mesh


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    root = write_mesh(tmp_path_factory.mktemp("mesh"))
    mesh = load_mesh(root, environment="dev", today=TODAY)
    return Small(mesh, compile_state(mesh))


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
    found = by_code(small, ORDERS=both_of(public, unblocked(BUCKET), unencrypted(BUCKET)))
    assert {code: each.severity for code, each in found.items()} == {
        "bucket-unblocked": Severity.MEDIUM,
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


TOGETHER: Mapping[str, tuple[str, Change]] = {
    "the bucket lets in a reader": (ORDERS, policies({BUCKET: may({"AWS": ANALYSTS}, "s3:GetObject")})),
    "the key lets in a reader": (ORDERS, policies({}, may({"AWS": ANALYSTS}, "kms:Decrypt"))),
    "the reader may use any bucket and key": (ANALYTICS, allowing(ANALYSTS, "s3:*", "kms:*")),
    "the bucket is public": (
        ORDERS,
        both_of(policies({BUCKET: may("*", "s3:GetObject", "s3:DeleteObject")}), unblocked(BUCKET)),
    ),
    "the bucket is not encrypted": (ORDERS, unencrypted(BUCKET)),
    "a tag is put on": (G, tagged("team", "spies", ON_DATABASE)),
    "a grant by that tag": (
        G,
        holding(STRANGER, tag_policy(G, "TABLE", {"team": frozenset({"spies"})}), "SELECT"),
    ),
    "the consumer is granted the whole table": (G, holding(ANALYTICS, ON_ORDERS, "SELECT")),
    "the reader is granted the whole table": (ANALYTICS, holding(ANALYSTS, ON_ORDERS, "SELECT")),
    "the table is open to IAM": (G, holding(ANYBODY, ON_ORDERS, "ALL")),
    "the location is hybrid": (
        G,
        lambda a: replace(a, locations={BUCKET: Location(REGISTRATION, hybrid=True)}),
    ),
    "an administrator of the consumer": (ANALYTICS, administering(ADMIN, policy=ANY_QUERY)),
}


@pytest.mark.slow
def test_whoever_gains_by_two_deviations_is_named_in_a_critical_finding(small: Small) -> None:
    declared, seen = Evaluator(small.declared), 0
    for pair in combinations(TOGETHER, 2):
        accounts = dict(small.declared.accounts)
        for account, change in (TOGETHER[name] for name in pair):
            accounts[account] = change(accounts[account])
        live = replace(small.declared, accounts=accounts)
        found = audit(small.declared, live, small.mesh, EXTRAS).findings
        named = {
            (effect.principal, effect.table)
            for each in found
            if each.severity is Severity.CRITICAL
            for effect in each.affected
            if effect.gained
        }
        for who in (ANALYSTS, ADMIN, ORDERS_ANALYST, ENGINEERS, STRANGER, EVERYONE):
            group = (who, account_of(who), EVERYONE)
            for name, action in product((TABLE, LINES), ("SELECT", "INSERT", "DELETE", "DROP")):
                before, after = (each.decide(who, name, action) for each in (declared, Evaluator(live)))
                if beyond(after.cells, before.cells):
                    assert any((each, name) in named for each in group), (pair, who, name, action)
                    seen += 1
    assert seen > 50


ELSEWHERE = {
    "access-grant-unexpected": "test_audit_doors",
    "access-point-unexpected": "test_audit_doors",
    "bucket-lists": "test_audit_doors",
    "escalation-possible": "test_audit_effects",
    "key-grant-unexpected": "test_audit_doors",
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
        "bucket-key-off",
        "bucket-missing",
        "bucket-unblocked",  # what is public then is a finding of its own
        "consumer-missing",
        "consumer-policy-missing",
        "engines-filter",  # to those that Lake Formation tells what to filter
        "full-tables",  # of callers that may read all
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
        "row-policy-unexpected",
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
