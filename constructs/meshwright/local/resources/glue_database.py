"""AWS::Glue::Database, resource links included."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    given = properties["DatabaseInput"]
    name = given.get("Name") or properties.get("DatabaseName") or context.name(lower=True)
    context.call(
        "glue", "create_database", CatalogId=properties["CatalogId"], DatabaseInput={**given, "Name": name}
    )
    return name, {}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    given = {**new["DatabaseInput"], "Name": name}
    context.call("glue", "update_database", CatalogId=new["CatalogId"], Name=name, DatabaseInput=given)
    return {}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("glue", "delete_database", CatalogId=properties["CatalogId"], Name=name)


TYPE = ResourceType(
    name="AWS::Glue::Database",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"CatalogId", "DatabaseName"}),
    mutable=frozenset({"DatabaseInput"}),
)
