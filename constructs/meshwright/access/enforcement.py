"""Where a table's files lie, and whether Lake Formation or IAM alone decides on them for a principal."""

from dataclasses import dataclass

from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.request import Request
from meshwright.access.resources import ALL_TABLES
from meshwright.access.resources import database as database_of
from meshwright.access.resources import table as table_of
from meshwright.access.state import AccountState, Location

NESTED = "of nested registered locations the innermost counts"
BY_DATABASE = "opting in on a database includes its tables"
BY_ACCOUNT = "opting in an account includes its principals"


@dataclass(frozen=True, slots=True)
class Place:
    """The registered location of a table's files, if there is one."""

    hop: Hop
    location: Location | None = None

    @property
    def hybrid(self) -> bool:
        return self.location is not None and self.location.hybrid


def place_of_files(owner: AccountState, path: str) -> Place:
    """The location decides for all paths below it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html); at none, Lake
    Formation does not apply to the files
    (https://docs.aws.amazon.com/athena/latest/ug/security-athena-lake-formation.html).
    """
    found = owner.registered(path)
    if found is None:
        return Place(Hop(Step.LOCATION, owner.account, path, Fault.MISSING))
    at, location = found
    outer = owner.registered(at.rpartition("/")[0])
    assumed = (NESTED,) if outer is not None and outer[1] != location else ()
    return Place(Hop(Step.LOCATION, owner.account, at, evidence=(location.role,), assumed=assumed), location)


def opted_in(request: Request) -> tuple[str, ...] | None:
    """What is assumed where the principal opted in to Lake Formation for the table; None where it did not.

    At a hybrid location Lake Formation decides for those who did, IAM alone for all others
    (https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html). Across accounts, all
    tables of a database take the database besides
    (https://docs.aws.amazon.com/lake-formation/latest/dg/notes-hybrid.html).
    """
    name = request.name
    database = database_of(name.catalog, name.database)
    table = table_of(name.catalog, name.database, name.table)
    tables = table_of(name.catalog, name.database, ALL_TABLES)
    groups = (request.account, f"{request.account}:IAMPrincipals")
    for holders, by_account in (((request.principal,), ()), (groups, (BY_ACCOUNT,))):
        by_table = any(each.opted_in(holders, (table,)) for each in (request.owner, request.own))
        by_tables = any(each.opted_in(holders, (tables,)) for each in (request.owner, request.own))
        by_database = any(each.opted_in(holders, (database,)) for each in (request.owner, request.own))
        if by_table or (by_tables and (by_database or not request.abroad)):
            return by_account
        if by_database:
            return (*by_account, BY_DATABASE)
    return None
