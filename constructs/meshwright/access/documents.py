"""Grants documents, which the stacks deploy, as what Lake Formation lists once they are applied."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from meshwright.access.resources import Kind, Resource
from meshwright.access.resources import location as location_of
from meshwright.access.state import Filter, Grant
from meshwright.mesh.documents import GRANT_OPTION, GrantsDocument

SELECT = frozenset({"SELECT"})
KINDS = {str(kind): kind for kind in Kind}


class Entries:
    """Grants as Lake Formation keeps them: one entry for a principal and resource."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Resource], Grant] = {}

    def add(self, grants: Iterable[Grant]) -> None:
        """Add to what is there."""
        for grant in grants:
            at = (grant.principal, grant.resource)
            held = self._found.setdefault(at, grant)
            if held is not grant:
                permissions = held.permissions | grant.permissions
                self._found[at] = Grant(*at, permissions, held.grantable | grant.grantable)

    @property
    def all(self) -> tuple[Grant, ...]:
        """The entries, in the order in which they came."""
        return tuple(self._found.values())


def grants_of(document: GrantsDocument) -> Iterator[Grant]:
    """What it grants, without its readers."""
    for key, entries in document.get("Grants", {}).items():
        resource = resource_of(key)
        for text, principals in entries.items():
            permissions, grantable = _permissions(text)
            for principal in principals:
                yield Grant(principal, resource, permissions, grantable)


def tags_of(document: GrantsDocument) -> Iterator[tuple[Resource, Mapping[str, str]]]:
    """The LF-Tags that it puts on databases and columns, in lower case as Lake Formation keeps them."""
    for key, tags in document.get("Tags", {}).items():
        yield resource_of(key), {name.lower(): value.lower() for name, value in tags.items()}


def readers_of(document: GrantsDocument) -> Iterator[tuple[Grant, Filter]]:
    """Each reader's filter, as granted to the reader's account, and what it lets through."""
    for key, shapes in document.get("Readers", {}).items():
        table = resource_of(key)
        for shape, readers in shapes.items():
            columns, _, rows = shape.partition(" WHERE ")
            content = Filter(columns=frozenset(columns.split(", ")), rows=rows or None)
            for name, account in readers.items():
                resource = Resource(table.catalog, Kind.FILTER, (*table.path, name))
                yield Grant(account, resource, SELECT, SELECT), content


def resource_of(key: str) -> Resource:
    """The resource that a grants document calls so: `111111111111:table/acme_orders_sales/orders`."""
    start, *parts = key.split("/")
    catalog, kind = start.split(":")
    if kind == "location":
        return location_of(catalog, "/".join(parts))
    if kind == "column":
        database, table, column = parts
        return Resource(catalog, Kind.COLUMNS, (database, table), frozenset({column}))
    return Resource(catalog, KINDS[kind], tuple(parts))


@lru_cache(maxsize=100)
def _permissions(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The permissions that an entry names, and those of them that may be passed on."""
    permissions = frozenset(text.removesuffix(GRANT_OPTION).split(", "))
    return permissions, permissions if text.endswith(GRANT_OPTION) else frozenset()
