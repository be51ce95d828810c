"""A domain's Kinesis data streams."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from constructs import Construct

from meshwright.cdk.declared import WITHOUT_NAME, add_declared
from meshwright.cdk.place import Tags
from meshwright.config.streams_file import Stream
from meshwright.mesh.resources.streams import AWS_MANAGED_KEY
from meshwright.mesh.resources.streams import streams as named_streams

if TYPE_CHECKING:
    from aws_cdk import aws_kinesis as kinesis


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
        tags: Tags | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names = tuple(streams)
        self._parts = add_declared(
            self, named_streams(streams, key_id=key_id), tags=tags, construct_id=WITHOUT_NAME
        )

    @property
    def streams(self) -> "dict[str, kinesis.CfnStream]":
        """The streams by name."""
        return {name: cast("kinesis.CfnStream", self._parts.get_resource(name)) for name in self._names}
