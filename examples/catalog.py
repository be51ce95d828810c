"""A data product in the catalog: its registered location, database and tables."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import ProductDatabase, ProductTables, RegisteredLocation, product_parameters

# isort: split
import aws_cdk as cdk

from meshwright.config.domain_file import Product

PRODUCT = Product.model_validate(
    {
        "description": "Orders, one row each.",
        "classification": "internal",
        "tables": {
            "orders": {
                "description": "One row per order.",
                "format": "parquet",
                "partition_by": ["day"],
                "columns": {
                    "order_id": "string",
                    "total": {"type": "decimal(12,2)", "description": "In EUR."},
                    "email": {"type": "string", "pii": True},
                    "day": "date",
                },
            }
        },
    }
)


class CatalogStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        location = "s3://shop-products-222222222222/sales"
        self.location = RegisteredLocation(
            self,
            "Location",
            bucket_name="shop-products-222222222222",
            prefix="sales",
            role_arn="arn:aws:iam::111111111111:role/LakeFormationData",
        )
        parameters = product_parameters(
            domain="shop", name="sales", product=PRODUCT, team="shop", email="shop@example.com"
        )
        self.database = ProductDatabase(
            self, "Database", name="shop_sales", product=PRODUCT, location=location, parameters=parameters
        )
        self.tables = ProductTables(
            self,
            "Tables",
            database="shop_sales",
            tables=PRODUCT.tables,
            location=location,
            parameters=parameters,
        )
        self.tables.node.add_dependency(self.location, self.database)


if __name__ == "__main__":
    app = cdk.App()
    CatalogStack(app, "catalog", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    app.synth()
