"""AWS::Glue::Table."""

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    given = properties["TableInput"]
    name = given.get("Name") or context.name(lower=True)
    context.call(
        "glue",
        "create_table",
        CatalogId=properties["CatalogId"],
        DatabaseName=properties["DatabaseName"],
        TableInput={**given, "Name": name},
        OpenTableFormatInput=properties.get("OpenTableFormatInput"),
    )
    return name, {}


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    context.call(
        "glue",
        "update_table",
        CatalogId=new["CatalogId"],
        DatabaseName=new["DatabaseName"],
        TableInput={**new["TableInput"], "Name": name},
    )
    return {}


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call(
        "glue",
        "delete_table",
        CatalogId=properties["CatalogId"],
        DatabaseName=properties["DatabaseName"],
        Name=name,
    )


TYPE = ResourceType(
    name="AWS::Glue::Table",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"CatalogId", "DatabaseName", "OpenTableFormatInput"}),
    mutable=frozenset({"TableInput"}),
)
