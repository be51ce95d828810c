"""Glue's catalog API across accounts; the rest of Glue is moto's."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from moto.core.responses import ActionResult, EmptyResult
from moto.glue.models import GlueBackend, glue_backends
from moto.glue.responses import GlueResponse as MotoGlue

from meshwright.local.glue.catalog import Catalog, Found, iceberg
from meshwright.local.glue.rulesets import RulesetOperations
from meshwright.local.identity import caller_role
from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.errors import (
    ConcurrentModificationError,
    EntityNotFoundError,
    InvalidInputError,
)
from meshwright.local.lakeformation.keys import Key
from meshwright.local.lakeformation.lake import Lake
from meshwright.local.paging import start_of

READS = (
    "get_partition",
    "get_partitions",
    "batch_get_partition",
    "get_table_version",
    "get_table_versions",
)
WRITES = (
    "create_partition",
    "batch_create_partition",
    "update_partition",
    "batch_update_partition",
    "delete_partition",
    "batch_delete_partition",
    "delete_table_version",
)


class GlueResponse(RulesetOperations, MotoGlue):
    lakes: ClassVar[Callable[[str], Lake]]
    found: Found | None = None
    """Where a partition operation, whose body is moto's, works."""

    @property
    def lake(self) -> Lake:
        return type(self).lakes(self.region)

    @property
    def glue_backend(self) -> GlueBackend:
        return self.found.backend if self.found else glue_backends[self.current_account][self.region]

    @property
    def parameters(self) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(self.body)
        return {**given, "DatabaseName": self.found.database.name} if self.found else given

    @property
    def view(self) -> Catalog:
        caller = Caller(self.current_account, caller_role(self.access_key, self.current_account))
        return Catalog(self.lake, caller)

    @property
    def catalog(self) -> str:
        return self.parameters.get("CatalogId") or self.current_account

    def create_database(self) -> ActionResult:
        given, catalog = dict(self.parameters["DatabaseInput"]), self.catalog
        if catalog != self.current_account:
            raise InvalidInputError("A database can't be created in another account's catalog.")
        given["Name"] = given["Name"].lower()
        self.view.check_location(catalog, given.get("LocationUri"))
        settings = self.lake.of(catalog)
        link = given.get("TargetDatabase")
        if not link:
            given.setdefault("CreateTableDefaultPermissions", settings["CreateTableDefaultPermissions"])
        self.glue_backend.create_database(given["Name"], given, self.parameters.get("Tags"))
        defaults = settings["CreateDatabaseDefaultPermissions"]
        self.view.created(Key(catalog, "DATABASE", (given["Name"],)), defaults)
        return EmptyResult()

    def get_database(self) -> ActionResult:
        found = self.view.database(self.catalog, self.parameters["Name"])
        return ActionResult({"Database": self.view.described(found)})

    def get_databases(self) -> ActionResult:
        """The catalog's; with ResourceShareType FOREIGN or ALL those that others share with the account."""
        kind = self.parameters.get("ResourceShareType", "")
        accounts = [] if kind == "FOREIGN" else [self.catalog]
        if kind in ("FOREIGN", "ALL"):
            accounts += sorted(
                owner for owner, receiver in self.lake.shares if receiver == self.current_account
            )
        view, rows = self.view, []
        for account in accounts:
            for name in list(view.backend(account).databases):
                try:
                    rows.append(view.described(view.database(account, name)))
                except Exception:  # noqa: S112 (what the caller may not see isn't listed)
                    continue
        return self._page("DatabaseList", rows)

    def update_database(self) -> ActionResult:
        found = self.view.database(self.catalog, self.parameters["Name"], "ALTER")
        before, given = found.database.input, dict(self.parameters["DatabaseInput"])
        if "CreateTableDefaultPermissions" in before:
            given.setdefault("CreateTableDefaultPermissions", before["CreateTableDefaultPermissions"])
        found.backend.update_database(found.database.name, given)
        return EmptyResult()

    def delete_database(self) -> EmptyResult:
        found = self.view.database(self.catalog, self.parameters["Name"], "DROP")
        found.backend.delete_database(found.database.name)
        self.lake.forget(catalog=found.owner, database=found.database.name)
        return EmptyResult()

    def create_table(self) -> ActionResult:
        found, given = self._database("CREATE_TABLE"), dict(self.parameters.get("TableInput") or {})
        name = (given.get("Name") or self.parameters.get("Name") or "").lower()
        if not name:
            raise InvalidInputError("A table needs a name.")
        given["Name"] = name
        open_format = (self.parameters.get("OpenTableFormatInput") or {}).get("IcebergInput")
        if open_format:
            given = iceberg(given, open_format)
        self.view.check_location(found.owner, (given.get("StorageDescriptor") or {}).get("Location"))
        found.backend.create_table(found.database.name, name, given)
        defaults = found.database.input.get("CreateTableDefaultPermissions") or []
        self.view.created(Key(found.owner, "TABLE", (found.database.name, name)), defaults)
        return EmptyResult()

    def get_table(self) -> ActionResult:
        found = self._database()
        table = self.view.table(found, self.parameters["Name"])
        return ActionResult({"Table": self.view.shown(found, table)})

    def get_tables(self) -> ActionResult:
        """Only tables that the caller may see; without any right on the database or a table, AccessDenied."""
        found, view = self._database(), self.view
        tables = list(view.tables(found))
        if not tables:
            view.database(found.owner, found.database.name)
        expression = self.parameters.get("Expression")
        if expression:
            try:
                pattern = re.compile(re.sub(r"(?<!\.)\*", ".*", expression))
            except re.error as error:
                raise InvalidInputError(f"Expression is no pattern: {error}") from None
            tables = [table for table in tables if pattern.fullmatch(table.name)]
        return self._page("TableList", [view.shown(found, table) for table in tables])

    def update_table(self) -> ActionResult:
        found, given = self._database(), dict(self.parameters["TableInput"])
        table = self.view.table(found, given["Name"], "ALTER")
        version = self.parameters.get("VersionId")
        if version and version != table.as_dict()["VersionId"]:
            raise ConcurrentModificationError("Update table failed due to concurrent modifications.")
        table.update({**given, "Name": table.name})
        return EmptyResult()

    def delete_table(self) -> ActionResult:
        found = self._database()
        self._drop(found, self.parameters["Name"])
        return EmptyResult()

    def batch_delete_table(self) -> ActionResult:
        found, errors = self._database(), []
        for name in self.parameters["TablesToDelete"]:
            try:
                self._drop(found, name)
            except EntityNotFoundError as error:
                detail = {"ErrorCode": error.error_type, "ErrorMessage": error.message}
                errors.append({"TableName": name, "ErrorDetail": detail})
        return ActionResult({"Errors": errors})

    def _drop(self, found: Found, name: str) -> None:
        table = self.view.table(found, name, "DROP")
        found.backend.delete_table(found.database.name, table.name)
        self.lake.forget(catalog=found.owner, database=found.database.name, table=table.name)

    def _database(self, permission: str | None = None) -> Found:
        found = self.view.followed(self.catalog, self.parameters["DatabaseName"])
        return self.view.database(found.owner, found.database.name, permission) if permission else found

    def _page(self, name: str, rows: Sequence[Any]) -> ActionResult:
        start = start_of(self.parameters.get("NextToken"))
        size = int(self.parameters.get("MaxResults") or 100)
        more = str(start + size) if start + size < len(rows) else None
        return ActionResult({name: list(rows[start : start + size]), "NextToken": more})


def _guarded(name: str, permission: str) -> Callable[[GlueResponse], ActionResult]:
    """moto's operation on a table's partitions or versions, in the right catalog, if the caller may."""

    def operation(self: GlueResponse) -> ActionResult:
        self.found = None
        found = self._database()
        self.view.table(found, self.parameters["TableName"], permission)
        self.found = found
        try:
            result: ActionResult = getattr(MotoGlue, name)(self)
        finally:
            self.found = None
        return result

    operation.__name__ = name
    return operation


for _name in READS:
    setattr(GlueResponse, _name, _guarded(_name, "DESCRIBE"))
for _name in WRITES:
    setattr(GlueResponse, _name, _guarded(_name, "ALTER"))
