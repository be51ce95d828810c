"""Lake Formation grants, and the links by which a consumer's account sees what is shared with it."""

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from constructs import Construct

from meshwright.cdk.custom import ProviderResource
from meshwright.cdk.place import place_of
from meshwright.mesh.documents import GrantsDocument


class LakeFormationGrants(ProviderResource):
    """LF-Tag values, data-cells filters and grants of one document, applied without a gap in anyone's access.

    CloudFormation's own types for them revoke first and grant later; this one's provider adds before it
    removes, and touches only what the document says or said. See GrantsDocument for its form.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, provider_arn: str, document: GrantsDocument
    ) -> None:
        properties: dict[str, Any] = {**document}
        super().__init__(
            scope,
            construct_id,
            kind="LakeFormationGrants",
            provider_arn=provider_arn,
            properties=properties,
        )


class ResourceLinks(Construct):
    """Resource links to databases that another account shares with this one, each of the same name.

    The share is accepted first where the organization doesn't do that by itself, and waited for.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider_arn: str,
        owner_account: str,
        databases: Sequence[str],
        organization: str | None = None,
        timeout_seconds: int = 300,
        env: cdk.Environment | None = None,
    ) -> None:
        """`organization`: id of the AWS Organization with both accounts, where nothing is to accept."""
        super().__init__(scope, construct_id)
        place = place_of(self, env)
        shares: dict[str, Any] = {
            "OwnerAccount": owner_account,
            "Databases": sorted(databases),
            "TimeoutSeconds": str(timeout_seconds),
        }
        if organization:
            shares["Organization"] = organization
        self.shares = ProviderResource(
            self, "Shares", kind="LakeFormationShares", provider_arn=provider_arn, properties=shares
        )
        self.links: dict[str, glue.CfnDatabase] = {}
        for name in databases:
            link = glue.CfnDatabase(
                self,
                name,
                catalog_id=place.account,
                database_input={
                    "name": name,
                    "targetDatabase": {
                        "catalogId": owner_account,
                        "databaseName": name,
                        "region": place.region,
                    },
                },
            )
            link.add_resource_dependency(self.shares)
            self.links[name] = link
