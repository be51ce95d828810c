"""Two roles of a domain: one that reads through Lake Formation, and one that makes the domain's products."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import DomainRole, WriteAccess

# isort: split
import aws_cdk as cdk


class RolesStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.analysts = DomainRole(
            self,
            "Analysts",
            role_name="shop-analysts",
            governance_account="111111111111",
            databases=["shop_sales", "stock_levels"],
            database_prefix="shop_",
            trusted_by=["arn:aws:iam::222222222222:role/Notebooks"],
        )
        self.engineers = DomainRole(
            self,
            "Engineers",
            role_name="shop-engineers",
            governance_account="111111111111",
            databases=["shop_sales"],
            database_prefix="shop_",
            write=WriteAccess(
                bucket_name="shop-raw-222222222222",
                key_arn="arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555",
                databases=["shop_sales"],
                database_prefix="shop_",
                stream_names=["shop-orders"],
                stream_prefix="shop-",
            ),
            permissions_boundary_arn="arn:aws:iam::222222222222:policy/boundary",
        )


if __name__ == "__main__":
    app = cdk.App()
    RolesStack(app, "roles", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    app.synth()
