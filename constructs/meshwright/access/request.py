"""What is to be decided, with the two accounts that have a say in it."""

from collections.abc import Iterable
from typing import NamedTuple

from meshwright.access.decision import TableName
from meshwright.access.held import NOTHING, Held, sorted_by_table
from meshwright.access.principals import ANYBODY, home_of
from meshwright.access.state import AccountState, Database, LakeState, Table


class Asker(NamedTuple):
    """A principal that turns to one database, with all that it was granted there."""

    principal: str
    """An ARN; or an account id, for whomever that account chooses."""
    account: str
    """The account that the principal is, or is of."""
    holders: tuple[str, ...]
    """To whom a grant reaches the principal: itself, and all principals of its account
    (https://docs.aws.amazon.com/lake-formation/latest/dg/attribute-based-access-control.html).
    """
    own: AccountState
    """The principal's account."""
    owner: AccountState
    """The account of the database's catalog."""
    name: str
    """The database's."""
    database: Database | None
    """None: there is none of that name."""
    abroad: bool
    """Whether it is another account's."""
    whole_account: bool
    direct: Held
    """What the catalog's account granted to the principal itself."""
    to_account: Held
    """What the catalog's account granted to the principal's, or to its organization, if that is another."""
    local: Held
    """What the principal's account granted to it."""
    to_anybody: Held
    """What the catalog's account granted to whomever IAM lets in."""


class Request(NamedTuple):
    """A principal wants to do something with a table."""

    asker: Asker
    name: TableName
    table: Table
    action: str

    @property
    def principal(self) -> str:
        return self.asker.principal

    @property
    def account(self) -> str:
        return self.asker.account

    @property
    def holders(self) -> tuple[str, ...]:
        return self.asker.holders

    @property
    def own(self) -> AccountState:
        return self.asker.own

    @property
    def owner(self) -> AccountState:
        return self.asker.owner

    @property
    def abroad(self) -> bool:
        return self.asker.abroad

    @property
    def whole_account(self) -> bool:
        return self.asker.whole_account

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partition columns that the catalog knows; Iceberg keeps its partitions to itself."""
        return () if self.table.format == "iceberg" else self.table.partition_by


def asker_of(state: LakeState, principal: str, catalog: str, database: str) -> Asker:
    """The principal, with what it was granted on the database of that catalog and on its tables."""
    account = home_of(principal, catalog)
    own, owner = state.account(account), state.account(catalog)
    holders = (principal, f"{account}:IAMPrincipals")
    abroad, whole_account = account != catalog, principal == account

    def held(granting: AccountState, to: Iterable[str]) -> Held:
        return sorted_by_table(granting.grants_to(to, catalog, database))

    direct = NOTHING if abroad and whole_account else held(owner, holders)
    return Asker(
        principal=principal,
        account=account,
        holders=holders,
        own=own,
        owner=owner,
        name=database,
        database=owner.databases.get(database),
        abroad=abroad,
        whole_account=whole_account,
        direct=direct,
        to_account=held(owner, _accounts(state, account, owner)) if abroad else NOTHING,
        local=held(own, holders) if abroad else direct,
        to_anybody=NOTHING if abroad else held(owner, (ANYBODY,)),
    )


def _accounts(state: LakeState, account: str, owner: AccountState) -> list[str]:
    """The account, and the organization of the mesh and its units, where they were granted something
    (https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-notes.html).
    """
    found = [account]
    if state.organization and account in state.accounts:
        found += [each for each in owner.organizations if state.organization in each]
    return found
