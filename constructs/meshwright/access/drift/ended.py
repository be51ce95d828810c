"""Subscriptions that ended, or are no longer agreed, for grants that outlive them."""

from meshwright.access.drift.comparison import Comparison
from meshwright.access.resources import Resource
from meshwright.mesh.subscriptions import Status, Subscription


def ended(comparison: Comparison, account: str, resource: Resource) -> str:
    """Which subscription of the account's domain a grant on the resource served, when it ended, and which
    file says so.

    Empty if there is none, or it is agreed.
    """
    domain = comparison.domain_of_account.get(account)
    if domain is None or resource.database is None:
        return ""
    producer, product = comparison.domain_of_database.get(resource.path[0], ("", ""))
    for each in comparison.mesh.subscriptions:
        if (each.consumer, each.producer, each.product) == (domain.name, producer, product):
            return "" if each.status is Status.AGREED else _text(comparison, each)
    return ""


def _text(comparison: Comparison, subscription: Subscription) -> str:
    name = f"the subscription of {subscription.consumer} to {subscription.reference}"
    if subscription.status is Status.EXPIRED and subscription.until is not None:
        return f"{name} ended on {subscription.until} ({_file(comparison, subscription)})"
    return f"{name} is not agreed ({subscription.reason}; {_file(comparison, subscription)})"


def _file(comparison: Comparison, subscription: Subscription) -> str:
    """The file of the side whose part ended first, or is missing."""
    domain = comparison.mesh.domains.get(subscription.consumer)
    requests = domain.file.consumes if domain else []
    request = next((each for each in requests if each.product == subscription.reference), None)
    if subscription.status is Status.EXPIRED:
        by_request = request is not None and request.until == subscription.until
    else:
        by_request = request is None
    return f"domains/{subscription.consumer if by_request else subscription.producer}.yaml"
