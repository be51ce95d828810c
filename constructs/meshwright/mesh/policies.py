"""Every policy on the path of data, as the mesh deploys it: of roles, buckets and keys.

The stacks and the evaluation of access have them from here, or from the functions that these call, so that
what is judged is what is deployed.
"""

from collections.abc import Iterator
from typing import Any

from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.parts.delivery import failed_in_products
from meshwright.mesh.parts.registry import key_users, platform_role_policy
from meshwright.mesh.place import Place, place_in
from meshwright.mesh.platform_roles import SPARK
from meshwright.mesh.role_policies import WriteAccess, read_access, role_statements, role_trust, write_tables
from meshwright.mesh.statements import Allow, trust
from meshwright.mesh.storage_policies import (
    bucket_policy,
    data_key_policy,
    log_bucket_policy,
    registered_bucket_policy,
    registered_locations,
)
from meshwright.mesh.stream_policies import reads_streams
from meshwright.provider.permissions import DOMAIN, GOVERNANCE, Statement

DATA_POLICY = "data"
"""Name of the inline policy of a domain's role."""
REGISTRATION_POLICY = "registered-locations"
"""Name of the inline policy of the registration role."""
PROVIDER_POLICY = "provider"
"""Name of the inline policy of the provider's role."""


def domain_role_policy(mesh: Mesh, domain: Domain, role: DomainRole, *, key_arn: str) -> list[Allow]:
    """What a role that the mesh creates may do; `key_arn` is that of the domain's key."""
    place, governance = _place(mesh, domain), mesh.governance_account
    return role_statements(
        place,
        governance,
        databases=role_databases(mesh, domain, role),
        prefix=database_prefix(mesh),
        write=role_write_access(mesh, domain, role, key_arn=key_arn),
        more=list(platform_role_policy(mesh, domain, role, key_arn=key_arn)),
    )


def domain_role_trust(mesh: Mesh, domain: Domain, role: DomainRole) -> dict[str, Any]:
    """Who may assume a role that the mesh creates."""
    return role_trust(_place(mesh, domain), role.trusted_by, service=role.service)


def existing_role_policy(mesh: Mesh, domain: Domain, role: DomainRole) -> list[Allow]:
    """What a role that a domain file only names must be allowed, by whoever made it, to use the products.

    Reading as a created role does; for a writer, also tables and partitions of the domain's own products.
    Raw data and the domain's own streams aren't in it: no product is read through them.
    """
    place, governance = _place(mesh, domain), mesh.governance_account
    allows = list(read_access(place, governance, role_databases(mesh, domain, role), database_prefix(mesh)))
    if role.access == "write":
        allows += write_tables(place, governance, _own(mesh, domain), _own_prefix(mesh, domain))
    return [*allows, *reads_streams(mesh, domain, role)]


def role_databases(mesh: Mesh, domain: Domain, role: DomainRole) -> list[str]:
    """The databases that the role may look up: the domain's products, then what the role subscribes to."""
    subscribed = [
        mesh.names.database(each.producer, each.product)
        for each in mesh.agreed_by_consumer.get(domain.name, ())
        if role.key in each.roles
    ]
    own = [
        mesh.names.database(domain.name, name)
        for name, product in domain.file.products.items()
        if any(role.works_on(name, table) for table in product.tables)
    ]
    return [*own, *subscribed]


def database_prefix(mesh: Mesh) -> str:
    """With what the name of every database of the mesh begins."""
    return mesh.names.database("", "").removesuffix("_")


def role_write_access(mesh: Mesh, domain: Domain, role: DomainRole, *, key_arn: str) -> WriteAccess | None:
    """What a created role has as a writer of the domain's products; None for a reader, and for a role that
    works on single tables: its part says what it needs. Of those that services assume, Spark's has the raw
    bucket, where scripts and raw data are; none has streams.
    """
    if role.access != "write" or role.only is not None:
        return None
    names = mesh.names
    if role.service is not None:
        return WriteAccess(
            bucket_name=names.bucket(domain.name, domain.account, "raw") if role.key == SPARK else None,
            key_arn=key_arn,
            databases=_own(mesh, domain),
            database_prefix=_own_prefix(mesh, domain),
            stream_prefix=names.stream(domain.name, ""),
        )
    return WriteAccess(
        bucket_name=names.bucket(domain.name, domain.account, "raw"),
        key_arn=key_arn,
        databases=_own(mesh, domain),
        database_prefix=_own_prefix(mesh, domain),
        stream_names=[names.stream(domain.name, stream) for stream in domain.file.streams],
        stream_prefix=names.stream(domain.name, ""),
        failed_records=failed_in_products(mesh, domain),
    )


def registration_role_policy(mesh: Mesh) -> list[Allow]:
    """What the role may do with which Lake Formation reads and writes the products of every domain."""
    place = place_in(mesh.region, account=mesh.governance_account)
    return registered_locations(place, registered_bucket_pattern(mesh), organization=mesh.file.organization)


def registration_role_trust() -> dict[str, Any]:
    """Who may assume the registration role: Lake Formation."""
    return trust({"Service": "lakeformation.amazonaws.com"})


def provider_role_policy(place: Place, name: str, governance_account: str) -> Iterator[Allow]:
    """What the provider `name` may do in its account: its own list, and to write its log."""
    values = {
        "partition": place.partition,
        "region": place.region,
        "account": place.account,
        "governance": governance_account,
    }
    for statement in GOVERNANCE if governance_account == place.account else DOMAIN:
        yield _allow(statement, values)
    yield Allow(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[place.arn("logs", f"log-group:/aws/lambda/{name}:*")],
        why_wildcard="The streams of the function's own log group; their names are chosen by Lambda.",
    )


def provider_role_trust() -> dict[str, Any]:
    """Who may assume the provider's role: Lambda."""
    return trust({"Service": "lambda.amazonaws.com"})


def registered_bucket_pattern(mesh: Mesh) -> str:
    """What the name of every registered bucket is like."""
    return mesh.names.bucket("*", "*", "products")


def products_bucket_policy(mesh: Mesh, domain: Domain) -> dict[str, Any]:
    """The policy of the domain's registered bucket."""
    return registered_bucket_policy(
        _place(mesh, domain),
        _bucket(mesh, domain, "products"),
        registration_role_arn=mesh.names.registration_role_arn(mesh.governance_account),
    )


def raw_bucket_policy(mesh: Mesh, domain: Domain) -> dict[str, Any]:
    """The policy of the bucket that is private to the domain."""
    return bucket_policy(_place(mesh, domain), _bucket(mesh, domain, "raw"))


def logs_bucket_policy(mesh: Mesh, domain: Domain) -> dict[str, Any]:
    """The policy of the bucket with the access logs of the other two."""
    sources = [_bucket(mesh, domain, kind) for kind in ("raw", "products")]
    return log_bucket_policy(_place(mesh, domain), _bucket(mesh, domain, "logs"), sources=sources)


def key_policy(mesh: Mesh, domain: Domain) -> dict[str, Any]:
    """The policy of the domain's key."""
    return data_key_policy(
        _place(mesh, domain),
        registration_role_arn=mesh.names.registration_role_arn(mesh.governance_account),
        bucket_names=[_bucket(mesh, domain, "products")],
        others=key_users(mesh, domain),
    )


def _allow(statement: Statement, values: dict[str, str]) -> Allow:
    conditions: dict[str, dict[str, list[str]]] = {}
    for operator, key, patterns in statement.conditions:
        conditions.setdefault(operator, {})[key] = [each.format(**values) for each in patterns]
    return Allow(
        actions=statement.actions,
        resources=[each.format(**values) for each in statement.resources],
        conditions=conditions or None,
        why_wildcard=statement.reason,
    )


def _place(mesh: Mesh, domain: Domain) -> Place:
    return place_in(mesh.region, account=domain.account)


def _bucket(mesh: Mesh, domain: Domain, kind: str) -> str:
    return mesh.names.bucket(domain.name, domain.account, kind)


def _own(mesh: Mesh, domain: Domain) -> list[str]:
    return [mesh.names.database(domain.name, product) for product in domain.file.products]


def _own_prefix(mesh: Mesh, domain: Domain) -> str:
    return mesh.names.database(domain.name, "")
