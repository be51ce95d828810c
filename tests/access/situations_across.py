"""Situations across accounts: links, both steps of a grant, direct grants, organizations, shares."""

from functools import partial

from meshwright.access import grant_hops, links, share_hops, undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource, filter_on, table, tag_policy
from meshwright.access.state import ANYBODY, Database, Filter, Link, ShareState
from tests.access.building import (
    ANALYST,
    CHIEF,
    COLUMNS,
    LINK,
    ORGANIZATION,
    STEWARD,
    STRANGER,
    TRAINEE,
    UNIT,
    C,
    D,
    G,
    T,
    X,
    drop,
    fields,
    grant,
    put,
    revoke,
    settings,
)
from tests.access.situation import Situation, guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
no = partial(asked, fault=Fault.MISSING)
shared = partial(grant, G, C, option=True)
passed_on = partial(grant, C, ANALYST)
NOT_SHARED, NOT_PASSED_ON = revoke(G, C, T), revoke(C, ANALYST, T)
NEITHER = (NOT_SHARED, NOT_PASSED_ON)
ABOUT_LINKS, LINK_GRANTS = guide("resource-links-about"), guide("granting-link-permissions")
LINKS_IN_GLUE = guide("resource-links-glue-apis")
CATALOG_GRANTS, LIMITS = guide("granting-catalog-permissions"), guide("data-filtering-notes")
NOTES, INVITES = guide("cross-account-notes"), guide("accepting-ram-invite")
CASCADE = guide("cascade-cross-account-permission-procedures")
A, B = (Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({name})) for name in "ab")
A_B = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"a", "b"}))
B_PII = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"b", "pii"}))
TABLE_LINK = table(C, "own", "lt")
F = filter_on(G, "d", "t", "consumer")
DE = "country = 'DE'"
IN_GERMANY = put(G, "filters", F, Filter(rows=DE))
ALL_IN_GERMANY = dict.fromkeys(COLUMNS, (DE,))
NO_LINK = drop(C, "databases", "l")
BY_TABLE_LINK = put(C, "databases", "own", Database(links={"lt": Link(G, "d", "t")}))


def dead_link(state):
    """The database that the link points to is gone."""
    return fields(G, databases={})(state)


def in_organization(state):
    return type(state)(state.accounts, state.region, "o-acme")


LINKS = (
    no(name="no link", page=guide("cross-data-sharing-lf"), changes=(NO_LINK,), broken=Step.LINK),
    no(
        name="no DESCRIBE on the link",
        page=LINKS_IN_GLUE,
        changes=(revoke(C, ANALYST, LINK),),
        broken=Step.LINK_GRANT,
    ),
    no(
        name="DESCRIBE on the link, nothing on the target",
        page=LINK_GRANTS,
        who=TRAINEE,
        broken=Step.PRINCIPAL_GRANT,
    ),
    asked(
        name="the link's database is gone",
        page=ABOUT_LINKS,
        changes=(dead_link,),
        broken=Step.LINK,
        fault=Fault.DANGLING,
        assumed=links.DEAD,
    ),
    no(
        name="the link leads to another database",
        page=ABOUT_LINKS,
        changes=(put(C, "databases", "l", Database(link=Link(G, "e"))),),
        broken=Step.LINK,
    ),
    yes(
        name="a link to the table itself",
        page=ABOUT_LINKS,
        changes=(NO_LINK, BY_TABLE_LINK, passed_on(TABLE_LINK, "DESCRIBE")),
    ),
    no(
        name="a link to the table itself, without DESCRIBE on it",
        page=LINKS_IN_GLUE,
        changes=(NO_LINK, BY_TABLE_LINK),
        broken=Step.LINK_GRANT,
    ),
    no(
        name="a link to the table itself, with DESCRIBE on another one",
        page=LINKS_IN_GLUE,
        changes=(NO_LINK, BY_TABLE_LINK, passed_on(table(C, "own", "lu"), "DESCRIBE")),
        broken=Step.LINK_GRANT,
    ),
    asked(
        name="a link to a table that is gone",
        page=ABOUT_LINKS,
        changes=(
            NO_LINK,
            put(C, "databases", "own", Database(links={"lv": Link(G, "d", "v")})),
        ),
        table="v",
        broken=Step.LINK,
        fault=Fault.DANGLING,
        assumed=links.DEAD,
    ),
    yes(
        name="no link is needed in the catalog's own account",
        page=ABOUT_LINKS,
        changes=(grant(G, STEWARD, T, "SELECT"),),
        who=STEWARD,
        way=Way.DIRECT,
    ),
    yes(
        name="an administrator uses every link of its account",
        page=guide("implicit-permissions"),
        who=CHIEF,
    ),
    yes(
        name="a link that is open to everybody",
        page=LINK_GRANTS,
        changes=(revoke(C, ANALYST, LINK), grant(C, ANYBODY, LINK, "ALL")),
    ),
    yes(
        name="DROP on the link shows it too",
        page=LINK_GRANTS,
        changes=(revoke(C, ANALYST, LINK), passed_on(LINK, "DROP")),
    ),
)

TWO_STEPS = (
    yes(name="granted to the account, and in it", page=guide("cross-account-permissions")),
    no(
        name="granted to the account, not in it",
        page=CATALOG_GRANTS,
        changes=(NOT_PASSED_ON,),
        broken=Step.PRINCIPAL_GRANT,
    ),
    no(
        name="granted in the account, which has lost it",
        page=LIMITS,
        changes=(NOT_SHARED,),
        broken=Step.ACCOUNT_GRANT,
        assumed=undocumented.LOST,
    ),
    no(
        name="granted in the account, which has lost it, to files at no registered location",
        page=LIMITS,
        changes=(NOT_SHARED, fields(G, locations={})),
        broken=Step.ACCOUNT_GRANT,
    ),
    no(
        name="granted neither to the account nor in it",
        page=CATALOG_GRANTS,
        changes=NEITHER,
        broken=Step.ACCOUNT_GRANT,
    ),
    yes(
        name="the account's columns limit the principal's",
        page=LIMITS,
        changes=(NOT_SHARED, shared(A_B, "SELECT")),
        columns=("a", "b"),
    ),
    yes(
        name="the principal's columns limit the account's",
        page=LIMITS,
        changes=(NOT_PASSED_ON, passed_on(A, "SELECT")),
        columns=("a",),
    ),
    yes(
        name="the columns that both have",
        page=LIMITS,
        changes=(*NEITHER, shared(A_B, "SELECT"), passed_on(B_PII, "SELECT")),
        columns=("b",),
    ),
    asked(
        name="no column that both have",
        page=LIMITS,
        changes=(*NEITHER, shared(A, "SELECT"), passed_on(B, "SELECT")),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.EMPTY,
    ),
    yes(
        name="one filter in both steps",
        page=guide("data-filters-about"),
        changes=(*NEITHER, IN_GERMANY, shared(F, "SELECT"), passed_on(F, "SELECT")),
        rows=ALL_IN_GERMANY,
    ),
    yes(
        name="a filter for the account, the whole table in it",
        page=LIMITS,
        changes=(NOT_SHARED, IN_GERMANY, shared(F, "SELECT")),
        rows=ALL_IN_GERMANY,
        assumed=undocumented.ROWS_NARROW,
    ),
    yes(
        name="the whole table for the account, a filter in it",
        page=LIMITS,
        changes=(NOT_PASSED_ON, IN_GERMANY, passed_on(F, "SELECT")),
        rows=ALL_IN_GERMANY,
    ),
    yes(
        name="the account may no longer pass it on",
        page=CASCADE,
        changes=(NOT_SHARED, grant(G, C, T, "SELECT", "DESCRIBE")),
        assumed=undocumented.NOT_GRANTABLE,
    ),
    no(
        name="DESCRIBE for the account, SELECT in it",
        page=LIMITS,
        changes=(NOT_SHARED, shared(T, "DESCRIBE")),
        broken=Step.ACCOUNT_GRANT,
        assumed=undocumented.LOST,
    ),
    yes(
        name="no permission on the database in the account",
        page=CATALOG_GRANTS,
        changes=(revoke(C, ANALYST, D),),
        assumed=undocumented.NO_DATABASE,
    ),
    no(
        name="a third account, to which the second grants",
        page=guide("regranting-shared-resources"),
        changes=(grant(C, STRANGER, T, "SELECT"), grant(C, X, T, "SELECT", option=True)),
        who=STRANGER,
        broken=Step.ACCOUNT_GRANT,
    ),
    yes(
        name="all IAM principals of the account, in it",
        page=guide("attribute-based-access-control"),
        changes=(NOT_PASSED_ON, grant(C, f"{C}:IAMPrincipals", T, "SELECT")),
    ),
    yes(name="the account as a whole", page=CATALOG_GRANTS, who=C),
    no(name="another account as a whole", page=CATALOG_GRANTS, who=X, broken=Step.ACCOUNT_GRANT),
)

RECEIVING_ADMINISTRATORS = (
    yes(name="the receiving account's administrator reads", page=CATALOG_GRANTS, who=CHIEF),
    yes(
        name="the receiving account's administrator, within the account's columns",
        page=LIMITS,
        changes=(NOT_SHARED, shared(A, "SELECT")),
        who=CHIEF,
        columns=("a",),
    ),
    no(
        name="the receiving account's administrator, of what was granted to a role of it",
        page=guide("implicit-permissions"),
        changes=(*NEITHER, grant(G, ANALYST, T, "SELECT")),
        who=CHIEF,
        action="DESCRIBE",
        broken=Step.ACCOUNT_GRANT,
    ),
    no(
        name="the receiving account's read-only administrator does not read",
        page=guide("permissions-reference"),
        changes=(settings(C, read_only_admins=frozenset({TRAINEE})),),
        who=TRAINEE,
        broken=Step.PRINCIPAL_GRANT,
        assumed=grant_hops.VIEWS_ONLY,
    ),
    yes(
        name="the receiving account's read-only administrator sees",
        page=guide("permissions-reference"),
        changes=(settings(C, read_only_admins=frozenset({TRAINEE})),),
        who=TRAINEE,
        action="DESCRIBE",
        assumed=undocumented.VIEWS,
    ),
)

DIRECT = (
    yes(
        name="granted directly",
        page=guide("cross-account-permissions"),
        changes=(*NEITHER, grant(G, ANALYST, T, "SELECT"), grant(G, ANALYST, D, "DESCRIBE")),
        way=Way.DIRECT,
    ),
    no(
        name="granted directly under version 2",
        page=guide("optimize-ram"),
        changes=(*NEITHER, grant(G, ANALYST, T, "SELECT"), settings(G, cross_account_version=2)),
        broken=Step.SHARE,
        assumed=share_hops.NO_PRINCIPALS,
    ),
    no(
        name="granted directly to another role",
        page=guide("cross-account-permissions"),
        changes=(*NEITHER, grant(G, TRAINEE, T, "SELECT")),
        broken=Step.ACCOUNT_GRANT,
    ),
    yes(
        name="granted directly to all IAM principals of the account",
        page=guide("attribute-based-access-control"),
        changes=(
            *NEITHER,
            grant(G, f"{C}:IAMPrincipals", T, "SELECT"),
            grant(G, f"{C}:IAMPrincipals", D, "DESCRIBE"),
        ),
        way=Way.DIRECT,
        assumed=grant_hops.OTHERS_GROUP,
    ),
    no(
        name="granted to all IAM principals of the catalog's account",
        page=guide("attribute-based-access-control"),
        changes=(*NEITHER, grant(G, f"{G}:IAMPrincipals", T, "SELECT")),
        broken=Step.ACCOUNT_GRANT,
    ),
)

TO_ORGANIZATION = grant(G, ORGANIZATION, T, "SELECT", option=True)
ORGANIZATIONS = (
    yes(
        name="the organization of the account",
        page=NOTES,
        changes=(NOT_SHARED, TO_ORGANIZATION, in_organization),
    ),
    yes(
        name="the organization, without a share to the account",
        page=guide("viewing-shared-resources"),
        changes=(NOT_SHARED, TO_ORGANIZATION, in_organization, drop(G, "shares", C)),
    ),
    no(
        name="another organization than the account's",
        page=NOTES,
        changes=(*NEITHER, TO_ORGANIZATION),
        broken=Step.ACCOUNT_GRANT,
    ),
    no(
        name="the organization, and nothing in the account",
        page=CATALOG_GRANTS,
        changes=(*NEITHER, TO_ORGANIZATION, in_organization),
        broken=Step.PRINCIPAL_GRANT,
    ),
    yes(
        name="a unit of the organization",
        page=NOTES,
        changes=(NOT_SHARED, grant(G, UNIT, T, "SELECT", option=True), in_organization),
        assumed=grant_hops.IN_UNIT,
    ),
)

SHARES = (
    asked(
        name="the invitation waits",
        page=INVITES,
        changes=(put(G, "shares", C, ShareState.PENDING),),
        broken=Step.SHARE,
        fault=Fault.PENDING,
    ),
    asked(
        name="the invitation was rejected",
        page=INVITES,
        changes=(put(G, "shares", C, ShareState.REJECTED),),
        broken=Step.SHARE,
        fault=Fault.FAILED,
    ),
    asked(
        name="the share failed",
        page=INVITES,
        changes=(put(G, "shares", C, ShareState.FAILED),),
        broken=Step.SHARE,
        fault=Fault.FAILED,
        assumed=share_hops.FAILED,
    ),
    no(name="the share is gone", page=INVITES, changes=(drop(G, "shares", C),), broken=Step.SHARE),
    no(
        name="the account has no Lake Formation administrator",
        page=CATALOG_GRANTS,
        changes=(settings(C, admins=frozenset()),),
        broken=Step.SHARE,
    ),
)


def by_tags(grant_by, to, *permissions, option=False, **values):
    expression = {key: frozenset(some.split("|")) for key, some in values.items()}
    return grant(grant_by, to, tag_policy(G, "TABLE", expression), *permissions, option=option)


SALES = put(G, "tags", D, {"domain": "sales"})
TAGS = (
    yes(
        name="one tag expression in both steps",
        page=guide("permission-cascading-rules"),
        changes=(
            *NEITHER,
            SALES,
            by_tags(G, C, "SELECT", option=True, domain="sales"),
            by_tags(C, ANALYST, "SELECT", domain="sales"),
        ),
    ),
    yes(
        name="a tag expression without grant option, for the account's administrator",
        page=CASCADE,
        changes=(NOT_SHARED, SALES, by_tags(G, C, "SELECT", domain="sales")),
        who=CHIEF,
    ),
    no(
        name="a tag expression for the account alone",
        page=CASCADE,
        changes=(*NEITHER, SALES, by_tags(G, C, "SELECT", domain="sales")),
        broken=Step.PRINCIPAL_GRANT,
    ),
    yes(
        name="a narrower tag expression in the account",
        page=guide("permission-cascading-rules"),
        changes=(
            *NEITHER,
            SALES,
            by_tags(G, C, "SELECT", option=True, domain="sales|hr"),
            by_tags(C, ANALYST, "SELECT", domain="sales"),
        ),
        assumed=undocumented.EXPRESSIONS_NARROW,
    ),
    asked(
        name="a narrower tag expression in the account, and a table outside it",
        page=guide("permission-cascading-rules"),
        changes=(
            *NEITHER,
            put(G, "tags", D, {"domain": "hr"}),
            by_tags(G, C, "SELECT", option=True, domain="sales|hr"),
            by_tags(C, ANALYST, "SELECT", domain="sales"),
        ),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
)

SITUATIONS = (
    *LINKS,
    *TWO_STEPS,
    *RECEIVING_ADMINISTRATORS,
    *DIRECT,
    *ORGANIZATIONS,
    *SHARES,
    *TAGS,
)
