"""The tables of a query, found in the catalog as the caller sees them: what it may read, and where it is."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError

from meshwright.config.column_types import ColumnTypeError
from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.files.columns import Column, columns_of
from meshwright.local.glue.catalog import Catalog
from meshwright.local.lakeformation.access import Cells

FORMATS = {
    "parquet": "parquet",
    "JsonSerDe": "json",
    "LazySimpleSerDe": "csv",
    "OpenCSVSerde": "quoted csv",
}
"""Formats of files, by a part of the name of their SerDe."""
ICEBERG = "iceberg"
CATALOG = "awsdatacatalog"


@dataclass(frozen=True, slots=True)
class Partition:
    """A folder of a table's files, and what the columns of its partition are in them."""

    location: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueryTable:
    """A table that the caller may read."""

    name: str
    columns: tuple[Column, ...]
    """Those in the files."""
    partition_columns: tuple[Column, ...]
    format: str
    location: str
    """An s3:// address, with a slash at its end."""
    role_arn: str
    """Whose permissions open the files: the role of the registered location, or else the caller itself."""
    settings: Mapping[str, str]
    """Parameters of the SerDe and of the table."""
    partitions: tuple[Partition, ...]
    """Those in the catalog; without effect where partitions are projected."""
    cells: tuple[Cells, ...]
    descriptor: Mapping[str, Any]
    """The StorageDescriptor."""

    @property
    def projected(self) -> bool:
        """Whether partitions are computed from the table's parameters instead of looked up."""
        return self.settings.get("projection.enabled", "").lower() == "true"


def resolve(catalog: Catalog, database: str, name: str, permission: str = "SELECT") -> QueryTable:
    """The table that `database.name` is for the caller, through a resource link if it is one.

    `permission` is what Lake Formation must have granted on it.

    Raises QueryFailedError with the reason that Athena gives.
    """
    caller = catalog.caller
    try:
        found = catalog.followed(caller.account, database)
        table = catalog.table(found, name, permission)
    except JsonRESTError as error:
        if error.error_type == "EntityNotFoundException":
            kind, what = ("TABLE", f"{database}.{name}")
            raise QueryFailedError(f"{kind}_NOT_FOUND: Table '{CATALOG}.{what}' does not exist") from error
        raise QueryFailedError(_as_athena_says(error)) from error
    described = table.as_dict()
    descriptor = described.get("StorageDescriptor") or {}
    settings = _settings(described)
    location = str(descriptor.get("Location") or "").rstrip("/") + "/"
    registered = catalog.lake.location_of(found.owner, location)
    try:
        columns = columns_of(descriptor.get("Columns") or ())
        partition_columns = columns_of(described.get("PartitionKeys") or ())
    except ColumnTypeError as error:
        raise QueryFailedError(f"INVALID_SCHEMA: {database}.{name}: {error}. {error.fix}") from error
    return QueryTable(
        name=name.lower(),
        columns=columns,
        partition_columns=partition_columns,
        format=_format(descriptor, settings, f"{database}.{name}"),
        location=location,
        role_arn=str(registered["RoleArn"]) if registered else caller.principal,
        settings=settings,
        partitions=tuple(
            Partition(
                str(each.partition_input.get("StorageDescriptor", {}).get("Location") or location),
                dict(zip((key.name for key in partition_columns), each.values, strict=True)),
            )
            for each in list(table.partitions.values())
        ),
        cells=catalog.rights(found, table).cells,
        descriptor=descriptor,
    )


def _settings(described: Mapping[str, Any]) -> dict[str, str]:
    serde = (described.get("StorageDescriptor") or {}).get("SerdeInfo") or {}
    return {**(serde.get("Parameters") or {}), **(described.get("Parameters") or {})}


def _format(descriptor: Mapping[str, Any], settings: Mapping[str, str], table: str) -> str:
    if settings.get("table_type", "").upper() == "ICEBERG":
        return ICEBERG
    library = str((descriptor.get("SerdeInfo") or {}).get("SerializationLibrary") or "")
    for part, kind in FORMATS.items():
        if part in library:
            return kind
    raise QueryFailedError(f"NOT_SUPPORTED: the embedded AWS doesn't read {library or 'files'} of {table}.")


def _as_athena_says(error: JsonRESTError) -> str:
    return (
        f"{error.message} (Service: AmazonDataCatalog; Status Code: 400; Error Code: {error.error_type}; "
        f"Request ID: {uuid.uuid4()}; Proxy: null)"
    )
