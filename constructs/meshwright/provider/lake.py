"""Reads the live state of the resources a document names, and applies a plan to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from .batch import grant, revoke
from .calls import Calls
from .document import Cells, Document, Filter, Grant, Item, Tag
from .errors import ProviderError, code, message, reason
from .plan import Plan
from .resources import Resource, from_api, to_api
from .tag_keys import add_values

PAGE = 1000


def gone(error: ClientError) -> bool:
    """Whether the error says that the resource (or its database) does not exist."""
    if code(error) == "InvalidInputException":
        return "not exist" in message(error).lower()
    return code(error) == "EntityNotFoundException"


class Lake:
    """`account` is the caller's, the default catalog of listed resources."""

    def __init__(self, calls: Calls, *, account: str) -> None:
        self._calls = calls
        self._account = account

    def observe(self, declared: Document, owned: frozenset[Item]) -> Document:
        """The live grants, tags and filters of every resource that `declared` or `owned` mentions.

        One listing per resource, whatever the number of its principals. Grants on a filter that does not
        exist are not asked for. A resource that is gone, or that its account shares no longer, has none of
        the three. The filters of another account are its own: a recipient need not be able to list them
        (https://docs.aws.amazon.com/lake-formation/latest/dg/managing-filters.html).
        """
        items = declared.items() | owned
        on_filters = {
            item.resource
            for item in items
            if item.resource.kind == "filter" and item.resource.catalog == self._account
        }
        filters = self._filters({resource.table for resource in on_filters})
        granted = {item.resource for item in items if isinstance(item, Grant | Filter)}
        permitted = {one for one in granted if one not in on_filters or one in filters}
        return Document(
            grants=frozenset(atom for one in sorted(permitted) for atom in self._grants(one)),
            tags=frozenset(self._tags({item.resource for item in items if isinstance(item, Tag)})),
            filters={key: cells for key, cells in filters.items() if key in on_filters},
        )

    def apply(self, plan: Plan) -> None:
        """Additions, then removals; raises ProviderError at the first addition that is refused."""
        self._tag(plan.tag)
        for operation, filters in (("create", plan.create), ("update", plan.update)):
            for resource, cells in sorted(filters.items(), key=lambda pair: pair[0]):
                self._put_filter(operation, resource, cells)
        grant(self._calls, plan.grant)
        revoke(self._calls, plan.revoke)
        for resource in sorted(plan.delete):
            table = to_api(resource)["DataCellsFilter"]
            self._remove(f"filter {resource}", "delete_data_cells_filter", **table)
        for one, tags in _by_resource(plan.untag).items():
            self._remove(f"tags of {one}", "remove_lf_tags_from_resource", **_tagging(one, tags))

    def _grants(self, resource: Resource) -> Iterable[Grant]:
        try:
            rows = list(
                self._calls.pages(
                    "lakeformation",
                    "list_permissions",
                    "PrincipalResourcePermissions",
                    Resource=to_api(resource),
                    MaxResults=PAGE,
                )
            )
        except ClientError as error:
            # Lake Formation says of what is not shared that access is denied.
            if gone(error) or (code(error) == "AccessDeniedException" and resource.catalog != self._account):
                return
            raise ProviderError(f"Could not list the permissions on {resource}: {reason(error)}") from error
        for row in rows:
            if from_api(row["Resource"], own=self._account) != resource:
                continue  # a listing of a table also returns its columns' rows and the all-tables row
            principal = row["Principal"]["DataLakePrincipalIdentifier"]
            for permission in row.get("Permissions", []):
                yield Grant(resource, principal, permission)
            for permission in row.get("PermissionsWithGrantOption", []):
                yield Grant(resource, principal, permission, grantable=True)

    def _filters(self, tables: set[Resource]) -> dict[Resource, Cells]:
        found = {}
        for table in sorted(tables):
            try:
                for row in self._calls.pages(
                    "lakeformation",
                    "list_data_cells_filter",
                    "DataCellsFilters",
                    Table=to_api(table)["Table"],
                    MaxResults=PAGE,
                ):
                    names = (row["DatabaseName"], row["TableName"], row["Name"])
                    found[Resource(row["TableCatalogId"], "filter", names)] = _cells(row)
            except ClientError as error:
                if not gone(error):
                    raise ProviderError(f"Could not list the filters of {table}: {reason(error)}") from error
        return found

    def _tags(self, resources: set[Resource]) -> Iterable[Tag]:
        for resource in sorted(resources):
            try:
                found = self._calls(
                    "lakeformation",
                    "get_resource_lf_tags",
                    Resource=to_api(resource),
                    ShowAssignedLFTags=True,  # not what is inherited from the database or table
                )
            except ClientError as error:
                if gone(error):
                    continue
                raise ProviderError(f"Could not read the tags of {resource}: {reason(error)}") from error
            for pair in _assigned(resource, found):
                for value in pair["TagValues"]:
                    yield Tag(resource, pair["TagKey"].lower(), value.lower())

    def _tag(self, tags: frozenset[Tag]) -> None:
        add_values(self._calls, {(tag.resource.catalog, tag.key, tag.value) for tag in tags})
        for resource, some in _by_resource(tags).items():
            what = ", ".join(f"{tag.key}={tag.value}" for tag in some)
            try:
                answer = self._calls("lakeformation", "add_lf_tags_to_resource", **_tagging(resource, some))
            except ClientError as error:
                raise ProviderError(f"Could not put {what} on {resource}: {reason(error)}") from error
            for failure in answer.get("Failures", []):
                detail = failure.get("Error", {})
                why = f"{detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
                raise ProviderError(f"Could not put {what} on {resource}: {why}")

    def _put_filter(self, operation: str, resource: Resource, cells: Cells) -> None:
        columns: dict[str, Any] = {"ColumnWildcard": {}}
        if cells.columns is not None:
            columns = {"ColumnNames": sorted(cells.columns)}
        rows: dict[str, Any] = {"AllRowsWildcard": {}}
        if cells.rows is not None:
            rows = {"FilterExpression": cells.rows}
        data = {**to_api(resource)["DataCellsFilter"], **columns, "RowFilter": rows}
        try:
            self._calls("lakeformation", f"{operation}_data_cells_filter", TableData=data)
        except ClientError as error:
            if code(error) == "AlreadyExistsException":
                return  # a retried create whose first answer was lost; the next look compares its content
            raise ProviderError(f"Could not {operation} filter {resource}: {reason(error)}") from error

    def _remove(self, what: str, operation: str, **parameters: Any) -> None:
        try:
            self._calls("lakeformation", operation, **parameters)
        except ClientError as error:
            if not gone(error):
                raise ProviderError(f"Could not remove {what}: {reason(error)}") from error


def _cells(row: Mapping[str, Any]) -> Cells:
    columns = row.get("ColumnNames")
    return Cells(
        frozenset(columns) if columns else None, (row.get("RowFilter") or {}).get("FilterExpression")
    )


def _assigned(resource: Resource, found: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    match resource.kind:
        case "database":
            yield from found.get("LFTagOnDatabase", [])
        case "table":
            yield from found.get("LFTagsOnTable", [])
        case _:
            for column in found.get("LFTagsOnColumns", []):
                if column["Name"] == resource.path[2]:
                    yield from column.get("LFTags", [])


def _by_resource(tags: Iterable[Tag]) -> dict[Resource, list[Tag]]:
    grouped: dict[Resource, list[Tag]] = defaultdict(list)
    for tag in sorted(tags):
        grouped[tag.resource].append(tag)
    return grouped


def _tagging(resource: Resource, tags: Iterable[Tag]) -> dict[str, Any]:
    pairs = [{"CatalogId": resource.catalog, "TagKey": tag.key, "TagValues": [tag.value]} for tag in tags]
    return {"Resource": to_api(resource), "LFTags": pairs}
