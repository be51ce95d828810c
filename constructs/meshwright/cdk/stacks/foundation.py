"""Wave 2: what a domain's account has before anything is in the catalog."""

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.declared import add_declared
from meshwright.cdk.governance import LakeFormationSettings
from meshwright.cdk.policies import acknowledge_wildcards
from meshwright.cdk.provider import LakeFormationProvider
from meshwright.cdk.roles import DomainRole
from meshwright.cdk.stacks.base import MeshStack
from meshwright.cdk.storage import DomainStorage
from meshwright.cdk.streams import DomainStreams
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.model import DomainRole as RoleSpec
from meshwright.mesh.parts.landing import partitioned
from meshwright.mesh.parts.registry import in_foundation, key_users, platform_role_policy
from meshwright.mesh.parts.sql import sql_of
from meshwright.mesh.policies import database_prefix, role_databases, role_write_access
from meshwright.mesh.storage_classes import moves_by_folder


class FoundationStack(MeshStack):
    """Key, buckets, streams, roles, Lake Formation provider and settings of a domain."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain, code: ProviderCode) -> None:
        account, names = domain.account, mesh.names
        super().__init__(
            scope,
            names.stack(domain.name, "foundation"),
            mesh=mesh,
            account=account,
            domain=domain,
            description=f"{mesh.name}: storage, streams and roles of {domain.name}",
        )
        self.domain = domain
        self.provider = LakeFormationProvider(
            self,
            "Provider",
            name=names.provider,
            governance_account=mesh.governance_account,
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
        )
        self.settings.add_resource_dependency(self.provider.function)
        sql = sql_of(domain)
        self.storage = DomainStorage(
            self,
            "Storage",
            raw_bucket_name=names.bucket(domain.name, account, "raw"),
            products_bucket_name=names.bucket(domain.name, account, "products"),
            logs_bucket_name=names.bucket(domain.name, account, "logs"),
            registration_role_arn=names.registration_role_arn(mesh.governance_account),
            key_alias=names.key_alias(domain.name),
            key_users=key_users(mesh, domain),
            product_moves=moves_by_folder(domain.file),
            results_days=sql.keep_results_days if sql is not None else None,
            announce_products=bool(partitioned(domain)),
            env=self.target,
            tags=self.resource_tags,
        )
        self.streams = DomainStreams(
            self,
            "Streams",
            streams={names.stream(domain.name, key): spec for key, spec in domain.file.streams.items()},
            key_id=self.storage.key_arn,
            tags=self.resource_tags,
        )
        if domain.needs_key_arn:
            cdk.CfnResource(
                self,
                "KeyArn",
                type="AWS::SSM::Parameter",
                properties={
                    "Name": names.key_parameter(domain.name),
                    "Type": "String",
                    "Value": self.storage.key_arn,
                    "Description": "ARN of the domain's key, for what takes no alias.",
                    "Tags": dict(sorted(self.resource_tags.items())),
                },
            )
        if declared := in_foundation(mesh, domain):
            parts = add_declared(self, declared, tags=self.resource_tags)
            parts.node.add_dependency(self.streams)
        self.roles = {key: self._role(role) for key, role in domain.roles.items() if role.create}
        acknowledge_wildcards(self, [allow for role in self.roles.values() for allow in role.allows])

    def _role(self, role: RoleSpec) -> DomainRole:
        mesh, domain = self.mesh, self.domain
        return DomainRole(
            self,
            f"Role-{role.key}",
            role_name=role.name,
            governance_account=mesh.governance_account,
            databases=role_databases(mesh, domain, role),
            database_prefix=database_prefix(mesh),
            write=role_write_access(mesh, domain, role, key_arn=self.storage.key_arn),
            more=list(platform_role_policy(mesh, domain, role, key_arn=self.storage.key_arn)),
            trusted_by=role.trusted_by,
            service=role.service,
            permissions_boundary_arn=self.boundary_arn,
            acknowledge=False,
            env=self.target,
            tags=self.resource_tags,
        )
