"""A mesh in one environment: accounts, roles and decided subscriptions, all names resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from meshwright.config.base import Access
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.errors import UserError
from meshwright.mesh.names import Names
from meshwright.mesh.platform_roles import platform_roles
from meshwright.mesh.stream_subscriptions import StreamSubscription, decide_streams
from meshwright.mesh.subscriptions import Status, Subscription, decide_all


@dataclass(frozen=True, slots=True)
class DomainRole:
    """An IAM role of a domain."""

    key: str
    name: str
    arn: str
    access: Access
    """What it does with the domain's own products."""
    create: bool
    trusted_by: tuple[str, ...] = ()
    service: str | None = None
    """The AWS service that assumes it, for a role that a part of the file brings with it."""
    only: frozenset[tuple[str, str]] | None = None
    """The own tables, each as product and table, that it works on; None: all."""

    def works_on(self, product: str, table: str) -> bool:
        """Whether a table of the domain's own is one that it works on."""
        return self.only is None or (product, table) in self.only


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain in its account."""

    name: str
    account: str
    file: DomainFile
    roles: Mapping[str, DomainRole]

    @property
    def needs_key_arn(self) -> bool:
        """Whether something outside the foundation stack needs the ARN of its key: EMR takes no alias."""
        return self.file.compute is not None and self.file.compute.spark is not None


@dataclass(frozen=True)
class Mesh:
    """The mesh in one environment. Domains without an account in it are not part of it."""

    environment: str
    region: str
    governance_account: str
    file: MeshFile
    domains: Mapping[str, Domain]
    subscriptions: tuple[Subscription, ...]
    stream_subscriptions: tuple[StreamSubscription, ...] = ()

    @property
    def name(self) -> str:
        return self.file.mesh

    @cached_property
    def names(self) -> Names:
        return Names(mesh=self.file.mesh, region=self.region, qualifier=self.file.bootstrap_qualifier)

    @cached_property
    def agreed_by_consumer(self) -> Mapping[str, tuple[Subscription, ...]]:
        return _grouped(self.subscriptions, "consumer")

    @cached_property
    def agreed_by_producer(self) -> Mapping[str, tuple[Subscription, ...]]:
        return _grouped(self.subscriptions, "producer")

    @cached_property
    def domains_by_account(self) -> Mapping[str, Domain]:
        """Each domain has an account of its own."""
        return {domain.account: domain for domain in self.domains.values()}

    @cached_property
    def streams_by_consumer(self) -> Mapping[str, tuple[StreamSubscription, ...]]:
        """Agreed subscriptions to streams."""
        return _grouped(self.stream_subscriptions, "consumer")

    @cached_property
    def streams_by_producer(self) -> Mapping[str, tuple[StreamSubscription, ...]]:
        """The same."""
        return _grouped(self.stream_subscriptions, "producer")

    @cached_property
    def streams_by_reference(self) -> Mapping[str, tuple[StreamSubscription, ...]]:
        """The same, by `domain.stream`."""
        return _grouped(self.stream_subscriptions, "reference")


S = TypeVar("S", Subscription, StreamSubscription)


def _grouped(subscriptions: tuple[S, ...], side: str) -> dict[str, tuple[S, ...]]:
    groups: dict[str, list[S]] = {}
    for subscription in subscriptions:
        if subscription.status is Status.AGREED:
            groups.setdefault(getattr(subscription, side), []).append(subscription)
    return {name: tuple(group) for name, group in groups.items()}


def resolve(
    mesh: MeshFile,
    domains: Mapping[str, DomainFile],
    *,
    environment: str | None,
    today: date,
    unread: frozenset[str] = frozenset(),
) -> Mesh:
    """The mesh in `environment` (default: the first of mesh.yaml) as of `today`; `unread` as in decide_all.

    Raises UserError when the environment is unknown. The files must have been validated.
    """
    chosen = environment or next(iter(mesh.environments))
    if chosen not in mesh.environments:
        known = ", ".join(mesh.environments)
        raise UserError(
            f"mesh.yaml: environments: there is no environment {chosen!r}. "
            f"Use one of: {known} (cdk: -c environment=NAME), or add it to mesh.yaml."
        )
    spec = mesh.environments[chosen]
    names = Names(mesh=mesh.mesh, region=spec.region, qualifier=mesh.bootstrap_qualifier)
    present = {name: file for name, file in sorted(domains.items()) if chosen in file.accounts}
    return Mesh(
        environment=chosen,
        region=spec.region,
        governance_account=spec.governance_account,
        file=mesh,
        domains={
            name: Domain(
                name=name,
                account=file.accounts[chosen],
                file=file,
                roles=_roles(names, name, file, file.accounts[chosen]),
            )
            for name, file in present.items()
        },
        subscriptions=decide_all(
            present,
            open_classifications=frozenset(mesh.open_classifications),
            today=today,
            unread=unread,
        ),
        stream_subscriptions=decide_streams(present, today=today, unread=unread),
    )


def _roles(names: Names, domain: str, file: DomainFile, account: str) -> dict[str, DomainRole]:
    roles = {}
    for key, role in file.roles.items():
        given = role.name or names.created_role(domain, key)
        arn = given if given.startswith("arn:") else names.role_arn(account, given)
        roles[key] = DomainRole(
            key=key,
            name=given.rpartition("/")[2],
            arn=arn,
            access=role.access or ("write" if key == "engineers" else "read"),
            create=role.create,
            trusted_by=tuple(role.trusted_by),
        )
    for each in platform_roles(file):
        name = names.created_role(domain, each.key)
        roles[each.key] = DomainRole(
            key=each.key,
            name=name,
            arn=names.role_arn(account, name),
            access=each.access,
            create=True,
            service=each.service,
            only=each.only,
        )
    return roles
