"""What a governance account has once: provider, settings with LF-Tag keys, and the registration role."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import LakeFormationProvider, LakeFormationSettings, RegistrationRole

# isort: split
import aws_cdk as cdk

ACCOUNT, REGION = "111111111111", "eu-west-1"


class GovernanceStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.provider = LakeFormationProvider(self, "Provider", name="shop-lakeformation")
        self.settings = LakeFormationSettings(
            self,
            "Settings",
            provider_arn=self.provider.arn,
            admins=[
                self.provider.role_arn,
                f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}",
            ],
            tag_keys={"classification": ["public", "internal"], "sensitivity": ["pii"]},
        )
        self.settings.node.add_dependency(self.provider)
        self.registration_role = RegistrationRole(
            self,
            "RegistrationRole",
            role_name="LakeFormationData",
            bucket_name_pattern="shop-*-products-*",
            organization="o-a1b2c3d4e5",
        )


if __name__ == "__main__":
    app = cdk.App()
    GovernanceStack(app, "governance", env=cdk.Environment(account=ACCOUNT, region=REGION))
    app.synth()
