"""May a role read a stream? Each hop broken once, both ways, at home and across accounts.

The state is that of tests/config/stream_mesh: orders has the stream, analysts of analytics read it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.access.compiled import compile_state
from meshwright.access.decision import Fault, Step, StreamStep
from meshwright.access.iam import Policy, Statement, parse_policy
from meshwright.access.state import AccountState, Identity, LakeState, Unread
from meshwright.access.stream_path import LISTING, StreamDecision, StreamWay, decide_stream
from meshwright.access.stream_rows import stream_rows
from meshwright.access.stream_state import StreamName, StreamState
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.config.small_mesh import TODAY, write_mesh
from tests.config.stream_mesh import (
    ANALYSTS,
    ANALYTICS_ACCOUNT,
    CONSUMER,
    ORDERS_ACCOUNT,
    STREAM,
    STREAM_ARN,
    stream_mesh,
)

NAME = StreamName(ORDERS_ACCOUNT, STREAM)
ENGINEERS = f"arn:aws:iam::{ORDERS_ACCOUNT}:role/acme-orders-engineers"
OWN_ANALYST = f"arn:aws:iam::{ORDERS_ACCOUNT}:role/OrdersAnalyst"
INTERN = f"arn:aws:iam::{ANALYTICS_ACCOUNT}:role/Intern"
EVERYTHING = Policy((Statement(allow=True, actions=("*",), resources=("*",)),))
SHARED_HOPS = [StreamStep.STREAM, Step.PRINCIPAL, Step.IAM, StreamStep.STREAM_POLICY, Step.KEY]
FAN_OUT_HOPS = [*SHARED_HOPS[:4], StreamStep.CONSUMER, StreamStep.CONSUMER_POLICY, Step.KEY]
Change = Callable[[AccountState], AccountState]


@pytest.fixture(scope="module")
def meshes(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Mesh]:
    """By whether it is read by fan-out."""
    return {
        fan_out: load_mesh(
            write_mesh(tmp_path_factory.mktemp("mesh"), stream_mesh(fan_out=fan_out)),
            environment=None,
            today=TODAY,
        )
        for fan_out in (False, True)
    }


def with_account(state: LakeState, number: str, change: Change) -> LakeState:
    return replace(state, accounts={**state.accounts, number: change(state.accounts[number])})


def of_stream(change: Callable[[StreamState], StreamState]) -> Change:
    return lambda account: replace(account, streams={STREAM: change(account.streams[STREAM])})


def of_role(arn: str, change: Callable[[Identity], Identity]) -> Change:
    return lambda account: replace(
        account, identities={**account.identities, arn: change(account.identities[arn])}
    )


def without_actions(policy: Policy | None, *actions: str) -> Policy:
    assert policy is not None
    return Policy(
        tuple(
            replace(each, actions=tuple(action for action in each.actions if action not in actions))
            for each in policy.statements
            if set(each.actions) - set(actions)
        )
    )


def denying(policy: Policy | None, action: str) -> Policy:
    assert policy is not None
    everybody = Statement(allow=False, actions=(action,), resources=("*",), principals=("*",))
    return Policy((*policy.statements, everybody))


def decide(state: LakeState, principal: str, *, fan_out: bool = False) -> StreamDecision:
    way = StreamWay.FAN_OUT if fan_out else StreamWay.SHARED
    return decide_stream(state, principal, NAME, agreed=way, consumer=CONSUMER)


@pytest.mark.parametrize("fan_out", [False, True])
def test_what_was_agreed_holds_by_that_way_alone(fan_out: bool, meshes: dict[bool, Mesh]) -> None:
    found = decide(compile_state(meshes[fan_out]), ANALYSTS, fan_out=fan_out)
    assert found.allowed
    assert [path.way for path in found.paths] == [StreamWay.FAN_OUT if fan_out else StreamWay.SHARED]
    assert [hop.step for hop in found.hops] == (FAN_OUT_HOPS if fan_out else SHARED_HOPS)
    assert found.assumed == ()


BROKEN: dict[str, tuple[bool, str, Change, Step | StreamStep, Fault, str]] = {
    # by fan-out, account, change, first broken hop, why, action
    "the stream is gone": (
        False,
        ORDERS_ACCOUNT,
        lambda account: replace(account, streams={}),
        StreamStep.STREAM,
        Fault.MISSING,
        "",
    ),
    "the role is gone": (
        False,
        ANALYTICS_ACCOUNT,
        lambda account: replace(account, identities={}),
        Step.PRINCIPAL,
        Fault.MISSING,
        "",
    ),
    "the role may not read": (
        False,
        ANALYTICS_ACCOUNT,
        of_role(ANALYSTS, lambda it: replace(it, policy=without_actions(it.policy, "kinesis:GetRecords"))),
        Step.IAM,
        Fault.MISSING,
        "kinesis:GetRecords",
    ),
    "the role may not decrypt": (
        False,
        ANALYTICS_ACCOUNT,
        of_role(ANALYSTS, lambda it: replace(it, policy=without_actions(it.policy, "kms:Decrypt"))),
        Step.IAM,
        Fault.MISSING,
        "kms:Decrypt",
    ),
    "the role may not subscribe": (
        True,
        ANALYTICS_ACCOUNT,
        of_role(
            ANALYSTS, lambda it: replace(it, policy=without_actions(it.policy, "kinesis:SubscribeToShard"))
        ),
        Step.IAM,
        Fault.MISSING,
        "kinesis:SubscribeToShard",
    ),
    "the boundary keeps it from it": (
        False,
        ANALYTICS_ACCOUNT,
        of_role(ANALYSTS, lambda it: replace(it, boundary=Policy(), boundary_name="b")),
        Step.IAM,
        Fault.MISSING,
        "kinesis:ListShards",
    ),
    "a policy of the role denies it": (
        False,
        ANALYTICS_ACCOUNT,
        of_role(ANALYSTS, lambda it: replace(it, policy=denying(it.policy, "kinesis:GetRecords"))),
        Step.IAM,
        Fault.DENIED,
        "kinesis:GetRecords",
    ),
    "the stream has no policy": (
        False,
        ORDERS_ACCOUNT,
        of_stream(lambda it: replace(it, policy=None)),
        StreamStep.STREAM_POLICY,
        Fault.MISSING,
        "kinesis:ListShards",
    ),
    "the stream's policy lacks an action": (
        False,
        ORDERS_ACCOUNT,
        of_stream(lambda it: replace(it, policy=without_actions(it.policy, "kinesis:GetRecords"))),
        StreamStep.STREAM_POLICY,
        Fault.MISSING,
        "kinesis:GetRecords",
    ),
    "the stream's policy denies it": (
        False,
        ORDERS_ACCOUNT,
        of_stream(lambda it: replace(it, policy=denying(it.policy, "kinesis:GetRecords"))),
        StreamStep.STREAM_POLICY,
        Fault.DENIED,
        "kinesis:GetRecords",
    ),
    "the consumer is not registered": (
        True,
        ORDERS_ACCOUNT,
        of_stream(lambda it: replace(it, consumers={})),
        StreamStep.CONSUMER,
        Fault.MISSING,
        "",
    ),
    "the consumer has no policy": (
        True,
        ORDERS_ACCOUNT,
        of_stream(lambda it: replace(it, consumers={CONSUMER: replace(it.consumers[CONSUMER], policy=None)})),
        StreamStep.CONSUMER_POLICY,
        Fault.MISSING,
        "kinesis:SubscribeToShard",
    ),
    "the key does not let it": (
        False,
        ORDERS_ACCOUNT,
        lambda account: replace(
            account, keys={arn: replace(key, policy=Policy()) for arn, key in account.keys.items()}
        ),
        Step.KEY,
        Fault.MISSING,
        "kms:Decrypt",
    ),
    "the key is disabled": (
        False,
        ORDERS_ACCOUNT,
        lambda account: replace(
            account, keys={arn: replace(key, enabled=False) for arn, key in account.keys.items()}
        ),
        Step.KEY,
        Fault.FAILED,
        "kms:Decrypt",
    ),
    "the key is gone": (
        True,
        ORDERS_ACCOUNT,
        lambda account: replace(account, keys={}),
        Step.KEY,
        Fault.MISSING,
        "kms:Decrypt",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_first_broken_hop(case: str, meshes: dict[bool, Mesh]) -> None:
    fan_out, account, change, step, fault, action = BROKEN[case]
    state = with_account(compile_state(meshes[fan_out]), account, change)
    found = decide(state, ANALYSTS, fan_out=fan_out)
    hop = next(hop for hop in found.hops if not hop.holds)
    assert not found.allowed
    assert (hop.step, hop.fault, hop.action, hop.account) == (step, fault, action, account)


def test_another_role_of_the_account_is_kept_out_whatever_its_own_policies_say(
    meshes: dict[bool, Mesh],
) -> None:
    for fan_out, mesh in meshes.items():
        state = with_account(
            compile_state(mesh),
            ANALYTICS_ACCOUNT,
            lambda it: replace(it, identities={**it.identities, INTERN: Identity(policy=EVERYTHING)}),
        )
        found = decide(state, INTERN, fan_out=fan_out)
        broken = [hop.step for hop in found.hops if not hop.holds]
        by_consumer = [StreamStep.CONSUMER_POLICY] if fan_out else []
        assert broken == [StreamStep.STREAM_POLICY, *by_consumer, Step.KEY]


def test_fan_out_opens_no_shared_reads_and_the_other_way_round(meshes: dict[bool, Mesh]) -> None:
    by_fan_out = decide(compile_state(meshes[True]), ANALYSTS, fan_out=False)
    assert [path.way for path in by_fan_out.paths] == [StreamWay.FAN_OUT]
    shared = decide(compile_state(meshes[False]), ANALYSTS, fan_out=True)
    assert [path.way for path in shared.paths] == [StreamWay.SHARED]


def test_without_listing_shards_clients_fail_which_is_said(meshes: dict[bool, Mesh]) -> None:
    change = of_stream(lambda it: replace(it, policy=without_actions(it.policy, "kinesis:ListShards")))
    found = decide(with_account(compile_state(meshes[False]), ORDERS_ACCOUNT, change), ANALYSTS)
    assert (found.allowed, found.assumed) == (False, (LISTING,))


def test_at_home_iam_decides_alone_and_what_is_not_known_is_not_taken_for_granted(
    meshes: dict[bool, Mesh],
) -> None:
    state = compile_state(meshes[False])
    assert decide(state, ENGINEERS).allowed
    unknown = decide(state, OWN_ANALYST)
    assert [hop.step for hop in unknown.hops if not hop.holds] == [Step.IAM]
    assert unknown.assumed == (f"nothing but its own policies lets {OWN_ANALYST} read: they are not known",)
    known = with_account(state, ORDERS_ACCOUNT, of_role(OWN_ANALYST, lambda it: Identity(policy=EVERYTHING)))
    assert decide(known, OWN_ANALYST).allowed


def test_unknown_policies_of_a_role_that_was_agreed_are_taken_for_granted(meshes: dict[bool, Mesh]) -> None:
    change = of_role(ANALYSTS, lambda it: Identity())
    found = decide(with_account(compile_state(meshes[False]), ANALYTICS_ACCOUNT, change), ANALYSTS)
    assert found.allowed
    assert any("they are not known" in text for text in found.assumed)


def test_a_stream_that_was_not_read_is_not_said_to_be_gone(meshes: dict[bool, Mesh]) -> None:
    state = with_account(
        compile_state(meshes[False]), ORDERS_ACCOUNT, lambda account: replace(account, streams={})
    )
    partial = replace(state, unread=(Unread(ORDERS_ACCOUNT, "kinesis:ListStreams", "no"),))
    assert decide(state, ANALYSTS).assumed == ()
    assert decide(partial, ANALYSTS).assumed == (
        f"{STREAM} does not exist: its account was not read in full",
    )


def test_the_list_has_what_a_live_policy_opens_to_a_role_that_nobody_agreed_to(
    meshes: dict[bool, Mesh],
) -> None:
    mesh = meshes[False]
    state = compile_state(mesh)
    listed = [(each.role, each.own, each.writes, each.approval) for each in stream_rows(mesh, state)]
    assert listed == [
        ("analysts", False, False, "approved by orders"),
        ("engineers", True, True, ""),
    ]
    ended = load_mesh_without_request(mesh)
    assert [(each.role, each.approval) for each in stream_rows(ended, state)] == [
        ("analysts", ""),
        ("engineers", ""),
    ]


def load_mesh_without_request(mesh: Mesh) -> Mesh:
    return replace(mesh, stream_subscriptions=())


STATEMENTS = st.builds(
    lambda allow, action, principal, caller: {
        "Effect": "Allow" if allow else "Deny",
        "Action": action,
        "Principal": {"AWS": principal},
        "Resource": STREAM_ARN,
        **({"Condition": {"ArnEquals": {"aws:PrincipalArn": caller}}} if caller else {}),
    },
    st.booleans(),
    st.sampled_from(["kinesis:*", "kinesis:GetRecords", "kinesis:Get*", "kinesis:ListShards"]),
    st.sampled_from([ANALYSTS, ANALYTICS_ACCOUNT, INTERN, "*"]),
    st.sampled_from([None, ANALYSTS, INTERN]),
)


@given(st.lists(STATEMENTS, max_size=5))
def test_any_policy_lets_the_role_in_exactly_if_an_allow_reaches_each_action_and_no_deny(
    statements: list[dict[str, object]],
) -> None:
    def speaks(each: dict[str, object], action: str) -> bool:
        principal = each["Principal"]["AWS"]  # type: ignore[index]
        condition = str(each.get("Condition", ANALYSTS))
        pattern = str(each["Action"])
        matches = action == pattern or (pattern.endswith("*") and action.startswith(pattern[:-1]))
        return matches and principal in (ANALYSTS, ANALYTICS_ACCOUNT, "*") and ANALYSTS in condition

    def allowed(action: str) -> bool:
        about = [each["Effect"] for each in statements if speaks(each, action)]
        return "Allow" in about and "Deny" not in about

    stream = StreamState(policy=parse_policy({"Statement": statements}))
    state = LakeState(
        accounts={
            ORDERS_ACCOUNT: AccountState(ORDERS_ACCOUNT, streams={STREAM: stream}),
            ANALYTICS_ACCOUNT: AccountState(
                ANALYTICS_ACCOUNT, identities={ANALYSTS: Identity(policy=EVERYTHING)}
            ),
        },
        region="eu-west-1",
    )
    needed = ("kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords")
    assert decide(state, ANALYSTS).allowed == all(allowed(each) for each in needed)


def test_a_mesh_without_streams_has_no_rows(tmp_path: Path) -> None:
    texts = stream_mesh(stream="", wanted="")
    texts["domains/orders.yaml"] = texts["domains/orders.yaml"].replace("streams:\n", "")
    mesh = load_mesh(write_mesh(tmp_path, texts), environment=None, today=TODAY)
    assert list(stream_rows(mesh, compile_state(mesh))) == []
