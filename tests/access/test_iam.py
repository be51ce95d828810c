"""IAM's rules: deny wins, wildcards, what a statement is not about, conditions, boundaries."""

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshwright.access.conditions import ABSENT, condition_holds
from meshwright.access.decision import Fault
from meshwright.access.iam import Effect, Policy, Statement, identity_verdict, parse_policy, resource_verdict
from meshwright.access.patterns import Patterns
from meshwright.access.policies import (
    Use,
    both_allow,
    identity_allows,
    known_context,
    lets_in_alone,
    resource_allows,
)
from meshwright.access.state import Identity
from tests.access.building import ANALYST, C, G, allow, changed, deny, policy, put
from tests.depth import examples

properties = examples(20)
ACTIONS = ("s3:GetObject", "s3:PutObject", "kms:Decrypt")
RESOURCES = ("arn:aws:s3:::b/x", "arn:aws:s3:::b/y")
TEXTS = st.text("ab[]!/", max_size=5)
PATTERNS = st.text("ab[]!/*?", max_size=5)
A, B = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{A}:role/R"
STATEMENTS = st.builds(
    Statement,
    allow=st.booleans(),
    actions=st.sampled_from([(each,) for each in (*ACTIONS, "s3:*", "*")]),
    resources=st.sampled_from([(each,) for each in (*RESOURCES, "arn:aws:s3:::b/*", "*")]),
)


def fnmatch(text: str, pattern: str) -> bool:
    """fnmatch's meaning of `*` and `?`, without its sets in brackets, which IAM does not have."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


@properties
@given(TEXTS, st.lists(PATTERNS, max_size=3))
@example("a[b", ["a[b*"])
@example("a[b]", ["*[b]"])
@example("", ["*"])
def test_a_pattern_matches_as_fnmatch_does(text, patterns):
    assert Patterns(patterns)(text) == any(fnmatch(text, each) for each in patterns)


@properties
@given(TEXTS, PATTERNS)
def test_actions_match_in_upper_and_lower_case(text, pattern):
    assert Patterns([pattern], fold=True)(text.upper()) == fnmatch(text, pattern)


@properties
@given(st.lists(STATEMENTS, max_size=4), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES), st.data())
def test_deny_wins_whatever_the_order(statements, action, resource, data):
    about = [
        each.allow
        for each in statements
        if fnmatch(action, each.actions[0]) and fnmatch(resource, each.resources[0])
    ]
    expected = Effect.SILENT if not about else Effect.ALLOWED if all(about) else Effect.DENIED
    mixed = data.draw(st.permutations(statements))
    assert identity_verdict(Policy(tuple(mixed)), action, resource, {}).effect is expected


@properties
@given(st.sampled_from(ACTIONS), st.sampled_from((*ACTIONS, "s3:*", "*")))
def test_not_action_is_about_every_other_action(action, listed):
    statement = Statement(allow=True, not_actions=(listed,), resources=("*",))
    assert statement.covers(action, "arn:aws:s3:::b/x") != fnmatch(action, listed)


@properties
@given(st.sampled_from(RESOURCES), st.sampled_from((*RESOURCES, "arn:aws:s3:::b/*", "arn:aws:s3:::c/*")))
def test_not_resource_is_about_every_other_resource(resource, listed):
    statement = Statement(allow=True, actions=("*",), not_resources=(listed,))
    assert statement.covers("s3:GetObject", resource) != fnmatch(resource, listed)


@pytest.mark.parametrize(
    ("listed", "effect", "direct"),
    [
        (ROLE, Effect.ALLOWED, True),
        ("*", Effect.ALLOWED, True),
        (A, Effect.ALLOWED, False),
        (f"arn:aws:iam::{A}:root", Effect.ALLOWED, False),
        (f"arn:aws-cn:iam::{A}:root", Effect.ALLOWED, False),
        (B, Effect.SILENT, False),
        (f"arn:aws:iam::{B}:root", Effect.SILENT, False),
        (f"{ROLE}2", Effect.SILENT, False),
        ("AROAEXAMPLE", Effect.SILENT, False),
    ],
)
def test_whom_a_resources_policy_names(listed, effect, direct):
    found = resource_verdict(
        policy(allow("s3:GetObject", to=listed)), "s3:GetObject", RESOURCES[0], {}, principal=ROLE, account=A
    )
    assert (found.effect, found.direct) == (effect, direct)


USER = f"arn:aws:iam::{A}:user/U"
SESSION = f"arn:aws:sts::{A}:assumed-role/R/nightly"
NO_ACCOUNT = "NotPrincipal spares {} though it does not list its account"
WITH_ROLE = f"a session of {ROLE} is spared with its role by NotPrincipal"


@pytest.mark.parametrize(
    ("who", "listed", "bounded", "effect", "assumed"),
    [
        (ROLE, ROLE, False, Effect.SILENT, (NO_ACCOUNT.format(ROLE),)),
        (ROLE, [ROLE, A], False, Effect.SILENT, (WITH_ROLE,)),
        (ROLE, [ROLE, A], True, Effect.DENIED, ()),
        (ROLE, A, False, Effect.DENIED, ()),
        (ROLE, f"arn:aws:iam::{A}:role/Other", False, Effect.DENIED, ()),
        (ROLE, SESSION, False, Effect.SILENT, (NO_ACCOUNT.format(ROLE),)),
        (ROLE, "*", False, Effect.SILENT, ()),
        (USER, [USER, A], False, Effect.SILENT, ()),
        (USER, [USER, A], True, Effect.DENIED, ()),
        (USER, USER, False, Effect.SILENT, (NO_ACCOUNT.format(USER),)),
        (A, A, False, Effect.SILENT, ()),
    ],
)
def test_whom_not_principal_spares(who, listed, bounded, effect, assumed):
    found = resource_verdict(
        policy(deny("s3:*", to_all_but=listed)),
        "s3:GetObject",
        RESOURCES[0],
        {},
        principal=who,
        account=A,
        bounded=bounded,
    )
    assert (found.effect, found.assumed) == (effect, assumed)


@pytest.mark.parametrize(
    ("statements", "effect", "direct", "assumed"),
    [
        ([allow("*", to=SESSION)], Effect.ALLOWED, True, (f"the session of {ROLE} has the name nightly",)),
        ([allow("*", to=[SESSION, ROLE])], Effect.ALLOWED, True, ()),
        ([allow("*", to=SESSION), allow("*", to=ROLE)], Effect.ALLOWED, True, ()),
        (
            [deny("*", to=SESSION), allow("*", to=ROLE)],
            Effect.ALLOWED,
            True,
            (f"the session of {ROLE} has another name than nightly, which is denied",),
        ),
        ([allow("*", to=f"arn:aws:sts::{B}:assumed-role/R/nightly")], Effect.SILENT, False, ()),
        ([allow("*", to=f"arn:aws:sts::{A}:assumed-role/S/nightly")], Effect.SILENT, False, ()),
    ],
)
def test_a_session_that_a_policy_names(statements, effect, direct, assumed):
    found = resource_verdict(policy(*statements), "s3:GetObject", RESOURCES[0], {}, principal=ROLE, account=A)
    assert (found.effect, found.direct, found.assumed) == (effect, direct, assumed)


@pytest.mark.parametrize(
    ("operator", "value", "values", "expected"),
    [
        ("StringEquals", "a", ("a", "b"), True),
        ("StringEquals", "A", ("a",), False),
        ("StringEquals", "a", ("*",), False),
        ("StringNotEquals", "a", ("a", "b"), False),
        ("StringNotEquals", "c", ("a", "b"), True),
        ("StringEqualsIgnoreCase", "A", ("a",), True),
        ("StringNotEqualsIgnoreCase", "A", ("a",), False),
        ("StringLike", "abc", ("a*",), True),
        ("StringNotLike", "abc", ("a*",), False),
        ("ArnLike", "arn:aws:s3:::b", ("arn:aws:s3:::*",), True),
        ("ArnEquals", "arn:aws:s3:::b", ("arn:aws:s3:::?",), True),
        ("ArnNotEquals", "arn:aws:s3:::b", ("arn:aws:s3:::c",), True),
        ("Bool", "true", ("True",), True),
        ("Bool", "true", ("false",), False),
        ("Null", "a", ("false",), True),
        ("Null", "a", ("true",), False),
        ("Null", ABSENT, ("true",), True),
        ("Null", ABSENT, ("false",), False),
        ("StringEquals", ABSENT, ("a",), False),
        ("StringEqualsIfExists", ABSENT, ("a",), True),
        ("StringEqualsIfExists", "b", ("a",), False),
        ("StringNotEquals", ABSENT, ("a",), True),
        ("ForAllValues:StringEquals", ABSENT, ("a",), True),
        ("ForAnyValue:StringEquals", ABSENT, ("a",), False),
        ("ForAnyValue:StringEquals", "a", ("a",), True),
        ("StringEquals", None, ("a",), None),
        ("StringEqualsIfExists", None, ("a",), None),
        ("Null", None, ("true",), None),
        ("NumericLessThan", "1", ("2",), True),
        ("NumericLessThan", "2", ("2",), False),
        ("NumericLessThanEquals", "2", ("2",), True),
        ("NumericGreaterThan", "10", ("9",), True),
        ("NumericGreaterThan", "9", ("9",), False),
        ("NumericGreaterThanEquals", "9", ("9",), True),
        ("NumericEquals", "1.0", ("1",), True),
        ("NumericNotEquals", "1", ("1", "2"), False),
        ("NumericEquals", "one", ("1",), False),
        ("IpAddress", "10.0.0.1", ("10.0.0.0/8",), True),
        ("IpAddress", "11.0.0.1", ("10.0.0.0/8", "192.0.2.1"), False),
        ("IpAddress", "2001:db8::1", ("10.0.0.0/8", "2001:db8::/32"), True),
        ("NotIpAddress", "11.0.0.1", ("10.0.0.0/8",), True),
        ("IpAddress", "10.0.0.1", ("somewhere",), False),
        ("DateLessThan", "2026-01-01T00:00:00Z", ("2026-01-01T01:00:00+02:00",), False),
        ("DateLessThan", "2025-12-31T22:59:59Z", ("2026-01-01T01:00:00+02:00",), True),
        ("DateGreaterThan", "1767225601", ("2026-01-01",), True),
        ("DateGreaterThanEquals", "2026-01-01", ("1767225600",), True),
        ("DateLessThanEquals", "2026-01-01", ("2026-01-01",), True),
        ("DateEquals", "2026-01-01T00:00:00Z", ("2026-01-01",), True),
        ("DateNotEquals", "2026-01-01T00:00:00Z", ("2026-01-02",), True),
        ("BinaryEquals", "QmluYXJ5", ("QmluYXJ5",), True),
        ("StringMatches", "a", ("a",), None),
        ("ForSomeValues:StringEquals", "a", ("a",), None),
        ("ArnLike", "arn:aws:iam::1:role/a/b", ("arn:aws:iam::*:role/*",), True),
        ("ArnLike", "arn:aws:iam::1:role/2", ("arn:aws:*:*:*2:*",), False),
        ("ArnLike", "arn:aws:iam::1:role/x", ("*",), True),
        ("ArnNotLike", "arn:aws:iam::1:role/x", ("arn:aws:iam::2:*",), True),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "b", "c"), True),
        ("ForAllValues:StringEquals", ("a", "d"), ("a", "b", "c"), False),
        ("ForAllValues:StringEquals", (), ("a",), True),
        ("ForAnyValue:StringEquals", ("a", "d"), ("a", "b"), True),
        ("ForAnyValue:StringEquals", ("d",), ("a", "b"), False),
        ("ForAnyValue:StringEquals", (), ("a",), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), ("a", "b"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "b"), False),
        ("ForAllValues:StringNotEquals", ("a", "d"), ("a", "b"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), ("a", "b"), True),
        ("ForAnyValue:StringNotEquals", ABSENT, ("a",), False),
        ("ForAnyValue:StringEqualsIfExists", ABSENT, ("a",), True),
        ("StringEquals", ("a", "b"), ("a",), None),
        ("StringEquals", ("a",), ("a",), True),
        ("BoolIfExists", ABSENT, ("true",), True),
        ("StringEquals", "a", ("${aws:username}",), None),
        ("StringEquals", "a", ("${aws:username}", "a"), True),
        ("StringNotEquals", "a", ("${aws:username}",), None),
        ("StringNotEquals", "a", ("${aws:username}", "a"), False),
        ("ForAnyValue:StringEquals", ("a", "b"), ("${aws:username}", "b"), True),
        ("ForAllValues:StringEquals", ("a", "b"), ("${aws:username}", "b"), None),
    ],
)
def test_whether_a_condition_holds(operator, value, values, expected):
    assert condition_holds(operator, value, values) is expected


KNOWN = {"aws:securetransport": "true"}
UNKNOWN = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
MET, UNMET = {"Bool": {"aws:SecureTransport": "true"}}, {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("statements", "effect", "assumed"),
    [
        ([allow("*", when=MET)], Effect.ALLOWED, ()),
        ([allow("*", when=UNMET)], Effect.SILENT, ()),
        ([allow("*", when=UNKNOWN)], Effect.ALLOWED, ("StringEquals aws:SourceVpce vpce-1 holds",)),
        ([allow("*", when={**UNKNOWN, **UNMET})], Effect.SILENT, ()),
        ([allow("*", when=UNKNOWN), allow("*")], Effect.ALLOWED, ()),
        ([allow("*"), allow("*", when=UNKNOWN)], Effect.ALLOWED, ()),
        ([allow("*"), deny("*", when=UNMET)], Effect.ALLOWED, ()),
        ([allow("*"), deny("*", when=MET)], Effect.DENIED, ()),
        (
            [deny("*", when=UNKNOWN), allow("*")],
            Effect.ALLOWED,
            ("not denied by StringEquals aws:SourceVpce vpce-1",),
        ),
        ([deny("*", when=UNKNOWN)], Effect.SILENT, ("not denied by StringEquals aws:SourceVpce vpce-1",)),
        ([deny("*", when=UNKNOWN), deny("*"), allow("*")], Effect.DENIED, ()),
    ],
)
def test_what_is_assumed_of_conditions(statements, effect, assumed):
    found = identity_verdict(policy(*statements), "s3:GetObject", RESOURCES[0], KNOWN)
    assert (found.effect, found.assumed) == (effect, assumed)


def verdict(*statements):
    return identity_verdict(policy(*statements), "s3:GetObject", RESOURCES[0], {}).effect


SOME = st.lists(st.sampled_from([allow("s3:*"), deny("s3:*"), allow("kms:*"), allow("*")]), max_size=3)


@properties
@given(SOME, SOME)
def test_a_boundary_only_takes_away(own, bound):
    identity = Identity(policy=policy(*own), boundary=policy(*bound), boundary_name="limits")
    by_own, by_bound = verdict(*own), verdict(*bound)
    both = {by_own, by_bound}
    expected = next(each for each in (Effect.DENIED, Effect.SILENT, Effect.ALLOWED) if each in both)
    faults = {Effect.ALLOWED: None, Effect.DENIED: Fault.DENIED, Effect.SILENT: Fault.MISSING}
    found = identity_allows(ROLE, identity, "s3:GetObject", RESOURCES[0], {})
    assert found.fault is faults[expected]


TO_ROLE, TO_ACCOUNT, TO_NOBODY = allow("*", to=ROLE), allow("*", to=A), None
OWN_ALLOW, OWN_SILENT = policy(allow("*")), policy()


@pytest.mark.parametrize(
    ("action", "owner", "by_thing", "own", "fault"),
    [
        ("s3:GetObject", A, TO_ROLE, OWN_SILENT, None),
        ("s3:GetObject", A, TO_ACCOUNT, OWN_SILENT, Fault.MISSING),
        ("s3:GetObject", A, TO_ACCOUNT, OWN_ALLOW, None),
        ("s3:GetObject", A, TO_NOBODY, OWN_ALLOW, None),
        ("s3:GetObject", B, TO_NOBODY, OWN_ALLOW, Fault.MISSING),
        ("s3:GetObject", B, TO_ROLE, OWN_SILENT, Fault.MISSING),
        ("s3:GetObject", B, TO_ROLE, OWN_ALLOW, None),
        ("s3:GetObject", B, TO_ACCOUNT, OWN_ALLOW, None),
        ("kms:Decrypt", A, TO_NOBODY, OWN_ALLOW, Fault.MISSING),
        ("kms:Decrypt", A, TO_ACCOUNT, OWN_ALLOW, None),
        ("kms:Decrypt", A, TO_ACCOUNT, OWN_SILENT, Fault.MISSING),
        ("kms:Decrypt", A, TO_ROLE, OWN_SILENT, None),
        ("kms:Decrypt", B, TO_ROLE, OWN_ALLOW, None),
        ("s3:GetObject", A, deny("*", to=ROLE), OWN_ALLOW, Fault.DENIED),
        ("s3:GetObject", A, TO_ROLE, policy(deny("*")), Fault.DENIED),
    ],
)
def test_policies_of_both_sides(action, owner, by_thing, own, fault):
    thing = policy(by_thing) if by_thing else policy()
    use = Use(action=action, resource=RESOURCES[0], owner=owner, policy=thing)
    assert both_allow(use, ROLE, Identity(policy=own), {}).fault is fault


NOTHING, ALL, KMS_ONLY = policy(), policy(allow("*")), policy(allow("kms:*"))


@pytest.mark.parametrize(
    ("who", "listed", "limits", "fault"),
    [
        (ROLE, ROLE, {"boundary": ALL, "boundary_name": "b"}, None),
        (ROLE, ROLE, {"boundary": KMS_ONLY, "boundary_name": "b"}, Fault.MISSING),
        (ROLE, "*", {"boundary": KMS_ONLY, "boundary_name": "b"}, Fault.MISSING),
        (ROLE, SESSION, {"boundary": KMS_ONLY, "boundary_name": "b"}, None),
        (ROLE, ROLE, {"boundary": policy(deny("s3:*")), "boundary_name": "b"}, Fault.DENIED),
        (ROLE, SESSION, {"boundary": policy(deny("s3:*")), "boundary_name": "b"}, Fault.DENIED),
        (USER, USER, {"boundary": KMS_ONLY, "boundary_name": "b"}, None),
        (USER, USER, {"boundary": policy(deny("s3:*")), "boundary_name": "b"}, Fault.DENIED),
        (ROLE, ROLE, {"session": KMS_ONLY}, Fault.MISSING),
        (ROLE, ROLE, {"session": ALL}, None),
        (ROLE, SESSION, {"session": KMS_ONLY}, None),
    ],
)
def test_what_limits_a_principal_that_a_bucket_of_its_account_names(who, listed, limits, fault):
    identity = Identity(policy=NOTHING, **limits)
    use = Use("s3:GetObject", RESOURCES[0], A, policy(allow("s3:*", to=listed)))
    assert both_allow(use, who, identity, {}).fault is fault
    own = identity_allows(who, identity, use.action, use.resource, {})
    alone = lets_in_alone(use, who, identity, {})
    assert (own.fault if own.fault is Fault.DENIED else alone.fault) is fault


def test_an_account_as_a_whole_needs_to_be_let_in_as_such():
    for listed, fault in ((B, None), ("*", None), (ROLE, Fault.MISSING), (A, Fault.MISSING)):
        use = Use(
            action="s3:GetObject", resource=RESOURCES[0], owner=A, policy=policy(allow("s3:*", to=listed))
        )
        assert both_allow(use, B, None, {}).fault is fault


@pytest.mark.parametrize(
    ("action", "owner", "thing", "fault"),
    [
        ("s3:GetObject", A, None, None),
        ("s3:GetObject", A, policy(), None),
        ("s3:GetObject", B, None, Fault.MISSING),
        ("s3:GetObject", B, policy(), Fault.MISSING),
        ("s3:GetObject", B, policy(TO_ACCOUNT), None),
        ("s3:GetObject", A, policy(deny("*", to="*")), Fault.DENIED),
        ("kms:Decrypt", A, policy(), Fault.MISSING),
        ("kms:Decrypt", A, policy(TO_ACCOUNT), None),
    ],
)
def test_whether_a_thing_lets_in_a_role_that_may(action, owner, thing, fault):
    use = Use(action=action, resource=RESOURCES[0], owner=owner, policy=thing)
    assert resource_allows(use, ROLE, Identity(), {}).fault is fault


def test_a_policy_document_is_read_in_every_form_it_may_have():
    found = parse_policy(
        {
            "Statement": {
                "Sid": "One",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "NotResource": ["arn:aws:s3:::b/secret"],
                "Principal": {"AWS": [ROLE], "Service": "lakeformation.amazonaws.com"},
                "Condition": {"Bool": {"aws:SecureTransport": True}},
            }
        }
    )
    assert found.statements == (
        Statement(
            allow=True,
            actions=("s3:GetObject",),
            not_resources=("arn:aws:s3:::b/secret",),
            principals=(ROLE, "service:lakeformation.amazonaws.com"),
            conditions=(("Bool", "aws:SecureTransport", ("true",)),),
            sid="One",
        ),
    )
    assert parse_policy({"Statement": []}) == Policy()


TEAM = {"aws:principaltag/team": "sales", "aws:username": ABSENT}


@pytest.mark.parametrize(
    ("resource", "context", "effect", "assumed"),
    [
        ("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", TEAM, Effect.ALLOWED, ()),
        (
            "arn:aws:s3:::b/${aws:PrincipalTag/team}/*",
            {"aws:principaltag/team": "other"},
            Effect.SILENT,
            (),
        ),
        ("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", {"aws:principaltag/": ABSENT}, Effect.SILENT, ()),
        ("arn:aws:s3:::b/${aws:username}/*", TEAM, Effect.SILENT, ()),
        ("arn:aws:s3:::b/${aws:username, 'sales'}/*", TEAM, Effect.ALLOWED, ()),
        (
            "arn:aws:s3:::b/${aws:userid}/*",
            TEAM,
            Effect.ALLOWED,
            ("ArnLike resource arn:aws:s3:::b/${aws:userid}/* holds",),
        ),
        ("arn:aws:s3:::c/${aws:userid}/*", TEAM, Effect.SILENT, ()),
        ("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", {"aws:principaltag/team": "*"}, Effect.SILENT, ()),
        ("arn:aws:s3:::b/s${*}", {}, Effect.SILENT, ()),
        ("arn:aws:s3:::b/s*${?}", {}, Effect.SILENT, ()),
    ],
)
def test_a_variable_in_a_resource(resource, context, effect, assumed):
    found = identity_verdict(
        policy(allow("s3:*", on=resource)), "s3:GetObject", "arn:aws:s3:::b/sales/x", context
    )
    assert (found.effect, found.assumed) == (effect, assumed)


def test_a_star_can_be_meant_literally():
    starred = policy(allow("s3:*", on="arn:aws:s3:::b/${*}?${$}{"))
    assert identity_verdict(starred, "s3:GetObject", "arn:aws:s3:::b/*x${", {}).allowed
    assert not identity_verdict(starred, "s3:GetObject", "arn:aws:s3:::b/yx${", {}).allowed


@pytest.mark.parametrize(
    ("denied", "context", "effect", "unsure"),
    [
        ("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", TEAM, Effect.ALLOWED, False),
        ("arn:aws:s3:::b/${aws:username}/*", TEAM, Effect.DENIED, False),
        ("arn:aws:s3:::b/${aws:userid}/*", TEAM, Effect.ALLOWED, True),
        ("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", {"aws:principaltag/team": "x"}, Effect.DENIED, False),
    ],
)
def test_a_variable_in_not_resource(denied, context, effect, unsure):
    kept = {"Effect": "Deny", "Action": "s3:*", "NotResource": denied}
    found = identity_verdict(policy(allow("*"), kept), "s3:GetObject", "arn:aws:s3:::b/sales/x", context)
    assert (found.effect, bool(found.assumed)) == (effect, unsure)


@pytest.mark.parametrize(
    ("operator", "value", "effect"),
    [
        ("StringEquals", "${aws:PrincipalOrgID}", Effect.ALLOWED),
        ("StringNotEquals", "${aws:PrincipalOrgID}", Effect.SILENT),
        ("StringEquals", "${aws:username}", Effect.SILENT),
        ("StringNotEquals", "${aws:username}", Effect.ALLOWED),
        ("StringLike", "o-*${aws:PrincipalOrgID}", Effect.SILENT),
        ("StringLike", "${aws:PrincipalOrgID}*", Effect.ALLOWED),
    ],
)
def test_a_variable_in_a_condition(operator, value, effect):
    context = {"aws:resourceorgid": "o-a", "aws:principalorgid": "o-a", "aws:username": ABSENT}
    when = {operator: {"aws:ResourceOrgID": value}}
    assert (
        identity_verdict(policy(allow("*", when=when)), "s3:GetObject", RESOURCES[0], context).effect
        is effect
    )


@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIgnoreCase", "StringLike"])
@pytest.mark.parametrize(("tag", "value"), [("*", "${aws:PrincipalTag/t}"), ("a?$", "a${?}${$}")])
def test_a_sign_that_is_a_wildcard_elsewhere_equals_itself(operator, tag, value):
    context = {"aws:principaltag/t": tag}
    when = {operator: {"aws:PrincipalTag/t": value}}
    assert identity_verdict(policy(allow("*", when=when)), "s3:GetObject", RESOURCES[0], context).allowed


def test_before_version_2012_10_17_there_are_no_variables():
    document = {"Statement": allow("s3:*", on="arn:aws:s3:::b/${aws:username}")}
    for version, resource, allowed in (
        ({}, "arn:aws:s3:::b/${aws:username}", True),
        ({}, "arn:aws:s3:::b/me", False),
        ({"Version": "2008-10-17"}, "arn:aws:s3:::b/me", False),
        ({"Version": "2012-10-17"}, "arn:aws:s3:::b/me", True),
    ):
        read = parse_policy(version | document)
        context = {"aws:username": "me"}
        assert identity_verdict(read, "s3:GetObject", resource, context).allowed is allowed


def test_before_version_2012_10_17_a_star_in_braces_is_a_wildcard():
    document = {"Statement": allow("s3:*", on="arn:aws:s3:::b/${*}")}
    for version, resource, allowed in (
        ({}, "arn:aws:s3:::b/${x}", True),
        ({}, "arn:aws:s3:::b/*", False),
        ({"Version": "2012-10-17"}, "arn:aws:s3:::b/${x}", False),
        ({"Version": "2012-10-17"}, "arn:aws:s3:::b/*", True),
    ):
        read = parse_policy(version | document)
        assert identity_verdict(read, "s3:GetObject", resource, {}).allowed is allowed


def test_what_is_known_of_a_request():
    state = changed(
        lambda lake: replace(lake, organization="o-acme"),
        put(C, "identities", ANALYST, Identity(tags={"Team": "sales"})),
    )
    tls = {
        "aws:securetransport": "true",
        "aws:requestedregion": "eu-west-1",
        "aws:principalisawsservice": "false",
        "aws:sourcearn": ABSENT,
        "aws:sourceaccount": ABSENT,
        "aws:sourceorgid": ABSENT,
        "aws:principalservicename": ABSENT,
    }
    assert known_context(state, ANALYST, G) == tls | {
        "aws:principalaccount": C,
        "aws:principalarn": ANALYST,
        "aws:principaltype": "AssumedRole",
        "aws:username": ABSENT,
        "aws:principaltag/": ABSENT,
        "aws:principaltag/team": "sales",
        "aws:principalorgid": "o-acme",
        "aws:resourceorgid": "o-acme",
        "aws:resourceaccount": G,
    }
    user = "arn:aws:iam::555555555555:user/path/name"
    assert known_context(state, user, "666666666666") == tls | {
        "aws:principalaccount": "555555555555",
        "aws:principalarn": user,
        "aws:principaltype": "User",
        "aws:username": "name",
        "aws:resourceaccount": "666666666666",
    }
    assert known_context(state, C) == tls | {
        "aws:principalaccount": C,
        "aws:principalorgid": "o-acme",
    }
