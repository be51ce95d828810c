"""What an audit compares: both states, and indexes that all comparisons use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from meshwright.access.decision import TableName
from meshwright.access.evaluate import Evaluator
from meshwright.access.principals import PrincipalKind, account_of, principal_of
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import AccountState, LakeState, Table
from meshwright.access.stream_rows import stream_rows
from meshwright.access.stream_state import StreamName
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.policies import database_prefix


@dataclass(frozen=True, slots=True)
class LiveStream:
    """A Kinesis data stream, as far as the files declare it."""

    retention_hours: int
    shards: int | None = None
    """None: on demand."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What is read beside the LakeState."""

    stacks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The status of each stack of the mesh, by account and name."""
    streams: Mapping[str, Mapping[str, LiveStream]] = field(default_factory=dict)
    """By account and name."""


@dataclass(frozen=True)
class Comparison:
    """Declared and live."""

    mesh: Mesh
    declared: LakeState
    live: LakeState
    extras: Extras

    @property
    def catalog(self) -> str:
        """The account whose catalog holds the mesh."""
        return self.mesh.governance_account

    def both(self, account: str) -> tuple[AccountState, AccountState]:
        """The account as declared, and as it is."""
        return self.declared.account(account), self.live.account(account)

    def read(self, account: str, *calls: str) -> bool:
        """Whether all these calls (`lakeformation:ListPermissions`) were answered in the account."""
        return self.live.account(account).complete and not self._unread.get(account, set()) & {
            call.lower() for call in calls
        }

    @cached_property
    def _unread(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for each in self.live.unread:
            found.setdefault(each.account, set()).add(each.call.lower())
        return found

    @cached_property
    def prefix(self) -> str:
        """With what the name of every database of the mesh begins."""
        return f"{database_prefix(self.mesh).rstrip('_')}_"

    @cached_property
    def domain_of_account(self) -> Mapping[str, Domain]:
        return {domain.account: domain for domain in self.mesh.domains.values()}

    @cached_property
    def domain_of_database(self) -> Mapping[str, tuple[str, str]]:
        """Domain and product of each database that is declared."""
        return {
            self.mesh.names.database(name, product): (name, product)
            for name, domain in self.mesh.domains.items()
            for product in domain.file.products
        }

    @cached_property
    def tables_in(self) -> Mapping[str, tuple[TableName, ...]]:
        """The declared tables of each database."""
        return {
            name: tuple(TableName(self.catalog, name, table) for table in database.tables)
            for name, database in self.declared.account(self.catalog).databases.items()
        }

    @cached_property
    def undeclared_tables(self) -> tuple[tuple[TableName, Table], ...]:
        """The tables of databases under the mesh's prefix that are there, and that no file declares."""
        declared, live = self.both(self.catalog)
        return tuple(
            (TableName(self.catalog, database, name), table)
            for database, found in live.databases.items()
            if database.startswith(self.prefix) and found.link is None
            for name, table in found.tables.items()
            if database not in declared.databases or name not in declared.databases[database].tables
        )

    @cached_property
    def tables_at(self) -> Mapping[str, tuple[TableName, ...]]:
        """The declared tables with data in each bucket."""
        found: dict[str, list[TableName]] = {}
        for database, tables in self.tables_in.items():
            for name in tables:
                bucket = self.table(database, name.table).location.partition("/")[0]
                found.setdefault(bucket, []).append(name)
        return {bucket: tuple(tables) for bucket, tables in found.items()}

    def table(self, database: str, name: str) -> Table:
        """A declared table."""
        return self.declared.account(self.catalog).databases[database].tables[name]

    @cached_property
    def platform(self) -> frozenset[str]:
        """The roles with which the mesh is deployed and audited, and Lake Formation reads."""
        names = self.mesh.names
        roles = (names.deploying_role_arn, names.provider_role_arn, names.lookup_role_arn)
        found = {role(account) for role in roles for account in self.declared.accounts}
        return frozenset(found | {names.registration_role_arn(self.catalog)})

    @cached_property
    def readers(self) -> Mapping[TableName, frozenset[str]]:
        """The domains' roles that were granted something on each table."""
        found: dict[TableName, set[str]] = {}
        for account in self.declared.accounts.values():
            for grant in account.grants:
                known = grant.principal in account.identities and grant.principal not in self.platform
                if grant.resource.table is not None and known:
                    name = TableName(grant.resource.catalog, *grant.resource.path[:2])
                    found.setdefault(name, set()).add(grant.principal)
        return {name: frozenset(principals) for name, principals in found.items()}

    def readers_of(self, tables: tuple[TableName, ...], *, account: str | None = None) -> frozenset[str]:
        """The roles that read or write any of the tables; with `account`, those of that account."""
        found = frozenset[str]().union(*(self.readers.get(name, ()) for name in tables))
        return found if account is None else frozenset(who for who in found if account_of(who) == account)

    @cached_property
    def read_by(self) -> Mapping[str, tuple[TableName, ...]]:
        """The tables of each role."""
        found: dict[str, list[TableName]] = {}
        for name, principals in self.readers.items():
            for principal in principals:
                found.setdefault(principal, []).append(name)
        return {principal: tuple(names) for principal, names in found.items()}

    @cached_property
    def streams_read_by(self) -> Mapping[str, tuple[StreamName, ...]]:
        """The streams of each role, as declared."""
        found: dict[str, list[StreamName]] = {}
        for row in stream_rows(self.mesh, self.declared):
            found.setdefault(row.principal, []).append(row.stream.name)
        return {principal: tuple(names) for principal, names in found.items()}

    @cached_property
    def decisions(self) -> Evaluator:
        """Decisions on what is declared."""
        return Evaluator(self.declared)

    def tables_of(self, resource: Resource) -> tuple[TableName, ...]:
        """The declared tables that a grant on the resource can speak for."""
        if resource.kind is Kind.TAG_POLICY:
            return tuple(name for tables in self.tables_in.values() for name in tables)
        if resource.kind is Kind.LOCATION:
            return self.tables_at.get(resource.path[0].partition("/")[0], ())
        if resource.kind in (Kind.TABLE, Kind.COLUMNS, Kind.FILTER):
            tables = self.tables_in.get(resource.path[0], ())
            return tuple(name for name in tables if resource.path[1] in (name.table, "*"))
        return self.tables_in.get(resource.path[0], ()) if resource.kind is Kind.DATABASE else ()

    def of_mesh(self, resource: Resource) -> bool:
        """Whether it is of the mesh: a database or what is in one, a link to one, a registered location."""
        if resource.kind is Kind.LOCATION:
            bucket = resource.path[0].partition("/")[0]
            return resource.catalog == self.catalog and bucket in self.declared.bucket_owners
        if resource.database is None:
            return False
        return resource.path[0].startswith(self.prefix) and (
            resource.catalog == self.catalog or resource.catalog in self.declared.accounts
        )

    def key_known(self, account: str) -> bool:
        """Whether the id of the domain's key is known, so that what names it can be compared."""
        declared, live = self.both(account)
        return all(key in live.keys for key in declared.keys)

    def holder(self, account: str) -> str:
        """`governance`, the domain whose account it is, or `account 999999999999`."""
        if account == self.catalog:
            return "governance"
        found = self.domain_of_account.get(account)
        return found.name if found else f"account {account}"

    def who(self, principal: str) -> str:
        """A principal in words: `role analysts of analytics`, `account 999999999999`."""
        named = principal_of(principal)
        account = named.account
        if named.kind in (PrincipalKind.ANYBODY, PrincipalKind.UNKNOWN):
            return principal
        if account is None:
            return str(named)
        if principal == account:
            known = account in self.declared.accounts
            return f"account {account} ({self.holder(account)})" if known else f"account {account}"
        if named.kind is PrincipalKind.ACCOUNT_PRINCIPALS:
            return f"every principal of {self.holder(account)}"
        domain = self.domain_of_account.get(account)
        key = next((r.key for r in domain.roles.values() if r.arn == principal), None) if domain else None
        if domain and key:
            return f"role {key} of {domain.name}"
        return f"{named} of {self.holder(account)}"
