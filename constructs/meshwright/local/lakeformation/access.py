"""What a caller may do and see, given Lake Formation's grants."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from meshwright.local.lakeformation.keys import ALL_TABLES, Key
from meshwright.local.lakeformation.lake import ANYBODY, Grant, Lake


@dataclass(frozen=True)
class Caller:
    account: str
    principal: str
    """ARN of the role or user."""


@dataclass(frozen=True)
class Cells:
    """These columns, of the rows that meet every one of the conditions."""

    columns: frozenset[str]
    rows: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rights:
    """What a caller may do with a database or table."""

    permissions: frozenset[str]
    columns: frozenset[str] | None = None
    """Names of the columns it is limited to; None for all."""
    cells: tuple[Cells, ...] = ()
    """What SELECT shows of a table: the cells of all these together."""

    def allow(self, permission: str) -> bool:
        # Any other permission implies seeing the resource.
        return bool(self.permissions & {permission, "ALL"}) or (
            permission == "DESCRIBE" and bool(self.permissions)
        )


NOTHING = Rights(frozenset())


@dataclass(frozen=True)
class Access:
    lake: Lake

    def database(self, caller: Caller, catalog: str, name: str) -> Rights:
        key = Key(catalog, "DATABASE", (name,))
        return self._rights(caller, catalog, lambda grants: self._on_database(grants, key))

    def table(self, caller: Caller, catalog: str, database: str, name: str, columns: Iterable[str]) -> Rights:
        """`columns` are the names of all columns of the table."""
        key, names = Key(catalog, "TABLE", (database, name)), frozenset(columns)
        return self._rights(caller, catalog, lambda grants: self._on_table(grants, key, names))

    def location(self, caller: Caller, catalog: str, arn: str) -> bool:
        """Whether the caller may create tables at a registered location."""
        if caller.account == catalog and self.lake.is_admin(catalog, caller.principal):
            return True
        holders = {caller.principal}
        if caller.account != catalog and self.lake.is_admin(caller.account, caller.principal):
            holders.add(caller.account)
        return any(
            grant.key.kind == "DATA_LOCATION"
            and grant.key.catalog == catalog
            and (arn + "/").startswith(grant.key.path[0] + "/")
            for grant in self.lake.holding(holders)
        )

    def may_grant(self, caller: Caller, key: Key, permissions: Iterable[str]) -> frozenset[str]:
        """Those of the permissions that the caller may not grant.

        In its own catalog an administrator may grant all. On what was shared with its account, an
        administrator may grant what the account holds with grant option; others what they hold so.
        """
        own, wanted = caller.account == key.catalog, frozenset(permissions)
        admin = self.lake.is_admin(caller.account, caller.principal)
        if own and admin:
            return frozenset()
        if not own and key.kind != "DATA_LOCATION" and not self.lake.shared(key.catalog, caller.account):
            return wanted
        holders = {caller.principal} | ({caller.account} if admin and not own else set())
        held: set[str] = set()
        for grant in self.lake.holding(holders):
            if covers(grant.key, key):
                held |= grant.grantable
            elif (
                grant.grantable
                and grant.key.kind in ("COLUMNS", "DATA_CELLS_FILTER")
                and grant.key.table == key
            ):
                held.add("DESCRIBE")
        return frozenset() if "ALL" in held else wanted - held

    def _rights(self, caller: Caller, catalog: str, of: Callable[[Iterable[Grant]], Rights]) -> Rights:
        everyone = f"{caller.account}:IAMPrincipals"
        if caller.account == catalog:
            held = of(self.lake.holding({caller.principal, ANYBODY, everyone}, grantor=catalog))
            if self._sees_all(caller):
                return Rights(held.permissions | {"DESCRIBE"}, cells=held.cells)
            return held
        if not self.lake.shared(catalog, caller.account):
            return NOTHING
        direct = of(self.lake.holding({caller.principal}, grantor=catalog))
        shared = of(self.lake.holding({caller.account}, grantor=catalog))
        if self.lake.is_admin(caller.account, caller.principal):
            return shared if shared.permissions else direct
        local = of(self.lake.holding({caller.principal, everyone}, grantor=caller.account))
        passed = _both(shared, local)
        return passed if passed.permissions else direct

    def _sees_all(self, caller: Caller) -> bool:
        """Administrators of both kinds describe everything in the catalog of their own account.

        Of read-only ones AWS says no more than "view"; that this is DESCRIBE, and that they get nothing of
        what another account shares with theirs, is an assumption
        (https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html).
        """
        lake, account, principal = self.lake, caller.account, caller.principal
        return lake.is_admin(account, principal) or lake.is_read_only_admin(account, principal)

    def _on_database(self, grants: Iterable[Grant], key: Key) -> Rights:
        permissions: set[str] = set()
        for grant in grants:
            if grant.key == key:
                permissions |= grant.permissions
        return Rights(frozenset(permissions))

    def _on_table(self, grants: Iterable[Grant], key: Key, names: frozenset[str]) -> Rights:
        permissions: set[str] = set()
        limited: set[str] = set()
        cells: list[Cells] = []
        whole = False
        for grant in grants:
            if grant.key.kind == "TABLE" and covers(grant.key, key):
                permissions |= grant.permissions
                if grant.permissions & {"SELECT", "ALL"}:
                    whole = True
                    cells.append(Cells(names))
            elif grant.key.kind in ("COLUMNS", "DATA_CELLS_FILTER") and grant.key.table == key:
                permissions |= grant.permissions
                columns = self._columns(grant.key, names)
                limited |= columns
                if "SELECT" in grant.permissions:
                    cells.append(Cells(columns, self._rows(grant.key)))
        return Rights(
            frozenset(permissions), None if whole or not limited else frozenset(limited), tuple(cells)
        )

    def _columns(self, key: Key, names: frozenset[str]) -> frozenset[str]:
        if key.kind == "COLUMNS":
            mode, *listed = key.columns
            return names & set(listed) if mode == "+" else names - set(listed)
        cells = self.lake.filters.get(key, {})
        if cells.get("ColumnNames"):
            return names & set(cells["ColumnNames"])
        return names - set((cells.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or [])

    def _rows(self, key: Key) -> frozenset[str]:
        condition = (self.lake.filters.get(key, {}).get("RowFilter") or {}).get("FilterExpression")
        return frozenset({condition} if condition else ())


def covers(held: Key, wanted: Key) -> bool:
    """Whether a grant on `held` speaks for `wanted`: all tables for one, a table for its columns."""
    if held == wanted:
        return True
    if held.catalog != wanted.catalog:
        return False
    if held.kind == "TABLE" and wanted.kind in ("TABLE", "COLUMNS", "DATA_CELLS_FILTER"):
        return held.path[0] == wanted.path[0] and held.path[1] in (ALL_TABLES, wanted.path[1])
    if held.kind == "DATA_LOCATION" and wanted.kind == "DATA_LOCATION":
        return (wanted.path[0] + "/").startswith(held.path[0] + "/")
    return held.kind == wanted.kind == "LF_TAG" and held.path[0] == wanted.path[0]


def _both(shared: Rights, local: Rights) -> Rights:
    """What is granted to the account and, inside it, to the caller."""
    permissions = local.permissions
    if "ALL" not in shared.permissions:
        seen = {"DESCRIBE"} if shared.permissions else set()
        permissions = local.permissions & (shared.permissions | seen)
    cells = tuple(
        dict.fromkeys(
            Cells(outer.columns & inner.columns, outer.rows | inner.rows)
            for outer in shared.cells
            for inner in local.cells
        )
    )
    if shared.columns is None or local.columns is None:
        return Rights(permissions, local.columns if shared.columns is None else shared.columns, cells)
    return Rights(permissions, shared.columns & local.columns, cells)
