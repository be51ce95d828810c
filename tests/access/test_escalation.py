"""By which chains a principal comes to read a table of the small lake (see building.py)."""

import pytest

from meshwright.access.decision import TableName
from meshwright.access.escalation import Chain, Escalation
from meshwright.access.escalation_steps import How
from meshwright.access.iam import parse_policy
from meshwright.access.state import Identity, Key, LakeState
from tests.access.building import (
    ANALYST,
    BUCKET,
    CHIEF,
    DATA,
    GLUE,
    KEY,
    LINK,
    TRAINEE,
    C,
    Change,
    D,
    G,
    P,
    allow,
    changed,
    deny,
    grant,
    policy,
    put,
    settings,
)
from tests.access.building import T as ON_TABLE

T = TableName(G, "d", "t")
SPY = f"arn:aws:iam::{C}:role/Spy"
USER = f"arn:aws:iam::{C}:user/ada"
G_SPY, P_SPY = f"arn:aws:iam::{G}:role/Spy", f"arn:aws:iam::{P}:role/Spy"


def trusting(**principal: object) -> object:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return parse_policy({"Statement": statement})


def role(arn: str, *statements: object, **more: object) -> Change:
    return put(arn.split(":")[4], "identities", arn, Identity(policy=policy(*statements), **more))


def analyst_trusts(**principal: object) -> Change:
    return role(ANALYST, DATA, GLUE, trust=trusting(**principal))


def chain(who: str, *changes: Change) -> Chain | None:
    return Escalation(changed(*changes)).chain(who, T)


def steps(found: Chain | None) -> list[tuple[How, str]]:
    assert found is not None
    return [(each.how, each.target) for each in found.steps]


def test_who_may_do_nothing_has_no_chain() -> None:
    assert chain(SPY, role(SPY, GLUE, DATA)) is None
    assert chain(TRAINEE) is None


def test_who_reads_the_table_already_has_none() -> None:
    assert chain(ANALYST, role(ANALYST, DATA, GLUE, allow("*"))) is None


@pytest.mark.parametrize(
    ("statements", "principal", "expected"),
    [
        ([], {"AWS": SPY}, True),
        ([], {"AWS": f"arn:aws:iam::{C}:root"}, False),
        ([allow("sts:AssumeRole", on=ANALYST)], {"AWS": f"arn:aws:iam::{C}:root"}, True),
        ([allow("sts:AssumeRole", on=CHIEF)], {"AWS": f"arn:aws:iam::{C}:root"}, False),
        ([deny("sts:AssumeRole")], {"AWS": SPY}, False),
        ([allow("sts:AssumeRole")], {"AWS": CHIEF}, False),
    ],
)
def test_assuming_a_role(statements: list[object], principal: dict[str, str], *, expected: bool) -> None:
    found = chain(SPY, role(SPY, *statements), analyst_trusts(**principal))
    if expected:
        assert steps(found) == [(How.ASSUME, ANALYST)]
        assert found is not None
        assert found.reader == ANALYST
    else:
        assert found is None


def test_assuming_a_role_of_another_account_takes_both_sides() -> None:
    trusts = analyst_trusts(AWS=P_SPY)
    assert steps(chain(P_SPY, role(P_SPY, allow("sts:AssumeRole")), trusts)) == [(How.ASSUME, ANALYST)]
    assert chain(P_SPY, role(P_SPY, GLUE), trusts) is None


def test_one_role_after_the_other() -> None:
    middle = f"arn:aws:iam::{C}:role/Middle"
    found = chain(
        SPY,
        role(SPY, GLUE),
        role(middle, GLUE, trust=trusting(AWS=SPY)),
        analyst_trusts(AWS=middle),
    )
    assert steps(found) == [(How.ASSUME, middle), (How.ASSUME, ANALYST)]


@pytest.mark.parametrize(
    ("service", "actions"),
    [
        ("lambda.amazonaws.com", ("lambda:CreateFunction", "lambda:InvokeFunction")),
        ("glue.amazonaws.com", ("glue:CreateJob", "glue:StartJobRun")),
        ("ec2.amazonaws.com", ("ec2:RunInstances",)),
        ("emr-serverless.amazonaws.com", ("emr-serverless:StartJobRun",)),
    ],
)
def test_passing_a_role_to_a_service(service: str, actions: tuple[str, ...]) -> None:
    passes = allow("iam:PassRole", on=ANALYST)
    trusts = analyst_trusts(Service=service)
    found = chain(SPY, role(SPY, passes, allow(*actions)), trusts)
    assert steps(found) == [(How.PASS_ROLE, ANALYST)]
    assert found is not None
    assert found.steps[0].actions == ("iam:PassRole", *actions)
    assert chain(SPY, role(SPY, passes, allow(*actions[1:])), trusts) is None
    assert chain(SPY, role(SPY, allow(*actions)), trusts) is None
    assert chain(SPY, role(SPY, passes, allow(*actions)), analyst_trusts(Service="sns.amazonaws.com")) is None
    elsewhere = {"StringEquals": {"iam:PassedToService": "sns.amazonaws.com"}}
    limited = allow("iam:PassRole", on=ANALYST, when=elsewhere)
    assert chain(SPY, role(SPY, limited, allow(*actions)), trusts) is None


def test_editing_a_trust_policy() -> None:
    found = chain(SPY, role(SPY, allow("iam:UpdateAssumeRolePolicy", on=ANALYST)))
    assert steps(found) == [(How.EDIT_TRUST, ANALYST)]


def test_a_new_key_of_a_user() -> None:
    reader = role(USER, DATA, GLUE)
    granted = [grant(C, USER, each, "DESCRIBE", "SELECT") for each in (LINK, D, ON_TABLE)]
    for action in ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"):
        found = chain(SPY, role(SPY, allow(action, on=USER)), reader, *granted)
        assert steps(found) == [(How.NEW_KEY, USER)]


def test_the_policies_of_its_own() -> None:
    """In the bucket's account that opens the bucket, as its key leaves the account's principals to IAM."""
    for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy"):
        found = chain(P_SPY, role(P_SPY, allow(action, on=P_SPY)))
        assert steps(found) == [(How.EDIT_POLICY, P_SPY)]
    assert chain(P_SPY, role(P_SPY, allow("iam:PutRolePolicy", on=SPY))) is None


def test_a_boundary_stays_when_the_policies_change() -> None:
    bounded = {"boundary": policy(allow("iam:PutRolePolicy", on=P_SPY)), "boundary_name": "limits"}
    assert chain(P_SPY, role(P_SPY, allow("iam:PutRolePolicy"), **bounded)) is None


def test_making_itself_an_administrator_where_the_table_is_shared() -> None:
    found = chain(SPY, role(SPY, DATA, GLUE, allow("lakeformation:PutDataLakeSettings")))
    assert steps(found) == [(How.SETTINGS, C)]


def test_making_itself_an_administrator_of_the_catalog_and_granting_itself() -> None:
    lake_formation = allow("lakeformation:PutDataLakeSettings", "lakeformation:GrantPermissions")
    found = chain(G_SPY, role(G_SPY, DATA, GLUE, lake_formation))
    assert steps(found) == [(How.SETTINGS, G), (How.GRANT, "d.t")]
    only_settings = allow("lakeformation:PutDataLakeSettings")
    assert chain(G_SPY, role(G_SPY, DATA, GLUE, only_settings)) is None


def test_an_administrator_of_the_catalog_grants_itself() -> None:
    admin = settings(G, admins=frozenset({G_SPY}))
    found = chain(G_SPY, role(G_SPY, DATA, GLUE, allow("lakeformation:GrantPermissions")), admin)
    assert steps(found) == [(How.GRANT, "d.t")]
    assert chain(G_SPY, role(G_SPY, DATA, GLUE), admin) is None


def test_the_policies_of_bucket_and_key() -> None:
    reads = allow("s3:GetObject", "kms:Decrypt")
    both = allow("s3:PutBucketPolicy", "kms:PutKeyPolicy")
    locked = (
        put(P, "buckets", BUCKET, policy(deny("s3:GetObject", to="*"))),
        put(P, "keys", KEY, Key(policy(allow("kms:*Policy", to=P_SPY)))),
    )
    found = chain(P_SPY, role(P_SPY, reads, both), *locked)
    assert steps(found) == [(How.BUCKET_POLICY, BUCKET), (How.KEY_POLICY, KEY)]
    closed = put(P, "keys", KEY, Key(policy(allow("kms:Describe*", to=P_SPY))))
    assert chain(P_SPY, role(P_SPY, reads, both), locked[0], closed) is None


def test_a_key_by_a_grant_of_it() -> None:
    reads = allow("s3:GetObject", "kms:CreateGrant")
    found = chain(P_SPY, role(P_SPY, reads))
    assert steps(found) == [(How.KEY_POLICY, KEY)]
    assert found is not None
    assert found.steps[0].actions == ("kms:CreateGrant",)


def test_a_chain_is_the_shortest_and_has_an_end() -> None:
    everything = role(P_SPY, allow("*"))
    assert chain(P_SPY, everything) is None  # it reads the files already
    found = chain(SPY, role(SPY, allow("iam:*"), DATA, GLUE))
    assert steps(found) == [(How.EDIT_TRUST, ANALYST)]


def test_what_is_assumed_is_said() -> None:
    unsure = allow("sts:AssumeRole", on=ANALYST, when={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    found = chain(SPY, role(SPY, unsure), analyst_trusts(AWS=f"arn:aws:iam::{C}:root"))
    assert found is not None
    assert found.assumed == ("StringEquals aws:SourceVpc vpc-1 holds",)


def test_principals_and_those_of_whom_nothing_is_known() -> None:
    state: LakeState = changed(put(C, "identities", SPY, Identity()))
    found = Escalation(state)
    assert SPY in found.unknown
    assert SPY not in found.principals
    assert found.chain(SPY, T) is None


def test_all_chains_to_some_tables() -> None:
    tables = [TableName(G, "d", name) for name in ("t", "u")]
    state = changed(role(SPY, GLUE), analyst_trusts(AWS=SPY), role(G_SPY, GLUE))
    found = list(Escalation(state).chains(Escalation(state).principals, tables))
    assert [(each.principal, each.table.table) for each in found] == [(SPY, "t"), (SPY, "u")]
