"""Kinesis as moto has it, with streams of other accounts behind their resource policies, and consumers' ARNs.

moto looks for every stream in the caller's account, and does not look at resource policies. Here a stream of
another account, named by its ARN, is found there, and its resource policy (or its consumer's) decides
(https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html). The caller's own
policies and the key's are not enforced, as nowhere in the embedded AWS.
"""

import re
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.kinesis.exceptions import ResourceInUseError, ResourceNotFoundError
from moto.kinesis.models import KinesisBackend, Stream, kinesis_backends
from moto.kinesis.responses import KinesisResponse as MotoKinesis

from meshwright.local.identity import caller_role
from meshwright.local.kinesis.policies import lets_in

SHARED = frozenset(
    {
        "DescribeStreamConsumer",
        "DescribeStreamSummary",
        "GetRecords",
        "GetShardIterator",
        "ListShards",
        "PutRecord",
        "PutRecords",
    }
)
"""What another account can be let do; SubscribeToShard besides, which moto lacks."""


ARN = re.compile(r"arn:aws:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[^/]+(/consumer/.+)?")


class InvalidArgumentError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidArgumentException", message)


class AccessDeniedError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class KinesisResponse(MotoKinesis):
    @property
    def kinesis_backend(self) -> KinesisBackend:
        """Where the stream is that the request names."""
        arn = self._named()
        owner = arn.split(":")[4] if arn else self.current_account
        if owner != self.current_account:
            self._authorize(arn, owner)
        return kinesis_backends[owner][self.region]

    def _named(self) -> str:
        """ARN of the stream, or of the consumer, of the request; empty where it has only a name."""
        names = ("ConsumerARN", "ResourceARN", "StreamARN")
        arn: str = next(filter(None, map(self._get_param, names)), "")
        if arn and not ARN.fullmatch(arn):
            raise InvalidArgumentError(f"{arn} is not the ARN of a stream or consumer")
        return arn

    def _authorize(self, arn: str, owner: str) -> None:
        """Raises AccessDeniedError for a caller whom the policy does not let do it."""
        operation = self._get_action()
        caller = caller_role(self.access_key, self.current_account)
        policy = kinesis_backends[owner][self.region].resource_policies.get(arn)
        action = f"kinesis:{operation}"
        if operation not in SHARED or not lets_in(
            policy, action, arn, caller=caller, account=self.current_account
        ):
            raise AccessDeniedError(
                f"User: {caller} is not authorized to perform: {action} on resource: {arn} because no "
                "resource-based policy allows the action"
            )

    def get_shard_iterator(self) -> ActionResult:
        """An iterator has the stream's name in it; moto forgets it where only the ARN was given."""
        arn = self._get_param("StreamARN")
        if not (arn or self._get_param("StreamName")):
            raise InvalidArgumentError("StreamName or StreamARN is needed")
        iterator = self.kinesis_backend.get_shard_iterator(
            arn,
            self._get_param("StreamName") or arn.split("/")[1],
            self._get_param("ShardId"),
            self._get_param("ShardIteratorType"),
            self._get_param("StartingSequenceNumber"),
            self._get_param("Timestamp"),
        )
        return ActionResult({"ShardIterator": iterator})

    def register_stream_consumer(self) -> ActionResult:
        """The ARN has the time of the registration in it, and a name can be used once."""
        backend, arn = self.kinesis_backend, self._get_param("StreamARN")
        name, stream = self._get_param("ConsumerName"), _stream(backend, arn)
        if any(each.consumer_name == name for each in stream.consumers):
            raise ResourceInUseError(
                f"Consumer {name} under stream {stream.stream_name} already exists for account "
                f"{backend.account_id}."
            )
        consumer = backend.register_stream_consumer(stream_arn=arn, consumer_name=name)
        consumer.consumer_arn = f"{arn}/consumer/{name}:{int(time.time())}"
        return ActionResult({"Consumer": consumer.to_json()})

    def describe_stream_consumer(self) -> ActionResult:
        """moto fails where there is no consumer of that name."""
        consumer = self._consumer()
        return ActionResult({"ConsumerDescription": consumer.to_json(include_stream_arn=True)})

    def deregister_stream_consumer(self) -> EmptyResult:
        """moto removes all others where name and stream are given. Its resource policy goes with it."""
        backend, consumer = self.kinesis_backend, self._consumer()
        stream = _stream(backend, consumer.stream_arn)
        stream.consumers = [each for each in stream.consumers if each is not consumer]
        backend.resource_policies.pop(consumer.consumer_arn, None)
        return EmptyResult()

    def put_resource_policy(self) -> EmptyResult:
        """moto takes it for what does not exist, and whatever it says."""
        arn, policy = self._get_param("ResourceARN"), self._get_param("Policy")
        _exists(self.kinesis_backend, arn)
        self.kinesis_backend.put_resource_policy(resource_arn=arn, policy_doc=policy)
        return EmptyResult()

    def get_resource_policy(self) -> ActionResult:
        """moto knows policies of streams only, not of consumers."""
        arn = self._get_param("ResourceARN")
        _exists(self.kinesis_backend, arn)
        return ActionResult({"Policy": self.kinesis_backend.resource_policies.get(arn, "{}")})

    def delete_resource_policy(self) -> EmptyResult:
        """The same."""
        arn = self._get_param("ResourceARN")
        _exists(self.kinesis_backend, arn)
        if self.kinesis_backend.resource_policies.pop(arn, None) is None:
            raise ResourceNotFoundError(f"No resource policy found for resource ARN {arn}.")
        return EmptyResult()

    def delete_stream(self) -> EmptyResult:
        """moto keeps the policies of what it deletes."""
        backend = self.kinesis_backend
        stream = backend.describe_stream(self._get_param("StreamARN"), self._get_param("StreamName"))
        for arn in (stream.arn, *(each.consumer_arn for each in stream.consumers)):
            backend.resource_policies.pop(arn, None)
        backend.delete_stream(None, stream.stream_name)
        return EmptyResult()

    def _consumer(self) -> Any:
        arn, name = self._get_param("ConsumerARN"), self._get_param("ConsumerName")
        streams = self.kinesis_backend.streams.values()
        for stream in streams:
            for each in stream.consumers:
                if each.consumer_arn == arn or (
                    name and (stream.arn, each.consumer_name) == (self._named(), name)
                ):
                    return each
        raise ResourceNotFoundError(f"Consumer {arn or name} not found.")


def _stream(backend: KinesisBackend, arn: str) -> Stream:
    return backend.describe_stream(stream_arn=arn, stream_name=None)


def _exists(backend: KinesisBackend, arn: str) -> None:
    """Raises ResourceNotFoundError for a stream or consumer that is not there."""
    stream = _stream(backend, arn.partition("/consumer/")[0])
    if "/consumer/" in arn and all(each.consumer_arn != arn for each in stream.consumers):
        raise ResourceNotFoundError(f"Consumer {arn} not found.")
