"""What else of the mesh is in an account: its stacks and its streams."""

from dataclasses import dataclass

from meshwright.aws.calls import Calls
from meshwright.aws.inventory import Stack


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis data stream."""

    name: str
    retention_hours: int
    shards: int | None
    """None: on demand."""
    consumers: tuple[str, ...]
    """Names of its registered (enhanced fan-out) consumers."""


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
    absent = ("ResourceNotFoundException",)
    answer = calls.one("kinesis", "describe_stream_summary", StreamName=name, about=name, absent=absent)
    if not answer:
        return None
    summary = answer["StreamDescriptionSummary"]
    on_demand = (summary.get("StreamModeDetails") or {}).get("StreamMode") == "ON_DEMAND"
    consumers = calls.listing(
        "kinesis",
        "list_stream_consumers",
        "Consumers",
        StreamARN=summary["StreamARN"],
        about=name,
        absent=absent,
    )
    return Stream(
        name=name,
        retention_hours=summary["RetentionPeriodHours"],
        shards=None if on_demand else summary["OpenShardCount"],
        consumers=tuple(
            sorted(each["ConsumerName"] for each in consumers if each.get("ConsumerStatus") != "DELETING")
        ),
    )
