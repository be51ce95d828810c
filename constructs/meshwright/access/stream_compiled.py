"""The streams that the files will lead to, with their policies and registered consumers."""

import json
from collections.abc import Mapping
from typing import Any

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.stream_state import StreamConsumer, StreamState
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.stream_policies import agreed_on, consumer_policy, stream_arn, stream_policy
from meshwright.mesh.stream_subscriptions import StreamSubscription

NOT_REGISTERED = 0
"""Stands for the time at which a consumer will be registered."""


def compiled_streams(mesh: Mesh, domain: Domain, key: str) -> dict[str, StreamState]:
    """The domain's streams by their names in Kinesis; `key` is the ARN of the domain's key."""
    found = {}
    for stream in domain.file.streams:
        policy = stream_policy(mesh, domain, stream)
        agreed = agreed_on(mesh, domain.name, stream)
        found[mesh.names.stream(domain.name, stream)] = StreamState(
            policy=_parsed(policy) if policy is not None else None,
            key=key,
            consumers=dict(_consumer(mesh, each) for each in agreed if each.fan_out),
        )
    return found


def _consumer(mesh: Mesh, subscription: StreamSubscription) -> tuple[str, StreamConsumer]:
    name = mesh.names.stream_consumer(subscription.consumer)
    stream = stream_arn(mesh, subscription.producer, subscription.stream)
    arn = f"{stream}/consumer/{name}:{NOT_REGISTERED}"
    return name, StreamConsumer(arn, _parsed(consumer_policy(mesh, subscription, arn)))


def _parsed(document: Mapping[str, Any]) -> Policy:
    return parse_policy(document, text=json.dumps(document))
