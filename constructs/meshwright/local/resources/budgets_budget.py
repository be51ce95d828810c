"""AWS::Budgets::Budget.

Other notifications mean another budget, which must have another name, as in CloudFormation
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-budgets-budget-notificationwithsubscribers.html).
"""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    given = properties["Budget"]
    name = given.get("BudgetName") or context.name(limit=100)
    context.call(
        "budgets",
        "create_budget",
        AccountId=context.account,
        Budget={**given, "BudgetName": name},
        NotificationsWithSubscribers=properties.get("NotificationsWithSubscribers"),
        ResourceTags=context.tag_list(properties.get("ResourceTags")) or None,
    )
    return context.created(name), {"Id": name}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    given = {**new["Budget"], "BudgetName": new["Budget"].get("BudgetName", name)}
    if given["BudgetName"] != name:
        return create(context, new)[1]
    context.call("budgets", "update_budget", AccountId=context.account, NewBudget=given)
    return {"Id": name}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("budgets", "delete_budget", AccountId=context.account, BudgetName=name)


TYPE = ResourceType(
    name="AWS::Budgets::Budget",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"NotificationsWithSubscribers"}),
    mutable=frozenset({"Budget", "ResourceTags"}),
)
