"""Situations at the limits of rules: what is just enough, and what just is not."""

from dataclasses import replace
from functools import partial

from meshwright.access import undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource, location, tag_policy
from meshwright.access.state import Identity, LakeState, Location, ShareState, Table, Unread
from tests.access.building import (
    ANALYST,
    BUCKET,
    CHIEF,
    COLUMNS,
    DATA,
    ORGANIZATION,
    PLACE,
    REGISTRATION,
    ROLE_S3,
    STEWARD,
    TRUST,
    C,
    D,
    G,
    T,
    allow,
    drop,
    fields,
    grant,
    policy,
    put,
    revoke,
    settings,
    tables,
)
from tests.access.situation import Situation, guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
own = partial(Situation, who=STEWARD)
NEITHER = (revoke(G, C, T), revoke(C, ANALYST, T))
A, B = (Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({name})) for name in "ab")
NO_DESCRIBE_ON_LINK = revoke(C, ANALYST, Resource(C, Kind.DATABASE, ("l",)))
READ_ONLY = settings(C, read_only_admins=frozenset({ANALYST}))
NOTES, LINKS = guide("cross-account-notes"), guide("granting-link-permissions")
PREFIXES, REGRANTING = guide("granting-location-permissions"), guide("regranting-locations")
EVERYTHING_IN_GLUE = put(G, "identities", STEWARD, Identity(policy=policy(DATA, allow("glue:*"))))
ORDERS = tables(t=Table(COLUMNS, f"{BUCKET}/sales/orders"))


def in_organization(state: LakeState) -> LakeState:
    return replace(state, organization="o-acme")


def unread_settings(account: str):
    def change(state: LakeState) -> LakeState:
        unread = Unread(account, "lakeformation:GetDataLakeSettings", "denied")
        return replace(state, unread=(unread,))

    return change


def at_location(prefix: str):
    """The right to change the table, and that to the location; where all of the bucket is registered."""
    place = location(G, prefix)
    return (
        ORDERS,
        EVERYTHING_IN_GLUE,
        grant(G, STEWARD, T, "ALTER"),
        grant(G, STEWARD, place, "DATA_LOCATION_ACCESS"),
    )


def across(*places: tuple[str, str]):
    """ALTER in two steps across accounts, with the data location from the one to the other."""
    glue = Identity(policy=policy(DATA, allow("glue:*")))
    return (
        *(put(C, "identities", who, glue) for who in (ANALYST, CHIEF)),
        grant(G, C, T, "ALTER", option=True),
        grant(C, ANALYST, T, "ALTER"),
        *(grant(by, to, PLACE, "DATA_LOCATION_ACCESS", option=True) for by, to in places),
    )


def by_tags(*permissions: str):
    """The columns have a tag that one of them has another value of, and the grant is on the others."""
    hidden = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"pii"}))
    expression = tag_policy(G, "TABLE", {"level": frozenset({"internal"})})
    return (
        put(G, "tags", D, {"level": "internal"}),
        put(G, "tags", hidden, {"level": "secret"}),
        grant(G, STEWARD, expression, *permissions),
    )


def registration(*statements):
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=TRUST))


LIMITS = (
    yes(
        name="some columns granted directly, others in two steps",
        page=guide("data-filtering-notes"),
        changes=(
            grant(G, ANALYST, A, "SELECT"),
            grant(G, ANALYST, D, "DESCRIBE"),
            revoke(C, ANALYST, T),
            grant(C, ANALYST, B, "SELECT"),
        ),
        columns=("a", "b"),
        way=Way.DIRECT,
    ),
    yes(
        name="granted directly under version 3",
        page=guide("optimize-ram"),
        changes=(
            *NEITHER,
            grant(G, ANALYST, T, "SELECT"),
            grant(G, ANALYST, D, "DESCRIBE"),
            settings(G, cross_account_version=3),
        ),
        way=Way.DIRECT,
    ),
    yes(
        name="a read-only administrator uses a link that it was not granted",
        page=LINKS,
        changes=(NO_DESCRIBE_ON_LINK, READ_ONLY),
        assumed=undocumented.VIEWS,
    ),
    asked(
        name="a read-only administrator of another account uses no link",
        page=LINKS,
        changes=(NO_DESCRIBE_ON_LINK, settings(G, read_only_admins=frozenset({ANALYST}))),
        broken=Step.LINK_GRANT,
        fault=Fault.MISSING,
    ),
    yes(
        name="a grant to the organization, while the account's invitation waits",
        page=NOTES,
        changes=(
            revoke(G, C, T),
            grant(G, ORGANIZATION, T, "SELECT", option=True),
            in_organization,
            put(G, "shares", C, ShareState.PENDING),
        ),
    ),
    yes(
        name="some columns to the organization, all to the account, whose invitation waits",
        page=NOTES,
        changes=(
            grant(G, ORGANIZATION, A, "SELECT", option=True),
            in_organization,
            put(G, "shares", C, ShareState.PENDING),
        ),
        columns=("a",),
    ),
    yes(
        name="settings that were not read are not without administrator",
        page=guide("granting-catalog-permissions"),
        changes=(settings(C, admins=frozenset()), unread_settings(C)),
    ),
    asked(
        name="settings of another account that were not read",
        page=guide("granting-catalog-permissions"),
        changes=(settings(C, admins=frozenset()), unread_settings(G)),
        broken=Step.SHARE,
        fault=Fault.MISSING,
    ),
    *(
        own(
            name=f"{action} where some columns do not match the tags",
            page=guide("TBAC-notes"),
            changes=(*by_tags(action), EVERYTHING_IN_GLUE),
            action=action,
            broken=Step.PRINCIPAL_GRANT,
            fault=Fault.MISSING,
        )
        for action in ("ALTER", "DELETE", "DROP")
    ),
    own(
        name="a data location whose name the table's begins with",
        page=PREFIXES,
        changes=at_location(f"{BUCKET}/sales/ord"),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    own(
        name="a data location above the table's",
        page=PREFIXES,
        changes=at_location(f"{BUCKET}/sales"),
        action="ALTER",
        columns=COLUMNS,
        way=Way.DIRECT,
    ),
    own(
        name="the data location is the table's own",
        page=PREFIXES,
        changes=at_location(f"{BUCKET}/sales/orders"),
        action="ALTER",
        columns=COLUMNS,
        way=Way.DIRECT,
    ),
    own(
        name="a data location below the table's",
        page=PREFIXES,
        changes=at_location(f"{BUCKET}/sales/orders/2026"),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    own(
        name="registered at a location whose name the table's begins with",
        page=guide("register-data-lake"),
        changes=(
            ORDERS,
            fields(G, locations={f"{BUCKET}/sales/ord": Location(REGISTRATION)}),
            grant(G, STEWARD, T, "SELECT"),
        ),
        broken=Step.LOCATION,
        fault=Fault.MISSING,
    ),
    own(
        name="INSERT, but the registration role may only decrypt",
        page=guide("register-encrypted"),
        changes=(grant(G, STEWARD, T, "INSERT"), registration(ROLE_S3, allow("kms:Decrypt"))),
        action="INSERT",
        broken=Step.REGISTRATION_ROLE,
        fault=Fault.MISSING,
    ),
    own(
        name="SELECT takes no more of the key than to decrypt",
        page=guide("register-encrypted"),
        changes=(grant(G, STEWARD, T, "SELECT"), registration(ROLE_S3, allow("kms:Decrypt"))),
        columns=COLUMNS,
        way=Way.DIRECT,
    ),
    own(
        name="DELETE takes nothing of the key",
        page=guide("register-encrypted"),
        changes=(grant(G, STEWARD, T, "DELETE"), registration(ROLE_S3)),
        action="DELETE",
        columns=COLUMNS,
        way=Way.DIRECT,
    ),
    yes(
        name="the data location across accounts, in two steps",
        page=REGRANTING,
        changes=across((G, C), (C, ANALYST)),
        action="ALTER",
    ),
    asked(
        name="the data location across accounts, not granted to the account",
        page=REGRANTING,
        changes=across((C, ANALYST)),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    asked(
        name="the data location across accounts, not granted in the account",
        page=REGRANTING,
        changes=across((G, C)),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    yes(
        name="the data location across accounts, for the account as a whole",
        page=REGRANTING,
        changes=across((G, C)),
        action="ALTER",
        who=C,
    ),
    yes(
        name="the data location across accounts, for the account's administrator",
        page=REGRANTING,
        changes=across((G, C)),
        action="ALTER",
        who=CHIEF,
    ),
    own(
        name="a data location that only the catalog's account holds itself",
        page=PREFIXES,
        changes=(
            ORDERS,
            EVERYTHING_IN_GLUE,
            grant(G, STEWARD, T, "ALTER"),
            grant(G, G, PLACE, "DATA_LOCATION_ACCESS"),
        ),
        action="ALTER",
        broken=Step.DATA_LOCATION,
        fault=Fault.MISSING,
    ),
    yes(
        name="the share of an account that was not read",
        page=guide("accepting-ram-invite"),
        changes=(drop(G, "shares", C), fields(G, complete=False)),
        assumed=f"the share of {G} is active",
    ),
)
