"""A domain's Kinesis data streams."""

from collections.abc import Mapping

from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from meshwright.cdk.buckets import retain
from meshwright.cdk.place import Tags, cfn_tags
from meshwright.cdk.policies import acknowledge
from meshwright.config.streams_file import Stream

AWS_MANAGED_KEY = "alias/aws/kinesis"
ACCEPTED = {
    "AwsSolutions-KDS3": "The rule is about cost. With a customer-managed key its policy decides who reads "
    "the stream, as it does for the domain's buckets, and a reader of another account can be let in."
}
"""Rule that a stream with a key of one's own does not keep."""


class DomainStreams(Construct):
    """Streams by name, encrypted with one key, kept when their stack goes.

    On demand, or provisioned where the stream says `shards`. `key_id` is the ARN, id or alias of a key; the
    default is Kinesis's own, which no other account can be let read with.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        streams: Mapping[str, Stream],
        key_id: str = AWS_MANAGED_KEY,
        acknowledge_rules: bool = True,
        tags: Tags | None = None,
    ) -> None:
        """With `acknowledge_rules=False` that is left to the stack."""
        super().__init__(scope, construct_id)
        if acknowledge_rules and key_id != AWS_MANAGED_KEY:
            acknowledge(self, ACCEPTED)
        self.streams: dict[str, kinesis.CfnStream] = {}
        for name, stream in streams.items():
            on_demand = stream.shards is None
            self.streams[name] = kinesis.CfnStream(
                self,
                name,
                name=name,
                retention_period_hours=stream.retention_hours,
                shard_count=stream.shards,
                stream_mode_details={"streamMode": "ON_DEMAND" if on_demand else "PROVISIONED"},
                stream_encryption={"encryptionType": "KMS", "keyId": key_id},
                tags=cfn_tags(tags),
            )
            retain(self.streams[name])
