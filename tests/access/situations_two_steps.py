"""Situations across accounts: grants in two steps, administrators of the receiving account, direct grants."""

from functools import partial

from meshwright.access import grant_hops, share_hops, undocumented
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.resources import Kind, Resource, filter_on
from meshwright.access.state import Filter
from tests.access.building import (
    ANALYST,
    CHIEF,
    COLUMNS,
    STRANGER,
    TRAINEE,
    C,
    D,
    G,
    T,
    X,
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
CATALOG_GRANTS, LIMITS = guide("granting-catalog-permissions"), guide("data-filtering-notes")
CASCADE = guide("cascade-cross-account-permission-procedures")
A, B = (Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({name})) for name in "ab")
A_B = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"a", "b"}))
B_PII = Resource(G, Kind.COLUMNS, ("d", "t"), frozenset({"b", "pii"}))
F = filter_on(G, "d", "t", "consumer")
DE = "country = 'DE'"
IN_GERMANY = put(G, "filters", F, Filter(rows=DE))
ALL_IN_GERMANY = dict.fromkeys(COLUMNS, (DE,))


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


SITUATIONS = (*TWO_STEPS, *RECEIVING_ADMINISTRATORS, *DIRECT)
