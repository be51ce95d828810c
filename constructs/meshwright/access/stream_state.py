"""Kinesis streams as far as they decide who can read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from meshwright.access.iam import Policy


class StreamName(NamedTuple):
    """A stream in its account."""

    account: str
    name: str
    """As Kinesis has it: `acme-orders-order-events`."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class StreamConsumer:
    """A registered (enhanced fan-out) consumer of a stream."""

    arn: str
    """With the time of its registration at the end; `0` as long as it is not registered."""
    policy: Policy | None = None
    """None: it has none."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream: who is let in, and by which key its records are encrypted."""

    policy: Policy | None = None
    """None: it has none."""
    key: str = ""
    """ARN of its KMS key; empty where it is not encrypted with one."""
    consumers: Mapping[str, StreamConsumer] = field(default_factory=dict)
    """By name."""
