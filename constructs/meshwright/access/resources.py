"""What Lake Formation grants permissions on, as values that can be compared."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

ALL_TABLES = "*"
"""Stands for the table wildcard of a database: all its tables, also later ones."""

Expression = tuple[tuple[str, frozenset[str]], ...]
"""An LF-Tag expression: every key must have one of its values."""


class Kind(StrEnum):
    """Kinds of resources in Lake Formation's API."""

    CATALOG = "catalog"
    DATABASE = "database"
    TABLE = "table"
    COLUMNS = "columns"
    FILTER = "filter"
    LOCATION = "location"
    TAG = "tag"
    TAG_POLICY = "tag-policy"


class Resource(NamedTuple):
    """A resource in the catalog of the account `catalog`.

    `path` is, by kind: (database,), (database, table or ALL_TABLES), (database, table) for columns,
    (database, table, filter), (bucket or bucket/prefix,), (tag key, values…); of a tag policy, what it is on:
    (DATABASE,) or (TABLE,).
    """

    catalog: str
    kind: Kind
    path: tuple[str, ...] = ()
    included: frozenset[str] | None = None
    """Of columns: these only. None: all but `excluded`."""
    excluded: frozenset[str] = frozenset()
    expression: Expression = ()
    """Of a tag policy: the databases or tables whose LF-Tags meet it."""

    def __str__(self) -> str:
        """In the words of the grants documents: `111111111111:table/acme_orders_sales/orders`."""
        if self.kind is Kind.TAG_POLICY:
            return f"{self.catalog}:{self.path[0].lower()}s tagged {expression_text(self.expression)}"
        if self.kind is Kind.TAG:
            return f"{self.catalog}:tag/{self.path[0]}={','.join(self.path[1:])}"
        if self.kind is Kind.CATALOG:
            return f"{self.catalog}:catalog"
        if self.kind is not Kind.COLUMNS:
            return f"{self.catalog}:{self.kind}/{'/'.join(self.path)}"
        names = self.excluded if self.included is None else self.included
        sign = "without" if self.included is None else "columns"
        return f"{self.catalog}:table/{'/'.join(self.path)} {sign} {', '.join(sorted(names))}"

    @property
    def table(self) -> "Resource | None":
        """The table that a table, columns or filter resource is of; None for the others."""
        if self.kind in (Kind.TABLE, Kind.COLUMNS, Kind.FILTER):
            return Resource(self.catalog, Kind.TABLE, self.path[:2])
        return None

    @property
    def database(self) -> "Resource | None":
        """The database that it is, or is in; None for what is in none."""
        if self.kind in (Kind.DATABASE, Kind.TABLE, Kind.COLUMNS, Kind.FILTER):
            return Resource(self.catalog, Kind.DATABASE, self.path[:1])
        return None


def database(catalog: str, name: str) -> Resource:
    """A database."""
    return Resource(catalog, Kind.DATABASE, (name,))


def table(catalog: str, database_name: str, name: str) -> Resource:
    """A table; with ALL_TABLES as name, all tables of the database."""
    return Resource(catalog, Kind.TABLE, (database_name, name))


def filter_on(catalog: str, database_name: str, table_name: str, name: str) -> Resource:
    """A data-cells filter."""
    return Resource(catalog, Kind.FILTER, (database_name, table_name, name))


def location(catalog: str, path: str) -> Resource:
    """A data location: a bucket, or bucket/prefix."""
    return Resource(catalog, Kind.LOCATION, (path.rstrip("/"),))


def tag_policy(catalog: str, resource_type: str, expression: Mapping[str, frozenset[str]]) -> Resource:
    """All databases, or all tables (`resource_type` DATABASE or TABLE), whose LF-Tags meet the expression."""
    ordered = tuple(
        (key.lower(), frozenset(value.lower() for value in values))
        for key, values in sorted(expression.items())
    )
    return Resource(catalog, Kind.TAG_POLICY, (resource_type,), expression=ordered)


def expression_text(expression: Expression) -> str:
    """`domain=orders AND classification=internal|public`"""
    return " AND ".join(f"{key}={'|'.join(sorted(values))}" for key, values in expression)
