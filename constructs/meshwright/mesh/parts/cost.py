"""The budget of a domain's account: one account holds one domain, so its whole bill is the domain's."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """The budget. It is not filtered by tags: what is in the account without them is to be noticed too.

    CloudFormation makes another budget for other notifications, so its name must change with them, or the new
    one would find its name taken
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html).
    """
    budget = domain.file.budget
    if budget is None:
        return
    email = domain.file.owner.email
    levels = sorted(budget.alert_at)
    notifications = [
        *(_notification("ACTUAL", level, email) for level in levels),
        _notification("FORECASTED", levels[-1], email),
    ]
    name = mesh.names.budget(domain.name, alerts=_digest(levels, email))
    percents = ", ".join(str(level) for level in levels)
    yield Declared(
        key="budget",
        type="AWS::Budgets::Budget",
        name=name,
        properties={
            "Budget": {
                "BudgetName": name,
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": budget.monthly_usd, "Unit": "USD"},
            },
            "NotificationsWithSubscribers": notifications,
        },
        shown={
            "US dollars a month": str(budget.monthly_usd),
            "alerts": f"at {percents} percent, and when {levels[-1]} percent are forecast",
            "alerts to": email,
        },
        tags="ResourceTags",
    )


def _notification(kind: str, percent: int, email: str) -> dict[str, Any]:
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": email}],
    }


def _digest(levels: list[int], email: str) -> str:
    return sha256(f"{levels} {email}".encode()).hexdigest()[:8]
