"""Situations of principals that are neither role nor user: federated people, Identity Center, QuickSight."""

from functools import partial

from meshwright.access.decision import Fault, Step, Way
from meshwright.access.identity_hops import CARRIER, NOT_IN_IAM, NOT_KNOWN
from meshwright.access.resources import Kind
from tests.access.building import (
    ANALYST,
    COLUMNS,
    LINK,
    REGION,
    C,
    D,
    G,
    T,
    X,
    grant,
)
from tests.access.situation import Situation, guide

SAML_GROUP = f"arn:aws:iam::{G}:saml-provider/Okta:group/analysts"
SAML_USER = f"arn:aws:iam::{G}:saml-provider/Okta:user/ada@acme.example"
CONSUMERS_GROUP = f"arn:aws:iam::{C}:saml-provider/Okta:group/analysts"
CENTER_GROUP = "arn:aws:identitystore:::group/906762b5-1111-2222-3333-444444444444"
CENTER_USER = "arn:aws:identitystore:::user/906762b5-5555-6666-7777-888888888888"
APPLICATION = "arn:aws:sso::777777777777:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
READERS = f"arn:aws:quicksight:{REGION}:{G}:group/default/readers"
AUTHOR = f"arn:aws:quicksight:{REGION}:{G}:user/default/author"
NEW_KIND = f"arn:aws:newservice:{REGION}:{G}:workspace/w1"
ALL_OF_CATALOG, ALL_OF_CONSUMER = f"{G}:IAMPrincipals", f"{C}:IAMPrincipals"

SOME_COLUMNS = T._replace(kind=Kind.COLUMNS, included=frozenset({"a", "b"}))

PRINCIPALS = guide("lf-permissions-reference")
CENTER = guide("identity-center-lf-notes")


def unseen(who: str, *more: str) -> tuple[str, ...]:
    """What AWS does not tell of somebody whom IAM does not keep."""
    return NOT_IN_IAM.format(who), CARRIER.format(who), *more


def of_catalog(who: str, name: str, page: str = PRINCIPALS) -> tuple[Situation, ...]:
    """Granted by the catalog's account, granted some columns, and granted nothing."""
    yes = partial(Situation, who=who, page=page, way=Way.DIRECT)
    return (
        yes(
            name=f"{name}: the table and its database",
            changes=(grant(G, who, T, "SELECT"), grant(G, who, D, "DESCRIBE")),
            columns=COLUMNS,
            assumed=unseen(who),
        ),
        yes(
            name=f"{name}: some columns",
            changes=(
                grant(G, who, SOME_COLUMNS, "SELECT"),
                grant(G, who, D, "DESCRIBE"),
            ),
            columns=("a", "b"),
            assumed=unseen(who),
        ),
        yes(
            name=f"{name}: Super",
            changes=(grant(G, who, T, "ALL"), grant(G, who, D, "DESCRIBE")),
            columns=COLUMNS,
            action="INSERT",
            assumed=unseen(who),
        ),
        Situation(
            name=f"{name}: nothing",
            page=page,
            who=who,
            broken=Step.PRINCIPAL_GRANT,
            fault=Fault.MISSING,
        ),
    )


SITUATIONS = (
    *of_catalog(SAML_GROUP, "a SAML group"),
    *of_catalog(SAML_USER, "a SAML user"),
    *of_catalog(CENTER_GROUP, "an Identity Center group", CENTER),
    *of_catalog(CENTER_USER, "an Identity Center user", CENTER),
    *of_catalog(APPLICATION, "an Identity Center application", CENTER),
    *of_catalog(READERS, "a QuickSight group"),
    *of_catalog(AUTHOR, "a QuickSight user"),
    *of_catalog(NEW_KIND, "a kind that is not known"),
    Situation(
        name="every principal of the account",
        page=PRINCIPALS,
        who=ALL_OF_CATALOG,
        changes=(grant(G, ALL_OF_CATALOG, T, "SELECT"), grant(G, ALL_OF_CATALOG, D, "DESCRIBE")),
        columns=COLUMNS,
        way=Way.DIRECT,
        assumed=NOT_KNOWN.format(ALL_OF_CATALOG),
    ),
    Situation(
        name="a SAML group of the consumer's account, in two steps",
        page=PRINCIPALS,
        who=CONSUMERS_GROUP,
        changes=(
            grant(C, CONSUMERS_GROUP, T, "SELECT"),
            grant(C, CONSUMERS_GROUP, D, "DESCRIBE"),
            grant(C, CONSUMERS_GROUP, LINK, "DESCRIBE"),
        ),
        columns=COLUMNS,
        way=Way.SHARED,
        assumed=unseen(CONSUMERS_GROUP),
    ),
    Situation(
        name="a SAML group of the consumer's account without the link",
        page=PRINCIPALS,
        who=CONSUMERS_GROUP,
        changes=(grant(C, CONSUMERS_GROUP, T, "SELECT"), grant(C, CONSUMERS_GROUP, D, "DESCRIBE")),
        broken=Step.LINK_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="an Identity Center group is granted nothing by a consumer's account",
        page=CENTER,
        who=CENTER_GROUP,
        changes=(grant(C, CENTER_GROUP, T, "SELECT"), grant(C, CENTER_GROUP, LINK, "DESCRIBE")),
        broken=Step.PRINCIPAL_GRANT,
        fault=Fault.MISSING,
    ),
    Situation(
        name="a role of the account, by a grant to every principal of it",
        page=PRINCIPALS,
        who=ANALYST,
        changes=(grant(C, ALL_OF_CONSUMER, T, "DESCRIBE"),),
        columns=COLUMNS,
        way=Way.SHARED,
    ),
    Situation(
        name="a role of a service's own account is one like others",
        page=PRINCIPALS,
        who=f"arn:aws:iam::{X}:role/aws-service-role/glue.amazonaws.com/AWSServiceRoleForGlue",
        broken=Step.PRINCIPAL,
        fault=Fault.MISSING,
    ),
)
