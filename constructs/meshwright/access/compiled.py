"""The state that the files will lead to: what the stacks of a mesh declare, as a LakeState.

It is made from the same documents and policies that the stacks deploy. What no file says is left unknown: the
policies of roles that a domain only names, and what a permissions boundary allows.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from meshwright.access.bucket_state import CLOSED
from meshwright.access.documents import Entries, grants_of, readers_of, tags_of
from meshwright.access.iam import Policy, parse_policy
from meshwright.access.resources import Resource
from meshwright.access.resources import database as database_of
from meshwright.access.resources import table as table_of
from meshwright.access.state import (
    SUPER,
    AccountState,
    Database,
    Filter,
    Grant,
    Identity,
    Key,
    LakeState,
    Link,
    Location,
    Settings,
    ShareState,
    Table,
)
from meshwright.access.stream_compiled import compiled_streams
from meshwright.mesh.documents import (
    access_document,
    linked_databases,
    preparation_document,
    shared_with_consumers,
    shared_with_producer,
)
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.names import partition_of
from meshwright.mesh.place import place_in
from meshwright.mesh.policies import (
    domain_role_policy,
    domain_role_trust,
    key_policy,
    logs_bucket_policy,
    products_bucket_policy,
    provider_role_policy,
    provider_role_trust,
    raw_bucket_policy,
    registration_role_policy,
    registration_role_trust,
)
from meshwright.mesh.statements import identity_policy
from meshwright.mesh.subscriptions import Subscription


def compile_state(mesh: Mesh, *, key_arns: Mapping[str, str] | None = None) -> LakeState:
    """What the accounts of the mesh hold once it is deployed.

    `key_arns` has the ARN of the domain's key by account, where it is known: only AWS knows the ids of keys.
    """
    known = key_arns or {}
    accounts = {}
    for domain in mesh.domains.values():
        key = known.get(domain.account) or key_arn(mesh, domain)
        accounts[domain.account] = _domain_account(mesh, domain, key, _storage(mesh, domain, key))
    agreed = [each for group in mesh.agreed_by_producer.values() for each in group]
    granted = _granted(mesh, mesh.domains.values(), agreed, deploying=True)
    accounts[mesh.governance_account] = _with_grants(_catalog(mesh), granted)
    return LakeState(accounts=accounts, region=mesh.region, organization=mesh.file.organization)


class DomainViews:
    """The same state in parts, one for each domain: all that bears on its own principals, and no more.

    What is granted to other accounts, and to the governance account's own roles, is left out. So a mesh of
    any size is looked at with little memory.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._catalog = _catalog(mesh)
        self._storages: dict[str, AccountState] = {}

    def of(self, domain: Domain) -> LakeState:
        """What decides on the principals of `domain`."""
        mesh = self._mesh
        agreed = mesh.agreed_by_consumer.get(domain.name, ())
        producers = [each.producer for each in agreed]
        producers += [each.producer for each in mesh.streams_by_consumer.get(domain.name, ())]
        accounts = {
            producer.account: self._storage(producer)
            for producer in (mesh.domains[name] for name in producers)
        }
        own = self._storage(domain)
        accounts[domain.account] = _domain_account(mesh, domain, key_arn(mesh, domain), own)
        granted = _granted(mesh, [domain], agreed, deploying=False)
        accounts[mesh.governance_account] = _with_grants(self._catalog, granted)
        return LakeState(accounts=accounts, region=mesh.region, organization=mesh.file.organization)

    def _storage(self, domain: Domain) -> AccountState:
        """Of another domain's account where its data is: what its own roles hold there does not matter."""
        if domain.name not in self._storages:
            self._storages[domain.name] = _storage(self._mesh, domain, key_arn(self._mesh, domain))
        return self._storages[domain.name]


def key_arn(mesh: Mesh, domain: Domain) -> str:
    """Stands for the domain's key as long as its id is not known: an ARN with its alias in the id's place."""
    partition, alias = partition_of(mesh.region), mesh.names.key_alias(domain.name)
    return f"arn:{partition}:kms:{mesh.region}:{domain.account}:key/{alias}"


@dataclass(frozen=True, slots=True)
class _Granted:
    """What the governance account granted, and to what through which filter."""

    grants: tuple[Grant, ...]
    filters: Mapping[Resource, Filter]


def _catalog(mesh: Mesh) -> AccountState:
    """The governance account without what it grants."""
    catalog, names = mesh.governance_account, mesh.names
    databases: dict[str, Database] = {}
    tags: dict[Resource, Mapping[str, str]] = {}
    locations: dict[str, Location] = {}
    role = names.registration_role_arn(catalog)
    for domain in mesh.domains.values():
        if domain.file.products:
            bucket = names.bucket(domain.name, domain.account, "products")
            locations[bucket] = Location(role)
            databases.update(_databases(mesh, domain, bucket))
            tags.update(tags_of(shared_with_producer(mesh, domain)))
    producers = {name for name, each in mesh.domains.items() if each.file.products}
    receivers = sorted(producers | mesh.agreed_by_consumer.keys())
    return AccountState(
        account=catalog,
        settings=_settings(mesh, catalog),
        databases=databases,
        tag_keys=_tag_keys(mesh, tags.values()),
        tags=tags,
        locations=locations,
        identities={
            **_platform_roles(mesh, catalog),
            role: _identity(
                mesh,
                _policy(identity_policy(registration_role_policy(mesh))),
                _policy(registration_role_trust()),
            ),
        },
        shares={mesh.domains[name].account: ShareState.ACTIVE for name in receivers},
    )


def _with_grants(catalog: AccountState, granted: _Granted) -> AccountState:
    return replace(catalog, grants=granted.grants, filters=granted.filters)


def _granted(
    mesh: Mesh, producers: Iterable[Domain], agreed: Iterable[Subscription], *, deploying: bool
) -> _Granted:
    """What the producers are granted on their own products, and the consumers of `agreed` on others'.

    `deploying`: and the roles that make the products' databases and tables.
    """
    entries = Entries()
    for domain in producers:
        if domain.file.products:
            if deploying:
                entries.add(grants_of(preparation_document(mesh, domain)))
            entries.add(grants_of(shared_with_producer(mesh, domain)))
            if deploying:
                entries.add(_makers(mesh, domain))
    document = shared_with_consumers(mesh, agreed)
    entries.add(grants_of(document))
    readers = list(readers_of(document))
    filters = {grant.resource: content for grant, content in readers}
    entries.add(grant for grant, _ in readers)
    return _Granted(entries.all, filters)


def _domain_account(mesh: Mesh, domain: Domain, key: str, storage: AccountState) -> AccountState:
    """All of it: its storage, which has that key, and what is granted and who is let in there."""
    account, names = domain.account, mesh.names
    entries = Entries()
    entries.add(grants_of(access_document(mesh, domain)))
    links = linked_databases(mesh, domain)
    deploying = names.deploying_role_arn(account)
    entries.add(Grant(deploying, database_of(account, link), SUPER, SUPER) for link in links)
    identities = dict(_platform_roles(mesh, account))
    for role in domain.roles.values():
        if role.create:
            policy = domain_role_policy(mesh, domain, role, key_arn=key)
            trust = _policy(domain_role_trust(mesh, domain, role))
            identities[role.arn] = _identity(mesh, _policy(identity_policy(policy)), trust)
        else:
            identities[role.arn] = Identity()
    return replace(
        storage,
        settings=_settings(mesh, account),
        databases={link: Database(link=Link(mesh.governance_account, link)) for link in links},
        grants=entries.all,
        identities=identities,
    )


def _storage(mesh: Mesh, domain: Domain, key: str) -> AccountState:
    """A domain's account with its buckets and key alone."""
    account, names = domain.account, mesh.names
    buckets = {kind: names.bucket(domain.name, account, kind) for kind in ("raw", "products", "logs")}
    return AccountState(
        account=account,
        buckets={
            buckets["raw"]: _policy(raw_bucket_policy(mesh, domain)),
            buckets["products"]: _policy(products_bucket_policy(mesh, domain)),
            buckets["logs"]: _policy(logs_bucket_policy(mesh, domain)),
        },
        bucket_keys={buckets["raw"]: key, buckets["products"]: key},
        bucket_settings=dict.fromkeys(buckets.values(), CLOSED),
        keys={key: Key(_policy(key_policy(mesh, domain)), alias=names.key_alias(domain.name))},
        streams=compiled_streams(mesh, domain, key),
    )


def _settings(mesh: Mesh, account: str) -> Settings:
    names = mesh.names
    return Settings(
        admins=frozenset({names.deploying_role_arn(account), names.provider_role_arn(account)}),
        read_only_admins=frozenset({names.lookup_role_arn(account)}),
        cross_account_version=mesh.file.cross_account_version,
    )


def _platform_roles(mesh: Mesh, account: str) -> dict[str, Identity]:
    """The CDK's roles are as bootstrapping made them; the provider's is the mesh's own."""
    names, place = mesh.names, place_in(mesh.region, account=account)
    provider = provider_role_policy(place, names.provider, mesh.governance_account)
    return {
        names.deploying_role_arn(account): Identity(),
        names.provider_role_arn(account): _identity(
            mesh, _policy(identity_policy(provider)), _policy(provider_role_trust())
        ),
        names.lookup_role_arn(account): Identity(),
    }


def _identity(mesh: Mesh, policy: Policy, trust: Policy) -> Identity:
    return Identity(policy=policy, trust=trust, boundary_name=mesh.file.permissions_boundary or "")


def _policy(document: Mapping[str, Any]) -> Policy:
    return _parsed(json.dumps(document))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Policy:
    """A document parsed once: most are the same in every state that is compared."""
    return parse_policy(json.loads(text), text=text)


def _databases(mesh: Mesh, domain: Domain, bucket: str) -> Iterator[tuple[str, Database]]:
    for name, product in domain.file.products.items():
        tables = {
            table: Table(
                columns=tuple(spec.columns),
                location=f"{bucket}/{name}/{table}",
                format=spec.format,
                types=tuple(column.type for column in spec.columns.values()),
                partition_by=tuple(spec.partition_by),
            )
            for table, spec in product.tables.items()
        }
        yield mesh.names.database(domain.name, name), Database(tables=tables)


def _makers(mesh: Mesh, domain: Domain) -> Iterator[Grant]:
    """Whoever makes a database or table holds Super on it, with the right to pass it on."""
    catalog, names = mesh.governance_account, mesh.names
    deploying, provider = names.deploying_role_arn(catalog), names.provider_role_arn(catalog)
    for product_name, product in domain.file.products.items():
        database = names.database(domain.name, product_name)
        yield Grant(deploying, database_of(catalog, database), SUPER, SUPER)
        for table_name, table in product.tables.items():
            maker = provider if table.format == "iceberg" else deploying
            yield Grant(maker, table_of(catalog, database, table_name), SUPER, SUPER)


def _tag_keys(mesh: Mesh, tags: Iterable[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """The LF-Tags of the mesh with every value that is in use, or may be given to a product."""
    found = {"classification": {each.lower() for each in mesh.file.classifications}, "sensitivity": {"pii"}}
    for each in tags:
        for key, value in each.items():
            found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}
