"""A small lake in good order, and changes of it.

The governance account G has one database `d` of two tables, t(a, b, country, pii) and u(a, b), whose files
lie in a bucket of the producer's account P, registered with a role of G. The consumer's account C has a link
`l` to the database and two roles: ANALYST is granted both tables in two steps, TRAINEE nothing. STEWARD is a
role of G that has everything but a grant on a table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.resources import database, location, table
from meshwright.access.state import (
    AccountState,
    Database,
    Grant,
    Identity,
    Key,
    LakeState,
    Link,
    Location,
    Settings,
    ShareState,
    Table,
)

G, P, C, X = "111111111111", "333333333333", "444444444444", "999999999999"
REGION = "eu-west-1"
ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-acme"
UNIT = "arn:aws:organizations::111111111111:ou/o-acme/ou-sales"
STEWARD = f"arn:aws:iam::{G}:role/Steward"
REGISTRATION = f"arn:aws:iam::{G}:role/Registration"
ENGINEER = f"arn:aws:iam::{P}:role/Engineer"
ANALYST = f"arn:aws:iam::{C}:role/Analyst"
TRAINEE = f"arn:aws:iam::{C}:role/Trainee"
CHIEF = f"arn:aws:iam::{C}:role/Chief"
"""The Lake Formation administrator of C."""
STRANGER = f"arn:aws:iam::{X}:role/Stranger"
BUCKET = "acme-products"
KEY = f"arn:aws:kms:{REGION}:{P}:key/k1"
D, T, U, TABLES = database(G, "d"), table(G, "d", "t"), table(G, "d", "u"), table(G, "d", "*")
LINK = database(C, "l")
PLACE = location(G, BUCKET)
COLUMNS = ("a", "b", "country", "pii")

Change = Callable[[LakeState], LakeState]
Json = Mapping[str, object]


def policy(*statements: Json) -> Policy:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | Iterable[str] = "*", **more: object) -> Json:
    """A statement; `to` is its principal, `when` its condition."""
    return _statement("Allow", actions, on, more)


def deny(*actions: str, on: str | Iterable[str] = "*", **more: object) -> Json:
    return _statement("Deny", actions, on, more)


def _statement(effect: str, actions: tuple[str, ...], on: str | Iterable[str], more: Json) -> Json:
    statement: dict[str, object] = {"Effect": effect, "Action": list(actions)}
    statement["Resource"] = on if isinstance(on, str) else list(on)
    if "to" in more:
        statement["Principal"] = {"AWS": more["to"]}
    if "to_all_but" in more:
        statement["NotPrincipal"] = {"AWS": more["to_all_but"]}
    if "when" in more:
        statement["Condition"] = more["when"]
    return statement


GLUE = allow("glue:Get*")
DATA = allow("lakeformation:GetDataAccess")
READER = Identity(policy=policy(DATA, GLUE))
TLS_ONLY = deny("s3:*", to="*", when={"Bool": {"aws:SecureTransport": "false"}})
OBJECTS = f"arn:aws:s3:::{BUCKET}/*"
LIST = allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}", to=REGISTRATION)
BUCKET_ALLOW = allow("s3:GetObject", "s3:PutObject", "s3:DeleteObject", on=OBJECTS, to=REGISTRATION)
KEY_TO_ACCOUNT = allow("kms:*", to=f"arn:aws:iam::{P}:root")
KEY_ALLOW = allow(
    "kms:Decrypt",
    "kms:GenerateDataKey*",
    to=REGISTRATION,
    when={
        "StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{BUCKET}*"},
    },
)
ROLE_S3 = allow("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
ROLE_KMS = allow("kms:Decrypt", "kms:GenerateDataKey*")
TRUST = parse_policy(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lakeformation.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    }
)


def lake() -> LakeState:
    """The lake in good order."""
    tables = {"t": Table(COLUMNS, f"{BUCKET}/t"), "u": Table(("a", "b"), f"{BUCKET}/u")}
    governance = AccountState(
        G,
        settings=Settings(admins=frozenset({f"arn:aws:iam::{G}:role/Admin"})),
        databases={"d": Database(tables=tables)},
        grants=(
            _grant(STEWARD, D, "DESCRIBE"),
            _grant(C, D, "DESCRIBE", option=True),
            *(_grant(C, each, "DESCRIBE", "SELECT", option=True) for each in (T, U)),
        ),
        locations={BUCKET: Location(REGISTRATION)},
        identities={STEWARD: READER, REGISTRATION: Identity(policy=policy(ROLE_S3, ROLE_KMS), trust=TRUST)},
        shares={C: ShareState.ACTIVE},
    )
    producer = AccountState(
        P,
        settings=Settings(admins=frozenset({f"arn:aws:iam::{P}:role/Admin"})),
        identities={ENGINEER: READER},
        buckets={BUCKET: policy(TLS_ONLY, BUCKET_ALLOW, LIST)},
        bucket_keys={BUCKET: KEY},
        keys={KEY: Key(policy(KEY_TO_ACCOUNT, KEY_ALLOW))},
    )
    consumer = AccountState(
        C,
        settings=Settings(admins=frozenset({CHIEF})),
        databases={"l": Database(link=Link(G, "d"))},
        grants=(
            *(_grant(who, each, "DESCRIBE") for who in (ANALYST, TRAINEE) for each in (LINK, D)),
            *(_grant(ANALYST, each, "DESCRIBE", "SELECT") for each in (T, U)),
        ),
        identities=dict.fromkeys((ANALYST, TRAINEE, CHIEF), READER),
    )
    outside = AccountState(
        X,
        settings=Settings(admins=frozenset({f"arn:aws:iam::{X}:role/Admin"})),
        databases={"l": Database(link=Link(G, "d"))},
        grants=(_grant(STRANGER, database(X, "l"), "DESCRIBE"),),
        identities={STRANGER: READER},
    )
    accounts = {each.account: each for each in (governance, producer, consumer, outside)}
    return LakeState(accounts, REGION)


def changed(*changes: Change) -> LakeState:
    """The lake in good order, but for these changes, made one after the other."""
    state = lake()
    for change in changes:
        state = change(state)
    return state


def _grant(
    principal: str, resource: object, *permissions: str, option: bool = False, condition: str = ""
) -> Grant:
    held = frozenset(permissions)
    return Grant(principal, resource, held, held if option else frozenset(), condition)


def fields(account: str, **values: object) -> Change:
    """These fields of the account become that."""
    return lambda state: replace(
        state, accounts={**state.accounts, account: replace(state.account(account), **values)}
    )


def put(account: str, field: str, key: object, value: object) -> Change:
    """One more entry in a mapping of the account, or another one in its place."""
    return lambda state: fields(account, **{field: {**getattr(state.account(account), field), key: value}})(
        state
    )


def drop(account: str, field: str, key: object) -> Change:
    """One entry less, which must have been there."""

    def change(state: LakeState) -> LakeState:
        kept = dict(getattr(state.account(account), field))
        del kept[key]
        return fields(account, **{field: kept})(state)

    return change


def settings(account: str, **values: object) -> Change:
    return lambda state: fields(account, settings=replace(state.account(account).settings, **values))(state)


def grant(
    by: str, to: str, resource: object, *permissions: str, option: bool = False, condition: str = ""
) -> Change:
    """The account `by` grants."""

    def change(state: LakeState) -> LakeState:
        given = _grant(to, resource, *permissions, option=option, condition=condition)
        return fields(by, grants=(*state.account(by).grants, given))(state)

    return change


def revoke(by: str, to: str, *resources: object) -> Change:
    """The account `by` takes back what it granted on these resources, which must be something."""

    def change(state: LakeState) -> LakeState:
        held = state.account(by).grants
        kept = tuple(each for each in held if each.principal != to or each.resource not in resources)
        assert len(held) - len(kept) == len(resources), "nothing to revoke"
        return fields(by, grants=kept)(state)

    return change


def tables(**given: Table) -> Change:
    """Tables of the database `d`, added or replaced."""

    def change(state: LakeState) -> LakeState:
        old = state.account(G).databases["d"]
        return put(G, "databases", "d", replace(old, tables={**old.tables, **given}))(state)

    return change


def reads_files(role: str, account: str) -> Change:
    """IAM, the bucket and its key let the role of that account read the files itself."""

    def change(state: LakeState) -> LakeState:
        own = policy(DATA, GLUE, allow("s3:GetObject", "kms:Decrypt"))
        state = put(account, "identities", role, Identity(policy=own))(state)
        objects = allow("s3:GetObject", on=OBJECTS, to=role)
        state = put(P, "buckets", BUCKET, policy(TLS_ONLY, BUCKET_ALLOW, LIST, objects))(state)
        key = Key(policy(KEY_TO_ACCOUNT, KEY_ALLOW, allow("kms:Decrypt", to=role)))
        return put(P, "keys", KEY, key)(state)

    return change
