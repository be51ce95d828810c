"""Wave 1: what the governance account has once."""

from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.declared import add_declared
from meshwright.cdk.governance import LakeFormationSettings, RegistrationRole
from meshwright.cdk.provider import LakeFormationProvider
from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.registry import in_governance
from meshwright.mesh.policies import registered_bucket_pattern


class GovernanceStack(MeshStack):
    """Provider, settings with the mesh's LF-Tag keys, and the registration role."""

    def __init__(self, scope: Construct, *, mesh: Mesh, code: ProviderCode) -> None:
        account, names = mesh.governance_account, mesh.names
        super().__init__(
            scope,
            names.governance_stack,
            mesh=mesh,
            account=account,
            domain=None,
            description=f"{mesh.name}: Lake Formation settings, LF-Tag keys and registration role",
        )
        self.provider = LakeFormationProvider(
            self,
            "Provider",
            name=names.provider,
            permissions_boundary_arn=self.boundary_arn,
            code=code,
            env=self.target,
            tags=self.resource_tags,
        )
        self.settings = LakeFormationSettings(
            self,
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
        )
        self.settings.add_resource_dependency(self.provider.function)
        self.registration_role = RegistrationRole(
            self,
            "RegistrationRole",
            role_name=names.registration_role,
            bucket_name_pattern=registered_bucket_pattern(mesh),
            organization=mesh.file.organization,
            permissions_boundary_arn=self.boundary_arn,
            env=self.target,
            tags=self.resource_tags,
        )
        if declared := in_governance(mesh):
            add_declared(self, declared, tags=self.resource_tags)
