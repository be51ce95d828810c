"""Tables and views that no file declares, over tables of the mesh: another name for the same data.

Lake Formation looks at the grants on the table that is asked for, and hands out credentials for its location
(https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GetTemporaryGlueTableCredentials.html). So
for whoever is granted such a table neither a column nor a row is kept back that the mesh excludes. In another
catalog than the mesh's it gives nothing: there the location is not registered.
"""

from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.granted import has
from meshwright.access.lf_tags import tagged_columns
from meshwright.access.resources import ALL_TABLES, Kind
from meshwright.access.state import AccountState, Grant, Table

ON_FILES = ("SELECT", "INSERT", "DELETE")


def same_files(comparison: Comparison, table: Table) -> list[TableName]:
    """The declared tables at the table's location, inside it, or around it; or that it is a view of."""
    bucket = table.location.partition("/")[0]
    over = [
        name
        for name in comparison.tables_at.get(bucket, ())
        if _overlap(table.location, comparison.table(name.database, name.table).location)
    ]
    read = [TableName(*each) for each in table.view_of]
    return over + [name for name in read if name in comparison.tables_in.get(name.database, ())]


def granted_on(comparison: Comparison, name: TableName, table: Table) -> dict[str, tuple[str, ...]]:
    """Who was granted to read or write it, and which of ON_FILES; without the roles that deploy the mesh."""
    owner = comparison.live.account(name.catalog)
    found: dict[str, set[str]] = {}
    for grant in owner.grants:
        actions = {action for action in ON_FILES if has(grant, action)}
        if actions and grant.principal not in comparison.platform and _speaks_of(grant, owner, name, table):
            found.setdefault(grant.principal, set()).update(actions)
    return {who: tuple(each for each in ON_FILES if each in found[who]) for who in sorted(found)}


def _overlap(one: str, other: str) -> bool:
    first, second = f"{one.rstrip('/')}/", f"{other.rstrip('/')}/"
    return first.startswith(second) or second.startswith(first)


def _speaks_of(grant: Grant, owner: AccountState, name: TableName, table: Table) -> bool:
    resource = grant.resource
    if resource.catalog != name.catalog:
        return False
    if resource.kind is Kind.TAG_POLICY:
        tagged = tagged_columns(resource.expression, owner, name, table)
        return resource.path == ("TABLE",) and next(tagged, None) is not None
    if resource.table is None:
        return False
    return resource.path[0] == name.database and resource.path[1] in (name.table, ALL_TABLES)
