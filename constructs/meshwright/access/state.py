"""Everything that decides who can read what, of all accounts, as one value.

It comes from the files (`compile`: what will be) or from the accounts (`meshwright.aws.live`: what is).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from meshwright.access.bucket_state import USUAL, AccessGrant, BucketSettings
from meshwright.access.further_state import Endpoint, KeyGrant, RowPolicy
from meshwright.access.iam import Policy
from meshwright.access.resources import Kind, Resource
from meshwright.access.stream_state import StreamState
from meshwright.mesh.names import partition_of


class Grant(NamedTuple):
    """What Lake Formation of the account that made it lists: one principal's permissions on one resource."""

    principal: str
    """An ARN, an account id, `<account>:IAMPrincipals`, an organization's ARN, or ANYBODY."""
    resource: Resource
    permissions: frozenset[str]
    grantable: frozenset[str] = frozenset()
    """Those that the principal may pass on."""
    condition: str = ""
    """On attributes of the principal (a Cedar expression); not evaluated."""


Named = tuple[str, str, str]
"""Catalog, database and name of a table."""


class Filter(NamedTuple):
    """What a data-cells filter lets through."""

    columns: frozenset[str] | None = None
    """None: all but `excluded`."""
    excluded: frozenset[str] = frozenset()
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What a resource link points to."""

    catalog: str
    database: str
    table: str | None = None
    region: str = ""
    """Of its target; empty where that is the link's own."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the catalog."""

    columns: tuple[str, ...]
    """Names in order, with the partition columns."""
    location: str = ""
    """Bucket and prefix, without `s3://`."""
    format: str = ""
    types: tuple[str, ...] = ()
    """In the order of the columns; empty where not known."""
    partition_by: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = field(default=(), compare=False)
    """Bucket and prefix of partitions that do not lie below the location."""
    definer: str = ""
    """Of a view, the ARN of the role with whose rights it reads."""
    view_of: tuple[Named, ...] = ()
    """Of a view of the catalog, the tables that it reads."""
    creator: str = field(default="", compare=False)
    """ARN of the role or user that made it; empty where that is not known."""
    created: float = field(default=0.0, compare=False)
    """When, in seconds since 1970; 0 where that is not known."""

    @property
    def typed(self) -> dict[str, str]:
        """The type of each column; empty where it is not known."""
        types = self.types or ("",) * len(self.columns)
        return dict(zip(self.columns, types, strict=True))


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the catalog, or a resource link of that name."""

    link: Link | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    """By name; a table that is itself a link is in `links`."""
    links: Mapping[str, Link] = field(default_factory=dict)
    table_defaults: frozenset[str] = frozenset()
    """Principals that get Super on each new table: ANYBODY where the database is open by default."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Location:
    """A location registered with Lake Formation."""

    role: str
    hybrid: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """An IAM role (or user): who may assume it, and what its own policies say."""

    policy: Policy | None = None
    """All identity policies together; None where they are not known."""
    boundary: Policy | None = None
    """None: no permissions boundary, or one that is not known."""
    boundary_name: str = ""
    """Name of a boundary, known or not; empty without one."""
    trust: Policy | None = None
    limits: tuple[Policy, ...] = ()
    """The service control policies of its account, one for each level of the organization: each must allow
    (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html).
    """
    session: Policy | None = None
    """The session policy, where one session is meant that was given one. No reader fills it."""
    tags: Mapping[str, str] | None = None
    """None where they are not known, as in all states that are read so far; a session's come on top."""

    @property
    def limited(self) -> bool:
        """Whether something besides its policies decides what it may do."""
        return bool(self.boundary_name or self.limits or self.session is not None)


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key."""

    policy: Policy | None
    """None where it could not be read."""
    alias: str = ""
    enabled: bool = True
    grants: tuple[KeyGrant, ...] = ()

    @property
    def lets(self) -> Policy | None:
        """Its policy, with its grants as statements; None where the policy could not be read."""
        if self.policy is None or not self.grants:
            return self.policy
        return Policy((*self.policy.statements, *(each.statement for each in self.grants)))


class ShareState(StrEnum):
    """The RAM share by which an account's grants reach another."""

    ACTIVE = "active"
    PENDING = "pending"
    """Its invitation waits to be accepted."""
    FAILED = "failed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Settings:
    """Lake Formation's settings of an account."""

    admins: frozenset[str] = frozenset()
    read_only_admins: frozenset[str] = frozenset()
    database_defaults: frozenset[str] = frozenset()
    """Principals that get Super on each new database."""
    table_defaults: frozenset[str] = frozenset()
    cross_account_version: int = 4
    external_engines: frozenset[str] = frozenset()
    """Accounts whose own engines may filter rows and columns themselves (AllowExternalDataFiltering)."""
    full_tables: bool = False
    """Engines get whole tables without telling for whom, where the caller may read them whole
    (AllowFullTableExternalDataAccess).
    """


@dataclass(frozen=True, slots=True)
class Unread:
    """A call that failed: what it would have told is not part of the state."""

    account: str
    call: str
    """As `lakeformation:ListPermissions`."""
    why: str


SUPER = frozenset({"ALL"})


@dataclass(frozen=True)
class AccountState:
    """One account, in the Region of the mesh."""

    account: str
    settings: Settings = Settings()
    databases: Mapping[str, Database] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    """Made in this account, on its own resources or on those shared with it."""
    filters: Mapping[Resource, Filter] = field(default_factory=dict)
    """Of this account's tables."""
    row_policies: tuple[RowPolicy, ...] = ()
    """Of this account's tables."""
    tag_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tags: Mapping[Resource, Mapping[str, str]] = field(default_factory=dict)
    """LF-Tags put on a database, a table or a column (kind columns, one included); not inherited ones."""
    locations: Mapping[str, Location] = field(default_factory=dict)
    """By bucket, or bucket/prefix."""
    opt_ins: frozenset[tuple[str, Resource]] = frozenset()
    """Principals for whom Lake Formation decides on a resource at a hybrid location."""
    identities: Mapping[str, Identity] = field(default_factory=dict)
    """By ARN."""
    buckets: Mapping[str, Policy | None] = field(default_factory=dict)
    """Policies by bucket; None where there is a bucket without policy."""
    bucket_keys: Mapping[str, str] = field(default_factory=dict)
    """ARN of the key that encrypts a bucket, for buckets with one of their own."""
    bucket_settings: Mapping[str, BucketSettings] = field(default_factory=dict)
    """What else a bucket has; USUAL where there is no entry."""
    access_grants: tuple[AccessGrant, ...] = ()
    """Of its instance of S3 Access Grants."""
    keys: Mapping[str, Key] = field(default_factory=dict)
    """By ARN."""
    streams: Mapping[str, StreamState] = field(default_factory=dict)
    """The mesh's Kinesis streams, by name."""
    catalog_policy: Policy | None = None
    """Glue's resource policy of the Data Catalog; None: it has none."""
    shares: Mapping[str, ShareState] = field(default_factory=dict)
    """What this account shares through RAM, by receiving account."""
    control: Policy | None = None
    """The resource control policies of the account, all together; None without any
    (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html).
    """
    endpoints: tuple[Endpoint, ...] = ()
    """Its VPC endpoints whose policies do not allow everything."""
    complete: bool = True
    """False for an account of which only a part was looked at, such as one outside the mesh."""

    @cached_property
    def held(self) -> Mapping[str, Mapping[str, tuple[Grant, ...]]]:
        """The grants on what is in a database (or by tags), by principal and `<catalog>:<database>`.

        Whoever made a table has all permissions on it, without a grant
        (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
        """
        found: dict[str, dict[str, list[Grant]]] = {}
        for grant in (*self.grants, *self._of_creators):
            by_place = found.get(grant.principal)
            if by_place is None:
                by_place = found[grant.principal] = {}
            place = place_of(grant.resource)
            if place in by_place:
                by_place[place].append(grant)
            else:
                by_place[place] = [grant]
        return {who: {at: tuple(some) for at, some in by.items()} for who, by in found.items()}

    @property
    def _of_creators(self) -> Iterator[Grant]:
        for database_name, database in self.databases.items():
            for name, table in database.tables.items():
                if table.creator:
                    resource = Resource(self.account, Kind.TABLE, (database_name, name))
                    yield Grant(table.creator, resource, SUPER, SUPER)

    def grants_to(self, principals: Iterable[str], catalog: str, database_name: str) -> list[Grant]:
        """Those that may speak for the database or for a table in it: named, and by tags of its catalog."""
        held, named, by_tags = self.held, f"{catalog}:{database_name}", f"{catalog}:"
        found: list[Grant] = []
        for principal in principals:
            by_place = held.get(principal)
            if by_place:
                found += by_place.get(named, ())
                found += by_place.get(by_tags, ())
        return found

    def settings_of(self, bucket: str) -> BucketSettings:
        """What else the bucket has besides its policy."""
        return self.bucket_settings.get(bucket, USUAL)

    def registered(self, path: str) -> tuple[str, Location] | None:
        """The innermost registered location that `path` (bucket/prefix) lies in."""
        while path:
            if path in self.locations:
                return path, self.locations[path]
            path = path.rpartition("/")[0]
        return None

    @cached_property
    def links_to(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The names of the database links to a database of another account, in the Region of the mesh."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for name, each in self.databases.items():
            if each.link is not None and not each.link.region:
                at = (each.link.catalog, each.link.database)
                found[at] = (*found.get(at, ()), name)
        return found

    @cached_property
    def table_links_to(self) -> Mapping[tuple[str, str, str], tuple[tuple[str, str], ...]]:
        """Database and name of the table links to a table of another account."""
        found: dict[tuple[str, str, str], tuple[tuple[str, str], ...]] = {}
        for database, each in self.databases.items():
            for name, link in each.links.items():
                at = (link.catalog, link.database, link.table or "")
                if link.region:
                    continue
                found[at] = (*found.get(at, ()), (database, name))
        return found

    @cached_property
    def organizations(self) -> tuple[str, ...]:
        """ARNs of the organizations, and units of them, that hold a grant of this account."""
        return tuple(each for each in self.held if ":organizations:" in each)

    def opted_in(self, principals: Iterable[str], resources: Iterable[Resource]) -> bool:
        """Whether one of the principals opted in to Lake Formation for one of the resources."""
        return bool(self.opt_ins) and any(
            (who, what) in self.opt_ins for who in principals for what in resources
        )


@dataclass(frozen=True)
class LakeState:
    """All accounts of a mesh."""

    accounts: Mapping[str, AccountState]
    region: str
    organization: str | None = None
    """Id of the AWS organization that all accounts are in."""
    unread: tuple[Unread, ...] = ()
    """Not empty: the state is partial, and so is what follows from it."""
    unchecked: tuple[Unread, ...] = ()
    """What could not be read and could only take access away: a yes rests on it."""

    def account(self, number: str) -> AccountState:
        """That account; an empty one of which nothing is known if it is not part of the state."""
        found = self.accounts.get(number)
        return found if found is not None else AccountState(number, complete=False)

    def key(self, arn: str) -> Key | None:
        """The key, if it is known."""
        parts = arn.split(":", 5)
        return self.account(parts[4]).keys.get(arn) if len(parts) == 6 else None

    def not_read(self, account: str, call: str) -> bool:
        """Whether that call (`glue:GetResourcePolicy`) failed in the account."""
        return any(each.account == account and each.call.lower() == call.lower() for each in self.unread)

    @cached_property
    def partition(self) -> str:
        """With what its ARNs begin: `aws`, or that of a separate group of Regions."""
        return partition_of(self.region)

    @cached_property
    def views_over(self) -> Mapping[Named, tuple[tuple[Named, Table], ...]]:
        """The views of the catalogs by the tables that they read."""
        found: dict[Named, list[tuple[Named, Table]]] = {}
        for number, account in self.accounts.items():
            for database, each in account.databases.items():
                for name, table in each.tables.items():
                    for read in table.view_of:
                        found.setdefault(read, []).append(((number, database, name), table))
        return {read: tuple(views) for read, views in found.items()}

    @cached_property
    def letting_in(self) -> Mapping[str, tuple[str, ...]]:
        """The roles whose trust policies name a principal, an account or everybody, by that."""
        found: dict[str, list[str]] = {}
        for account in self.accounts.values():
            for arn, identity in account.identities.items():
                for named in identity.trust.lets_in if identity.trust else ():
                    found.setdefault(named, []).append(arn)
        return {named: tuple(arns) for named, arns in found.items()}

    @cached_property
    def bucket_owners(self) -> Mapping[str, str]:
        """The account of each bucket."""
        return {name: number for number, account in self.accounts.items() for name in account.buckets}


_IN_DATABASE = frozenset({Kind.DATABASE, Kind.TABLE, Kind.COLUMNS, Kind.FILTER})


def place_of(resource: Resource) -> str:
    """Where `AccountState.held` keeps grants on it."""
    return f"{resource.catalog}:{resource.path[0] if resource.kind in _IN_DATABASE else ''}"
