"""What is watched, and what the owner is told when it goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Comparison = Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A CloudWatch metric of one resource."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm to the domain's owner."""

    key: str
    """What it is about, such as `delivery order-events`: part of its name."""
    runbook: str
    """Section of the runbooks, such as `delivery-failed`; see docs/runbooks.md."""
    text: str
    """What has happened and what it means, in a sentence or two for the owner."""
    metric: Metric
    threshold: float
    comparison: Comparison = "GreaterThanThreshold"
    period: int = 300
    """Seconds."""
    periods: int = 1
    missing: Literal["notBreaching", "breaching", "missing", "ignore"] = "notBreaching"
    product: str | None = None
    """The product of the domain that it is about: the product's own owner, where it has one, is told too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A graph of a dashboard."""

    title: str
    metrics: tuple[Metric, ...]
    period: int = 300
    """Seconds."""
