"""Wave 2: what a domain's account has before anything is in the catalog."""

from itertools import chain

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.declared import add_declared
from meshwright.cdk.governance import LakeFormationSettings
from meshwright.cdk.place import cfn_tags
from meshwright.cdk.policies import acknowledge, role_policy, wildcard_reasons
from meshwright.cdk.provider import LakeFormationProvider
from meshwright.cdk.stacks.base import MeshStack
from meshwright.cdk.storage import DomainStorage
from meshwright.cdk.streams import ACCEPTED as STREAMS_ACCEPTED
from meshwright.cdk.streams import DomainStreams
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.landing import partitioned
from meshwright.mesh.parts.registry import in_foundation, key_users
from meshwright.mesh.parts.sql import sql_of
from meshwright.mesh.policies import (
    DATA_POLICY,
    domain_role_policy,
    domain_role_trust,
    provider_role_policy,
)
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
        created = [role for role in domain.roles.values() if role.create]
        key_arn = self.storage.key_arn
        policies = {each.key: domain_role_policy(mesh, domain, each, key_arn=key_arn) for each in created}
        of_provider = provider_role_policy(self.place, names.provider, mesh.governance_account)
        acknowledge(self, {**STREAMS_ACCEPTED, **wildcard_reasons(chain(of_provider, *policies.values()))})
        self.provider = LakeFormationProvider(
            self,
            "Provider",
            name=names.provider,
            governance_account=mesh.governance_account,
            permissions_boundary_arn=self.boundary_arn,
            code=code,
            acknowledge_rules=False,
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
        self.streams = DomainStreams(
            self,
            "Streams",
            streams={names.stream(domain.name, key): spec for key, spec in domain.file.streams.items()},
            key_id=key_arn,
            acknowledge_rules=False,
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
                    "Value": key_arn,
                    "Description": "ARN of the domain's key, for what takes no alias.",
                    "Tags": dict(sorted(self.resource_tags.items())),
                },
            )
        if declared := in_foundation(mesh, domain):
            parts = add_declared(self, declared, tags=self.resource_tags)
            parts.node.add_dependency(self.streams)
        self.roles = {
            each.key: iam.CfnRole(
                self,
                f"Role-{each.key}",
                role_name=each.name,
                assume_role_policy_document=domain_role_trust(mesh, domain, each),
                permissions_boundary=self.boundary_arn,
                policies=[role_policy(DATA_POLICY, policies[each.key])],
                tags=cfn_tags(self.resource_tags),
            )
            for each in created
        }
