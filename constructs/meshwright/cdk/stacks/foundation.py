"""Wave 2: what a domain's account has before anything is in the catalog."""

from collections.abc import Iterator

from constructs import Construct

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.stacks.base import MeshStack
from meshwright.mesh.declared import AttributeText, Declared, below
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.landing import partitioned
from meshwright.mesh.parts.registry import in_foundation, key_users
from meshwright.mesh.parts.sql import sql_of
from meshwright.mesh.policies import DATA_POLICY, domain_role_policy, domain_role_trust
from meshwright.mesh.resources.buckets import storage
from meshwright.mesh.resources.custom import settings
from meshwright.mesh.resources.key import KEY, domain_key
from meshwright.mesh.resources.provider import FUNCTION, provider
from meshwright.mesh.resources.roles import role
from meshwright.mesh.resources.streams import streams
from meshwright.mesh.storage_classes import moves_by_folder


class FoundationStack(MeshStack):
    """Key, buckets, streams, roles, Lake Formation provider and settings of a domain."""

    def __init__(self, scope: Construct, *, mesh: Mesh, domain: Domain, code: ProviderCode) -> None:
        super().__init__(
            scope,
            mesh.names.stack(domain.name, "foundation"),
            mesh=mesh,
            account=domain.account,
            domain=domain,
            description=f"{mesh.name}: storage, streams and roles of {domain.name}",
        )
        key_arn = AttributeText(f"/Storage/Key/{KEY}", "Arn")
        own = streams(
            {mesh.names.stream(domain.name, key): spec for key, spec in domain.file.streams.items()},
            key_id=key_arn,
        )
        self.add(
            [
                *below("Provider", self._provider(code.add_to(self))),
                self._settings(),
                *self._storage(domain, key_arn),
                *below("Streams", own),
                *self._key_parameter(domain, key_arn),
                *self.parts(in_foundation(mesh, domain), after=[f"/Streams/{each.key}" for each in own]),
                *self._roles(domain, key_arn),
            ]
        )

    def _provider(self, code: tuple[str, str]) -> list[Declared]:
        return provider(
            self.place,
            name=self.mesh.names.provider,
            governance_account=self.mesh.governance_account,
            code=code,
            boundary_arn=self.boundary_arn,
        )

    def _settings(self) -> Declared:
        return settings(
            "Settings",
            provider_arn=self.provider_arn,
            admins=self.admins,
            read_only_admins=self.read_only_admins,
            cross_account_version=self.mesh.file.cross_account_version,
            after=(f"/Provider/{FUNCTION}",),
        )

    def _storage(self, domain: Domain, key_arn: str) -> Iterator[Declared]:
        mesh, sql = self.mesh, sql_of(domain)
        raw, products, logs = (
            mesh.names.bucket(domain.name, domain.account, kind) for kind in ("raw", "products", "logs")
        )
        registration_role = mesh.names.registration_role_arn(mesh.governance_account)
        key = domain_key(
            self.place,
            alias=mesh.names.key_alias(domain.name),
            registration_role_arn=registration_role,
            bucket_names=[products],
            other_users=key_users(mesh, domain),
        )
        yield from below("Storage/Key", key)
        buckets = storage(
            self.place,
            raw=raw,
            products=products,
            logs=logs,
            key_arn=key_arn,
            registration_role_arn=registration_role,
            product_moves=moves_by_folder(domain.file),
            results_days=sql.keep_results_days if sql is not None else None,
            announce_products=bool(partitioned(domain)),
        )
        yield from below("Storage", buckets)

    def _key_parameter(self, domain: Domain, key_arn: str) -> Iterator[Declared]:
        if not domain.needs_key_arn:
            return
        name = self.mesh.names.key_parameter(domain.name)
        properties = {
            "Name": name,
            "Type": "String",
            "Value": key_arn,
            "Description": "ARN of the domain's key, for what takes no alias.",
        }
        yield Declared(
            key="KeyArn", type="AWS::SSM::Parameter", name=name, properties=properties, tag_map=True
        )

    def _roles(self, domain: Domain, key_arn: str) -> Iterator[Declared]:
        for each in domain.roles.values():
            if each.create:
                yield role(
                    f"Role-{each.key}",
                    name=each.name,
                    trust=domain_role_trust(self.mesh, domain, each),
                    policy=DATA_POLICY,
                    allows=domain_role_policy(self.mesh, domain, each, key_arn=key_arn),
                    boundary_arn=self.boundary_arn,
                )
