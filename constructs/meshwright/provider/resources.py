"""The resource keys of a document, `<catalog account>:<kind>/<path>`, and their shapes in the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import ProviderError

# Path segments of each kind; a location is one path, bucket or bucket/prefix.
SEGMENTS = {"database": 1, "table": 2, "column": 3, "filter": 3, "location": 1}
S3 = "arn:aws:s3:::"


@dataclass(frozen=True, order=True)
class Resource:
    catalog: str
    kind: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.catalog}:{self.kind}/{'/'.join(self.path)}"

    @property
    def table(self) -> "Resource":
        """The table of a column or filter."""
        return Resource(self.catalog, "table", self.path[:2])


def parse_resource(key: str) -> Resource:
    """Raises ProviderError for a key of another form."""
    match = re.fullmatch(r"(\d{12}):([a-z]+)/([^\t]+)", key)
    if match and match[2] in SEGMENTS:
        path = (match[3].rstrip("/"),) if match[2] == "location" else tuple(match[3].split("/"))
        if len(path) == SEGMENTS[match[2]] and all(path):
            return Resource(match[1], match[2], path)
    raise ProviderError(
        f"{key!r} is no resource; write <account>:database/<db>, table/<db>/<table>, "
        "column/<db>/<table>/<column>, filter/<db>/<table>/<filter> or location/<bucket>"
    )


def to_api(resource: Resource) -> dict[str, Any]:
    """The `Resource` parameter of permission and tag calls."""
    catalog, path = resource.catalog, resource.path
    match resource.kind:
        case "database":
            return {"Database": {"CatalogId": catalog, "Name": path[0]}}
        case "table":
            return {"Table": {"CatalogId": catalog, "DatabaseName": path[0], "Name": path[1]}}
        case "column":
            table = {"CatalogId": catalog, "DatabaseName": path[0], "Name": path[1]}
            return {"TableWithColumns": {**table, "ColumnNames": [path[2]]}}
        case "filter":
            table = {"TableCatalogId": catalog, "DatabaseName": path[0], "TableName": path[1]}
            return {"DataCellsFilter": {**table, "Name": path[2]}}
        case _:
            return {"DataLocation": {"CatalogId": catalog, "ResourceArn": S3 + path[0]}}


def from_api(shape: Mapping[str, Any], *, own: str) -> Resource | None:
    """What a listed permission is on, None if no document can name it; `own` is the default catalog.

    Lake Formation lists SELECT on a whole table as TableWithColumns with an empty column wildcard, apart from
    the table's other permissions: that is the table.
    """
    if database := shape.get("Database"):
        return Resource(database.get("CatalogId", own), "database", (database["Name"],))
    if table := shape.get("TableWithColumns") or shape.get("Table"):
        excluded = (table.get("ColumnWildcard") or {}).get("ExcludedColumnNames")
        if "Name" not in table or "TableWildcard" in table or table.get("ColumnNames") or excluded:
            return None
        return Resource(table.get("CatalogId", own), "table", (table["DatabaseName"], table["Name"]))
    if cells := shape.get("DataCellsFilter"):
        path = (cells["DatabaseName"], cells["TableName"], cells["Name"])
        return Resource(cells.get("TableCatalogId", own), "filter", path)
    if location := shape.get("DataLocation"):
        place = location["ResourceArn"].removeprefix(S3).rstrip("/")
        return Resource(location.get("CatalogId", own), "location", (place,))
    return None
