"""Lake Formation grants, and the links by which a consumer's account sees what is shared with it."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import WITHOUT_NAME, DeclaredResource, add_declared
from meshwright.cdk.place import place_of
from meshwright.mesh.documents import GrantsDocument
from meshwright.mesh.resources.custom import GRANTS, provider_resource
from meshwright.mesh.resources.links import links


class LakeFormationGrants(DeclaredResource):
    """LF-Tag values, data-cells filters and grants of one document, applied without a gap in anyone's access.

    CloudFormation's own types for them revoke first and grant later; this one's provider adds before it
    removes, and touches only what the document says or said. See GrantsDocument for its form.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, provider_arn: str, document: GrantsDocument
    ) -> None:
        declared = provider_resource(
            construct_id, kind=GRANTS, provider_arn=provider_arn, properties={**document}
        )
        super().__init__(scope, construct_id, declared)


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
        add_declared(
            self,
            links(
                place_of(self, env),
                provider_arn=provider_arn,
                owner_account=owner_account,
                databases=databases,
                organization=organization,
                timeout_seconds=timeout_seconds,
            ),
            tags=None,
            construct_id=WITHOUT_NAME,
        )
