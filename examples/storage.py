"""Buckets of a domain, with the key that you have, and one that Lake Formation may use."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import DomainKey, DomainStorage

# isort: split
import aws_cdk as cdk

REGISTRATION_ROLE = "arn:aws:iam::111111111111:role/LakeFormationData"


class StorageStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        key = DomainKey(
            self,
            "Key",
            alias="alias/shop",
            registration_role_arn=REGISTRATION_ROLE,
            bucket_names=["shop-products-222222222222"],
        )
        self.storage = DomainStorage(
            self,
            "Storage",
            raw_bucket_name="shop-raw-222222222222",
            products_bucket_name="shop-products-222222222222",
            logs_bucket_name="shop-logs-222222222222",
            registration_role_arn=REGISTRATION_ROLE,
            key_arn=key.arn,  # or key_alias="alias/shop", and DomainStorage makes the key
            noncurrent_days=30,
            tags={"owner": "shop"},
        )
        cdk.CfnOutput(self, "ProductsBucket", value=self.storage.products.ref)


if __name__ == "__main__":
    app = cdk.App()
    StorageStack(app, "storage", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    app.synth()
