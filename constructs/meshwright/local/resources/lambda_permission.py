"""AWS::Lambda::Permission: one statement of a function's policy. Every property is create-only."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

SETTINGS = (
    "Action",
    "EventSourceToken",
    "FunctionName",
    "FunctionUrlAuthType",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
)


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    statement = context.name(limit=100)
    given = {key: properties[key] for key in SETTINGS if key in properties}
    context.call("lambda", "add_permission", StatementId=statement, **given)
    return statement, {"Id": statement}


def update(context: Context, statement: str, new: Properties, old: Properties) -> Attributes:
    return {"Id": statement}


def delete(context: Context, statement: str, properties: Properties) -> None:
    function = properties["FunctionName"]
    context.call("lambda", "remove_permission", FunctionName=function, StatementId=statement)


TYPE = ResourceType(
    name="AWS::Lambda::Permission",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset(SETTINGS),
    mutable=frozenset(),
)
