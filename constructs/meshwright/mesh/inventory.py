"""The resources that the files declare, stack by stack, as the CDK stacks will deploy them.

Only what files decide is a property here, not what is the same in every mesh of this version (encryption,
lifecycle rules, the provider's code). tests/cdk/test_inventory.py holds it against the templates.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.mesh.declared import Declared
from meshwright.mesh.documents import (
    GrantsDocument,
    access_document,
    linked_databases,
    preparation_document,
    share_document,
)
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.parts.landing import partitioned
from meshwright.mesh.parts.registry import (
    in_foundation,
    in_governance,
    in_share,
    in_workloads,
    shown_rights,
)
from meshwright.mesh.parts.sql import sql_of
from meshwright.mesh.policies import (
    key_policy,
    logs_bucket_policy,
    products_bucket_policy,
    raw_bucket_policy,
    role_databases,
)
from meshwright.mesh.storage_classes import shown_storage
from meshwright.mesh.stream_subscriptions import how_read

GRANTS = "Custom::LakeFormationGrants"
SHARES = "Custom::LakeFormationShares"
ICEBERG = "Custom::IcebergTable"
KEPT = frozenset({"AWS::KMS::Key", "AWS::S3::Bucket", "AWS::Kinesis::Stream"})
"""Types that stay in the account when they leave their stack, or their stack goes."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack."""

    key: str
    """What it is in its stack: stays the same while the files call it the same."""
    type: str
    """As CloudFormation has it."""
    name: str
    """Its name in AWS. Another name under the same key is another resource."""
    properties: Mapping[str, str]
    """What the files decide of it, by a name for people; each member of a set (of grants) is a property."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack in its account and Region."""

    name: str
    account: str
    region: str
    domain: str | None
    """None: the governance stack."""
    resources: Mapping[str, Resource]
    """By key."""


StackId = tuple[str, str, str]
"""Account, Region and name."""
Inventory = Mapping[StackId, Stack]


def inventory(mesh: Mesh) -> Inventory:
    """Every stack that the files lead to; no share without products, no access without links."""
    stacks = [_stack(mesh, mesh.names.governance_stack, mesh.governance_account, None, _governance(mesh))]
    for domain in mesh.domains.values():
        name = mesh.names.stack
        stacks.append(
            _stack(mesh, name(domain.name, "foundation"), domain.account, domain, _foundation(mesh, domain))
        )
        if domain.file.products:
            resources = _share(mesh, domain)
            stacks.append(
                _stack(mesh, name(domain.name, "share"), mesh.governance_account, domain, resources)
            )
        if linked_databases(mesh, domain):
            stacks.append(
                _stack(mesh, name(domain.name, "access"), domain.account, domain, _access(mesh, domain))
            )
        if declared := in_workloads(mesh, domain):
            resources = _declared(declared, _tags(mesh, domain))
            stacks.append(_stack(mesh, name(domain.name, "workloads"), domain.account, domain, resources))
    return {(stack.account, stack.region, stack.name): stack for stack in stacks}


def _stack(
    mesh: Mesh, name: str, account: str, domain: Domain | None, resources: Iterator[Resource]
) -> Stack:
    return Stack(
        name, account, mesh.region, domain.name if domain else None, {each.key: each for each in resources}
    )


def _governance(mesh: Mesh) -> Iterator[Resource]:
    tags = _tags(mesh, None)
    yield from _provider(mesh, mesh.governance_account, tags, catalog=None)
    values = {f"classification {each}": "" for each in mesh.file.classifications}
    yield _settings(mesh, mesh.governance_account, values)
    limits = _present({"organization": mesh.file.organization, "boundary": mesh.file.permissions_boundary})
    name = mesh.names.registration_role
    yield Resource("registration-role", "AWS::IAM::Role", name, {**limits, **tags})
    yield from _declared(in_governance(mesh), tags)


def _foundation(mesh: Mesh, domain: Domain) -> Iterator[Resource]:
    names, account = mesh.names, domain.account
    tags = _tags(mesh, domain)
    yield from _provider(mesh, account, tags, catalog=mesh.governance_account)
    yield _settings(mesh, account, {})
    alias = names.key_alias(domain.name)
    yield Resource("key", "AWS::KMS::Key", alias, {"policy": _json(key_policy(mesh, domain)), **tags})
    yield Resource("key-alias", "AWS::KMS::Alias", alias, {})
    if domain.needs_key_arn:
        yield Resource("key-arn", "AWS::SSM::Parameter", names.key_parameter(domain.name), tags)
    policies = {"raw": raw_bucket_policy, "products": products_bucket_policy, "logs": logs_bucket_policy}
    for kind, policy in policies.items():
        bucket = names.bucket(domain.name, account, kind)
        yield Resource(f"bucket {kind}", "AWS::S3::Bucket", bucket, {**_kept(domain, kind), **tags})
        text = _json(policy(mesh, domain))
        yield Resource(f"bucket-policy {kind}", "AWS::S3::BucketPolicy", bucket, {"policy": text})
    for key, stream in domain.file.streams.items():
        properties = {
            "retention in hours": str(stream.retention_hours),
            "shards": "on demand" if stream.shards is None else str(stream.shards),
        }
        name = names.stream(domain.name, key)
        yield Resource(f"stream {key}", "AWS::Kinesis::Stream", name, {**properties, **tags})
    for role in domain.roles.values():
        if role.create:
            properties = _role(mesh, domain, role)
            yield Resource(f"role {role.key}", "AWS::IAM::Role", role.name, {**properties, **tags})
    yield from _declared(in_foundation(mesh, domain), tags)


def _declared(resources: Iterable[Declared], tags: Mapping[str, str]) -> Iterator[Resource]:
    for each in resources:
        yield Resource(each.key, each.type, each.name, {**each.shown, **(tags if each.tags else {})})


def _kept(domain: Domain, kind: str) -> dict[str, str]:
    """How long, and in which storage class, a bucket keeps what the files decide on."""
    if kind == "products":
        announced = {"new objects": "announced"} if partitioned(domain) else {}
        return {**shown_storage(domain.file), **announced}
    if kind == "logs" and (sql := sql_of(domain)) is not None:
        return {"results of queries are kept": f"{sql.keep_results_days} days"}
    return {}


def _provider(
    mesh: Mesh, account: str, tags: Mapping[str, str], *, catalog: str | None
) -> Iterator[Resource]:
    """`catalog`: the account of the catalog, where it is another one."""
    name = mesh.names.provider
    limits = _present({"boundary": mesh.file.permissions_boundary, "catalog": catalog})
    yield Resource("provider-logs", "AWS::Logs::LogGroup", f"/aws/lambda/{name}", tags)
    yield Resource("provider-role", "AWS::IAM::Role", name, {**limits, **tags})
    code = {"bootstrap qualifier": mesh.names.qualifier, **tags}
    yield Resource("provider", "AWS::Lambda::Function", name, code)


def _settings(mesh: Mesh, account: str, tag_values: Mapping[str, str]) -> Resource:
    names = mesh.names
    properties = {
        f"administrator {names.deploying_role_arn(account)}": "",
        f"administrator {names.provider_role_arn(account)}": "",
        f"read-only administrator {names.lookup_role_arn(account)}": "",
        "cross-account version": str(mesh.file.cross_account_version),
        **tag_values,
    }
    return Resource("settings", "Custom::LakeFormationSettings", "Lake Formation settings", properties)


def _role(mesh: Mesh, domain: Domain, role: DomainRole) -> dict[str, str]:
    trusted = role.service or ", ".join(role.trusted_by) or "whom the account's IAM policies let"
    properties = {"access": role.access, "may be assumed by": trusted}
    properties |= {f"looks up {database}": "" for database in role_databases(mesh, domain, role)}
    if role.access == "write" and role.service is None:
        properties |= {
            f"uses stream {mesh.names.stream(domain.name, key)}": "" for key in domain.file.streams
        }
    properties |= {
        f"reads stream {mesh.names.stream(each.producer, each.stream)}": how_read(each)
        for each in mesh.streams_by_consumer.get(domain.name, ())
        if role.key in each.roles
    }
    properties |= shown_rights(mesh, domain, role)
    properties["catalog"] = mesh.governance_account
    return properties | _present({"boundary": mesh.file.permissions_boundary})


def _share(mesh: Mesh, domain: Domain) -> Iterator[Resource]:
    names = mesh.names
    bucket = names.bucket(domain.name, domain.account, "products")
    role = names.registration_role_arn(mesh.governance_account)
    yield Resource("location", "AWS::LakeFormation::Resource", bucket, {"role": role})
    yield _grants("preparation", "grants to the platform", preparation_document(mesh, domain))
    yield _grants("sharing", "tags and grants to accounts", share_document(mesh, domain))
    for name, product in domain.file.products.items():
        database = names.database(domain.name, name)
        described = described_product(domain.file, product)
        location = {"location": f"s3://{bucket}/{name}/"}
        properties = {"description": product.description, **described, **location}
        yield Resource(f"database {name}", "AWS::Glue::Database", database, properties)
        for table_name, table in product.tables.items():
            kind = ICEBERG if table.format == "iceberg" else "AWS::Glue::Table"
            content = {**_table(table), **described, "location": f"s3://{bucket}/{name}/{table_name}/"}
            yield Resource(f"table {name}.{table_name}", kind, f"{database}.{table_name}", content)
    yield from _declared(in_share(mesh, domain), _tags(mesh, domain))


def described_product(file: DomainFile, product: Product) -> dict[str, str]:
    """The product's metadata, which its database and each of its tables carry as parameters."""
    owner = product.owner or file.owner
    return _present(
        {
            "classification": product.classification,
            "owner": owner.team,
            "owner's address": owner.email,
            "documentation": product.documentation,
            "status": "deprecated" if product.status == "deprecated" else None,
            "sunset": str(product.sunset) if product.status == "deprecated" else None,
        }
    )


def _table(table: Table) -> dict[str, str]:
    properties = {
        "description": table.description,
        "format": table.format,
        "partitions": ", ".join(table.partition_by),
        "order of columns": ", ".join(table.columns),
    }
    for name, column in table.columns.items():
        properties[f"column {name}"] = f"{column.type} (personal data)" if column.pii else column.type
        if column.description:
            properties[f"description of column {name}"] = column.description
    return properties


def _access(mesh: Mesh, domain: Domain) -> Iterator[Resource]:
    databases = linked_databases(mesh, domain)
    shares = {f"database {name}": "" for name in databases} | {"catalog": mesh.governance_account}
    shares |= _present({"organization": mesh.file.organization})
    yield Resource("shares", SHARES, "acceptance of shares", shares)
    for name in databases:
        yield Resource(f"link {name}", "AWS::Glue::Database", name, {"link to": mesh.governance_account})
    yield _grants("grants", "grants to roles", access_document(mesh, domain))


def _grants(key: str, name: str, document: GrantsDocument) -> Resource:
    """Each tag, each reader and each grant as a property of its own."""
    properties: dict[str, str] = {}
    for resource, tags in document.get("Tags", {}).items():
        properties |= {f"tag {tag} of {resource}": value for tag, value in tags.items()}
    for resource, shapes in document.get("Readers", {}).items():
        for shape, readers in shapes.items():
            for reader, account in readers.items():
                properties[f"filter {reader} ({account}) on {resource}"] = shape
    for resource, by_permissions in document.get("Grants", {}).items():
        for permissions, principals in by_permissions.items():
            properties |= {f"{permissions} on {resource} to {principal}": "" for principal in principals}
    return Resource(key, GRANTS, name, properties)


def _tags(mesh: Mesh, domain: Domain | None) -> dict[str, str]:
    tags = {"tag environment": mesh.environment, "tag mesh": mesh.name}
    if domain is None:
        return {**tags, "tag owner": "governance"}
    return {**tags, "tag domain": domain.name, "tag owner": domain.file.owner.team}


def _present(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)
