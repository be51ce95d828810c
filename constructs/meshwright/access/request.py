"""What is to be decided, with the two accounts that have a say in it."""

from collections.abc import Iterable
from typing import NamedTuple

from meshwright.access.decision import TableName
from meshwright.access.state import AccountState, Grant, Table


class Request(NamedTuple):
    """A principal wants to do something with a table."""

    principal: str
    """An ARN; or an account id, for whomever that account chooses."""
    account: str
    """The account that the principal is, or is of."""
    holders: tuple[str, ...]
    """To whom a grant reaches the principal: itself, and all principals of its account
    (https://docs.aws.amazon.com/lake-formation/latest/dg/attribute-based-access-control.html).
    """
    name: TableName
    table: Table
    action: str
    own: AccountState
    """The principal's account."""
    owner: AccountState
    """The account of the table's catalog."""

    @property
    def abroad(self) -> bool:
        """Whether the table is another account's."""
        return self.account != self.name.catalog

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partition columns that the catalog knows; Iceberg keeps its partitions to itself."""
        return () if self.table.format == "iceberg" else self.table.partition_by

    @property
    def whole_account(self) -> bool:
        return self.principal == self.account

    def grants(self, account: AccountState, holders: Iterable[str]) -> list[Grant]:
        """What the account granted these that may speak for the table or its database, by name or by tags."""
        return account.grants_to(holders, self.name.catalog, self.name.database)
