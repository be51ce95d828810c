"""Data products in the catalog: registered locations, databases and tables."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import WITHOUT_NAME, DeclaredResource, add_declared
from meshwright.cdk.place import place_of
from meshwright.config.domain_file import Product, Table
from meshwright.mesh.resources.catalog import database as product_database
from meshwright.mesh.resources.catalog import location as registered_location
from meshwright.mesh.resources.catalog import product_parameters
from meshwright.mesh.resources.catalog import tables as product_tables

__all__ = ["ProductDatabase", "ProductTables", "RegisteredLocation", "product_parameters"]


class RegisteredLocation(DeclaredResource):
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
        declared = registered_location(construct_id, place_of(scope, env), path=path, role_arn=role_arn)
        super().__init__(scope, construct_id, declared)


class ProductDatabase(DeclaredResource):
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
        declared = product_database(
            construct_id,
            catalog=place_of(scope, env).account,
            name=name,
            product=product,
            location=location,
            parameters=parameters or {},
        )
        super().__init__(scope, construct_id, declared)


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
        declared = product_tables(
            catalog=place_of(self, env).account,
            database=database,
            named=tables,
            location=location,
            provider_arn=provider_arn,
            parameters=parameters or {},
        )
        self._parts = add_declared(self, declared, tags=None, construct_id=WITHOUT_NAME)

    def table(self, name: str) -> cdk.CfnResource:
        """The table `name`."""
        return self._parts.get_resource(name)
