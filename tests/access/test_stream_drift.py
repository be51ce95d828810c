"""What an audit says of streams: who is let in, who is kept out, and the calls that mend it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from meshwright.access.audit import audit
from meshwright.access.compiled import compile_state
from meshwright.access.drift.comparison import Extras, LiveStream
from meshwright.access.findings import Call, Finding, Severity, StreamEffect
from meshwright.access.iam import Policy, Statement, parse_policy
from meshwright.access.state import AccountState, Key, LakeState
from meshwright.access.stream_state import StreamConsumer, StreamName, StreamState
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

STRANGER = "999999999999"
AT = StreamName(ORDERS_ACCOUNT, STREAM)
LIVE_CONSUMER = f"{STREAM_ARN}/consumer/{CONSUMER}:1790000000"
ENGINEERS = f"arn:aws:iam::{ORDERS_ACCOUNT}:role/acme-orders-engineers"
LOST, LET_IN = StreamEffect(ANALYSTS, AT, gained=False), StreamEffect(STRANGER, AT, gained=True)
EXTRAS = Extras(streams={ORDERS_ACCOUNT: {STREAM: LiveStream(168)}})
ALLOWS_STRANGER = Statement(
    allow=True,
    actions=("kinesis:GetRecords",),
    resources=(STREAM_ARN,),
    principals=(f"arn:aws:iam::{STRANGER}:root",),
)
Change = Callable[[AccountState], AccountState]


@dataclass(frozen=True)
class Deployed:
    """A mesh with a shared stream, as declared and as it was deployed."""

    mesh: Mesh
    declared: LakeState
    live: LakeState

    def findings(self, **changes: Change) -> tuple[Finding, ...]:
        """With these changes of accounts: `orders=…`, `analytics=…`."""
        numbers = {"orders": ORDERS_ACCOUNT, "analytics": ANALYTICS_ACCOUNT}
        accounts = dict(self.live.accounts)
        for name, change in changes.items():
            accounts[numbers[name]] = change(accounts[numbers[name]])
        return audit(self.declared, replace(self.live, accounts=accounts), self.mesh, EXTRAS).findings

    def one(self, **changes: Change) -> Finding:
        """The only finding."""
        [finding] = self.findings(**changes)
        return finding

    def stream(self, change: Callable[[StreamState], StreamState]) -> Finding:
        """The only finding where the stream is changed so."""
        return self.one(orders=of_stream(change))


def of_stream(change: Callable[[StreamState], StreamState]) -> Change:
    return lambda account: replace(account, streams={STREAM: change(account.streams[STREAM])})


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Deployed]:
    found = {}
    for name, fan_out in (("shared", False), ("fan-out", True)):
        root = write_mesh(tmp_path_factory.mktemp(name), stream_mesh(fan_out=fan_out))
        mesh = load_mesh(root, environment=None, today=TODAY)
        declared = compile_state(mesh)
        registered = of_stream(with_live_consumers)(declared.accounts[ORDERS_ACCOUNT])
        live = replace(declared, accounts={**declared.accounts, ORDERS_ACCOUNT: registered})
        found[name] = Deployed(mesh, declared, live)
    return found


def with_live_consumers(stream: StreamState) -> StreamState:
    """As they are once AWS has given them their ARNs."""
    consumers = {}
    for name, each in stream.consumers.items():
        assert each.policy is not None
        document = each.policy.document.replace(each.arn, LIVE_CONSUMER)
        policy = parse_policy(json.loads(document), text=document)
        consumers[name] = StreamConsumer(LIVE_CONSUMER, policy)
    return replace(stream, consumers=consumers)


def also(policy: Policy | None, statement: Statement) -> Policy:
    return Policy((*(policy.statements if policy else ()), statement))


def put(arn: str, finding: Finding) -> None:
    """The finding's repair puts a policy that names the analysts, on what has this ARN."""
    [call] = finding.repair
    assert (call.account, call.service, call.operation) == (ORDERS_ACCOUNT, "kinesis", "put_resource_policy")
    assert call.parameters["ResourceARN"] == arn
    [statement] = json.loads(str(call.parameters["Policy"]))["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [ANALYSTS]}}
    assert statement["Resource"] == [arn]


@pytest.mark.parametrize("way", ["shared", "fan-out"])
def test_what_is_as_declared_gives_nothing_whatever_the_arn_of_the_consumer(
    way: str, deployed: dict[str, Deployed]
) -> None:
    assert deployed[way].findings() == ()


def test_a_stranger_in_the_policy_is_critical(deployed: dict[str, Deployed]) -> None:
    found = deployed["shared"].stream(lambda it: replace(it, policy=also(it.policy, ALLOWS_STRANGER)))
    assert (found.code, found.severity, found.subject) == ("stream-policy-changed", Severity.CRITICAL, STREAM)
    assert found.on_streams == (LET_IN,)
    assert found.what == (f"the policy of the stream {STREAM} also allows {STRANGER} kinesis:GetRecords")
    put(STREAM_ARN, found)


def test_a_condition_that_is_gone_lets_in_the_account(deployed: dict[str, Deployed]) -> None:
    def open_to_all(stream: StreamState) -> StreamState:
        assert stream.policy is not None
        opened = tuple(replace(each, conditions=()) for each in stream.policy.statements)
        return replace(stream, policy=Policy(opened))

    found = deployed["shared"].stream(open_to_all)
    assert (found.code, found.severity) == ("stream-policy-changed", Severity.CRITICAL)
    assert found.on_streams == (StreamEffect(ANALYTICS_ACCOUNT, AT, gained=True),)


def test_a_policy_that_lets_a_role_write_is_critical(deployed: dict[str, Deployed]) -> None:
    def writable(stream: StreamState) -> StreamState:
        assert stream.policy is not None
        [only] = stream.policy.statements
        return replace(stream, policy=Policy((replace(only, actions=(*only.actions, "kinesis:PutRecord")),)))

    found = deployed["shared"].stream(writable)
    assert (found.code, found.severity) == ("stream-policy-changed", Severity.CRITICAL)
    assert found.on_streams == (StreamEffect(ANALYSTS, AT, gained=True),)


def test_a_role_that_is_taken_off_the_policy_cannot_read(deployed: dict[str, Deployed]) -> None:
    def without(stream: StreamState) -> StreamState:
        assert stream.policy is not None
        [only] = stream.policy.statements
        other = (("ArnEquals", "aws:PrincipalArn", (ENGINEERS,)),)
        return replace(stream, policy=Policy((replace(only, conditions=other),)))

    found = deployed["shared"].stream(without)
    # Whose account the other role is of, the policy does not let in.
    assert (found.code, found.severity, found.on_streams) == (
        "stream-policy-changed",
        Severity.HIGH,
        (LOST,),
    )


def test_no_policy(deployed: dict[str, Deployed]) -> None:
    found = deployed["shared"].stream(lambda it: replace(it, policy=None))
    assert (found.code, found.severity, found.on_streams) == (
        "stream-policy-missing",
        Severity.HIGH,
        (LOST,),
    )
    assert found.what == (
        f"the stream {STREAM} has no resource policy: role analysts of analytics cannot read it"
    )
    put(STREAM_ARN, found)


def test_a_policy_where_nothing_is_shared(deployed: dict[str, Deployed]) -> None:
    given = deployed["shared"]
    mesh = replace(given.mesh, stream_subscriptions=())
    declared = compile_state(mesh)
    live = replace(
        declared,
        accounts={
            **declared.accounts,
            ORDERS_ACCOUNT: of_stream(lambda it: replace(it, policy=Policy((ALLOWS_STRANGER,))))(
                declared.accounts[ORDERS_ACCOUNT]
            ),
        },
    )
    found = Deployed(mesh, declared, live).one()
    assert (found.code, found.severity) == ("stream-policy-unexpected", Severity.CRITICAL)
    assert found.repair == (
        Call(ORDERS_ACCOUNT, "kinesis", "delete_resource_policy", {"ResourceARN": STREAM_ARN}),
    )


def test_a_consumer_that_is_not_registered(deployed: dict[str, Deployed]) -> None:
    found = deployed["fan-out"].stream(lambda it: replace(it, consumers={}))
    assert (found.code, found.severity, found.on_streams) == ("consumer-missing", Severity.HIGH, (LOST,))
    assert found.repair == (
        Call(
            ORDERS_ACCOUNT,
            "kinesis",
            "register_stream_consumer",
            {"StreamARN": STREAM_ARN, "ConsumerName": CONSUMER},
        ),
    )


def test_a_consumer_without_policy(deployed: dict[str, Deployed]) -> None:
    found = deployed["fan-out"].stream(
        lambda it: replace(it, consumers={CONSUMER: StreamConsumer(LIVE_CONSUMER, None)})
    )
    assert (found.code, found.severity, found.on_streams) == (
        "consumer-policy-missing",
        Severity.HIGH,
        (LOST,),
    )
    put(LIVE_CONSUMER, found)


def test_a_stranger_in_the_policy_of_a_consumer(deployed: dict[str, Deployed]) -> None:
    statement = replace(ALLOWS_STRANGER, actions=("kinesis:SubscribeToShard",), resources=(LIVE_CONSUMER,))

    def let_in(stream: StreamState) -> StreamState:
        held = stream.consumers[CONSUMER]
        return replace(stream, consumers={CONSUMER: replace(held, policy=also(held.policy, statement))})

    found = deployed["fan-out"].stream(let_in)
    assert (found.code, found.severity, found.subject) == (
        "consumer-policy-changed",
        Severity.CRITICAL,
        f"{STREAM}/{CONSUMER}",
    )
    assert found.on_streams == (LET_IN,)
    put(LIVE_CONSUMER, found)


@pytest.mark.parametrize("shared", [False, True])
def test_a_consumer_that_no_file_asks_for(shared: bool, deployed: dict[str, Deployed]) -> None:
    arn = f"{STREAM_ARN}/consumer/etl:1"
    policy = Policy((replace(ALLOWS_STRANGER, actions=("kinesis:SubscribeToShard",), resources=(arn,)),))
    added = StreamConsumer(arn, policy if shared else None)
    found = deployed["shared"].stream(lambda it: replace(it, consumers={**it.consumers, "etl": added}))
    call = Call(ORDERS_ACCOUNT, "kinesis", "delete_resource_policy", {"ResourceARN": arn})
    assert (found.code, found.subject) == ("consumer-unexpected", f"{STREAM}/etl")
    assert (found.severity, found.repair, found.on_streams) == (
        (Severity.CRITICAL, (call,), (LET_IN,)) if shared else (Severity.LOW, (), ())
    )


def test_another_key(deployed: dict[str, Deployed]) -> None:
    found = deployed["shared"].stream(lambda it: replace(it, key=""))
    assert (found.code, found.severity) == ("stream-encryption", Severity.MEDIUM)
    assert found.repair == (
        Call(
            ORDERS_ACCOUNT,
            "kinesis",
            "start_stream_encryption",
            {"StreamName": STREAM, "EncryptionType": "KMS", "KeyId": "alias/acme-orders"},
        ),
    )


def test_a_key_that_keeps_the_reader_out_is_told_for_the_stream_too(deployed: dict[str, Deployed]) -> None:
    def without_readers(key: Key) -> Key:
        assert key.policy is not None
        kept = tuple(
            each
            for each in key.policy.statements
            if not any("kinesis:arn" in name for _, name, _ in each.conditions)
        )
        assert len(kept) == len(key.policy.statements) - 1
        return replace(key, policy=Policy(kept))

    found = deployed["shared"].one(
        orders=lambda it: replace(it, keys={arn: without_readers(key) for arn, key in it.keys.items()})
    )
    assert (found.code, found.severity, found.on_streams) == (
        "key-policy-changed",
        Severity.HIGH,
        (LOST,),
    )


def test_a_role_of_the_own_account_that_newly_reads(deployed: dict[str, Deployed]) -> None:
    """orders' engineers read already; the provider's role does not, until somebody lets it."""
    provider = f"arn:aws:iam::{ORDERS_ACCOUNT}:role/acme-lakeformation-provider"
    everything = Statement(allow=True, actions=("kinesis:*", "kms:Decrypt"), resources=("*",))

    def let(account: AccountState) -> AccountState:
        held = account.identities[provider]
        changed = replace(held, policy=also(held.policy, everything))
        return replace(account, identities={**account.identities, provider: changed})

    found = deployed["shared"].one(orders=let)
    assert (found.code, found.severity) == ("role-policy-changed", Severity.CRITICAL)
    assert found.on_streams == (StreamEffect(provider, AT, gained=True),)


def test_a_reading_role_whose_policy_is_gone(deployed: dict[str, Deployed]) -> None:
    def without(account: AccountState) -> AccountState:
        held = account.identities[ANALYSTS]
        assert held.policy is not None
        kept = tuple(each for each in held.policy.statements if not each.actions[0].startswith("kinesis:"))
        changed = replace(held, policy=Policy(kept))
        return replace(account, identities={**account.identities, ANALYSTS: changed})

    found = deployed["shared"].one(analytics=without)
    assert (found.code, found.severity, found.on_streams) == (
        "role-policy-changed",
        Severity.HIGH,
        (LOST,),
    )
