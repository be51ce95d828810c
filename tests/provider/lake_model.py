"""An in-memory Lake Formation, Parameter Store and fault injector, faithful where moto is not.

The rules modelled, with the harsher reading wherever AWS's documentation leaves one open:

- permissions and grant options are kept per principal and resource; an option needs its permission; revoking
  a permission takes its option along, revoking an option leaves the permission;
- a revoke that names anything the grantee does not hold revokes nothing and fails;
- SELECT on a table is listed as TableWithColumns, apart from the rest, and listings come in short pages;
- deleting a filter deletes every grant on it; a grant needs its filter to exist and a living principal.
"""

# ruff: noqa: N803 - arguments are named as the API names them

import json
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from meshwright.provider.document import Cells, Document, Grant, Tag
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
        self.page = 2  # rows in one answer of a listing
        self.calls: list[str] = []
        self.faults: list[str] = []
        self.watch: Callable[[], None] = lambda: None

    def client(self, service: str) -> "Client":
        return Client(self, service)

    def document(self) -> Document:
        return Document(grants=frozenset(self.grants), tags=frozenset(self.tags), filters=dict(self.filters))

    def kill(self, principal: str, *, forgets: bool) -> None:
        """A role deleted by hand; `forgets`: its permissions go with it (AWS documents neither)."""
        self.dead.add(principal)
        if forgets:
            self.grants = {one for one in self.grants if one.principal != principal}


class Client:
    """Answers one call, with the next fault of the model's list."""

    def __init__(self, model: Model, service: str) -> None:
        self.model, self.service = model, service

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**parameters: Any) -> dict[str, Any]:
            model = self.model
            model.calls.append(operation)
            fault = model.faults.pop(0) if model.faults else "none"
            match fault:
                case "crash before":
                    raise Crash
                case "concurrent":
                    raise client_error("ConcurrentModificationException")
                case "throttled":
                    raise client_error("ThrottlingException")
                case "internal":
                    raise client_error("InternalServiceException", status=500)
                case "refused":
                    raise client_error("AccessDeniedException")
            handler = OPERATIONS[operation]
            answer: dict[str, Any] = handler(model, fault, **parameters)
            if fault == "crash after":
                raise Crash
            if fault == "answer lost":
                raise ReadTimeoutError(endpoint_url="https://lakeformation.example")
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


OPERATIONS: dict[str, Any] = {
    "add_lf_tags_to_resource": _add_tags,
    "batch_grant_permissions": lambda model, fault, Entries: _batch(model, fault, Entries, _grant),
    "batch_revoke_permissions": lambda model, fault, Entries: _batch(model, fault, Entries, _revoke),
    "create_data_cells_filter": _put_filter(create=True),
    "delete_data_cells_filter": _delete_filter,
    "delete_parameters": _delete_parameters,
    "get_lf_tag": _get_tag_key,
    "get_parameters_by_path": _get_parameters,
    "get_resource_lf_tags": _get_tags,
    "list_data_cells_filter": _list_filters,
    "list_permissions": _list_permissions,
    "put_parameter": _put_parameter,
    "remove_lf_tags_from_resource": _remove_tags,
    "update_data_cells_filter": _put_filter(create=False),
    "update_lf_tag": _update_tag_key,
}
