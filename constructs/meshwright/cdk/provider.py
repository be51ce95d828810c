"""The Lambda function that applies Lake Formation state in one account."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.place import Tags, cfn_tags, place_of
from meshwright.cdk.policies import acknowledge, role_policy, wildcard_reasons
from meshwright.mesh.policies import PROVIDER_POLICY, provider_role_policy, provider_role_trust

HANDLER = "provider.handler.handler"
RUNTIME = "python3.13"
"""Not the newest one, as cdk-nag's AwsSolutions-L1 wants: one that every Region has, supported until 2029."""
TIMEOUT_SECONDS = 900
MEMORY_MB = 512


class LakeFormationProvider(Construct):
    """One per account: the function behind LakeFormationSettings, LakeFormationGrants and the like.

    It can administer Lake Formation in its account once LakeFormationSettings made its role an administrator.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        governance_account: str | None = None,
        permissions_boundary_arn: str | None = None,
        log_days: int = 90,
        code: ProviderCode | None = None,
        acknowledge_rules: bool = True,
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`name` names both function and role. `governance_account` owns the catalog; default: this account.

        `log_days` must be a retention that CloudWatch Logs knows: 30, 60, 90, 180, 365 … Give one `code` to
        all providers of an app to save time. With `acknowledge_rules=False` that is left to its stack.
        """
        super().__init__(scope, construct_id)
        place = place_of(self, env)
        self.name = name
        self.arn = place.arn("lambda", f"function:{name}")
        self.role_arn = place.iam(f"role/{name}")
        self.log_group = logs.CfnLogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention_in_days=log_days,
            tags=cfn_tags(tags),
        )
        allows = list(provider_role_policy(place, name, governance_account or place.account))
        if acknowledge_rules:
            acknowledge(self, wildcard_reasons(allows))
        self.role = iam.CfnRole(
            self,
            "Role",
            role_name=name,
            description="Applies Lake Formation settings and grants for CloudFormation.",
            assume_role_policy_document=provider_role_trust(),
            permissions_boundary=permissions_boundary_arn,
            policies=[role_policy(PROVIDER_POLICY, allows)],
            tags=cfn_tags(tags),
        )
        stack = scope if isinstance(scope, cdk.Stack) else cdk.Stack.of(self)
        self.function = self._function(name, (code or ProviderCode(self)).add_to(stack), tags)
        self.function.add_resource_dependency(self.role)
        self.function.add_resource_dependency(self.log_group)

    def _function(self, name: str, code: cdk.FileAssetLocation, tags: Tags | None) -> cdk.CfnResource:
        properties: dict[str, Any] = {
            "FunctionName": name,
            "Description": "Applies Lake Formation settings and grants for CloudFormation.",
            "Runtime": RUNTIME,
            "Architectures": ["arm64"],
            "Handler": HANDLER,
            "Code": {"S3Bucket": code.bucket_name, "S3Key": code.object_key},
            "Role": self.role_arn,
            "Timeout": TIMEOUT_SECONDS,
            "MemorySize": MEMORY_MB,
        }
        if tags:
            properties["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        # Not aws_lambda.CfnFunction: importing that module alone takes over a second of every synthesis.
        return cdk.CfnResource(self, "Function", type="AWS::Lambda::Function", properties=properties)
