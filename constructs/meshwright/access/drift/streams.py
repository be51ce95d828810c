"""Who is let in to streams: their resource policies, registered consumers, and the key that encrypts them."""

from collections.abc import Iterator, Mapping

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Change, Deviation, Phase, with_fields
from meshwright.access.drift.leftovers import STREAMS_NEED as EXISTENCE_NEEDS
from meshwright.access.drift.same_policy import same
from meshwright.access.drift.storage import difference
from meshwright.access.drift.stream_principals import Let, differently_let, re_addressed
from meshwright.access.findings import Call, Severity, StreamEffect
from meshwright.access.iam import Policy
from meshwright.access.repair import document_of
from meshwright.access.stream_state import StreamConsumer, StreamName, StreamState

NEEDS = (*EXISTENCE_NEEDS, "kinesis:GetResourcePolicy", "kinesis:ListStreamConsumers")


def stream_sharing(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of one account's streams, as far as they exist."""
    declared, live = (each.streams for each in comparison.both(account))
    for name in sorted(declared.keys() & live.keys()):
        at, wanted, found = StreamName(account, name), declared[name], live[name]
        arn = f"arn:{comparison.live.partition}:kinesis:{comparison.live.region}:{account}:stream/{name}"
        yield from _policy(comparison, at, arn, wanted.policy, found.policy)
        yield from _consumers(comparison, at, arn, wanted, found)
        yield from _encryption(comparison, at, found)


def _policy(
    comparison: Comparison, at: StreamName, arn: str, wanted: Policy | None, found: Policy | None
) -> Iterator[Deviation]:
    if same(wanted, found):
        return
    let = differently_let(comparison, wanted, found, arn)
    code, call, remedy = (
        "stream-policy-changed",
        _put(at.account, arn, wanted),
        "put the declared policy back",
    )
    if found is None:
        code, what = "stream-policy-missing", f"the stream {at} has no resource policy: {let.missing_text}"
    elif wanted is None:
        code, what = "stream-policy-unexpected", f"the stream {at} {difference(wanted, found)}"
        call, remedy = _delete(at.account, arn), "delete the policy: no file shares the stream"
    else:
        what = f"the policy of the stream {at} {difference(wanted, found)}"
    yield Deviation(
        code=code,
        account=at.account,
        subject=at.name,
        what=what,
        floor=let.severity,
        phase=Phase.STORAGE if let.lost else Phase.REMOVALS,
        remedy=remedy,
        repair=(call,),
        change=with_fields(at.account, "streams", at.name, policy=found),
        on_streams=_gains(at, let),
    )


def _consumers(
    comparison: Comparison, at: StreamName, arn: str, wanted: StreamState, found: StreamState
) -> Iterator[Deviation]:
    for name, consumer in sorted(wanted.consumers.items()):
        registered = found.consumers.get(name)
        if registered is None:
            yield _not_registered(at, arn, name, wanted)
            continue
        declared = re_addressed(consumer.policy, consumer.arn, registered.arn)
        if not same(declared, registered.policy):
            let = differently_let(comparison, declared, registered.policy, registered.arn)
            gone = registered.policy is None
            yield Deviation(
                code="consumer-policy-missing" if gone else "consumer-policy-changed",
                account=at.account,
                subject=f"{at}/{name}",
                what=f"the consumer {name} of the stream {at} has no resource policy: {let.missing_text}"
                if gone
                else f"the policy of the consumer {name} of the stream {at} "
                f"{difference(declared, registered.policy)}",
                floor=let.severity,
                phase=Phase.STORAGE if let.lost else Phase.REMOVALS,
                remedy="put the declared policy back",
                repair=(_put(at.account, registered.arn, declared),),
                change=_with(at, {**wanted.consumers, name: registered}),
                on_streams=_gains(at, let),
            )
    for name, registered in sorted(found.consumers.items()):
        if name not in wanted.consumers:
            yield _unexpected(comparison, at, name, registered)


def _not_registered(at: StreamName, arn: str, name: str, wanted: StreamState) -> Deviation:
    """It gets another ARN when it is registered again, on which its policy is put once that is known."""
    calls = (
        Call(at.account, "kinesis", "register_stream_consumer", {"StreamARN": arn, "ConsumerName": name}),
    )
    return Deviation(
        code="consumer-missing",
        account=at.account,
        subject=f"{at}/{name}",
        what=f"the consumer {name} of the stream {at} is not registered",
        floor=Severity.HIGH,
        phase=Phase.STORAGE,
        remedy="register it again, then audit again: its policy is put on its new ARN, which its reader must "
        "be told",
        repair=calls,
        change=_with(at, {each: one for each, one in wanted.consumers.items() if each != name}),
    )


def _unexpected(comparison: Comparison, at: StreamName, name: str, registered: StreamConsumer) -> Deviation:
    """A consumer by itself lets nobody in who is not let in by a policy or by IAM of the stream's account."""
    let = differently_let(comparison, None, registered.policy, registered.arn)
    shared = f", which lets in {let.gained_text}" if let.gained else ""
    return Deviation(
        code="consumer-unexpected",
        account=at.account,
        subject=f"{at}/{name}",
        what=f"the consumer {name} of the stream {at} is in no file{shared}",
        floor=let.severity if let.gained else Severity.LOW,
        phase=Phase.REMOVALS if let.gained else Phase.LEFTOVERS,
        remedy="delete its policy; whoever registered it may still need it inside the account"
        if let.gained
        else f"deregister it, unless {comparison.holder(at.account)} needs it: it costs by the hour",
        repair=(_delete(at.account, registered.arn),) if let.gained else (),
        on_streams=_gains(at, let),
    )


def _encryption(comparison: Comparison, at: StreamName, found: StreamState) -> Iterator[Deviation]:
    declared, live = comparison.both(at.account)
    if not comparison.key_known(at.account):
        return
    alias = next(iter(declared.keys.values())).alias
    if found.key in live.keys and live.keys[found.key].alias == alias:
        return
    parameters = {"StreamName": at.name, "EncryptionType": "KMS", "KeyId": alias}
    yield Deviation(
        code="stream-encryption",
        account=at.account,
        subject=at.name,
        what=f"the stream {at} is encrypted with {found.key or 'no key of KMS'} instead of {alias}",
        floor=Severity.MEDIUM,
        phase=Phase.STORAGE,
        remedy="encrypt with the declared key from now on; records that are in it stay as they are",
        repair=(Call(at.account, "kinesis", "start_stream_encryption", parameters),),
    )


def _gains(at: StreamName, let: Let) -> tuple[StreamEffect, ...]:
    return tuple(StreamEffect(who, at, gained=True) for who in let.gained)


def _put(account: str, arn: str, policy: Policy | None) -> Call:
    """The declared policy, or none."""
    if policy is None:
        return _delete(account, arn)
    parameters = {"ResourceARN": arn, "Policy": document_of(policy)}
    return Call(account, "kinesis", "put_resource_policy", parameters)


def _delete(account: str, arn: str) -> Call:
    return Call(account, "kinesis", "delete_resource_policy", {"ResourceARN": arn})


def _with(at: StreamName, consumers: Mapping[str, StreamConsumer]) -> Change:
    return with_fields(at.account, "streams", at.name, consumers=consumers)
