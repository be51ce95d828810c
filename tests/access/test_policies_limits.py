"""The policies of both sides at the limits of their rules: what each question is told of the request."""

import pytest

from meshwright.access.decision import Fault
from meshwright.access.policies import Use, both_allow, identity_allows, lets_in_alone, resource_allows
from meshwright.access.state import Identity
from tests.access.building import allow, deny, policy

A, B = "111111111111", "222222222222"
ROLE, USER = f"arn:aws:iam::{A}:role/R", f"arn:aws:iam::{A}:user/U"
OBJECT = "arn:aws:s3:::b/x"
NOTHING, ALL = policy(), policy(allow("*"))
TEAM = {"aws:principaltag/team": "sales", "aws:resourceaccount": B}
"""What is known of a request that is about another thing as well, of another account."""
IN_SALES = {"StringEquals": {"aws:PrincipalTag/team": "sales"}}
IN_HR = {"StringEquals": {"aws:PrincipalTag/team": "hr"}}
FROM_A = {"StringEquals": {"aws:ResourceAccount": A}}
FROM_B = {"StringEquals": {"aws:ResourceAccount": B}}


def use(*statements, owner=A, action="s3:GetObject") -> Use:
    return Use(
        action=action, resource=OBJECT, owner=owner, policy=policy(*statements) if statements else None
    )


def bounded(*statements, own=ALL) -> Identity:
    return Identity(policy=own, boundary=policy(*statements), boundary_name="limits")


@pytest.mark.parametrize(
    ("identity", "fault"),
    [
        (Identity(policy=policy(allow("*", when=IN_SALES))), None),
        (Identity(policy=policy(allow("*", when=IN_HR))), Fault.MISSING),
        (Identity(policy=policy(allow("*"), deny("*", when=IN_SALES))), Fault.DENIED),
        (bounded(allow("*", when=IN_SALES)), None),
        (bounded(allow("*", when=IN_HR)), Fault.MISSING),
        (Identity(policy=ALL, session=policy(allow("*", when=IN_HR))), Fault.MISSING),
    ],
)
def test_conditions_of_the_principals_policies(identity, fault):
    assert both_allow(use(), ROLE, identity, TEAM).fault is fault
    assert identity_allows(ROLE, identity, "s3:GetObject", OBJECT, TEAM).fault is fault


@pytest.mark.parametrize(
    ("when", "limit", "fault"),
    [
        (IN_SALES, IN_SALES, None),
        (IN_HR, IN_SALES, Fault.MISSING),
        (IN_SALES, IN_HR, Fault.MISSING),
        (FROM_A, FROM_A, None),
        (FROM_B, FROM_A, Fault.MISSING),
        (FROM_A, FROM_B, Fault.MISSING),
    ],
)
def test_conditions_of_what_lets_in_alone(when, limit, fault):
    identity, asked = bounded(allow("*", when=limit), own=NOTHING), use(allow("*", to=ROLE, when=when))
    assert both_allow(asked, ROLE, identity, TEAM).fault is fault
    assert lets_in_alone(asked, ROLE, identity, TEAM).fault is fault


def test_who_is_not_named_itself_is_not_let_in_alone():
    for statements in ((allow("*", to=A),), (allow("*", to=USER),), (), (deny("*", to=ROLE),)):
        assert lets_in_alone(use(*statements), ROLE, Identity(policy=ALL), {}).fault is Fault.MISSING
    assert (
        lets_in_alone(use(allow("*", to=ROLE), owner=B), ROLE, Identity(policy=ALL), {}).fault
        is Fault.MISSING
    )


def test_a_boundary_of_a_user_does_not_limit_what_names_it():
    asked = use(allow("*", to=USER))
    for identity in (bounded(own=NOTHING), Identity(policy=NOTHING, boundary_name="unread")):
        found = lets_in_alone(asked, USER, identity, {})
        assert (found.fault, found.assumed) == (None, ())
        assert both_allow(asked, USER, identity, {}).assumed == ()


def test_not_principal_spares_none_with_a_boundary():
    asked = use(deny("*", to_all_but=[ROLE, A]), allow("*", to=ROLE))
    for identity, fault in ((Identity(policy=ALL), None), (bounded(allow("*")), Fault.DENIED)):
        assert both_allow(asked, ROLE, identity, {}).fault is fault
        assert resource_allows(asked, ROLE, identity, {}).fault is fault
    assert lets_in_alone(asked, ROLE, bounded(allow("*")), {}).fault is Fault.MISSING


def test_a_no_rests_on_nothing():
    unknown = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    found = both_allow(use(allow("*", to=A, when=unknown)), ROLE, Identity(policy=NOTHING), {})
    assert (found.fault, found.assumed) == (Fault.MISSING, ())
    found = both_allow(use(), ROLE, Identity(policy=policy(allow("*", when=unknown))), {})
    assert (found.fault, found.assumed) == (None, ("StringEquals aws:SourceVpce vpce-1 holds",))


def test_across_accounts_a_policy_that_lets_nobody_in_ends_it():
    identity = Identity(policy=policy(deny("*")))
    assert both_allow(use(allow("*", to=B), owner=B), ROLE, identity, {}).fault is Fault.MISSING
    assert both_allow(use(owner=B), ROLE, identity, {}).fault is Fault.MISSING
    assert both_allow(use(allow("*", to=A), owner=B), ROLE, identity, {}).fault is Fault.DENIED


def test_the_statements_of_both_sides_are_named():
    own, asked = policy(allow("s3:*")), use(allow("s3:GetObject", to=ROLE))
    found = both_allow(asked, ROLE, Identity(policy=own), {})
    assert found.statements == (asked.policy.statements[0], own.statements[0])


def test_what_is_not_an_arn_has_no_account():
    assert both_allow(use(), "nobody", Identity(policy=ALL), {}).fault is Fault.MISSING
    assert both_allow(use(owner=""), "nobody", Identity(policy=ALL), {}).fault is None
    assert (
        lets_in_alone(use(allow("*", to="nobody"), owner=""), "nobody", Identity(policy=ALL), {}).fault
        is None
    )
