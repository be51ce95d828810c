"""The calls that repairs are made of: values of the state as the API's shapes. Pure."""

import json
from collections.abc import Iterable, Mapping

from meshwright.access.findings import Call
from meshwright.access.iam import Policy
from meshwright.access.resources import ALL_TABLES, Kind, Resource
from meshwright.access.state import Filter, Grant
from meshwright.mesh.names import partition_of

Shape = dict[str, object]


def principal_shape(principal: str) -> Shape:
    """A principal of Lake Formation's API."""
    return {"DataLakePrincipalIdentifier": principal}


def resource_shape(resource: Resource, region: str) -> Shape:
    """A resource of Lake Formation's API."""
    catalog, path = resource.catalog, resource.path
    match resource.kind:
        case Kind.DATABASE:
            return {"Database": {"CatalogId": catalog, "Name": path[0]}}
        case Kind.TABLE:
            table: Shape = {"CatalogId": catalog, "DatabaseName": path[0]}
            named: Shape = {"TableWildcard": {}} if path[1] == ALL_TABLES else {"Name": path[1]}
            return {"Table": table | named}
        case Kind.COLUMNS:
            table = {"CatalogId": catalog, "DatabaseName": path[0], "Name": path[1]}
            if resource.included is None:
                wildcard: Shape = {"ExcludedColumnNames": sorted(resource.excluded)}
                return {"TableWithColumns": table | {"ColumnWildcard": wildcard}}
            return {"TableWithColumns": table | {"ColumnNames": sorted(resource.included)}}
        case Kind.FILTER:
            return {"DataCellsFilter": _filter_name(resource)}
        case Kind.LOCATION:
            arn = f"arn:{partition_of(region)}:s3:::{path[0]}"
            return {"DataLocation": {"CatalogId": catalog, "ResourceArn": arn}}
        case Kind.TAG:
            return {"LFTag": {"CatalogId": catalog, "TagKey": path[0], "TagValues": list(path[1:])}}
        case Kind.TAG_POLICY:
            expression = [{"TagKey": key, "TagValues": sorted(values)} for key, values in resource.expression]
            return {"LFTagPolicy": {"CatalogId": catalog, "ResourceType": path[0], "Expression": expression}}
        case Kind.CATALOG:
            return {"Catalog": {}}


def _filter_name(resource: Resource) -> Shape:
    database, table, name = resource.path
    return {"TableCatalogId": resource.catalog, "DatabaseName": database, "TableName": table, "Name": name}


def grant(
    account: str,
    principal: str,
    resource: Resource,
    permissions: Iterable[str],
    grantable: Iterable[str],
    *,
    region: str,
) -> Call:
    """Grant permissions; those in `grantable` with the right to pass them on."""
    options = sorted(grantable)
    parameters: Shape = {
        "Principal": principal_shape(principal),
        "Resource": resource_shape(resource, region),
        "Permissions": sorted({*permissions, *options}),
    }
    if options:
        parameters["PermissionsWithGrantOption"] = options
    return Call(account, "lakeformation", "grant_permissions", parameters)


def revoke(
    account: str, held: Grant, permissions: Iterable[str], grantable: Iterable[str], *, region: str
) -> Call:
    """Revoke permissions of a grant, and of those in `grantable` at least the right to pass them on."""
    parameters: Shape = {
        "Principal": principal_shape(held.principal),
        "Resource": resource_shape(held.resource, region),
        "Permissions": sorted(permissions),
    }
    if options := sorted(grantable):
        parameters["PermissionsWithGrantOption"] = options
    if held.condition:
        parameters["Condition"] = {"Expression": held.condition}
    return Call(account, "lakeformation", "revoke_permissions", parameters)


def put_filter(account: str, resource: Resource, content: Filter, *, exists: bool) -> Call:
    """Create or change a data-cells filter."""
    data = _filter_name(resource)
    if content.columns is not None:
        data["ColumnNames"] = sorted(content.columns)
    else:
        data["ColumnWildcard"] = {"ExcludedColumnNames": sorted(content.excluded)} if content.excluded else {}
    data["RowFilter"] = {"FilterExpression": content.rows} if content.rows else {"AllRowsWildcard": {}}
    verb = "update" if exists else "create"
    return Call(account, "lakeformation", f"{verb}_data_cells_filter", {"TableData": data})


def delete_filter(account: str, resource: Resource) -> Call:
    """Delete a data-cells filter."""
    return Call(account, "lakeformation", "delete_data_cells_filter", _filter_name(resource))


def tag(resource: Resource, tags: Mapping[str, str], *, region: str, remove: bool = False) -> Call:
    """Put LF-Tags on a resource, or take them off."""
    verb = "remove_lf_tags_from_resource" if remove else "add_lf_tags_to_resource"
    pairs = [
        {"CatalogId": resource.catalog, "TagKey": key, "TagValues": [value]}
        for key, value in sorted(tags.items())
    ]
    parameters: Shape = {"Resource": resource_shape(resource, region), "LFTags": pairs}
    return Call(resource.catalog, "lakeformation", verb, parameters)


def document_of(policy: Policy | None) -> str:
    """The policy's document as the APIs take it: JSON without spaces. Empty if there is none."""
    return (
        json.dumps(json.loads(policy.document), separators=(",", ":")) if policy and policy.document else ""
    )


def named_last(arn: str) -> str:
    """The name at the end of a role's ARN."""
    return arn.rpartition("/")[2]
