"""Wave 1: what the governance account has once."""

from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.declared import below
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.registry import in_governance
from meshwright.mesh.policies import registered_bucket_pattern
from meshwright.mesh.resources.custom import settings
from meshwright.mesh.resources.provider import FUNCTION, provider
from meshwright.mesh.resources.registration import registration_role


class GovernanceStack(MeshStack):
    """Provider, settings with the mesh's LF-Tag keys, and the registration role."""

    def __init__(self, scope: Construct, *, mesh: Mesh, code: ProviderCode) -> None:
        super().__init__(
            scope,
            mesh.names.governance_stack,
            mesh=mesh,
            account=mesh.governance_account,
            domain=None,
            description=f"{mesh.name}: Lake Formation settings, LF-Tag keys and registration role",
        )
        of_provider = provider(
            self.place,
            name=mesh.names.provider,
            governance_account=mesh.governance_account,
            code=code.add_to(self),
            boundary_arn=self.boundary_arn,
        )
        of_account = settings(
            "Settings",
            provider_arn=self.provider_arn,
            admins=self.admins,
            read_only_admins=self.read_only_admins,
            cross_account_version=mesh.file.cross_account_version,
            tag_keys={
                "domain": [],
                "product": [],
                "classification": mesh.file.classifications,
                "sensitivity": ["pii"],
            },
            after=(f"/Provider/{FUNCTION}",),
        )
        registration = registration_role(
            "RegistrationRole",
            self.place,
            name=mesh.names.registration_role,
            bucket_name_pattern=registered_bucket_pattern(mesh),
            organization=mesh.file.organization,
            boundary_arn=self.boundary_arn,
        )
        self.add(
            [*below("Provider", of_provider), of_account, registration, *self.parts(in_governance(mesh))]
        )
