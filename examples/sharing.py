"""Lake Formation in a consumer's account: the provider, links to shared databases, and a role's grants."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import LakeFormationGrants, LakeFormationProvider, LakeFormationSettings, ResourceLinks

# isort: split
import aws_cdk as cdk

OWNER, CONSUMER, REGION = "111111111111", "333333333333", "eu-west-1"
ANALYSTS = f"arn:aws:iam::{CONSUMER}:role/Analysts"


class SharingStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.provider = LakeFormationProvider(
            self, "Provider", name="shop-lakeformation", governance_account=OWNER, tags={"owner": "shop"}
        )
        self.settings = LakeFormationSettings(
            self,
            "Settings",
            provider_arn=self.provider.arn,
            admins=[
                self.provider.role_arn,
                f"arn:aws:iam::{CONSUMER}:role/cdk-hnb659fds-cfn-exec-role-{CONSUMER}-{REGION}",
            ],
        )
        self.settings.node.add_dependency(self.provider)
        self.links = ResourceLinks(
            self,
            "Links",
            provider_arn=self.provider.arn,
            owner_account=OWNER,
            databases=["shop_sales"],
        )
        self.links.node.add_dependency(self.settings)
        self.grants = LakeFormationGrants(
            self,
            "Grants",
            provider_arn=self.provider.arn,
            document={
                "Grants": {
                    f"{CONSUMER}:database/shop_sales": {"DESCRIBE": [ANALYSTS]},
                    f"{OWNER}:database/shop_sales": {"DESCRIBE": [ANALYSTS]},
                    f"{OWNER}:table/shop_sales/orders": {"DESCRIBE, SELECT": [ANALYSTS]},
                }
            },
        )
        self.grants.node.add_dependency(self.links)


if __name__ == "__main__":
    app = cdk.App()
    SharingStack(app, "sharing", env=cdk.Environment(account=CONSUMER, region=REGION))
    app.synth()
