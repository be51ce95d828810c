"""A statement in Athena's SQL: its tables, and the same in duckdb's."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.athena.tables import CATALOG

TableName = tuple[str, str]
"""Database and table, in lower case."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT whose tables have the names of `tables` in duckdb."""

    sql: str
    tables: dict[TableName, str]
    into: TableName | None = None
    """The table that its rows are inserted into."""
    into_columns: tuple[str, ...] = ()
    """The columns that it names for them."""


def understood(text: str, *, database: str | None, parameters: Sequence[str] = ()) -> Statement:
    """Takes a statement apart. `parameters` are the constants for its question marks, as SQL.

    Raises QueryFailedError for anything but one SELECT or INSERT INTO … SELECT.
    """
    parsed = _parsed(text)
    into, columns = _target(parsed, database) if isinstance(parsed, exp.Insert) else (None, ())
    query = parsed.expression if isinstance(parsed, exp.Insert) else parsed
    if isinstance(query, exp.Values):
        query.set("alias", exp.TableAlias(this=exp.to_identifier("given")))
        query = exp.select("*").from_(query)
    if not isinstance(query, exp.Query):
        kind = (str(parsed.this) if isinstance(parsed, exp.Command) else parsed.key).upper()
        raise QueryFailedError(f"NOT_SUPPORTED: the embedded AWS runs SELECT and INSERT INTO, not {kind}.")
    if isinstance(parsed, exp.Insert) and parsed.args.get("with_") is not None:
        query.set("with_", parsed.args["with_"])
    _fill(query, parameters)
    _name_columns(query)
    local = {cte.alias_or_name.lower() for cte in query.find_all(exp.CTE)}
    tables: dict[TableName, str] = {}
    for table in list(query.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier):
            name = table.this.sql(dialect="athena")
            raise QueryFailedError(f"NOT_SUPPORTED: the embedded AWS knows no table function {name}.")
        if not table.db and table.name.lower() in local:
            continue
        named = _named(table, database)
        alias = table.alias or table.name
        tables.setdefault(named, f"t{len(tables)}")
        table.set("this", exp.to_identifier(tables[named]))
        table.set("db", None)
        table.set("catalog", None)
        if table.args.get("alias") is None:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    databases = {database for database, _ in tables}
    for column in query.find_all(exp.Column):
        if column.args.get("db") is not None and column.db.lower() in databases:
            column.set("db", None)
            column.set("catalog", None)
    return Statement(query.sql(dialect="duckdb"), tables, into, columns)


def _target(insert: exp.Insert, database: str | None) -> tuple[TableName, tuple[str, ...]]:
    """The table of an INSERT, and the columns that it names."""
    target, columns = insert.this, tuple[str, ...]()
    if isinstance(target, exp.Schema):
        columns = tuple(each.name.lower() for each in target.expressions)
        target = target.this
    if insert.args.get("overwrite") or not isinstance(target, exp.Table):
        raise QueryFailedError("NOT_SUPPORTED: the embedded AWS knows INSERT INTO a table only.")
    return _named(target, database), columns


def _parsed(text: str) -> exp.Expr:
    try:
        parsed = [each for each in sqlglot.parse(text, read="athena") if each is not None]
    except SqlglotError as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else None
        at = f"line {first['line']}:{first['col']}: " if first else ""
        detail = first["description"] if first else str(error)
        raise QueryFailedError(f"SYNTAX_ERROR: {at}{detail}") from error
    if len(parsed) != 1:
        raise QueryFailedError("Only one sql statement is allowed.")
    return parsed[0]


def _fill(query: exp.Query, parameters: Sequence[str]) -> None:
    places = list(query.find_all(exp.Placeholder))
    if len(places) != len(parameters):
        raise QueryFailedError(
            f"INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected {len(places)} but found "
            f"{len(parameters)}"
        )
    try:
        for place, value in zip(places, parameters, strict=True):
            place.replace(sqlglot.parse_one(value, read="athena"))
    except SqlglotError as error:
        raise QueryFailedError(f"SYNTAX_ERROR: an execution parameter is no constant: {error}") from error


def _name_columns(query: exp.Query) -> None:
    """Gives columns without a name the one that Athena gives them: `_col0`, `_col1`."""
    select = query
    while isinstance(select, exp.SetOperation):
        select = select.left
    if not isinstance(select, exp.Select):
        return
    for index, each in enumerate(list(select.expressions)):
        if not isinstance(each, exp.Alias | exp.Column | exp.Dot | exp.Star):
            each.replace(exp.alias_(each.copy(), f"_col{index}"))


def _named(table: exp.Table, database: str | None) -> TableName:
    if table.catalog and table.catalog.lower() != CATALOG:
        raise QueryFailedError(f"CATALOG_NOT_FOUND: Catalog '{table.catalog}' does not exist")
    chosen = table.db or database
    if not chosen:
        raise QueryFailedError(
            f"MISSING_SCHEMA_NAME: Schema must be specified when session schema is not set: {table.name}"
        )
    return chosen.lower(), table.name.lower()
