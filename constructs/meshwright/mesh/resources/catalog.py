"""Data products in the catalog: registered locations, databases and tables."""

from collections.abc import Mapping
from typing import Any

from meshwright.config.domain_file import Product, Table
from meshwright.mesh.declared import Declared
from meshwright.mesh.place import Place
from meshwright.mesh.resources.custom import provider_resource
from meshwright.mesh.resources.hive import comment_of, table_input


def location(key: str, place: Place, *, path: str, role_arn: str) -> Declared:
    """A bucket, or `bucket/prefix`, whose data Lake Formation hands out instead of S3 permissions."""
    properties = {"ResourceArn": place.s3(path), "RoleArn": role_arn, "UseServiceLinkedRole": False}
    return Declared(key=key, type="AWS::LakeFormation::Resource", name=path, properties=properties, tags="")


def database(
    key: str, *, catalog: str, name: str, product: Product, location: str, parameters: Mapping[str, str]
) -> Declared:
    """The database of a product, whose tables have their folders below `location`, an S3 URI."""
    described = {
        "Name": name,
        "Description": product.description,
        "LocationUri": f"{location.rstrip('/')}/",
        "Parameters": dict(parameters),
        # Otherwise new tables are open to whom IAM lets in, and can't be shared with accounts.
        "CreateTableDefaultPermissions": [],
    }
    return Declared(
        key=key,
        type="AWS::Glue::Database",
        name=name,
        properties={"CatalogId": catalog, "DatabaseInput": described},
        tags="",
    )


def tables(
    *,
    catalog: str,
    database: str,
    named: Mapping[str, Table],
    location: str,
    provider_arn: str | None,
    parameters: Mapping[str, str],
) -> list[Declared]:
    """The tables of a database by name, each with its folder below `location`.

    Parquet, json and csv tables are CloudFormation's. An Iceberg table is created once, by the provider:
    later its schema is the query engines' to evolve, which an update by CloudFormation would undo.
    """
    resources = []
    for name, table in named.items():
        folder = f"{location.rstrip('/')}/{name}"
        described = {**parameters, **_pii(table)}
        if table.format != "iceberg":
            hive = table_input(name=name, table=table, location=folder, parameters=described)
            properties = {"CatalogId": catalog, "DatabaseName": database, "TableInput": hive}
            resources.append(
                Declared(key=name, type="AWS::Glue::Table", name=name, properties=properties, tags="")
            )
            continue
        if provider_arn is None:
            raise ValueError(f"ProductTables needs provider_arn: {name} is an Iceberg table.")
        iceberg = {
            "CatalogId": catalog,
            "Database": database,
            "Table": name,
            "Location": folder,
            **_iceberg_properties(table, parameters=described),
        }
        resources.append(
            provider_resource(name, kind="IcebergTable", provider_arn=provider_arn, properties=iceberg)
        )
    return resources


def product_parameters(*, domain: str, name: str, product: Product, team: str, email: str) -> dict[str, str]:
    """A product's metadata as the parameters that its database and tables carry in the catalog."""
    parameters = {
        "meshwright.domain": domain,
        "meshwright.product": name,
        "meshwright.classification": product.classification,
        "meshwright.owner": product.owner.team if product.owner else team,
        "meshwright.owner_email": product.owner.email if product.owner else email,
    }
    if product.documentation:
        parameters["meshwright.documentation"] = product.documentation
    if product.status == "deprecated":
        parameters["meshwright.status"] = product.status
        parameters["meshwright.sunset"] = str(product.sunset)
    return parameters


def _pii(table: Table) -> dict[str, str]:
    columns = [name for name, column in table.columns.items() if column.pii]
    return {"meshwright.pii_columns": ",".join(columns)} if columns else {}


def _iceberg_properties(table: Table, *, parameters: Mapping[str, str]) -> dict[str, Any]:
    columns = []
    for name, column in table.columns.items():
        comment = comment_of(column)
        columns.append({"Name": name, "Type": column.type, **({"Comment": comment} if comment else {})})
    return {
        "Description": table.description,
        "Columns": columns,
        "PartitionBy": list(table.partition_by),
        "Parameters": dict(parameters),
    }
