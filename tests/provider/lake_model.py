"""Lake Formation, Glue, RAM, IAM and Parameter Store in memory, with faults, faithful where moto is not.

The rules modelled, with the harsher reading wherever AWS's documentation leaves one open:

- permissions and grant options are kept per principal and resource; an option needs its permission; revoking
  a permission takes its option along, revoking an option leaves the permission;
- a revoke that names anything the grantee does not hold revokes nothing and fails;
- SELECT on a table is listed as TableWithColumns, apart from the rest, and listings come in short pages;
- deleting a filter deletes every grant on it; a grant needs its filter to exist and a living principal;
- settings that name a role that does not exist are refused; a table is updated only from its newest version.
"""

# ruff: noqa: N803 - arguments are named as the API names them

import copy
import json
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from meshwright.provider.document import Cells, Document, Grant, Tag
from meshwright.provider.ledger import ROOT as RECORDS
from meshwright.provider.resources import Resource, from_api, to_api

ACCOUNT = "111111111111"


class Crash(BaseException):
    """The function is killed: nothing in the provider may catch this."""


def client_error(code: str, text: str = "because", status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


class Model:
    """`grants`, `filters` and `tags` are the truth; `watch` is called after every single change of them."""

    def __init__(self) -> None:
        self.grants: set[Grant] = set()
        self.column_rows: list[dict[str, Any]] = []
        self.filters: dict[Resource, Cells] = {}
        self.tags: set[Tag] = set()
        self.tag_keys: dict[str, set[str]] = {}
        self.parameters: dict[str, str] = {}
        self.dead: set[str] = set()
        self.gone: set[Resource] = set()
        self.settings: dict[str, Any] = {"DataLakeAdmins": [], "ReadOnlyAdmins": [], "Parameters": {}}
        self.tables: dict[tuple[str, str], dict[str, Any]] = {}
        self.databases: set[str] = set()  # those that are visible
        self.invitations: list[dict[str, Any]] = []
        self.page = 2  # rows in one answer of a listing
        self.calls: list[str] = []
        self.faults: list[str] = []
        self.faults_of: dict[str, list[str]] = {}  # by operation
        self.watch: Callable[[], None] = lambda: None

    def client(self, service: str) -> "Client":
        return Client(self, service)

    def fault(self, service: str, operation: str) -> str:
        """The next one, of the operation or of any."""
        faults = self.faults_of.get(operation) or self.faults
        return faults.pop(0) if faults else "none"

    @property
    def records(self) -> dict[str, str]:
        """The parameters that say what custom resources own, not those of requests."""
        return {name: value for name, value in self.parameters.items() if name.startswith(RECORDS)}

    def document(self) -> Document:
        return Document(grants=frozenset(self.grants), tags=frozenset(self.tags), filters=dict(self.filters))

    def kill(self, principal: str, *, forgets: bool) -> None:
        """A role deleted by hand; `forgets`: its permissions go with it (AWS documents neither)."""
        self.dead.add(principal)
        if forgets:
            self.grants = {one for one in self.grants if one.principal != principal}


REFUSALS = {
    "concurrent": ("ConcurrentModificationException",),
    "throttled": ("ThrottlingException",),
    "internal": ("InternalServiceException", "because", 500),
    "refused": ("AccessDeniedException",),
    "not yet": ("AccessDeniedException",),
}


class Client:
    """Answers one call, with the next fault of the model, or of whoever makes the calls."""

    def __init__(self, model: Model, service: str, fault: Callable[[str, str], str] | None = None) -> None:
        self.model, self.service, self.fault = model, service, fault or model.fault

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**parameters: Any) -> dict[str, Any]:
            model = self.model
            model.calls.append(operation)
            fault = self.fault(self.service, operation)
            if fault in REFUSALS:
                raise client_error(*REFUSALS[fault])
            if fault == "crash before":
                raise Crash
            handler = OPERATIONS[operation]
            answer: dict[str, Any] = handler(model, fault, **parameters)
            if fault == "crash after":
                raise Crash
            if fault == "answer lost":
                raise ReadTimeoutError(endpoint_url="https://lakeformation.example")
            if fault == "applied, yet refused":
                raise client_error("AccessDeniedException")
            return answer

        return call


def _batch(model: Model, fault: str, entries: list[dict[str, Any]], apply: Any) -> dict[str, Any]:
    if len(entries) > 20:
        raise client_error("InvalidInputException", "more than 20 entries")
    assert len({entry["Id"] for entry in entries}) == len(entries)
    failures = []
    for number, entry in enumerate(entries):
        if fault == "some entries fail" and number % 2 == 0:
            error: ClientError | None = client_error("ConcurrentModificationException")
        else:
            error = apply(model, entry)
            model.watch()
        if error:
            detail = error.response["Error"]
            failures.append(
                {
                    "RequestEntry": entry,
                    "Error": {"ErrorCode": detail["Code"], "ErrorMessage": detail["Message"]},
                }
            )
    return {"Failures": failures}


def _atoms(entry: dict[str, Any]) -> tuple[set[Grant], set[Grant], Resource, str]:
    resource = from_api(entry["Resource"], own=ACCOUNT)
    assert resource
    principal = entry["Principal"]["DataLakePrincipalIdentifier"]
    plain = {Grant(resource, principal, name) for name in entry.get("Permissions", [])}
    options = {Grant(resource, principal, name, True) for name in entry.get("PermissionsWithGrantOption", [])}
    return plain, options, resource, principal


def _grant(model: Model, entry: dict[str, Any]) -> ClientError | None:
    plain, options, resource, principal = _atoms(entry)
    if principal in model.dead:
        return client_error("InvalidInputException", f"Invalid principal, arn: {principal}")
    if resource in model.gone or (resource.kind == "filter" and resource not in model.filters):
        return client_error("EntityNotFoundException", f"{resource} not found")
    if not {one.permission for one in options} <= {one.permission for one in plain}:
        return client_error("InvalidInputException", "grant options must be a subset of the permissions")
    model.grants |= plain | options
    return None


def _revoke(model: Model, entry: dict[str, Any]) -> ClientError | None:
    plain, options, resource, principal = _atoms(entry)
    if principal in model.dead:
        return client_error("InvalidInputException", f"Invalid principal, arn: {principal}")
    if resource in model.gone:
        return client_error("EntityNotFoundException", f"{resource} not found")
    if not plain | options <= model.grants:
        text = "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
        return client_error("InvalidInputException", text)
    model.grants -= (
        plain | options | {Grant(one.resource, one.principal, one.permission, True) for one in plain}
    )
    return None


def _page(model: Model, rows: list[Any], items: str, token: str | None) -> dict[str, Any]:
    start = int(token or 0)
    more = {"NextToken": str(start + model.page)} if start + model.page < len(rows) else {}
    return {items: rows[start : start + model.page], **more}


def _list_permissions(
    model: Model, _: str, Resource: Any, MaxResults: int, NextToken: str | None = None
) -> Any:
    wanted = from_api(Resource, own=ACCOUNT)
    assert wanted
    if wanted in model.gone or (wanted.kind == "filter" and wanted not in model.filters):
        raise client_error("EntityNotFoundException", f"{wanted} not found")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for atom in sorted(one for one in model.grants if one.resource == wanted):
        shape = to_api(wanted)
        if wanted.kind == "table" and atom.permission == "SELECT":
            shape = {"TableWithColumns": {**shape["Table"], "ColumnWildcard": {}}}
        row = rows.setdefault(
            (atom.principal, json.dumps(shape)),
            {
                "Principal": {"DataLakePrincipalIdentifier": atom.principal},
                "Resource": shape,
                "Permissions": [],
                "PermissionsWithGrantOption": [],
            },
        )
        row["PermissionsWithGrantOption" if atom.grantable else "Permissions"].append(atom.permission)
    listed = [*rows.values(), *(model.column_rows if wanted.kind == "table" else [])]
    return _page(model, listed, "PrincipalResourcePermissions", NextToken)


def _data(resource: Resource, cells: Cells) -> dict[str, Any]:
    columns: dict[str, Any] = {"ColumnWildcard": {}}
    if cells.columns is not None:
        columns = {"ColumnNames": sorted(cells.columns)}
    rows: dict[str, Any] = {"AllRowsWildcard": {}}
    if cells.rows is not None:
        rows = {"FilterExpression": cells.rows}
    return {**to_api(resource)["DataCellsFilter"], **columns, "RowFilter": rows}


def _list_filters(model: Model, _: str, Table: Any, MaxResults: int, NextToken: str | None = None) -> Any:
    table = from_api({"Table": Table}, own=ACCOUNT)
    if table in model.gone:
        raise client_error("EntityNotFoundException", f"{table} not found")
    rows = [_data(one, cells) for one, cells in sorted(model.filters.items(), key=str) if one.table == table]
    return _page(model, rows, "DataCellsFilters", NextToken)


def _put_filter(create: bool) -> Any:
    def put(model: Model, _: str, TableData: dict[str, Any]) -> dict[str, Any]:
        resource = from_api({"DataCellsFilter": TableData}, own=ACCOUNT)
        assert resource
        if create and resource in model.filters:
            raise client_error("AlreadyExistsException")
        if not create and resource not in model.filters:
            raise client_error("EntityNotFoundException")
        names = TableData.get("ColumnNames")
        rows = TableData["RowFilter"].get("FilterExpression")
        model.filters[resource] = Cells(frozenset(names) if names else None, rows)
        model.watch()
        return {}

    return put


def _delete_filter(model: Model, _: str, **table: str) -> dict[str, Any]:
    resource = from_api({"DataCellsFilter": table}, own=ACCOUNT)
    if resource not in model.filters:
        raise client_error("EntityNotFoundException")
    del model.filters[resource]
    model.grants = {one for one in model.grants if one.resource != resource}
    model.watch()
    return {}


def _get_tags(model: Model, _: str, Resource: Any, ShowAssignedLFTags: bool) -> dict[str, Any]:
    assert ShowAssignedLFTags
    resource = from_api(Resource, own=ACCOUNT)
    found = [tag for tag in sorted(model.tags) if tag.resource == resource]
    pairs = [{"TagKey": tag.key, "TagValues": [tag.value]} for tag in found]
    return {"LFTagOnDatabase": pairs} if pairs else {}


def _add_tags(model: Model, _: str, Resource: Any, LFTags: list[dict[str, Any]]) -> dict[str, Any]:
    resource = from_api(Resource, own=ACCOUNT)
    assert resource
    for pair in LFTags:
        [value] = pair["TagValues"]
        if value not in model.tag_keys.get(pair["TagKey"], set()):
            error = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": "no such tag value"}
            return {"Failures": [{"LFTag": pair, "Error": error}]}
        kept = {tag for tag in model.tags if (tag.resource, tag.key) != (resource, pair["TagKey"])}
        model.tags = kept | {Tag(resource, pair["TagKey"], value)}
        model.watch()
    return {}


def _remove_tags(model: Model, _: str, Resource: Any, LFTags: list[dict[str, Any]]) -> dict[str, Any]:
    resource = from_api(Resource, own=ACCOUNT)
    assert resource
    model.tags -= {Tag(resource, pair["TagKey"], pair["TagValues"][0]) for pair in LFTags}
    model.watch()
    return {}


def _get_tag_key(model: Model, _: str, CatalogId: str, TagKey: str) -> dict[str, Any]:
    if TagKey not in model.tag_keys:
        raise client_error("EntityNotFoundException")
    return {"TagKey": TagKey, "TagValues": sorted(model.tag_keys[TagKey])}


def _update_tag_key(model: Model, _: str, CatalogId: str, TagKey: str, TagValuesToAdd: list[str]) -> Any:
    if set(TagValuesToAdd) & model.tag_keys[TagKey]:
        raise client_error("InvalidInputException", "Tag value already exists")
    model.tag_keys[TagKey] |= set(TagValuesToAdd)
    model.watch()
    return {}


def _put_parameter(model: Model, _: str, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:
    assert Type == "String"
    assert len(Value) <= 4096
    model.parameters[Name] = Value
    return {}


def _get_parameters(model: Model, _: str, Path: str, Recursive: bool, NextToken: str | None = None) -> Any:
    rows = [
        {"Name": name, "Value": value}
        for name, value in sorted(model.parameters.items())
        if name.startswith(Path + "/")
    ]
    return _page(model, rows, "Parameters", NextToken)


def _delete_parameters(model: Model, _: str, Names: Iterable[str]) -> dict[str, Any]:
    assert 1 <= len(list(Names)) <= 10
    for name in Names:
        model.parameters.pop(name, None)
    return {}


def _create_tag_key(model: Model, _: str, CatalogId: str, TagKey: str, TagValues: list[str]) -> Any:
    if TagKey in model.tag_keys:
        raise client_error("AlreadyExistsException")
    model.tag_keys[TagKey] = set(TagValues)
    model.watch()
    return {}


def _put_settings(
    model: Model, fault: str, CatalogId: str, DataLakeSettings: dict[str, Any]
) -> dict[str, Any]:
    lists = [DataLakeSettings[name] for name in ("DataLakeAdmins", "ReadOnlyAdmins")]
    if model.dead & {one["DataLakePrincipalIdentifier"] for some in lists for one in some}:
        raise client_error("InvalidInputException", "Invalid principal")
    if fault != "undone":  # another writer puts back what it had read before
        model.settings = copy.deepcopy(DataLakeSettings)
    model.watch()
    return {}


def _get_identity(model: Model, _: str, RoleName: str = "", UserName: str = "") -> dict[str, Any]:
    if any(arn.rpartition("/")[2] == (RoleName or UserName) for arn in model.dead):
        raise client_error("NoSuchEntity")
    return {}


def _get_table(model: Model, _: str, CatalogId: str, DatabaseName: str, Name: str) -> dict[str, Any]:
    if max(len(CatalogId), len(DatabaseName), len(Name)) > 255:
        raise client_error("ValidationException", "Member must have length less than or equal to 255")
    if (DatabaseName, Name) not in model.tables:
        raise client_error("EntityNotFoundException")
    return {"Table": copy.deepcopy(model.tables[DatabaseName, Name])}


def _create_table(
    model: Model, _: str, CatalogId: str, DatabaseName: str, Name: str, OpenTableFormatInput: dict[str, Any]
) -> dict[str, Any]:
    if (DatabaseName, Name) in model.tables:
        raise client_error("AlreadyExistsException")
    iceberg = OpenTableFormatInput["IcebergInput"]["CreateIcebergTableInput"]
    model.tables[DatabaseName, Name] = {
        "Name": Name,
        "VersionId": "0",
        "StorageDescriptor": {"Location": iceberg["Location"]},
        "Parameters": {"table_type": "ICEBERG", **iceberg["Properties"]},
    }
    model.watch()
    return {}


def _update_table(
    model: Model,
    _: str,
    CatalogId: str,
    DatabaseName: str,
    TableInput: dict[str, Any],
    SkipArchive: bool,
    VersionId: str,
) -> dict[str, Any]:
    key = (DatabaseName, TableInput["Name"])
    if key not in model.tables:
        raise client_error("EntityNotFoundException")
    if model.tables[key]["VersionId"] != VersionId:
        raise client_error("ConcurrentModificationException")
    model.tables[key] = {**copy.deepcopy(TableInput), "VersionId": str(int(VersionId) + 1)}
    model.watch()
    return {}


def _delete_table(model: Model, _: str, CatalogId: str, DatabaseName: str, Name: str) -> dict[str, Any]:
    if model.tables.pop((DatabaseName, Name), None) is None:
        raise client_error("EntityNotFoundException")
    model.watch()
    return {}


def _get_database(model: Model, _: str, CatalogId: str, Name: str) -> dict[str, Any]:
    if Name not in model.databases:
        raise client_error("AccessDeniedException")
    return {"Database": {"Name": Name}}


def _accept(model: Model, _: str, resourceShareInvitationArn: str) -> dict[str, Any]:
    for one in model.invitations:
        if one["resourceShareInvitationArn"] == resourceShareInvitationArn:
            one["status"] = "ACCEPTED"
    model.watch()
    return {}


OPERATIONS: dict[str, Any] = {
    "accept_resource_share_invitation": _accept,
    "add_lf_tags_to_resource": _add_tags,
    "batch_grant_permissions": lambda model, fault, Entries: _batch(model, fault, Entries, _grant),
    "batch_revoke_permissions": lambda model, fault, Entries: _batch(model, fault, Entries, _revoke),
    "create_data_cells_filter": _put_filter(create=True),
    "create_lf_tag": _create_tag_key,
    "create_table": _create_table,
    "delete_data_cells_filter": _delete_filter,
    "delete_parameters": _delete_parameters,
    "delete_table": _delete_table,
    "get_data_lake_settings": lambda model, _, CatalogId: {"DataLakeSettings": copy.deepcopy(model.settings)},
    "get_database": _get_database,
    "get_lf_tag": _get_tag_key,
    "get_parameters_by_path": _get_parameters,
    "get_resource_lf_tags": _get_tags,
    "get_resource_share_invitations": lambda model, _, maxResults: {
        "resourceShareInvitations": copy.deepcopy(model.invitations)
    },
    "get_role": _get_identity,
    "get_table": _get_table,
    "get_user": _get_identity,
    "list_data_cells_filter": _list_filters,
    "list_permissions": _list_permissions,
    "put_parameter": _put_parameter,
    "remove_lf_tags_from_resource": _remove_tags,
    "put_data_lake_settings": _put_settings,
    "update_data_cells_filter": _put_filter(create=False),
    "update_lf_tag": _update_tag_key,
    "update_table": _update_table,
}
