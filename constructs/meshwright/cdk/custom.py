"""What all custom resources of the mesh share."""

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from meshwright.cdk.declared import DeclaredResource
from meshwright.mesh.resources.custom import provider_resource


class ProviderResource(DeclaredResource):
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
        declared = provider_resource(
            construct_id, kind=kind, provider_arn=provider_arn, properties=properties
        )
        super().__init__(scope, construct_id, declared)
