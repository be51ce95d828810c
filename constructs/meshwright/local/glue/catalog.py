"""The Glue Data Catalog of all accounts, as one caller sees it: links followed, grants applied."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.glue.models import FakeDatabase, FakeTable, GlueBackend, glue_backends

from meshwright.local.lakeformation.access import Access, Caller, Rights
from meshwright.local.lakeformation.errors import AccessDeniedError, EntityNotFoundError, insufficient
from meshwright.local.lakeformation.keys import Key
from meshwright.local.lakeformation.lake import Lake


@dataclass(frozen=True)
class Found:
    """A database, in the account that owns it."""

    owner: str
    database: FakeDatabase
    backend: GlueBackend


@dataclass(frozen=True)
class Catalog:
    lake: Lake
    caller: Caller

    @property
    def access(self) -> Access:
        return Access(self.lake)

    def backend(self, account: str) -> GlueBackend:
        return glue_backends[account][self.lake.region]

    def database(self, catalog: str, name: str, permission: str = "DESCRIBE") -> Found:
        """A database that the caller may use so; a link is not followed.

        Raises EntityNotFoundError in the caller's own catalog; in another's, what doesn't exist looks like
        what isn't shared: AccessDeniedError.
        """
        backend = self.backend(catalog)
        database = backend.databases.get(name.lower())
        if database is None:
            if catalog == self.caller.account:
                raise EntityNotFoundError(f"Database {name} not found.")
            raise insufficient("DESCRIBE", name)
        found = Found(catalog, database, backend)
        rights = self.access.database(self.caller, catalog, database.name)
        if not rights.allow(permission) and not (permission == "DESCRIBE" and any(self.tables(found))):
            raise insufficient(permission, name)
        return found

    def followed(self, catalog: str, name: str) -> Found:
        """The database that tables are in: a link's target, or itself. No permission is checked on it.

        Raises as `database` does for the link, and EntityNotFoundError for a link to nothing.
        """
        backend = self.backend(catalog)
        database = backend.databases.get(name.lower())
        target = target_of(database) if database else None
        if target is None:
            if database is None:
                return self.database(catalog, name)
            return Found(catalog, database, backend)
        self.database(catalog, name)
        owner = self.backend(target["CatalogId"])
        linked = owner.databases.get(target["DatabaseName"])
        if linked is None:
            raise EntityNotFoundError(f"Database {target['DatabaseName']} not found.")
        return Found(target["CatalogId"], linked, owner)

    def table(self, found: Found, name: str, permission: str = "DESCRIBE") -> FakeTable:
        """A table that the caller may use so; raises AccessDenied or EntityNotFound."""
        table = found.database.tables.get(name.lower())
        if table is None:
            if found.owner != self.caller.account and not self._sees(found):
                raise insufficient(permission, name)
            raise EntityNotFoundError(f"Table {name} not found.")
        if not self.rights(found, table).allow(permission):
            raise insufficient(permission, name)
        return table

    def tables(self, found: Found) -> Iterator[FakeTable]:
        """Those that the caller may see."""
        for table in list(found.database.tables.values()):
            if self.rights(found, table).allow("DESCRIBE"):
                yield table

    def rights(self, found: Found, table: FakeTable) -> Rights:
        names = [column["Name"] for column in all_columns(table.as_dict())]
        return self.access.table(self.caller, found.owner, found.database.name, table.name, names)

    def shown(self, found: Found, table: FakeTable) -> dict[str, Any]:
        """A table as GetTable returns it: only the columns that the caller may select."""
        answer = {**table.as_dict(), "CatalogId": found.owner}
        rights = self.rights(found, table)
        location = (answer.get("StorageDescriptor") or {}).get("Location", "")
        answer["IsRegisteredWithLakeFormation"] = bool(
            location and self.lake.location_of(found.owner, location)
        )
        if rights.columns is not None:
            kept = rights.columns
            descriptor = dict(answer.get("StorageDescriptor") or {})
            descriptor["Columns"] = [c for c in descriptor.get("Columns", []) if c["Name"] in kept]
            answer["StorageDescriptor"] = descriptor
            answer["PartitionKeys"] = [c for c in answer.get("PartitionKeys", []) if c["Name"] in kept]
        return answer

    def described(self, found: Found) -> dict[str, Any]:
        """A database as GetDatabase returns it; a link with what its target says of itself."""
        answer = {**found.database.as_dict(), "CatalogId": found.owner}
        target = target_of(found.database)
        if target:
            linked = self.backend(target["CatalogId"]).databases.get(target["DatabaseName"])
            seen = linked and self.access.database(self.caller, target["CatalogId"], linked.name).allow(
                "DESCRIBE"
            )
            if linked and seen:
                own = linked.as_dict()
                for key in ("Description", "LocationUri", "Parameters"):
                    answer[key] = answer.get(key) or own.get(key)
        return answer

    def check_location(self, catalog: str, uri: str | None) -> None:
        """Raises AccessDenied for a registered location that the caller has no permission on."""
        location = self.lake.location_of(catalog, uri) if uri else None
        if location is None:
            return
        arn = "arn:aws:s3:::" + str(uri).split("://", 1)[-1].rstrip("/")
        if not self.access.location(self.caller, catalog, arn):
            raise AccessDeniedError(f"Insufficient Lake Formation permission(s) on {uri}")

    def created(self, key: Key, defaults: list[Mapping[str, Any]]) -> None:
        """The grants on something new: all to its creator, and the defaults."""
        self.lake.grant(key.catalog, self.caller.principal, key, {"ALL"}, {"ALL"})
        for default in defaults:
            principal = default["Principal"]["DataLakePrincipalIdentifier"]
            self.lake.grant(key.catalog, principal, key, default.get("Permissions") or [])

    def _sees(self, found: Found) -> bool:
        rights = self.access.database(self.caller, found.owner, found.database.name)
        return rights.allow("DESCRIBE")


def target_of(database: FakeDatabase) -> dict[str, str] | None:
    """The target of a resource link."""
    target: dict[str, str] | None = database.input.get("TargetDatabase")
    return target


def all_columns(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*(table.get("StorageDescriptor") or {}).get("Columns", []), *(table.get("PartitionKeys") or [])]


def iceberg(table: dict[str, Any], iceberg_input: Mapping[str, Any]) -> dict[str, Any]:
    """The TableInput that Glue makes for a new Iceberg table: schema, table type and first metadata file."""
    made = iceberg_input.get("CreateIcebergTableInput") or {}
    descriptor = dict(table.get("StorageDescriptor") or {})
    if made.get("Location"):
        descriptor["Location"] = made["Location"]
    fields = (made.get("Schema") or {}).get("Fields")
    if fields:
        descriptor["Columns"] = [
            {
                "Name": f["Name"],
                "Type": _glue_type(f["Type"]),
                **({"Comment": f["Doc"]} if f.get("Doc") else {}),
            }
            for f in fields
        ]
    metadata = f"{descriptor.get('Location', '').rstrip('/')}/metadata/00000-{uuid.uuid4()}.metadata.json"
    parameters = {
        **(made.get("Properties") or {}),
        **(table.get("Parameters") or {}),
        "table_type": "ICEBERG",
        "metadata_location": metadata,
    }
    return {
        **table,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": descriptor,
        "Parameters": parameters,
        "PartitionKeys": [],
    }


def _glue_type(kind: Any) -> str:
    """Glue's name of an Iceberg type."""
    if isinstance(kind, str):
        renamed = {"long": "bigint", "timestamptz": "timestamp", "uuid": "string", "time": "string"}
        return renamed.get(kind, kind)
    if kind["type"] == "list":
        return f"array<{_glue_type(kind['element'])}>"
    if kind["type"] == "map":
        return f"map<{_glue_type(kind['key'])},{_glue_type(kind['value'])}>"
    inner = ",".join(f"{field['name']}:{_glue_type(field['type'])}" for field in kind["fields"])
    return f"struct<{inner}>"
