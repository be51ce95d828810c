"""Kinesis data streams."""

from collections.abc import Mapping
from typing import Any, Final

from meshwright.config.streams_file import Stream
from meshwright.mesh.declared import Declared

AWS_MANAGED_KEY: Final = "alias/aws/kinesis"
ACCEPTED: Final = {
    "AwsSolutions-KDS3": "The rule is about cost. With a customer-managed key its policy decides who reads "
    "the stream, as it does for the domain's buckets, and a reader of another account can be let in."
}


def streams(named: Mapping[str, Stream], *, key_id: str) -> list[Declared]:
    """Streams by name, encrypted with one key: on demand, or provisioned where the stream says `shards`."""
    return [_stream(name, stream, key_id) for name, stream in named.items()]


def _stream(name: str, stream: Stream, key_id: str) -> Declared:
    properties: dict[str, Any] = {
        "Name": name,
        "RetentionPeriodHours": stream.retention_hours,
        "StreamModeDetails": {"StreamMode": "ON_DEMAND" if stream.shards is None else "PROVISIONED"},
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": key_id},
    }
    if stream.shards is not None:
        properties["ShardCount"] = stream.shards
    return Declared(
        key=name,
        type="AWS::Kinesis::Stream",
        name=name,
        properties=properties,
        accepted=ACCEPTED if key_id != AWS_MANAGED_KEY else {},
        keep=True,
    )
