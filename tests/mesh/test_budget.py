"""The budget of a domain's account."""

from meshwright.mesh.declared import Declared
from meshwright.mesh.parts.cost import resources
from tests.cost.building import ORDERS, edited, mesh_of


def budget(text: str, orders: str = ORDERS) -> Declared:
    mesh = mesh_of(orders=f"{orders}budget: {text}\n")
    (found,) = resources(mesh, mesh.domains["orders"])
    return found


def notification(kind: str, percent: int) -> dict[str, object]:
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "orders@acme.example"}],
    }


def test_the_owner_is_told_at_each_percentage_and_of_the_forecast_of_the_highest() -> None:
    found = budget("{monthly_usd: 800, alert_at: [100, 50, 80]}")
    assert found.type == "AWS::Budgets::Budget"
    assert found.tags == "ResourceTags"
    assert found.properties == {
        "Budget": {
            "BudgetName": found.name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": 800, "Unit": "USD"},
        },
        "NotificationsWithSubscribers": [
            notification("ACTUAL", 50),
            notification("ACTUAL", 80),
            notification("ACTUAL", 100),
            notification("FORECASTED", 100),
        ],
    }
    assert found.shown == {
        "US dollars a month": "800",
        "alerts": "at 50, 80, 100 percent, and when 100 percent are forecast",
        "alerts to": "orders@acme.example",
    }


def test_aws_takes_five_notifications_at_most() -> None:
    found = budget("{monthly_usd: 800, alert_at: [25, 50, 75, 100]}")
    assert len(found.properties["NotificationsWithSubscribers"]) == 5


def test_the_name_changes_with_the_notifications_alone() -> None:
    """CloudFormation replaces a budget whose notifications change; the new one must find its name free."""
    usual = budget("{monthly_usd: 800}")
    assert usual.name.startswith("acme-orders-monthly-")
    assert budget("{monthly_usd: 900}").name == usual.name
    assert budget("{monthly_usd: 800, alert_at: [90]}").name != usual.name
    moved = edited(ORDERS, ("orders@acme.example", "desk@acme.example"))
    assert budget("{monthly_usd: 800}", moved).name != usual.name


def test_no_budget_unless_the_file_has_one() -> None:
    mesh = mesh_of()
    assert list(resources(mesh, mesh.domains["orders"])) == []
