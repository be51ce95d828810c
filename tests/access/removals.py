"""Each single thing of a compiled state that one role's reading of one table rests on, taken away.

Who else is concerned follows from what was taken, not from any decision: everything in that bucket, everyone
who uses that link.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from meshwright.access.decision import Step
from meshwright.access.iam import Policy
from meshwright.access.principals import account_of
from meshwright.access.resources import Resource, database, filter_on, table
from meshwright.access.rows import TableOf
from meshwright.access.state import LakeState, Settings
from meshwright.mesh.model import Domain, Mesh

NOTHING_ALLOWED = Policy(())
Concerned = Callable[[str, TableOf], bool]


@dataclass(frozen=True, slots=True)
class Removal:
    """A state with one thing less."""

    name: str
    step: Step
    """The hop that this thing stands for."""
    state: LakeState
    concerns: Concerned
    """Whether a principal's reading of a table rests on it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One role (ARN) reads one table."""

    mesh: Mesh
    state: LakeState
    domain: Domain
    role: str
    table: TableOf

    def removals(self) -> Iterator[Removal]:
        """Everything that it rests on, one at a time."""
        yield from self._in_own_account()
        yield from self._by_role()
        yield from self._in_catalog()
        yield from self._data_path()

    def _in_own_account(self) -> Iterator[Removal]:
        number, name = self.domain.account, self.table.name
        account = self.state.accounts[number]

        def here(principal: str, read: TableOf) -> bool:
            return account_of(principal) == number

        def through_link(principal: str, read: TableOf) -> bool:
            return here(principal, read) and read.name.database == name.database

        yield self._without(
            "link",
            Step.LINK,
            number,
            through_link,
            databases={key: each for key, each in account.databases.items() if key != name.database},
        )
        no_administrator = Settings(admins=frozenset())
        yield self._without("administrators", Step.SHARE, number, here, settings=no_administrator)

    def _by_role(self) -> Iterator[Removal]:
        number, name = self.domain.account, self.table.name
        account = self.state.accounts[number]

        def by_role(principal: str, read: TableOf) -> bool:
            return principal == self.role

        def of_database(principal: str, read: TableOf) -> bool:
            return by_role(principal, read) and read.name.database == name.database

        def of_table(principal: str, read: TableOf) -> bool:
            return by_role(principal, read) and read.name == name

        others = {arn: each for arn, each in account.identities.items() if arn != self.role}
        powerless = replace(account.identities[self.role], policy=NOTHING_ALLOWED)
        yield self._without("role", Step.PRINCIPAL, number, by_role, identities=others)
        yield self._without(
            "role's policy", Step.IAM, number, by_role, identities={**others, self.role: powerless}
        )
        link = database(number, name.database)
        yield self._without_grant("grant on the link", Step.LINK_GRANT, number, of_database, self.role, link)
        yield self._without_grant(
            "grant to the role", Step.PRINCIPAL_GRANT, number, of_table, self.role, self._granted
        )

    @property
    def _granted(self) -> Resource:
        """A domain is granted its own tables, and filters named after it on others'."""
        name = self.table.name
        if self.table.domain == self.domain.name:
            return table(name.catalog, name.database, name.table)
        return filter_on(name.catalog, name.database, name.table, self.domain.name)

    def _in_catalog(self) -> Iterator[Removal]:
        number, name, granted = self.mesh.governance_account, self.table.name, self._granted
        account, receiver = self.state.accounts[number], self.domain.account

        def to_account(principal: str, read: TableOf) -> bool:
            return account_of(principal) == receiver

        def of_table(principal: str, read: TableOf) -> bool:
            return read.name == name

        def both(principal: str, read: TableOf) -> bool:
            return to_account(principal, read) and of_table(principal, read)

        shares = {to: each for to, each in account.shares.items() if to != receiver}
        yield self._without("share", Step.SHARE, number, to_account, shares=shares)
        yield self._without_grant("grant to the account", Step.ACCOUNT_GRANT, number, both, receiver, granted)
        if granted in account.filters:
            filters = {key: each for key, each in account.filters.items() if key != granted}
            yield self._without("filter", Step.ACCOUNT_GRANT, number, both, filters=filters)
        found = account.databases[name.database]
        left = replace(found, tables={key: each for key, each in found.tables.items() if key != name.table})
        yield self._without(
            "table", Step.TABLE, number, of_table, databases={**account.databases, name.database: left}
        )

    def _data_path(self) -> Iterator[Removal]:
        catalog, producer = self.mesh.governance_account, self.mesh.domains[self.table.domain]
        owner, holder = self.state.accounts[producer.account], self.state.accounts[catalog]
        bucket = self.mesh.names.bucket(producer.name, producer.account, "products")
        key, role = owner.bucket_keys[bucket], self.mesh.names.registration_role_arn(catalog)

        def in_bucket(principal: str, read: TableOf) -> bool:
            return read.domain == producer.name

        def all_data(principal: str, read: TableOf) -> bool:
            return True

        locations = {path: each for path, each in holder.locations.items() if path != bucket}
        yield self._without("location", Step.LOCATION, catalog, in_bucket, locations=locations)
        others = {arn: each for arn, each in holder.identities.items() if arn != role}
        for what, identities in (
            ("registration role", others),
            ("its policy", {**others, role: replace(holder.identities[role], policy=NOTHING_ALLOWED)}),
            ("its trust", {**others, role: replace(holder.identities[role], trust=NOTHING_ALLOWED)}),
        ):
            yield self._without(what, Step.REGISTRATION_ROLE, catalog, all_data, identities=identities)
        buckets = {name: each for name, each in owner.buckets.items() if name != bucket}
        for what, left in (("bucket", buckets), ("bucket policy", {**buckets, bucket: None})):
            yield self._without(what, Step.BUCKET, producer.account, in_bucket, buckets=left)
        mute = replace(owner.keys[key], policy=NOTHING_ALLOWED)
        for what, keys in (("key", {}), ("key policy", {key: mute})):
            yield self._without(what, Step.KEY, producer.account, in_bucket, keys=keys)

    def _without_grant(
        self, name: str, step: Step, number: str, concerns: Concerned, principal: str, resource: Resource
    ) -> Removal:
        grants = self.state.accounts[number].grants
        left = tuple(each for each in grants if (each.principal, each.resource) != (principal, resource))
        assert len(left) == len(grants) - 1, f"no one grant to {principal} on {resource}"
        return self._without(name, step, number, concerns, grants=left)

    def _without(self, name: str, step: Step, number: str, concerns: Concerned, **parts: Any) -> Removal:
        account = replace(self.state.accounts[number], **parts)
        accounts = {**self.state.accounts, number: account}
        return Removal(name, step, replace(self.state, accounts=accounts), concerns)
