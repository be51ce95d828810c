"""Kinds of deviations of tests/config/small_mesh that open something, or may be taken to: to whom, of what.

Analysts of analytics read four columns of `orders` in rows of Germany; engineers of orders make its tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from meshwright.access.decision import TableName
from meshwright.access.findings import Finding, Severity
from meshwright.access.iam import parse_policy
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import database, location, table
from meshwright.access.state import Filter, Location, Table
from tests.access.live_changes import (
    allowing,
    holding,
    may,
    policies,
    trusting,
    without_tls,
)
from tests.access.test_audit import (
    ALL,
    ANALYSTS,
    ANALYTICS,
    ANY_QUERY,
    BUCKET,
    DATABASE,
    FILTER,
    ORDERS,
    ORDERS_ANALYST,
    PROVIDER,
    REGISTRATION,
    STRANGER,
    Change,
    administering,
    having_also,
    identity,
)

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


ADMIN = f"arn:aws:iam::{ANALYTICS}:role/LakeAdmin"
CATALOG_ADMIN = f"arn:aws:iam::{G}:role/LakeAdmin"
GLUE_ALONE = parse_policy({"Statement": {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}})
ON_ORDERS, ON_DATABASE = table(G, DATABASE, "orders"), database(G, DATABASE)
OLD = Table(("name", "salary"), location=f"{BUCKET}/old/staff")
ORDERS_TABLE = f"{BUCKET}/sales/orders"
NOBODY: Opened = {}
GLUE, LAKE_FORMATION = {"Service": "glue.amazonaws.com"}, {"Service": "lakeformation.amazonaws.com"}

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
