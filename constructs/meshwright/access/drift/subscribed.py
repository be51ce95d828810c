"""Subscriptions that ended, or are not agreed, behind grants that no file declares."""

from dataclasses import dataclass

from meshwright.access.drift.comparison import Comparison
from meshwright.access.resources import Resource
from meshwright.mesh.subscriptions import Status, Subscription


@dataclass(frozen=True, slots=True)
class NotAgreed:
    """A subscription that gives nothing."""

    ended: bool
    """It was agreed for a time that is over."""
    text: str
    """Which, since when or why, and the file that says so."""


def not_agreed(comparison: Comparison, account: str, resource: Resource) -> NotAgreed | None:
    """The subscription of the account's domain that a grant on the resource serves; None if it is agreed, or
    there is none.
    """
    domain = comparison.domain_of_account.get(account)
    if domain is None or resource.database is None:
        return None
    producer, product = comparison.domain_of_database.get(resource.path[0], ("", ""))
    for each in comparison.mesh.subscriptions:
        if (each.consumer, each.producer, each.product) == (domain.name, producer, product):
            return None if each.status is Status.AGREED else _described(comparison, each)
    return None


def _described(comparison: Comparison, subscription: Subscription) -> NotAgreed:
    name = f"the subscription of {subscription.consumer} to {subscription.reference}"
    if subscription.status is Status.EXPIRED and subscription.until is not None:
        return NotAgreed(True, f"{name} ended on {subscription.until} ({_file(comparison, subscription)})")
    return NotAgreed(False, f"{name} is {subscription.status}: {subscription.reason}")


def _file(comparison: Comparison, subscription: Subscription) -> str:
    """The file of the side whose part ended first, or is missing."""
    domain = comparison.mesh.domains.get(subscription.consumer)
    requests = domain.file.product_requests() if domain else ()
    request = next((each for _, each in requests if each.product == subscription.reference), None)
    if subscription.status is Status.EXPIRED:
        by_request = request is not None and request.until == subscription.until
    else:
        by_request = request is None
    return f"domains/{subscription.consumer if by_request else subscription.producer}.yaml"
