"""Situations across accounts: links, organizations, shares, LF-Tags."""

from functools import partial

from meshwright.access import grant_hops, links, share_hops, undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import table, tag_policy
from meshwright.access.state import Database, Link, ShareState
from tests.access.building import (
    ANALYST,
    CHIEF,
    COLUMNS,
    LINK,
    ORGANIZATION,
    STEWARD,
    TRAINEE,
    UNIT,
    C,
    D,
    G,
    T,
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
passed_on = partial(grant, C, ANALYST)
NOT_SHARED, NOT_PASSED_ON = revoke(G, C, T), revoke(C, ANALYST, T)
NEITHER = (NOT_SHARED, NOT_PASSED_ON)
ABOUT_LINKS, LINK_GRANTS = guide("resource-links-about"), guide("granting-link-permissions")
LINKS_IN_GLUE = guide("resource-links-glue-apis")
CATALOG_GRANTS = guide("granting-catalog-permissions")
NOTES, INVITES = guide("cross-account-notes"), guide("accepting-ram-invite")
CASCADE = guide("cascade-cross-account-permission-procedures")
TABLE_LINK = table(C, "own", "lt")
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

SITUATIONS = (*LINKS, *ORGANIZATIONS, *SHARES, *TAGS)
