"""IAM at the limits of its rules: what is read of documents, whom sessions are, what quick looks may say."""

from dataclasses import replace

import pytest

from meshwright.access.conditions import condition_holds, conditions_text
from meshwright.access.iam import Effect, Policy, Statement, identity_verdict, parse_policy, resource_verdict
from meshwright.access.policies import known_context
from tests.access.building import ANALYST, C, allow, changed, deny, policy

A = "111111111111"
ROLE, IN_TEAM = f"arn:aws:iam::{A}:role/R", f"arn:aws:iam::{A}:role/team/R"
USER = f"arn:aws:iam::{A}:user/R"
SESSION, OTHER = (f"arn:aws:sts::{A}:assumed-role/R/{name}" for name in ("nightly", "hourly"))
X, Y = "arn:aws:s3:::b/x", "arn:aws:s3:::b/y"
OLD_VARIABLE = "${aws:username}"


@pytest.mark.parametrize(
    ("raw", "statement"),
    [
        ({"NotAction": "s3:GetObject"}, Statement(allow=False, not_actions=("s3:GetObject",))),
        ({"Sid": "One", "Action": "*"}, Statement(allow=False, actions=("*",), sid="One")),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": [True, "False", False]}}},
            Statement(allow=False, conditions=(("Bool", "aws:SecureTransport", ("true", "False", "false")),)),
        ),
        (
            {"Condition": {"NumericEquals": {"k": 1}}},
            Statement(False, conditions=(("NumericEquals", "k", ("1",)),)),
        ),
        ({"Condition": None}, Statement(allow=False)),
        ({"Principal": "*"}, Statement(allow=False, principals=("*",))),
        ({"NotPrincipal": {"AWS": ROLE}}, Statement(allow=False, not_principals=(ROLE,))),
    ],
)
def test_what_is_read_of_a_statement(raw, statement):
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", **raw}}
    assert parse_policy(document) == Policy((statement,))


def test_a_policy_keeps_the_text_that_it_came_from():
    assert parse_policy({"Statement": []}, text="{…}").document == "{…}"
    assert parse_policy({}).document == ""


@pytest.mark.parametrize(
    ("raw", "resource", "value"),
    [
        ({"NotResource": f"arn:aws:s3:::{OLD_VARIABLE}"}, f"arn:aws:s3:::{OLD_VARIABLE}", "x"),
        ({"Resource": "*", "Condition": {"StringNotEquals": {"k": OLD_VARIABLE}}}, X, OLD_VARIABLE),
    ],
)
def test_variables_are_text_in_an_old_policy_wherever_they_are(raw, resource, value):
    read = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", **raw}})
    context = {"aws:username": "me", "k": value}
    assert not identity_verdict(read, "s3:GetObject", resource, context).allowed
    assert identity_verdict(read, "s3:GetObject", Y, {**context, "k": "me"}).allowed


def named(who, *statements):
    return resource_verdict(policy(*statements), "s3:GetObject", X, {}, principal=who, account=A)


def test_who_is_a_session_of_a_role():
    assert named(ROLE, allow("*", to=SESSION)).allowed
    assert named(IN_TEAM, allow("*", to=SESSION)).allowed
    assert not named(USER, allow("*", to=SESSION)).allowed


def test_everybody_is_more_than_one_session():
    assert named(ROLE, allow("*", to=[SESSION, "*"])).assumed == ()
    assert named(ROLE, allow("*", to=[SESSION, A])).assumed == (
        f"the session of {ROLE} has the name nightly",
    )


def test_sessions_are_listed():
    found = named(ROLE, allow("*", to=[SESSION, OTHER]))
    assert found.assumed == (f"the session of {ROLE} has the name nightly or hourly",)


def test_an_account_as_a_whole_is_named_itself():
    assert named(A, allow("*", to=A)).direct
    assert named(A, allow("*", to=f"arn:aws:iam::{A}:root")).direct
    assert not named(ROLE, allow("*", to=A)).direct


def test_a_principal_has_no_boundary_unless_it_is_said():
    spared = deny("*", to_all_but=[ROLE, A])
    assert named(ROLE, spared).effect is Effect.SILENT


def test_the_statement_behind_a_verdict():
    refused, given = deny("s3:*", sid="no"), allow("s3:*")
    denying, allowing = policy(given, refused), policy(given)
    assert identity_verdict(denying, "s3:GetObject", X, {}).statement == denying.statements[1]
    assert identity_verdict(allowing, "s3:GetObject", X, {}).statement == allowing.statements[0]


def test_of_two_that_allow_the_first_is_named():
    both = policy(allow("s3:*"), allow("s3:GetObject"))
    assert identity_verdict(both, "s3:GetObject", X, {}).statement == both.statements[0]


def test_an_allow_to_the_account_ranks_below_one_to_the_role_on_an_assumption():
    unknown = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    found = named(ROLE, allow("*", to=A), allow("*", to=ROLE, when=unknown))
    assert found.direct
    assert found.assumed == ("StringEquals aws:SourceVpce vpce-1 holds",)


def test_everything_that_may_be_denied_is_assumed():
    one, other = ({"StringEquals": {"aws:SourceVpce": name}} for name in ("vpce-1", "vpce-2"))
    found = identity_verdict(
        policy(deny("*", when=one), deny("*", when=other), allow("*")), "s3:GetObject", X, {}
    )
    assert found.assumed == (
        "not denied by StringEquals aws:SourceVpce vpce-1",
        "not denied by StringEquals aws:SourceVpce vpce-2",
    )


def test_the_conditions_of_a_statement_in_words():
    conditions = (("StringEquals", "k", ("a", "b")), ("Bool", "l", ("true",)))
    assert conditions_text(conditions) == "StringEquals k a, b and Bool l true"


@pytest.mark.parametrize(
    ("statements", "resources", "plain"),
    [
        ([allow("s3:*")], [X, Y], True),
        ([allow("s3:*", on=X)], [X], True),
        ([allow("s3:*", on=X)], [X, Y], False),
        ([allow("s3:GetObject")], [X], False),
        ([allow("s3:*"), deny("s3:PutObject", on=Y)], [X], False),
        ([allow("s3:*"), deny("kms:*")], [X], True),
        ([deny("s3:*")], [X], False),
        ([allow("s3:*", when={"Bool": {"k": "true"}})], [X], False),
        ([allow("s3:*", on="arn:aws:s3:::b/${aws:username}")], ["arn:aws:s3:::b/${aws:username}"], False),
        ([allow("s3:GetObject", on=X), allow("s3:PutObject", on=X)], [X], True),
    ],
)
def test_what_a_quick_look_sees_allowed(statements, resources, plain):
    found = policy(*statements)
    for _ in range(2):
        assert found.plainly_allows(("s3:GetObject", "s3:PutObject"), resources) is plain


@pytest.mark.parametrize(
    ("listed", "whom"),
    [
        (A, {A}),
        (f"arn:aws:iam::{A}:root", {A}),
        (f"arn:aws-cn:iam::{A}:root", {A}),
        (ROLE, {ROLE}),
        ("*", {"*"}),
        ("service:x:root", {"service:x:root"}),
    ],
)
def test_whom_a_policy_lets_in_at_a_quick_look(listed, whom):
    found = Policy(
        (Statement(allow=True, principals=(listed,)), Statement(allow=False, principals=("arn:x",)))
    )
    assert found.lets_in == whom


def test_a_quick_look_sees_sessions_and_those_who_are_not_named():
    assert policy(allow("*", to=SESSION)).may_let_in(ROLE, A)
    assert not policy(allow("*", to=SESSION)).may_let_in(ROLE.replace(A, C), C)
    assert policy(allow("*", to_all_but=ROLE)).may_let_in(ROLE, A)
    assert not policy(deny("*", to=ROLE)).may_let_in(ROLE, A)


@pytest.mark.parametrize(
    ("operator", "value", "values", "expected"),
    [
        ("ArnLike", "arn:aws:logs:eu:1:group:x:y", ("arn:aws:logs:eu:1:group:*",), True),
        ("ArnLike", "arn:aws:logs:eu:1:group:x:y", ("arn:aws:logs:eu:1:*",), True),
        ("ArnLike", "arn:aws:logs:eu:1:group:x", ("arn:aws:*:1:group:x",), False),
        ("ArnLike", "arn:aws:logs:eu:1:group:x", ("arn:aws:logs:eu:1:group:y:x",), False),
        ("ArnLike", "no arn", ("arn:aws:*:*:*:*",), False),
        ("IpAddress", "10.9.9.9", ("10.0.0.1/8",), True),
        ("NumericEquals", "1", ("one", "1"), True),
        ("DateEquals", "2026-01-01", ("soon", "2026-01-01"), True),
    ],
)
def test_what_matches_a_condition(operator, value, values, expected):
    assert condition_holds(operator, value, values) is expected


@pytest.mark.parametrize(
    ("name", "unsure"),
    [
        ("NotResource", "ArnNotLike resource arn:aws:s3:::b/${aws:userid}"),
        ("Resource", "ArnLike resource arn:aws:s3:::b/${aws:userid}"),
    ],
)
def test_what_rests_on_a_variable_that_is_not_known_says_so(name, unsure):
    statement = {"Effect": "Allow", "Action": "*", name: "arn:aws:s3:::b/${aws:userid}"}
    found = identity_verdict(policy(statement), "s3:GetObject", X, {})
    assert (found.allowed, found.assumed) == (True, (f"{unsure} holds",))


def test_an_organization_is_known_of_the_accounts_of_the_mesh_alone():

    def of(state, who):
        return known_context(state, who, C).get("aws:principalorgid")

    inside = changed(lambda lake: replace(lake, organization="o-acme"))
    assert of(inside, ANALYST) == "o-acme"
    assert of(inside, ANALYST.replace(C, "555555555555")) is None
    assert of(changed(), ANALYST) is None
