"""LF-Tags: which a table and its columns have, and whether they meet an expression.

Every key of an expression must be met, by one of its values
(https://docs.aws.amazon.com/lake-formation/latest/dg/managing-tag-expressions.html). A table inherits the
tags of its database, a column those of its table; a value of their own for a key replaces the inherited one
(https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html).
"""

from collections.abc import Iterator, Mapping

from meshwright.access.decision import TableName
from meshwright.access.resources import Expression, Kind, Resource
from meshwright.access.resources import database as database_of
from meshwright.access.resources import table as table_of
from meshwright.access.state import AccountState, Table

ANY_VALUE = "*"


def meets(expression: Expression, tags: Mapping[str, str]) -> bool:
    """Every key of the expression has one of its values; `*` is any value, but there must be one
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-cat-perms-TBAC-CLI.html).
    """
    return all(tags.get(key) in values or (ANY_VALUE in values and key in tags) for key, values in expression)


def tagged_columns(
    expression: Expression, owner: AccountState, name: TableName, table: Table
) -> Iterator[str]:
    """The columns whose LF-Tags, own or inherited, meet the expression."""
    inherited = tags_of(owner, name)
    whole = meets(expression, inherited)
    for column in table.columns:
        own = owner.tags.get(column_tags(name, column))
        if meets(expression, {**inherited, **own}) if own else whole:
            yield column


def tags_of(owner: AccountState, name: TableName) -> Mapping[str, str]:
    """The table's LF-Tags: its database's, where it has none of its own for a key."""
    return {
        **owner.tags.get(database_of(owner.account, name.database), {}),
        **owner.tags.get(table_of(owner.account, name.database, name.table), {}),
    }


def column_tags(name: TableName, column: str) -> Resource:
    """The resource under which a column's own LF-Tags are kept."""
    return Resource(name.catalog, Kind.COLUMNS, (name.database, name.table), frozenset({column}))
