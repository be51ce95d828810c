"""What all custom resources of the mesh share."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct

TIMEOUT_SECONDS = 1800
"""CloudFormation's own patience; the function takes 15 minutes at most, and Lambda may deliver twice."""


class ProviderResource(cdk.CfnResource):
    """A resource of type `Custom::<kind>` that the LakeFormationProvider of `provider_arn` applies."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        kind: str,
        provider_arn: str,
        properties: Mapping[str, Any],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            type=f"Custom::{kind}",
            properties={"ServiceToken": provider_arn, "ServiceTimeout": TIMEOUT_SECONDS, **properties},
        )
