"""What else of the mesh is in an account: its stacks and its streams."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.stream_state import StreamConsumer, StreamState
from meshwright.aws.calls import Calls
from meshwright.aws.inventory import Stack
from meshwright.aws.storage_reader import key_arn

GONE: Final = ("ResourceNotFoundException",)


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis data stream."""

    name: str
    retention_hours: int
    shards: int | None
    """None: on demand."""
    consumers: tuple[str, ...]
    """Names of its registered (enhanced fan-out) consumers."""
    state: StreamState | None = None
    """What decides on who reads it; None where its policies could not be read."""


def read_stacks(calls: Calls, prefix: str) -> tuple[Stack, ...]:
    """Those whose name begins with `prefix`; deleted ones are not listed."""
    found = [
        Stack(each["StackName"], each["StackStatus"])
        for each in calls.listing("cloudformation", "describe_stacks", "Stacks")
        if each["StackName"].startswith(prefix)
    ]
    return tuple(sorted(found, key=lambda stack: stack.name))


def read_streams(calls: Calls, prefix: str) -> tuple[Stream, ...]:
    """Those whose name begins with `prefix`."""
    names = sorted(
        name for name in calls.listing("kinesis", "list_streams", "StreamNames") if name.startswith(prefix)
    )
    found = calls.each(lambda name: _stream(calls, name), names)
    return tuple(stream for stream in found if stream is not None)


def _stream(calls: Calls, name: str) -> Stream | None:
    answer = calls.one("kinesis", "describe_stream_summary", StreamName=name, about=name, absent=GONE)
    if not answer:
        return None
    summary = answer["StreamDescriptionSummary"]
    on_demand = (summary.get("StreamModeDetails") or {}).get("StreamMode") == "ON_DEMAND"
    arn = summary["StreamARN"]
    listed = calls.listing(
        "kinesis", "list_stream_consumers", "Consumers", StreamARN=arn, about=name, absent=GONE
    )
    consumers = {
        each["ConsumerName"]: each["ConsumerARN"]
        for each in listed
        if each.get("ConsumerStatus") != "DELETING"
    }
    return Stream(
        name=name,
        retention_hours=summary["RetentionPeriodHours"],
        shards=None if on_demand else summary["OpenShardCount"],
        consumers=tuple(sorted(consumers)),
        state=_state(calls, name, summary, consumers),
    )


def _state(
    calls: Calls, name: str, summary: Mapping[str, Any], consumers: Mapping[str, str]
) -> StreamState | None:
    policy = _policy(calls, summary["StreamARN"], name)
    of_consumers = {
        consumer: _policy(calls, arn, f"{name}/{consumer}") for consumer, arn in consumers.items()
    }
    if policy is None or None in of_consumers.values():
        return None
    encrypted = summary.get("EncryptionType") == "KMS" and summary.get("KeyId")
    return StreamState(
        policy=_held(policy),
        key=(key_arn(calls, summary["KeyId"]) or "") if encrypted else "",
        consumers={
            consumer: StreamConsumer(arn, _held(of_consumers[consumer] or Policy()))
            for consumer, arn in sorted(consumers.items())
        },
    )


def _policy(calls: Calls, arn: str, about: str) -> Policy | None:
    """The resource policy, empty where there is none; None if it could not be read."""
    answer = calls.one("kinesis", "get_resource_policy", ResourceARN=arn, about=about, absent=GONE)
    if answer is None:
        return None
    text = answer.get("Policy") or "{}"
    return parse_policy(json.loads(text), text=text)


def _held(policy: Policy) -> Policy | None:
    return policy if policy.statements else None
