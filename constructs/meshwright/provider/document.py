"""The document of Custom::LakeFormationGrants as atoms: tag values, data-cells filters and grants."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ProviderError
from .request import only_keys
from .resources import Resource, parse_resource

GRANT_OPTION = " with grant option"
PRINCIPAL = re.compile(r"\d{12}|arn:[^\s:]+:[^\s:]+:[^\s:]*:[^\s:]*:\S+")
# Super covers and absorbs every other permission, so neither grant nor revoke of it could be kept exact.
TOO_WIDE = {"ALL": "Super", "SUPER_USER": "Super user"}


@dataclass(frozen=True, order=True)
class Grant:
    """One permission of one principal on one resource; the right to pass it on is an atom of its own."""

    resource: Resource
    principal: str
    permission: str
    grantable: bool = False

    def __str__(self) -> str:
        return f"grant\t{self.resource}\t{self.principal}\t{self.permission}{'*' if self.grantable else ''}"


@dataclass(frozen=True, order=True)
class Tag:
    """One LF-Tag value on one resource."""

    resource: Resource
    key: str
    value: str

    def __str__(self) -> str:
        return f"tag\t{self.resource}\t{self.key}\t{self.value}"


@dataclass(frozen=True, order=True)
class Filter:
    """A data-cells filter, known by its resource; what it lets through is its content."""

    resource: Resource

    def __str__(self) -> str:
        return f"filter\t{self.resource}"


Item = Grant | Tag | Filter


@dataclass(frozen=True)
class Cells:
    """What a filter lets through; None is all columns, or all rows."""

    columns: frozenset[str] | None
    rows: str | None


@dataclass(frozen=True)
class Document:
    """What is declared, or what is live: the same shape, so that they can be compared."""

    grants: frozenset[Grant] = frozenset()
    tags: frozenset[Tag] = frozenset()
    filters: Mapping[Resource, Cells] = field(default_factory=dict)

    def items(self) -> frozenset[Item]:
        return self.grants | self.tags | {Filter(resource) for resource in self.filters}

    def only(self, resources: Iterable[Resource]) -> "Document":
        """The part that concerns `resources`."""
        kept = frozenset(resources)
        return Document(
            grants=frozenset(grant for grant in self.grants if grant.resource in kept),
            tags=frozenset(tag for tag in self.tags if tag.resource in kept),
            filters={resource: cells for resource, cells in self.filters.items() if resource in kept},
        )


def parse_item(text: str) -> Item | None:
    """The inverse of `str(item)`; None for a line that is no item."""
    match text.split("\t"):
        case ["grant", resource, principal, permission]:
            grantable = permission.endswith("*")
            return Grant(parse_resource(resource), principal, permission.rstrip("*"), grantable)
        case ["tag", resource, key, value]:
            return Tag(parse_resource(resource), key, value)
        case ["filter", resource]:
            return Filter(parse_resource(resource))
    return None


def parse(properties: Mapping[str, Any]) -> Document:
    """Raises ProviderError naming the entry that is malformed."""
    only_keys(properties, ("Tags", "Filters", "Readers", "Grants"), "Custom::LakeFormationGrants")
    readers = list(_readers(_section(properties, "Readers")))
    shared = [Grant(key, who, "SELECT", grantable) for key, _, who in readers for grantable in (False, True)]
    return Document(
        grants=frozenset([*_grants(_section(properties, "Grants")), *shared]),
        tags=frozenset(_tags(_section(properties, "Tags"))),
        filters=dict(_filters(_section(properties, "Filters"))) | {key: cells for key, cells, _ in readers},
    )


def _section(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = properties.get(name) or {}
    if not isinstance(section, Mapping) or not all(isinstance(entry, Mapping) for entry in section.values()):
        raise ProviderError(f"{name} of Custom::LakeFormationGrants must map resources to objects")
    return section


def _grants(section: Mapping[str, Any]) -> Iterable[Grant]:
    for key, entries in section.items():
        resource = parse_resource(key)
        if resource.kind == "column":
            raise ProviderError(f"Grants cannot name {key}: limit columns with a filter")
        for permissions, principals in entries.items():
            with_option = permissions.endswith(GRANT_OPTION)
            names = [name.strip() for name in permissions.removesuffix(GRANT_OPTION).split(",")]
            if isinstance(principals, str) or not all(PRINCIPAL.fullmatch(str(one)) for one in principals):
                raise ProviderError(
                    f"Grants of {permissions} on {key} must list account ids or ARNs, got {principals!r}"
                )
            for name in names:
                if name in TOO_WIDE or not re.fullmatch(r"[A-Z][A-Z_]+", name):
                    raise ProviderError(
                        f"Grants on {key} cannot use {name!r}: list each permission by its name"
                    )
                for principal in principals:
                    yield Grant(resource, principal, name)
                    if with_option:
                        yield Grant(resource, principal, name, grantable=True)


def _tags(section: Mapping[str, Any]) -> Iterable[Tag]:
    for key, values in section.items():
        resource = parse_resource(key)
        if resource.kind not in ("database", "table", "column"):
            raise ProviderError(f"Tags cannot name {key}: only databases, tables and columns carry LF-Tags")
        for tag, value in values.items():
            if not isinstance(value, str) or not value:
                raise ProviderError(f"Tag {tag} of {key} must be a non-empty string, got {value!r}")
            yield Tag(resource, tag.lower(), value.lower())  # Lake Formation stores both in lower case


def _filters(section: Mapping[str, Any]) -> Iterable[tuple[Resource, Cells]]:
    for key, content in section.items():
        resource = parse_resource(key)
        if resource.kind != "filter":
            raise ProviderError(f"Filters cannot name {key}: it is a {resource.kind}")
        only_keys(content, ("Columns", "Rows"), key)
        columns = content.get("Columns")
        if columns is not None and (not isinstance(columns, list) or not columns):
            raise ProviderError(f"Columns of {key} must be a non-empty list, or absent for all columns")
        yield resource, Cells(None if columns is None else frozenset(columns), content.get("Rows"))


def _readers(section: Mapping[str, Any]) -> Iterable[tuple[Resource, Cells, str]]:
    """Filters of tables, with the principal that each is granted to for SELECT with grant option.

    `{"1…:table/db/t": {"a, b WHERE c = 1": {"name": principal}}}` is short for a filter `name` and its grant:
    a product with a thousand readers must fit into a template, and into a custom resource's event.
    """
    for key, shapes in section.items():
        table = parse_resource(key)
        if table.kind != "table":
            raise ProviderError(f"Readers cannot name {key}: it is a {table.kind}")
        for shape, readers in shapes.items():
            columns, _, rows = shape.partition(" WHERE ")
            cells = Cells(frozenset(columns.split(", ")), rows or None)
            for name, principal in readers.items():
                if not PRINCIPAL.fullmatch(str(principal)):
                    raise ProviderError(
                        f"Reader {name} of {key} must be an account id or ARN, got {principal!r}"
                    )
                yield parse_resource(f"{key.replace(':table/', ':filter/', 1)}/{name}"), cells, principal
