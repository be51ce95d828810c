"""One account of a mesh, read in three steps, since what one account names may be in another.

First what it says of itself, then grants and buckets, then the roles and keys that all of that involves.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.access.bucket_state import AccessGrant
from meshwright.access.further_state import Endpoint, RowPolicy
from meshwright.access.iam import Policy
from meshwright.access.principals import account_of
from meshwright.access.resources import ALL_TABLES, Resource
from meshwright.access.resources import table as table_of
from meshwright.access.state import (
    AccountState,
    Database,
    Filter,
    Grant,
    Identity,
    Key,
    Location,
    Settings,
    ShareState,
)
from meshwright.aws import lake_reader
from meshwright.aws.calls import Calls
from meshwright.aws.deployed_reader import Stream, read_stacks, read_streams
from meshwright.aws.glue_reader import read_catalog_policy, read_databases
from meshwright.aws.identity_reader import read_identities
from meshwright.aws.inventory import Stack
from meshwright.aws.lake_shapes import is_outlived
from meshwright.aws.organization_reader import read_endpoints
from meshwright.aws.ram_reader import Sent, read_invitations, read_sent
from meshwright.aws.storage_reader import (
    Bucket,
    list_buckets,
    read_access_grants,
    read_buckets,
    read_keys,
)
from meshwright.mesh.model import Mesh
from meshwright.mesh.policies import database_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What an account says of itself."""

    account: str
    settings: Settings
    rows: tuple[Mapping[str, Any], ...]
    """Of ListPermissions, on its own catalog and on the governance account's."""
    databases: Mapping[str, Database]
    catalog_policy: Policy | None
    endpoints: tuple[Endpoint, ...]
    filters: Mapping[Resource, Filter]
    row_policies: tuple[RowPolicy, ...]
    tag_keys: Mapping[str, frozenset[str]]
    tags: Mapping[Resource, Mapping[str, str]]
    locations: Mapping[str, Location]
    opt_ins: frozenset[tuple[str, Resource]]
    bucket_names: frozenset[str]
    sent: tuple[Sent, ...]
    invitations: Mapping[str, ShareState]
    stacks: tuple[Stack, ...]
    streams: tuple[Stream, ...]

    @property
    def data_in(self) -> frozenset[str]:
        """The buckets that its registered locations and tables are in."""
        paths = [
            *self.locations,
            *(each.location for database in self.databases.values() for each in database.tables.values()),
        ]
        return frozenset(path.partition("/")[0] for path in paths)


@dataclass(frozen=True, slots=True)
class Related:
    """What an account has to do with what others hold."""

    grants: tuple[Grant, ...]
    buckets: Mapping[str, Bucket]
    access_grants: tuple[AccessGrant, ...]


@dataclass(frozen=True, slots=True)
class Involved:
    """Who and what all of it rests on."""

    identities: Mapping[str, Identity]
    keys: Mapping[str, Key]


def reachable(calls: Calls) -> str | None:
    """ARN of the caller; None if the credentials are refused, or are another account's."""
    answer = calls.one("sts", "get_caller_identity")
    if answer is None:
        return None
    if answer["Account"] != calls.account:
        calls.note("sts:GetCallerIdentity", f"the credentials are those of account {answer['Account']}")
        return None
    arn: str = answer["Arn"]
    return arn


def read_own(mesh: Mesh, calls: Calls, caller: str) -> Own:
    """The first step; `caller` is the ARN that reads."""
    settings = lake_reader.read_settings(calls)
    if settings is not None:
        lake_reader.check_caller(calls, caller, settings)
    rows = tuple(lake_reader.list_rows(calls, (calls.account, mesh.governance_account)))
    grants = lake_reader.read_grants(calls, rows)
    named = {grant.resource.path[0] for grant in grants if _is_in_database(calls.account, grant.resource)}
    prefix = database_prefix(mesh)
    databases = read_databases(calls, prefix=prefix, named=named)
    tag_keys = lake_reader.read_tag_keys(calls)
    untagged = not tag_keys and not calls.failed("lakeformation:ListLFTags")
    stem = f"{mesh.name}-"
    return Own(
        account=calls.account,
        settings=settings or Settings(),
        rows=rows,
        databases=databases,
        catalog_policy=read_catalog_policy(calls),
        endpoints=read_endpoints(calls),
        filters=lake_reader.read_filters(calls, _filtered(calls.account, prefix, databases, grants)),
        row_policies=lake_reader.read_row_policies(calls),
        tag_keys=tag_keys,
        tags={} if untagged else lake_reader.read_tags(calls, databases),
        locations=lake_reader.read_locations(calls),
        opt_ins=lake_reader.read_opt_ins(calls),
        bucket_names=list_buckets(calls),
        sent=read_sent(calls),
        invitations=read_invitations(calls),
        stacks=read_stacks(calls, stem),
        streams=read_streams(calls, stem),
    )


def _is_in_database(account: str, resource: Resource) -> bool:
    return resource.catalog == account and resource.database is not None


def _filtered(
    account: str, prefix: str, databases: Mapping[str, Database], grants: Iterable[Grant]
) -> list[Resource]:
    """The tables whose filters matter: the mesh's, and those that a grant names."""
    tables = {
        table_of(account, name, each)
        for name, database in databases.items()
        if name.startswith(prefix)
        for each in database.tables
    }
    for grant in grants:
        on = grant.resource.table
        if on is not None and on.catalog == account and on.path[1] != ALL_TABLES:
            tables.add(on)
    return sorted(tables, key=str)


def read_related(mesh: Mesh, calls: Calls, own: Own, others: Iterable[Own]) -> Related:
    """The second step; `others` are all accounts of the mesh, this one too."""
    rows = own.rows
    if not lake_reader.has_filters(rows):
        tables = {on for each in others for filtered in each.filters if (on := filtered.table) is not None}
        rows += tuple(lake_reader.list_rows_of_filters(calls, _visible(calls.account, own, tables)))
    stem, data_in = f"{mesh.name}-", {bucket for each in others for bucket in each.data_in}
    names = {name for name in own.bucket_names if name.startswith(stem) or name in data_in}
    created = {
        (each.account, database, name): table.created
        for each in others
        for database, held in each.databases.items()
        for name, table in held.tables.items()
    }
    rows = tuple(row for row in rows if not is_outlived(row, calls.account, created))
    buckets = read_buckets(calls, names)
    return Related(
        grants=lake_reader.read_grants(calls, rows),
        buckets=buckets,
        access_grants=_on_these(read_access_grants(calls), buckets) if buckets else (),
    )


def _on_these(grants: Iterable[AccessGrant], buckets: Iterable[str]) -> tuple[AccessGrant, ...]:
    known = frozenset(buckets)
    return tuple(each for each in grants if each.scope.partition("/")[0].rstrip("*") in known)


def _visible(account: str, own: Own, tables: Iterable[Resource]) -> list[Resource]:
    """Those that are the account's, or that it has a link to."""
    linked = {(each.link.catalog, each.link.database) for each in own.databases.values() if each.link}
    return [on for on in tables if on.catalog == account or (on.catalog, on.path[0]) in linked]


def read_involved(
    calls: Calls, *, principals: Iterable[str], keys: Iterable[str], alias: str | None
) -> Involved:
    """The third step: of these ARNs, those that are of this account, and its own key by its alias."""
    return Involved(
        identities=read_identities(calls, (arn for arn in principals if account_of(arn) == calls.account)),
        keys=read_keys(calls, (arn for arn in keys if arn.split(":", 5)[4] == calls.account), alias=alias),
    )


def principals_of(own: Own, related: Related) -> Iterator[str]:
    """Whom an account names: in grants, as administrators, as registration roles."""
    yield from (grant.principal for grant in related.grants)
    yield from own.settings.admins | own.settings.read_only_admins
    yield from (each.role for each in own.locations.values())
    yield from (each.grantee for each in related.access_grants)


def state_of(
    calls: Calls, own: Own, related: Related, involved: Involved, shares: Mapping[str, ShareState]
) -> AccountState:
    """The account as a whole; not complete if nothing of it could be read."""
    return AccountState(
        account=calls.account,
        settings=own.settings,
        databases=own.databases,
        grants=related.grants,
        filters=own.filters,
        row_policies=own.row_policies,
        tag_keys=own.tag_keys,
        tags=own.tags,
        locations=own.locations,
        opt_ins=own.opt_ins,
        identities=involved.identities,
        buckets={name: bucket.policy for name, bucket in related.buckets.items()},
        bucket_keys={name: bucket.key for name, bucket in related.buckets.items() if bucket.key},
        bucket_settings={name: bucket.settings for name, bucket in related.buckets.items()},
        access_grants=related.access_grants,
        catalog_policy=own.catalog_policy,
        endpoints=own.endpoints,
        keys=involved.keys,
        streams={each.name: each.state for each in own.streams if each.state is not None},
        shares=shares,
        complete=calls.answered,
    )
