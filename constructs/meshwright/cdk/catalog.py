"""Data products in the catalog: registered locations, databases and tables."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from aws_cdk import aws_lakeformation as lakeformation
from constructs import Construct

from meshwright.cdk.custom import ProviderResource
from meshwright.cdk.hive import comment_of, table_input
from meshwright.cdk.place import place_of
from meshwright.config.domain_file import Product, Table


class RegisteredLocation(lakeformation.CfnResource):
    """A bucket, or a prefix of it, whose data Lake Formation hands out instead of S3 permissions.

    `role_arn` is the role that Lake Formation uses there (see RegistrationRole).
    The bucket may be of another account.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str,
        role_arn: str,
        prefix: str | None = None,
        env: cdk.Environment | None = None,
    ) -> None:
        path = f"{bucket_name}/{prefix.strip('/')}" if prefix else bucket_name
        super().__init__(
            scope,
            construct_id,
            resource_arn=place_of(scope, env).s3(path),
            role_arn=role_arn,
            use_service_linked_role=False,
        )


class ProductDatabase(glue.CfnDatabase):
    """The catalog database of a data product, closed to all until Lake Formation grants something on it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        product: Product,
        location: str,
        parameters: Mapping[str, str] | None = None,
        env: cdk.Environment | None = None,
    ) -> None:
        """Each table has its folder below `location`, an S3 URI; for `parameters` see product_parameters."""
        super().__init__(
            scope,
            construct_id,
            catalog_id=place_of(scope, env).account,
            database_input={
                "name": name,
                "description": product.description,
                "locationUri": f"{location.rstrip('/')}/",
                "parameters": dict(parameters or {}),
                # Otherwise new tables are open to whom IAM lets in, and can't be shared with accounts.
                "createTableDefaultPermissions": [],
            },
        )


class ProductTables(Construct):
    """The tables of a data product.

    Parquet, json and csv tables are CloudFormation's. An Iceberg table is created once, by the provider:
    later its schema is the query engines' to evolve, which an update by CloudFormation would undo.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: str,
        tables: Mapping[str, Table],
        location: str,
        provider_arn: str | None = None,
        parameters: Mapping[str, str] | None = None,
        env: cdk.Environment | None = None,
    ) -> None:
        """`provider_arn` is that of the account's LakeFormationProvider; only Iceberg tables need it."""
        super().__init__(scope, construct_id)
        catalog = place_of(self, env).account
        self.tables: dict[str, glue.CfnTable] = {}
        self.iceberg_tables: dict[str, cdk.CfnResource] = {}
        for name, table in tables.items():
            folder = f"{location.rstrip('/')}/{name}"
            described = {**(parameters or {}), **_pii(table)}
            if table.format != "iceberg":
                self.tables[name] = glue.CfnTable(
                    self,
                    name,
                    catalog_id=catalog,
                    database_name=database,
                    table_input=table_input(name=name, table=table, location=folder, parameters=described),
                )
                continue
            if provider_arn is None:
                raise ValueError(f"ProductTables needs provider_arn: {name} is an Iceberg table.")
            properties = _iceberg_properties(table, parameters=described)
            self.iceberg_tables[name] = ProviderResource(
                self,
                name,
                kind="IcebergTable",
                provider_arn=provider_arn,
                properties={
                    "CatalogId": catalog,
                    "Database": database,
                    "Table": name,
                    "Location": folder,
                    **properties,
                },
            )


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
