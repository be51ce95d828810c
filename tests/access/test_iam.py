"""IAM's rules: deny wins, wildcards, what a statement is not about, conditions, boundaries."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshwright.access.conditions import ABSENT, condition_holds
from meshwright.access.decision import Fault
from meshwright.access.iam import Effect, Policy, Statement, identity_verdict, parse_policy, resource_verdict
from meshwright.access.patterns import Patterns
from meshwright.access.policies import Use, both_allow, identity_allows, resource_allows
from meshwright.access.state import Identity
from tests.access.building import allow, deny, policy
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


@pytest.mark.parametrize(
    ("listed", "effect"),
    [
        (ROLE, Effect.SILENT),
        ([ROLE, A], Effect.SILENT),
        (A, Effect.DENIED),
        (f"arn:aws:iam::{A}:role/Other", Effect.DENIED),
    ],
)
def test_whom_not_principal_spares(listed, effect):
    found = resource_verdict(
        policy(deny("s3:*", to_all_but=listed)), "s3:GetObject", RESOURCES[0], {}, principal=ROLE, account=A
    )
    assert found.effect is effect


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
        ("NumericLessThan", "1", ("2",), None),
        ("IpAddress", "10.0.0.1", ("10.0.0.0/8",), None),
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
        ([deny("*", when=UNKNOWN)], Effect.SILENT, ()),
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
    expected = by_bound if by_own is Effect.ALLOWED else by_own
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
    assert resource_allows(use, ROLE, {}).fault is fault


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
