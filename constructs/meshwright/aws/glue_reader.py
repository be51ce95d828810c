"""The Glue Data Catalog of one account: databases, tables, and the links to those of others."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.state import Database, Link, Table
from meshwright.aws.calls import Calls
from meshwright.aws.lake_shapes import defaults_of

SERDES = {"parquet": "parquet", "json": "json", "csv": "csv", "lazysimple": "csv"}
"""Format by a part of the name of the library that reads it."""


def read_databases(calls: Calls, *, prefix: str, named: Iterable[str]) -> dict[str, Database]:
    """All links to databases; the databases `named` or whose name begins with `prefix`, with their tables."""
    wanted = frozenset(named)
    listed = [
        each
        for each in calls.listing("glue", "get_databases", "DatabaseList")
        if each.get("TargetDatabase") or each["Name"].startswith(prefix) or each["Name"] in wanted
    ]
    own = [each["Name"] for each in listed if not each.get("TargetDatabase")]
    tables = dict(
        zip(
            own,
            calls.each(
                lambda name: calls.listing(
                    "glue", "get_tables", "TableList", DatabaseName=name, about=f"database {name}"
                ),
                own,
            ),
            strict=True,
        )
    )
    return {
        each["Name"]: _with_partitions(
            calls, each["Name"], database_of(each, tables.get(each["Name"], ()), region=calls.region)
        )
        for each in listed
    }


def _with_partitions(calls: Calls, name: str, database: Database) -> Database:
    """With the places of partitions that do not lie below their table's."""
    partitioned = [table for table, each in database.tables.items() if each.partition_by and each.location]
    if not partitioned:
        return database
    found = calls.each(
        lambda table: _elsewhere(calls, name, table, database.tables[table].location), partitioned
    )
    tables = {
        table: replace(database.tables[table], elsewhere=places)
        for table, places in zip(partitioned, found, strict=True)
        if places
    }
    return replace(database, tables={**database.tables, **tables}) if tables else database


def _elsewhere(calls: Calls, database: str, table: str, location: str) -> tuple[str, ...]:
    listed = calls.listing(
        "glue",
        "get_partitions",
        "Partitions",
        DatabaseName=database,
        TableName=table,
        ExcludeColumnSchema=True,
        about=f"{database}.{table}",
        absent=("EntityNotFoundException",),
    )
    places = {_path((each.get("StorageDescriptor") or {}).get("Location") or "") for each in listed}
    return tuple(sorted(place for place in places if place and not f"{place}/".startswith(f"{location}/")))


def _path(location: str) -> str:
    return location.partition("://")[2].rstrip("/")


def read_catalog_policy(calls: Calls) -> Policy | None:
    """Glue's resource policy of the Data Catalog; None without one, or if it could not be read."""
    answer = calls.one("glue", "get_resource_policy", absent=("EntityNotFoundException",))
    text = (answer or {}).get("PolicyInJson")
    return parse_policy(json.loads(text), text=text) if text else None


def database_of(
    shape: Mapping[str, Any], tables: Iterable[Mapping[str, Any]], *, region: str = ""
) -> Database:
    """A database, or a link: what a link tells besides its target is the target's, and left out."""
    target = shape.get("TargetDatabase")
    if target:
        return Database(link=_link(target, region))
    listed = list(tables)
    return Database(
        tables={each["Name"]: table_of(each) for each in listed if not each.get("TargetTable")},
        links={
            each["Name"]: _link(each["TargetTable"], region) for each in listed if each.get("TargetTable")
        },
        table_defaults=defaults_of(shape.get("CreateTableDefaultPermissions")),
        parameters=shape.get("Parameters") or {},
    )


def _link(target: Mapping[str, Any], region: str) -> Link:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseIdentifier.html"""
    at = target.get("Region") or region
    return Link(target["CatalogId"], target["DatabaseName"], target.get("Name"), "" if at == region else at)


def table_of(shape: Mapping[str, Any]) -> Table:
    """A table. Glue does not know the partitioning of an Iceberg table: its columns are all in one list."""
    descriptor = shape.get("StorageDescriptor") or {}
    partitions = shape.get("PartitionKeys") or []
    view = shape.get("ViewDefinition") or {}
    current = [each for each in descriptor.get("Columns") or [] if not _is_dropped(each)]
    columns = [*current, *partitions]
    return Table(
        columns=tuple(each["Name"] for each in columns),
        location=_path(descriptor.get("Location") or ""),
        format=_format(shape.get("Parameters") or {}, descriptor),
        # Iceberg writes `decimal(12, 2)`; Glue, and the files, know no spaces.
        types=tuple("".join((each.get("Type") or "").split()) for each in columns),
        partition_by=tuple(each["Name"] for each in partitions),
        definer=view.get("Definer") or "",
        view_of=tuple(_table_in(each) for each in view.get("SubObjects") or ()),
        created=shape["CreateTime"].timestamp() if shape.get("CreateTime") else 0.0,
        creator=role_of(shape.get("CreatedBy") or ""),
    )


def _is_dropped(column: Mapping[str, Any]) -> bool:
    """A column that was dropped from an Iceberg table stays in the catalog, marked
    (https://github.com/apache/iceberg/issues/16877).
    """
    return (column.get("Parameters") or {}).get("iceberg.field.current") == "false"


def _table_in(arn: str) -> tuple[str, str, str]:
    """Catalog, database and table of an ARN of Glue: `…:glue:eu-west-1:111111111111:table/sales/orders`."""
    parts = arn.split(":", 5)
    _, database, table = parts[5].split("/", 2)
    return parts[4], database, table


def role_of(arn: str) -> str:
    """The role of a session, as far as the session's ARN tells it: without a path; else the ARN itself."""
    if ":assumed-role/" not in arn:
        return arn
    start, _, rest = arn.partition(":assumed-role/")
    return f"{start.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"


def _format(parameters: Mapping[str, str], descriptor: Mapping[str, Any]) -> str:
    """iceberg, parquet, json, csv or what the table calls itself; empty where it does not say."""
    if parameters.get("table_type", "").upper() == "ICEBERG":
        return "iceberg"
    if parameters.get("classification"):
        return parameters["classification"].lower()
    library = ((descriptor.get("SerdeInfo") or {}).get("SerializationLibrary") or "").lower()
    return next((name for part, name in SERDES.items() if part in library), "")
