"""Custom::IcebergTable: creates an Iceberg table, and from then on leaves its schema to the engines.

A CloudFormation update of an Iceberg table writes the template's columns over those that an engine has
evolved, so an update here changes only the description and the parameters under `meshwright.`. A delete
removes the catalog entry; data and metadata stay in S3, and the log says where, so that the table can be
registered again.

Until the creation of a table is answered it is in the record (see `ledger`): if it fails, the delete that
follows removes the table, and leaves one that was there before.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from .calls import ATTEMPTS, Calls, retryable
from .errors import ProviderError, code, reason
from .iceberg_types import schema
from .ledger import Ledger
from .request import CREATE, DELETE, Outcome, Request, only_keys, text, texts

NAME = "Custom::IcebergTable"
KEYS = ("CatalogId", "Database", "Table", "Location", "Description", "Columns", "PartitionBy", "Parameters")
OWN_PREFIX = "meshwright."  # of the parameters that an update may change or remove
FORMAT_VERSION = "2"
FIRST_PARTITION_ID = 1000  # of a partition field, by Iceberg's convention
# What UpdateTable takes of what GetTable returns.
TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "LastAccessTime",
    "LastAnalyzedTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
    "TargetTable",
)


def handle(request: Request, calls: Calls) -> Outcome:
    if request.kind == DELETE:
        ledger = Ledger(calls, stack=request.stack, logical_id=request.logical_id)
        # Else the create failed, and the table is another's.
        if request.physical_id == _id(request.properties) or _item(request) in ledger.record.items:
            _delete(request, calls)
        return Outcome(physical_id=request.stable_id, done_with=ledger.record.names)
    only_keys(request.properties, KEYS, NAME)
    location = text(request.properties, "Location", NAME)
    for name in ("CatalogId", "Database", "Table"):
        text(request.properties, name, NAME)
    _refuse_rename(request)
    ledger = Ledger(calls, stack=request.stack, logical_id=request.logical_id)
    live = _get(request.properties, calls)
    if live is None:
        ledger.write([_item(request)])
        live = _create(request, calls, location)
    elif not _same_table(live, location):
        raise ProviderError(
            f"{_label(request.properties)} exists {_what(live)}, not as Iceberg at {location}: "
            "a table cannot be moved or converted in place, so choose another name or the present location"
        )
    _describe(request, calls, live)
    return Outcome(physical_id=_id(request.properties), done_with=ledger.record.names)


def table_input(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The CreateTable call's CreateIcebergTableInput. Pure; ProviderError for a column it cannot express."""
    columns = properties.get("Columns")
    if not isinstance(columns, list) or not columns or not all(isinstance(one, Mapping) for one in columns):
        raise ProviderError(f"{_label(properties)} needs Columns as a list of objects with Name and Type")
    for column in columns:
        text(column, "Name", _label(properties))
        text(column, "Type", _label(properties))
    ids = {column["Name"]: number for number, column in enumerate(columns, start=1)}
    fields = []
    for number, name in enumerate(texts(properties, "PartitionBy", NAME), start=FIRST_PARTITION_ID):
        if name not in ids:
            raise ProviderError(
                f"{_label(properties)} is partitioned by {name}, which is not one of its columns"
            )
        fields.append({"SourceId": ids[name], "Transform": "identity", "Name": name, "FieldId": number})
    return {
        "Location": text(properties, "Location", NAME).rstrip("/"),
        "Schema": schema(columns),
        "PartitionSpec": {"SpecId": 0, "Fields": fields},
        "Properties": {"format-version": FORMAT_VERSION, **_parameters(properties)},
    }


def updated(live: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """The TableInput that makes description and own parameters as declared, None if they are. Pure."""
    kept = {k: v for k, v in (live.get("Parameters") or {}).items() if not k.startswith(OWN_PREFIX)}
    parameters = {**kept, **_parameters(properties)}
    description = properties.get("Description") or ""
    if parameters == (live.get("Parameters") or {}) and description == (live.get("Description") or ""):
        return None
    same = {name: live[name] for name in TABLE_INPUT if name in live}
    return {**same, "Description": description, "Parameters": parameters}


def _create(request: Request, calls: Calls, location: str) -> Mapping[str, Any]:
    properties = request.properties
    creation = {"MetadataOperation": "CREATE", "Version": FORMAT_VERSION}
    try:
        calls(
            "glue",
            "create_table",
            CatalogId=properties["CatalogId"],
            DatabaseName=properties["Database"],
            Name=properties["Table"],
            OpenTableFormatInput={
                "IcebergInput": {**creation, "CreateIcebergTableInput": table_input(properties)}
            },
        )
    except ClientError as error:
        if code(error) != "AlreadyExistsException":  # a retried call whose first answer was lost
            raise ProviderError(f"Could not create {_label(properties)}: {reason(error)}") from error
    live = _get(properties, calls)
    if live is None or not _same_table(live, location):
        raise ProviderError(
            f"{_label(properties)} was created but is not in the catalog as Iceberg at {location}"
        )
    return live


def _describe(request: Request, calls: Calls, live: Mapping[str, Any] | None) -> None:
    properties = request.properties
    for attempt in range(ATTEMPTS):
        change = updated(live, properties) if live is not None else None
        if live is None or change is None:
            return
        lock = {"VersionId": live["VersionId"]} if live.get("VersionId") else {}
        try:
            calls.once(
                "glue",
                "update_table",
                CatalogId=properties["CatalogId"],
                DatabaseName=properties["Database"],
                TableInput=change,
                SkipArchive=True,
                **lock,
            )
            return
        except (ClientError, HTTPClientError) as error:
            # Often an engine committed in between: what was read is stale, and writing it would undo that.
            if not retryable(error) or attempt == ATTEMPTS - 1:
                raise ProviderError(f"Could not update {_label(properties)}: {reason(error)}") from error
            calls.pause(attempt, reason(error))
            live = _get(properties, calls)


def _delete(request: Request, calls: Calls) -> None:
    properties = request.properties
    live = _get(properties, calls)
    if live is None:
        return
    pointer = (live.get("Parameters") or {}).get("metadata_location", "unknown")
    calls.note(deleting=_label(properties), metadata_location=pointer)
    try:
        calls(
            "glue",
            "delete_table",
            CatalogId=properties["CatalogId"],
            DatabaseName=properties["Database"],
            Name=properties["Table"],
        )
    except ClientError as error:
        if code(error) != "EntityNotFoundException":
            raise ProviderError(f"Could not remove {_label(properties)}: {reason(error)}") from error


def _refuse_rename(request: Request) -> None:
    """Compares with the physical id, not the old document: the rollback of a refused change must succeed."""
    if request.kind != CREATE and request.physical_id != _id(request.properties):
        raise ProviderError(
            f"Iceberg table {request.physical_id} cannot become {_id(request.properties)}: "
            "declare it as a new table and move the data"
        )


def _get(properties: Mapping[str, Any], calls: Calls) -> Mapping[str, Any] | None:
    where = {"CatalogId": properties["CatalogId"], "DatabaseName": properties["Database"]}
    try:
        table: Mapping[str, Any] = calls("glue", "get_table", Name=properties["Table"], **where)["Table"]
    except ClientError as error:
        if code(error) == "EntityNotFoundException":
            return None
        raise ProviderError(f"Could not read {_label(properties)}: {reason(error)}") from error
    return table


def _same_table(live: Mapping[str, Any], location: str) -> bool:
    kind: str = (live.get("Parameters") or {}).get("table_type", "")
    at: str = (live.get("StorageDescriptor") or {}).get("Location", "")
    return kind.upper() == "ICEBERG" and at.rstrip("/") == location.rstrip("/")


def _what(live: Mapping[str, Any]) -> str:
    kind = (live.get("Parameters") or {}).get("table_type") or live.get("TableType") or "unknown type"
    return f"as {kind} at {(live.get('StorageDescriptor') or {}).get('Location') or 'no location'}"


def _parameters(properties: Mapping[str, Any]) -> dict[str, str]:
    parameters = properties.get("Parameters") or {}
    return {name: str(value) for name, value in parameters.items() if name.startswith(OWN_PREFIX)}


def _item(request: Request) -> str:
    """As it is in the record."""
    return f"iceberg\t{_id(request.properties)}"


def _id(properties: Mapping[str, Any]) -> str:
    return "/".join(str(properties.get(name)) for name in ("CatalogId", "Database", "Table"))


def _label(properties: Mapping[str, Any]) -> str:
    return f"Iceberg table {properties.get('Database')}.{properties.get('Table')}"
