"""AWS::Athena::NamedQuery. Every change makes a new one, as in CloudFormation."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType, only


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    made = context.call(
        "athena",
        "create_named_query",
        Name=properties.get("Name") or context.name(),
        **only(properties, "Database", "Description", "QueryString", "WorkGroup"),
    )
    identifier: str = made["NamedQueryId"]
    return identifier, {"NamedQueryId": identifier}


def update(context: Context, identifier: str, new: Properties, old: Properties) -> Attributes:
    return {"NamedQueryId": identifier}


def delete(context: Context, identifier: str, properties: Properties) -> None:
    context.call("athena", "delete_named_query", NamedQueryId=identifier)


TYPE = ResourceType(
    name="AWS::Athena::NamedQuery",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"Name", "Database", "Description", "QueryString", "WorkGroup"}),
    mutable=frozenset(),
)
