"""A stream that is delivered into a parquet table, in a folder for each day."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import StreamDelivery

# isort: split
import aws_cdk as cdk


class DeliveryStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.delivery = StreamDelivery(
            self,
            "Clicks",
            name="shop-clicks",
            stream_name="shop-clicks",
            role_name="shop-delivery",
            key_arn="arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555",
            catalog_account="111111111111",
            database="shop_web",
            table="clicks",
            bucket_name="shop-products-222222222222",
            folder="web/clicks",
            partition_column="day",
            buffer_seconds=120,
            tags={"owner": "shop"},
        )
        cdk.CfnOutput(self, "DeliveryStream", value=self.delivery.delivery_stream.ref)


if __name__ == "__main__":
    app = cdk.App()
    DeliveryStack(app, "delivery", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    app.synth()
