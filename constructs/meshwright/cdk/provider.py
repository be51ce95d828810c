"""The Lambda function that applies Lake Formation state in one account."""

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.declared import WITHOUT_NAME, add_declared
from meshwright.cdk.place import Tags, place_of
from meshwright.mesh.resources.provider import FUNCTION, provider


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
        env: cdk.Environment | None = None,
        tags: Tags | None = None,
    ) -> None:
        """`name` names both function and role. `governance_account` owns the catalog; default: this account.

        `log_days` must be a retention that CloudWatch Logs knows: 30, 60, 90, 180, 365 … Give one `code` to
        all providers of an app to save time.
        """
        super().__init__(scope, construct_id)
        place = place_of(self, env)
        self.name = name
        self.arn = place.arn("lambda", f"function:{name}")
        self.role_arn = place.iam(f"role/{name}")
        stack = scope if isinstance(scope, cdk.Stack) else cdk.Stack.of(self)
        self._parts = add_declared(
            self,
            provider(
                place,
                name=name,
                governance_account=governance_account or place.account,
                code=(code or ProviderCode(self)).add_to(stack),
                log_days=log_days,
                boundary_arn=permissions_boundary_arn,
            ),
            tags=tags,
            construct_id=WITHOUT_NAME,
        )

    @property
    def function(self) -> cdk.CfnResource:
        """The function; its role and log group come before it."""
        return self._parts.get_resource(FUNCTION)
