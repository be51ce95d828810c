"""The parts, in literal lists: which resources stand in which stack, which role has which policy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.parts import (
    cost,
    delivery,
    mesh_dashboard,
    partitions,
    pipelines,
    quality,
    refreshes,
    sharing,
    spark,
    sql,
    topics,
    trail,
    watching,
)
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import DELIVERY, PARTITIONS, PIPELINES, QUALITY, SPARK
from meshwright.mesh.statements import Allow
from meshwright.mesh.stream_policies import key_use_for_streams, reads_streams

OfDomain = Callable[[Mesh, Domain], Iterator[Declared]]
OfMesh = Callable[[Mesh], Iterator[Declared]]

GOVERNANCE: Final[tuple[OfMesh, ...]] = (refreshes.bus, mesh_dashboard.resources, trail.resources)
FOUNDATION: Final[tuple[OfDomain, ...]] = (sharing.resources,)
SHARE: Final[tuple[OfDomain, ...]] = (refreshes.refresh_rules,)
WORKLOADS: Final[tuple[OfDomain, ...]] = (
    delivery.resources,
    partitions.resources,
    spark.resources,
    sql.resources,
    pipelines.resources,
    quality.resources,
    cost.resources,
    watching.resources,
)


class RolePolicy(Protocol):
    """What the role of a part may do besides looking up tables and asking Lake Formation for data."""

    def __call__(self, mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]: ...


ROLE_POLICIES: Final[Mapping[str, RolePolicy]] = {
    DELIVERY: delivery.role_policy,
    PARTITIONS: partitions.role_policy,
    SPARK: spark.role_policy,
    PIPELINES: pipelines.role_policy,
    QUALITY: quality.role_policy,
}


def platform_role_policy(mesh: Mesh, domain: Domain, role: DomainRole, *, key_arn: str) -> Iterator[Allow]:
    """What the parts let a role do: one that a part brings with it, and any that queries."""
    if role.service is not None:
        yield from ROLE_POLICIES[role.key](mesh, domain, key_arn=key_arn)
    yield from sql.role_policy(mesh, domain, role, key_arn=key_arn)
    yield from reads_streams(mesh, domain, role)


def shown_rights(mesh: Mesh, domain: Domain, role: DomainRole) -> dict[str, str]:
    """The same for people: the actions by what they are allowed on."""
    key = place_in(mesh.region, account=domain.account).arn("kms", mesh.names.key_alias(domain.name))
    rights: dict[str, set[str]] = {}
    for allow in platform_role_policy(mesh, domain, role, key_arn=key):
        for resource in allow.resources:
            rights.setdefault(f"rights on {resource}", set()).update(allow.actions)
    return {resource: ", ".join(sorted(actions)) for resource, actions in rights.items()}


def key_users(mesh: Mesh, domain: Domain) -> list[dict[str, Any]]:
    """Statements of the domain's key for whoever uses it outside S3: other accounts, and AWS services."""
    return [*key_use_for_streams(mesh, domain), *topics.key_use(mesh, domain)]


def in_governance(mesh: Mesh) -> list[Declared]:
    """Resources of the parts in the governance stack."""
    return [each for part in GOVERNANCE for each in part(mesh)]


def in_foundation(mesh: Mesh, domain: Domain) -> list[Declared]:
    """Resources of the parts in the domain's foundation stack."""
    return [each for part in FOUNDATION for each in part(mesh, domain)]


def in_share(mesh: Mesh, domain: Domain) -> list[Declared]:
    """Resources of the parts in the domain's share stack."""
    return [each for part in SHARE for each in part(mesh, domain)]


def in_workloads(mesh: Mesh, domain: Domain) -> list[Declared]:
    """Resources of the domain's workloads stack; none: there is no such stack."""
    return [each for part in WORKLOADS for each in part(mesh, domain)]
