"""Links that lead nowhere: which one is named, and that there need be none."""

from meshwright.access.decision import TableName
from meshwright.access.links import dangling
from meshwright.access.state import AccountState, Database, Link
from tests.access.building import C, G

NAME = TableName(G, "d", "t")
TO_DATABASE, TO_TABLE = Link(G, "d"), Link(G, "d", "t")
BY_TABLE = {"own": Database(links={"lt": TO_TABLE})}


def named(databases, *, database_gone):
    found = dangling(AccountState(C, databases=databases), NAME, database_gone=database_gone)
    return (found.subject, found.evidence) if found else None


def test_the_link_to_a_database_that_is_gone() -> None:
    databases = {"l": Database(link=TO_DATABASE), **BY_TABLE}
    assert named(databases, database_gone=True) == ("l", (TO_DATABASE,))
    assert named(databases, database_gone=False) == ("own.lt", (TO_TABLE,))


def test_the_link_to_a_table_of_a_database_that_is_gone() -> None:
    assert named(BY_TABLE, database_gone=True) == ("own.lt", (TO_TABLE,))


def test_no_link_leads_there() -> None:
    for gone in (True, False):
        assert named({"l": Database(link=Link(G, "other"))}, database_gone=gone) is None
