"""A lake with several readers, and what can be taken away from it, one thing at a time."""

from dataclasses import replace
from typing import NamedTuple

from meshwright.access.decision import Fault, Step, TableName
from meshwright.access.resources import Resource, database, filter_on, table
from meshwright.access.state import (
    Database,
    Filter,
    Identity,
    Key,
    LakeState,
    Link,
    Location,
    ShareState,
)
from meshwright.access.state import Table as LakeTable
from tests.access.building import (
    ANALYST,
    BUCKET,
    BUCKET_ALLOW,
    DATA,
    GLUE,
    KEY,
    KEY_ALLOW,
    KEY_TO_ACCOUNT,
    LINK,
    LIST,
    READER,
    REGISTRATION,
    ROLE_KMS,
    ROLE_S3,
    TLS_ONLY,
    TRAINEE,
    TRUST,
    C,
    Change,
    D,
    G,
    P,
    allow,
    changed,
    drop,
    fields,
    grant,
    policy,
    put,
    revoke,
    settings,
)

T, U = TableName(G, "d", "t"), TableName(G, "d", "u")
OTHER = TableName(G, "other", "o")
"""Of another producer: in another database, bucket, and with another registration role."""
F = filter_on(G, "d", "t", "consumer")
NEIGHBOUR = "555555555555"
CLERK = f"arn:aws:iam::{NEIGHBOUR}:role/Clerk"
"""A reader in another account, with another filter on the same table."""
N_F = filter_on(G, "d", "t", "neighbour")
OTHER_ROLE = f"arn:aws:iam::{G}:role/OtherRegistration"
OTHER_OBJECTS = allow("s3:GetObject", "s3:ListBucket", to=OTHER_ROLE)


def table_of(name: TableName) -> Resource:
    return table(name.catalog, name.database, name.table)


def good() -> LakeState:
    """The lake in good order, with a neighbour of the consumer and another producer's table.

    ANALYST reads t through a filter, u and the other producer's table; TRAINEE reads u only.
    """
    return changed(
        revoke(G, C, table_of(T)),
        revoke(C, ANALYST, table_of(T)),
        put(G, "filters", F, Filter(frozenset({"a", "b"}), rows="country = 'DE'")),
        put(G, "filters", N_F, Filter(frozenset({"b"}))),
        grant(G, C, F, "SELECT", option=True),
        grant(C, ANALYST, F, "SELECT"),
        grant(C, TRAINEE, table_of(U), "SELECT"),
        put(G, "databases", "other", Database(tables={"o": LakeTable(("x",), "other-products/o")})),
        put(G, "locations", "other-products", Location(OTHER_ROLE)),
        put(G, "identities", OTHER_ROLE, Identity(policy=policy(ROLE_S3), trust=TRUST)),
        put(NEIGHBOUR, "buckets", "other-products", policy(OTHER_OBJECTS)),
        *(
            change
            for who, account, link in ((ANALYST, C, "lo"), (CLERK, NEIGHBOUR, "lo"))
            for change in (
                put(account, "databases", link, Database(link=Link(G, "other"))),
                grant(account, who, database(account, link), "DESCRIBE"),
                grant(account, who, database(G, "other"), "DESCRIBE"),
                grant(account, who, table_of(OTHER), "SELECT"),
                grant(G, account, table_of(OTHER), "SELECT", option=True),
            )
        ),
        fields(NEIGHBOUR, complete=True),
        settings(NEIGHBOUR, admins=frozenset({f"arn:aws:iam::{NEIGHBOUR}:role/Admin"})),
        put(NEIGHBOUR, "identities", CLERK, READER),
        put(NEIGHBOUR, "databases", "l", Database(link=Link(G, "d"))),
        put(G, "shares", NEIGHBOUR, ShareState.ACTIVE),
        grant(G, NEIGHBOUR, N_F, "SELECT", option=True),
        *(grant(NEIGHBOUR, CLERK, each, "DESCRIBE") for each in (D, database(NEIGHBOUR, "l"))),
        grant(NEIGHBOUR, CLERK, N_F, "SELECT"),
    )


ASKED = ((ANALYST, T), (ANALYST, U), (ANALYST, OTHER), (TRAINEE, U), (CLERK, T), (CLERK, OTHER))
OF_D = {(ANALYST, T), (ANALYST, U), (TRAINEE, U), (CLERK, T)}
"""All decisions on tables of the database d."""


class Loss(NamedTuple):
    """What is taken away, whose access ends, and what the first broken hop says."""

    change: Change
    who: set[tuple[str, TableName]]
    step: Step
    account: str
    subject: str
    fault: Fault = Fault.MISSING
    action: str | None = None


def key(*statements, enabled: bool = True) -> Change:
    return put(P, "keys", KEY, Key(policy(*statements), enabled=enabled))


def bucket(*statements) -> Change:
    return put(P, "buckets", BUCKET, policy(*statements))


def role(*statements, trust=TRUST) -> Change:
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=trust))


OF_C = {(ANALYST, T), (ANALYST, U), (ANALYST, OTHER), (TRAINEE, U)}
OF_ANALYST = {(ANALYST, T), (ANALYST, U), (ANALYST, OTHER)}
LOSSES = {
    "the role": Loss(drop(C, "identities", ANALYST), OF_ANALYST, Step.PRINCIPAL, C, ANALYST),
    "GetDataAccess": Loss(
        put(C, "identities", ANALYST, Identity(policy=policy(GLUE))),
        OF_ANALYST,
        Step.IAM,
        C,
        ANALYST,
        action="lakeformation:GetDataAccess",
    ),
    "Glue": Loss(
        put(C, "identities", ANALYST, Identity(policy=policy(DATA))),
        OF_ANALYST,
        Step.IAM,
        C,
        ANALYST,
        action="glue:GetDatabase",
    ),
    "the boundary's allow": Loss(
        put(C, "identities", ANALYST, replace(READER, boundary=policy(GLUE), boundary_name="limits")),
        OF_ANALYST,
        Step.IAM,
        C,
        ANALYST,
        action="lakeformation:GetDataAccess",
    ),
    "the link": Loss(
        drop(C, "databases", "l"), {(ANALYST, T), (ANALYST, U), (TRAINEE, U)}, Step.LINK, C, "d"
    ),
    "the grant on the link": Loss(
        revoke(C, ANALYST, LINK), {(ANALYST, T), (ANALYST, U)}, Step.LINK_GRANT, C, "l", action="DESCRIBE"
    ),
    "the share": Loss(drop(G, "shares", C), OF_C, Step.SHARE, G, C),
    "the share's acceptance": Loss(
        put(G, "shares", C, ShareState.PENDING), OF_C, Step.SHARE, C, C, Fault.PENDING
    ),
    "the account's administrators": Loss(settings(C, admins=frozenset()), OF_C, Step.SHARE, C, C),
    "the account's grant": Loss(revoke(G, C, F), {(ANALYST, T)}, Step.ACCOUNT_GRANT, G, C, action="SELECT"),
    "the principal's grant": Loss(
        revoke(C, ANALYST, F), {(ANALYST, T)}, Step.PRINCIPAL_GRANT, C, ANALYST, action="SELECT"
    ),
    "the filter": Loss(drop(G, "filters", F), {(ANALYST, T)}, Step.ACCOUNT_GRANT, G, C),
    "every column of the filter": Loss(
        put(G, "filters", F, Filter(frozenset({"gone"}))), {(ANALYST, T)}, Step.ACCOUNT_GRANT, G, C
    ),
    "the table": Loss(
        put(G, "databases", "d", Database(tables={"t": LakeTable(("a", "b"), f"{BUCKET}/t")})),
        {(ANALYST, U), (TRAINEE, U)},
        Step.TABLE,
        G,
        "d.u",
    ),
    "the registration": Loss(drop(G, "locations", BUCKET), OF_D, Step.LOCATION, G, f"{BUCKET}/t"),
    "the registration's enforcement": Loss(
        put(G, "locations", BUCKET, Location(REGISTRATION, hybrid=True)),
        OF_D,
        Step.LOCATION,
        G,
        BUCKET,
        Fault.HYBRID,
    ),
    "the registration role": Loss(
        drop(G, "identities", REGISTRATION), OF_D, Step.REGISTRATION_ROLE, G, REGISTRATION
    ),
    "its trust": Loss(
        role(ROLE_S3, ROLE_KMS, trust=policy()),
        OF_D,
        Step.REGISTRATION_ROLE,
        G,
        REGISTRATION,
        action="sts:AssumeRole",
    ),
    "its permission on objects": Loss(
        role(allow("s3:ListBucket"), ROLE_KMS),
        OF_D,
        Step.REGISTRATION_ROLE,
        G,
        REGISTRATION,
        action="s3:GetObject",
    ),
    "its permission on keys": Loss(
        role(ROLE_S3), OF_D, Step.REGISTRATION_ROLE, G, REGISTRATION, action="kms:Decrypt"
    ),
    "the bucket": Loss(drop(P, "buckets", BUCKET), OF_D, Step.BUCKET, G, BUCKET),
    "the bucket's allow": Loss(bucket(TLS_ONLY, LIST), OF_D, Step.BUCKET, P, BUCKET, action="s3:GetObject"),
    "the bucket's allow to list": Loss(
        bucket(TLS_ONLY, BUCKET_ALLOW), OF_D, Step.BUCKET, P, BUCKET, action="s3:ListBucket"
    ),
    "the key": Loss(drop(P, "keys", KEY), OF_D, Step.KEY, P, KEY, action="kms:Decrypt"),
    "the key's allow": Loss(key(KEY_TO_ACCOUNT), OF_D, Step.KEY, P, KEY, action="kms:Decrypt"),
    "the key's being enabled": Loss(
        key(KEY_TO_ACCOUNT, KEY_ALLOW, enabled=False), OF_D, Step.KEY, P, KEY, Fault.FAILED
    ),
}
