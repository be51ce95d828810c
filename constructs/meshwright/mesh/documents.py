"""The Lake Formation state that each stack declares, as the documents of its custom resources.

A grants document reads as a reviewer wants it in `cdk diff`: by resource and permission, who.

    "Grants": {"111111111111:database/acme_orders_sales": {"DESCRIBE with grant option": ["333333333331"]}}

Cross-account sharing takes two steps (a share is not transitive): the governance account grants to a domain's
account with grant option, and in that account its roles are granted what they use
(https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-notes.html).
"""

from collections.abc import Iterable
from typing import TypedDict

from meshwright.config.domain_file import Product, Table
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.platform_roles import DELIVERY, PARTITIONS
from meshwright.mesh.subscriptions import Subscription

GRANT_OPTION = " with grant option"
PRODUCER_DATABASE = "ALTER, CREATE_TABLE, DESCRIBE"
"""All that may go to another account on a database: DROP and Super may not."""
PRODUCER_TABLE = "ALTER, DELETE, DESCRIBE, DROP, INSERT, SELECT"
WRITER_TABLE = "ALTER, DELETE, DESCRIBE, INSERT, SELECT"
READER_TABLE = "DESCRIBE, SELECT"
COMMITTER_TABLE = "ALTER, DESCRIBE, INSERT, SELECT"
PARTITIONS_TABLE = "ALTER, DESCRIBE"


Grants = dict[str, dict[str, list[str]]]


class GrantsDocument(TypedDict, total=False):
    """Properties of Custom::LakeFormationGrants."""

    Tags: dict[str, dict[str, str]]
    Readers: dict[str, dict[str, dict[str, str]]]
    """By table, then by columns and rows: the consumers, each with its account.

    Each is a data-cells filter of that name, granted to that account for SELECT with grant option.
    """
    Grants: Grants


def _add(grants: Grants, resource: str, permissions: str, principals: Iterable[str]) -> None:
    grants.setdefault(resource, {}).setdefault(permissions, []).extend(principals)


def _sorted(grants: Grants) -> Grants:
    kept = {
        resource: {
            permissions: sorted({*principals}) for permissions, principals in sorted(by.items()) if principals
        }
        for resource, by in sorted(grants.items())
    }
    return {resource: by for resource, by in kept.items() if by}


def preparation_document(mesh: Mesh, domain: Domain) -> GrantsDocument:
    """What must be granted in the governance account before the domain's tables can be made there.

    Being an administrator does not include the use of a registered location, nor making tables in it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
    """
    names, catalog = mesh.names, mesh.governance_account
    provider = names.provider_role_arn(catalog)
    grants: Grants = {}
    location = f"{catalog}:location/{names.bucket(domain.name, domain.account, 'products')}"
    _add(grants, location, "DATA_LOCATION_ACCESS", [names.deploying_role_arn(catalog), provider])
    for product_name, product in domain.file.products.items():
        if any(table.format == "iceberg" for table in product.tables.values()):
            database = f"{catalog}:database/{names.database(domain.name, product_name)}"
            _add(grants, database, "CREATE_TABLE, DESCRIBE", [provider])
    return {"Grants": _sorted(grants)}


def share_document(mesh: Mesh, domain: Domain) -> GrantsDocument:
    """What the governance account grants on the domain's products: to its own account, and to consumers'."""
    return shared_with_consumers(
        mesh, mesh.agreed_by_producer.get(domain.name, ()), beside=shared_with_producer(mesh, domain)
    )


def shared_with_producer(mesh: Mesh, domain: Domain) -> GrantsDocument:
    """Of the share document: the tags, and what the domain's own account is granted."""
    names, catalog = mesh.names, mesh.governance_account
    grants: Grants = {}
    tags: dict[str, dict[str, str]] = {}
    location = f"{catalog}:location/{names.bucket(domain.name, domain.account, 'products')}"
    _add(grants, location, f"DATA_LOCATION_ACCESS{GRANT_OPTION}", [domain.account])
    for product_name, product in domain.file.products.items():
        database = names.database(domain.name, product_name)
        tags.update(_tags(catalog, database, domain.name, product_name, product))
        key = f"{catalog}:database/{database}"
        _add(grants, key, f"{PRODUCER_DATABASE}{GRANT_OPTION}", [domain.account])
        for table in product.tables:
            key = f"{catalog}:table/{database}/{table}"
            _add(grants, key, f"{PRODUCER_TABLE}{GRANT_OPTION}", [domain.account])
    return {"Tags": tags, "Grants": grants}


def shared_with_consumers(
    mesh: Mesh, subscriptions: Iterable[Subscription], *, beside: GrantsDocument | None = None
) -> GrantsDocument:
    """Of the share documents: what the consumers of these agreed subscriptions are granted, and `beside`."""
    catalog = mesh.governance_account
    grants: Grants = dict((beside or {}).get("Grants", {}))
    readers: dict[str, dict[str, dict[str, str]]] = {}
    for subscription in subscriptions:
        account = mesh.domains[subscription.consumer].account
        database = mesh.names.database(subscription.producer, subscription.product)
        _add(grants, f"{catalog}:database/{database}", f"DESCRIBE{GRANT_OPTION}", [account])
        for access in subscription.tables:
            shape = ", ".join(access.columns) + (f" WHERE {access.where}" if access.where else "")
            shapes = readers.setdefault(f"{catalog}:table/{database}/{access.table}", {})
            shapes.setdefault(shape, {})[subscription.consumer] = account
    return {
        "Tags": dict(sorted((beside or {}).get("Tags", {}).items())),
        "Readers": {key: dict(sorted(shapes.items())) for key, shapes in sorted(readers.items())},
        "Grants": _sorted(grants),
    }


def filters_of(mesh: Mesh, subscription: Subscription) -> tuple[str, ...]:
    """The data-cells filters of a subscription, one per table, named after the consumer.

    There is one even where nothing is hidden: so a later limit is an update in place, without a moment in
    which the consumer has too much or nothing, and a column added later is not seen before it is agreed.
    """
    database = mesh.names.database(subscription.producer, subscription.product)
    prefix = f"{mesh.governance_account}:filter/{database}"
    return tuple(f"{prefix}/{access.table}/{subscription.consumer}" for access in subscription.tables)


def _tags(catalog: str, database: str, domain: str, name: str, product: Product) -> dict[str, dict[str, str]]:
    tags = {
        f"{catalog}:database/{database}": {
            "domain": domain,
            "product": name,
            "classification": product.classification,
        }
    }
    for table_name, table in product.tables.items():
        for column_name, column in table.columns.items():
            if column.pii:
                tags[f"{catalog}:column/{database}/{table_name}/{column_name}"] = {"sensitivity": "pii"}
    return tags


def access_document(mesh: Mesh, domain: Domain) -> GrantsDocument:
    """What the domain's account grants to its own roles: on its products, and on what it subscribes to."""
    names, catalog = mesh.names, mesh.governance_account
    grants: Grants = {}
    roles = list(domain.roles.values())
    for product_name, product in domain.file.products.items():
        database = names.database(domain.name, product_name)
        users = [
            role.arn for role in roles if any(role.works_on(product_name, table) for table in product.tables)
        ]
        _describe(mesh, domain, database, users, grants)
        for table_name, table in product.tables.items():
            key = f"{catalog}:table/{database}/{table_name}"
            for role in roles:
                if role.works_on(product_name, table_name):
                    _add(grants, key, _on_own_table(role, table), [role.arn])
    if domain.file.products:
        location = f"{catalog}:location/{names.bucket(domain.name, domain.account, 'products')}"
        users = [role.arn for role in roles if _points_to_files(domain, role)]
        _add(grants, location, "DATA_LOCATION_ACCESS", users)
    for subscription in mesh.agreed_by_consumer.get(domain.name, ()):
        users = [domain.roles[key].arn for key in subscription.roles]
        _describe(mesh, domain, names.database(subscription.producer, subscription.product), users, grants)
        for key in filters_of(mesh, subscription):
            _add(grants, key, "SELECT", users)
    return {"Grants": _sorted(grants)}


def _on_own_table(role: DomainRole, table: Table) -> str:
    """What a role is granted on a table of its domain. Those of services get no more than their work takes.

    Firehose writes a parquet table's files itself and looks up their schema; into an Iceberg table it commits
    (docs/streaming.md). The role of partitions registers them.
    """
    if role.service is not None and role.key == PARTITIONS:
        return PARTITIONS_TABLE
    if role.service is not None and role.key == DELIVERY:
        return COMMITTER_TABLE if table.format == "iceberg" else READER_TABLE
    return WRITER_TABLE if role.access == "write" else READER_TABLE


def _points_to_files(domain: Domain, role: DomainRole) -> bool:
    """Whether a role tells the catalog of files, new tables or partitions."""
    if role.only is None or role.key == PARTITIONS:
        return role.access == "write"
    tables = (domain.file.products[product].tables[table] for product, table in role.only)
    return role.key == DELIVERY and any(table.format == "iceberg" for table in tables)


def _describe(mesh: Mesh, domain: Domain, database: str, roles: list[str], grants: Grants) -> None:
    """A reader needs DESCRIBE on the resource link, and on what it points to."""
    for account in (domain.account, mesh.governance_account):
        _add(grants, f"{account}:database/{database}", "DESCRIBE", roles)


def linked_databases(mesh: Mesh, domain: Domain) -> tuple[str, ...]:
    """The databases that the domain's account links to: its own products, then its subscriptions."""
    own = [mesh.names.database(domain.name, product) for product in domain.file.products]
    subscribed = [
        mesh.names.database(each.producer, each.product)
        for each in mesh.agreed_by_consumer.get(domain.name, ())
    ]
    return (*own, *subscribed)
