"""What is in an account, as its own APIs tell it: read only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from meshwright.aws.accounts import Account, pages


@dataclass(frozen=True, slots=True)
class Stack:
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Link:
    """A resource link: a database of this account's catalog that points into another's."""

    name: str
    target_account: str
    target_database: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One entry of Lake Formation's list of permissions."""

    principal: str
    resource: str
    permissions: tuple[str, ...]
    grantable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What one account holds."""

    account: str
    stacks: tuple[Stack, ...]
    buckets: tuple[str, ...]
    streams: tuple[str, ...]
    databases: tuple[str, ...]
    links: tuple[Link, ...]
    grants: tuple[Grant, ...]


def read_inventory(account: Account, *, prefix: str, catalogs: Iterable[str]) -> Inventory:
    """Read what of the account belongs to the mesh named `prefix`, and all grants on these catalogs."""
    dashed, underscored = f"{prefix}-", f"{prefix}_".replace("-", "_")
    stacks = pages(account.client("cloudformation"), "describe_stacks", "Stacks")
    buckets = account.client("s3").list_buckets()["Buckets"]
    streams = pages(account.client("kinesis"), "list_streams", "StreamNames")
    databases = [
        each
        for each in pages(account.client("glue"), "get_databases", "DatabaseList")
        if each["Name"].startswith(underscored)
    ]
    return Inventory(
        account=account.account,
        stacks=tuple(
            sorted(
                (
                    Stack(each["StackName"], each["StackStatus"])
                    for each in stacks
                    if each["StackName"].startswith(dashed)
                ),
                key=lambda stack: stack.name,
            )
        ),
        buckets=tuple(sorted(each["Name"] for each in buckets if each["Name"].startswith(dashed))),
        streams=tuple(sorted(each for each in streams if each.startswith(dashed))),
        databases=tuple(sorted(each["Name"] for each in databases if "TargetDatabase" not in each)),
        links=tuple(
            sorted(
                (
                    Link(
                        each["Name"],
                        each["TargetDatabase"]["CatalogId"],
                        each["TargetDatabase"]["DatabaseName"],
                    )
                    for each in databases
                    if "TargetDatabase" in each
                ),
                key=lambda link: link.name,
            )
        ),
        grants=tuple(
            dict.fromkeys(grant for catalog in catalogs for grant in read_grants(account, catalog=catalog))
        ),
    )


def read_grants(account: Account, *, catalog: str) -> list[Grant]:
    """Every grant on resources of `catalog` that this account has made."""
    found = pages(
        account.client("lakeformation"), "list_permissions", "PrincipalResourcePermissions", CatalogId=catalog
    )
    grants = [
        Grant(
            principal=each["Principal"]["DataLakePrincipalIdentifier"],
            resource=describe_resource(each["Resource"], catalog),
            permissions=tuple(sorted(each.get("Permissions", []))),
            grantable=tuple(sorted(each.get("PermissionsWithGrantOption", []))),
        )
        for each in found
    ]
    return sorted(grants, key=lambda grant: (grant.resource, grant.principal))


def describe_resource(resource: dict[str, Any], catalog: str) -> str:
    """A resource of the Lake Formation API in the words of the grants documents."""
    [(kind, value)] = resource.items()
    owner = value.get("CatalogId") or value.get("TableCatalogId") or catalog
    match kind:
        case "Database":
            return f"{owner}:database/{value['Name']}"
        case "Table":
            return f"{owner}:table/{value['DatabaseName']}/{value.get('Name', '*')}"
        case "TableWithColumns":
            return f"{owner}:table/{value['DatabaseName']}/{value['Name']}"
        case "DataCellsFilter":
            return f"{owner}:filter/{value['DatabaseName']}/{value['TableName']}/{value['Name']}"
        case "DataLocation":
            return f"{owner}:location/{value['ResourceArn'].rpartition(':')[2]}"
        case "LFTag" | "LFTagPolicy":
            return f"{owner}:tag/{value.get('TagKey') or value.get('ResourceType')}"
        case _:
            return f"{owner}:{kind.lower()}"
