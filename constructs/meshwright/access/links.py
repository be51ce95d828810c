"""The resource link through which a principal sees another account's table.

Athena and Redshift Spectrum reach another account's table only through a link, to its database or to itself
(https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-about.html). It gives nothing on its
target, and to use it takes DESCRIBE on it
(https://docs.aws.amazon.com/lake-formation/latest/dg/granting-link-permissions.html).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshwright.access.decision import Fault, Hop, Step, TableName
from meshwright.access.granted import has, on_database
from meshwright.access.principals import ANYBODY
from meshwright.access.resources import ALL_TABLES, Kind
from meshwright.access.state import AccountState, Grant, Link
from meshwright.access.undocumented import VIEWS, conditional

DEAD = "a resource link whose target is gone leads nowhere"


class Way(NamedTuple):
    """The best link, and the names by which it is asked for in Glue."""

    hops: tuple[Hop, ...]
    database: str = ""
    """Of the principal's account; empty without a link."""
    table: str = ""
    """The link's own name, where it is a link to a table; else empty: the table's name is used."""


def way_through(own: AccountState, holders: tuple[str, ...], name: TableName) -> Way:
    """The link to the table that the principal, first of `holders`, may use, or the first there is."""
    ways = list(_ways(own, holders, name))
    if ways:
        return next((way for way in ways if way.hops[-1].holds), ways[0])
    if own.complete:
        return Way((Hop(Step.LINK, own.account, name.database, Fault.MISSING),))
    text = f"account {own.account} has a resource link to {name.database}: it was not read"
    return Way((Hop(Step.LINK, own.account, name.database, assumed=(text,)),))


def dangling(own: AccountState, name: TableName, *, database_gone: bool) -> Hop | None:
    """The link of the account to a table that no longer exists, or to its database."""
    target = (name.catalog, name.database)
    found: list[tuple[str, Link | None]] = []
    if database_gone:
        found += [(link, own.databases[link].link) for link in own.links_to.get(target, ())]
    for database, link in own.table_links_to.get((*target, name.table), ()):
        found.append((f"{database}.{link}", own.databases[database].links[link]))
    for subject, to in found:
        return Hop(Step.LINK, own.account, subject, Fault.DANGLING, (to,) if to else (), assumed=(DEAD,))
    return None


def _ways(own: AccountState, holders: tuple[str, ...], name: TableName) -> Iterator[Way]:
    for database in own.links_to.get((name.catalog, name.database), ()):
        grants = own.grants_to((*holders, ANYBODY), own.account, database)
        held = on_database(grants, own, database, "DESCRIBE")
        to = own.databases[database].link
        yield Way(_hops(own, holders[0], database, to, held), database)
    for database, link in own.table_links_to.get(name, ()):
        grants = own.grants_to((*holders, ANYBODY), own.account, database)
        held = tuple(
            grant
            for grant in grants
            if grant.resource.kind is Kind.TABLE
            and grant.resource.path[1] in (link, ALL_TABLES)
            and has(grant, "DESCRIBE")
        )
        to = own.databases[database].links[link]
        yield Way(_hops(own, holders[0], f"{database}.{link}", to, held), database, link)


def _hops(
    own: AccountState, principal: str, link: str, to: Link | None, held: tuple[Grant, ...]
) -> tuple[Hop, Hop]:
    """Administrators may use every link of their account
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
    """
    exists = Hop(Step.LINK, own.account, link, evidence=(to,) if to else ())
    if principal in own.settings.admins:
        return exists, Hop(Step.LINK_GRANT, own.account, link, None, ("administrator",), "DESCRIBE")
    certain = [grant for grant in held if not grant.condition]
    if not certain and principal in own.settings.read_only_admins:
        return exists, Hop(
            Step.LINK_GRANT, own.account, link, None, ("read-only administrator",), "DESCRIBE", (VIEWS,)
        )
    assumed = () if certain else conditional(held[:1])
    fault = None if held else Fault.MISSING
    evidence = tuple(certain[:1]) or held[:1]
    return exists, Hop(Step.LINK_GRANT, own.account, link, fault, evidence, "DESCRIBE", assumed)
