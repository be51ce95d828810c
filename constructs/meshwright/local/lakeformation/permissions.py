"""Granting, revoking and listing permissions, with the refusals of AWS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.local.identity import principal_exists
from meshwright.local.lakeformation.access import Access, Caller
from meshwright.local.lakeformation.errors import AccessDeniedError, EntityNotFoundError, InvalidInputError
from meshwright.local.lakeformation.keys import ALL_TABLES, PERMISSIONS, Key, key_of, resource_of
from meshwright.local.lakeformation.lake import ANYBODY, Grant, Lake, account_of

NOT_EXTERNAL = frozenset({"ALL", "DROP"})
"""Database permissions that can't be granted to another account."""


@dataclass(frozen=True)
class Entry:
    """One grant or revocation as requested."""

    principal: str
    key: Key
    permissions: tuple[str, ...]
    grantable: tuple[str, ...]


def entry_of(request: Mapping[str, Any], caller: Caller, catalog: str) -> Entry:
    principal = (request.get("Principal") or {}).get("DataLakePrincipalIdentifier")
    if not principal or not request.get("Resource"):
        raise InvalidInputError("Principal and Resource are mandatory.")
    entry = Entry(
        principal=principal,
        key=key_of(request["Resource"], catalog),
        permissions=tuple(request.get("Permissions") or ()),
        grantable=tuple(request.get("PermissionsWithGrantOption") or ()),
    )
    unknown = {*entry.permissions, *entry.grantable} - PERMISSIONS[entry.key.kind]
    if unknown or not (entry.permissions or entry.grantable):
        raise InvalidInputError(
            f"Permissions modification is invalid: {sorted(unknown)} on {entry.key.kind}."
        )
    return entry


def grant(lake: Lake, caller: Caller, entry: Entry) -> None:
    """Raises AccessDenied, EntityNotFound or InvalidInput as Lake Formation does."""
    key, wanted = entry.key, {*entry.permissions, *entry.grantable}
    _check_principal(entry.principal)
    _check_exists(lake, caller, key)
    receiver = account_of(entry.principal)
    if caller.account != key.catalog and receiver != caller.account:
        raise AccessDeniedError(
            f"A resource of {key.catalog} can be granted only to principals in account {caller.account}."
        )
    if receiver and receiver != key.catalog and key.kind == "DATABASE" and wanted & NOT_EXTERNAL:
        raise InvalidInputError(
            f"Permissions {sorted(wanted & NOT_EXTERNAL)} on a database can't be granted to another account."
        )
    if receiver and receiver != key.catalog == caller.account:
        _check_not_open(lake, key)
    denied = Access(lake).may_grant(caller, key, wanted)
    if denied:
        raise AccessDeniedError(
            f"Insufficient Lake Formation permission(s): Required {', '.join(sorted(denied))} "
            f"with grant option on {'/'.join(key.path) or 'the catalog'}"
        )
    lake.grant(caller.account, entry.principal, key, entry.permissions, entry.grantable)


def revoke(lake: Lake, caller: Caller, entry: Entry) -> None:
    """Raises InvalidInput if the principal holds nothing of it."""
    if not lake.is_admin(caller.account, caller.principal) and Access(lake).may_grant(
        caller, entry.key, entry.permissions
    ):
        raise AccessDeniedError("Insufficient Lake Formation permission(s) to revoke")
    held = lake.grants.get((caller.account, entry.principal, entry.key))
    if held is None or not held.permissions & {*entry.permissions, *entry.grantable}:
        raise InvalidInputError(
            "No permissions revoked. Grantee has no permissions and no grantable permissions on resource."
        )
    lake.revoke(caller.account, entry.principal, entry.key, entry.permissions, entry.grantable)


def listed(
    lake: Lake,
    caller: Caller,
    *,
    principal: str | None,
    key: Key | None,
    kind: str | None,
    related: bool = False,
) -> list[dict[str, Any]]:
    """The rows of ListPermissions: what the account granted, and what was granted to it as a whole.

    Only administrators, also read-only ones, see them; others see their own, without an error. What another
    account granted directly to a principal is seen by that principal alone
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).

    With `related`, a listing of a table has the rows on its filters too.
    """
    if key is not None and key.catalog == caller.account and not lake.exists(key):
        raise EntityNotFoundError(f"{key.kind.title()} {'/'.join(key.path)} not found.")
    rows = []
    sees_all = lake.is_admin(caller.account, caller.principal) or lake.is_read_only_admin(
        caller.account, caller.principal
    )
    for grant in sorted(lake.grants.values(), key=lambda g: (g.key, g.principal, g.grantor)):
        of_the_account = grant.grantor == caller.account or grant.principal == caller.account
        if grant.principal != caller.principal and not (sees_all and of_the_account):
            continue
        if principal is not None and grant.principal != principal:
            continue
        if key is not None and not _concerns(grant.key, key) and not (related and _filters(grant.key, key)):
            continue
        if kind is not None and _type(grant.key) != kind:
            continue
        rows += list(_rows(lake, grant))
    return rows


def _rows(lake: Lake, grant: Grant) -> Iterator[dict[str, Any]]:
    select = frozenset({"SELECT"}) if grant.key.kind == "TABLE" else frozenset[str]()
    share = lake.shares.get((grant.grantor, account_of(grant.principal) or ""))
    for part in (grant.permissions - select, grant.permissions & select):
        if part:
            yield {
                "Principal": {"DataLakePrincipalIdentifier": grant.principal},
                "Resource": resource_of(grant.key, "SELECT" if part == select else None),
                "Permissions": sorted(part),
                "PermissionsWithGrantOption": sorted(part & grant.grantable),
                "LastUpdated": grant.updated.timestamp(),
                **({"AdditionalDetails": {"ResourceShare": [share.arn]}} if share else {}),
            }


def _concerns(held: Key, asked: Key) -> bool:
    """Whether a listing of `asked` includes `held`: a table's also its columns and the table wildcard."""
    if held == asked:
        return True
    if asked.kind == "TABLE":
        wildcard = Key(asked.catalog, "TABLE", (asked.path[0], ALL_TABLES))
        return held == wildcard or (held.kind == "COLUMNS" and held.table == asked)
    return (
        held.kind == asked.kind == "LF_TAG"
        and held.catalog == asked.catalog
        and held.path[0] == asked.path[0]
    )


def _filters(held: Key, table: Key) -> bool:
    return held.kind == "DATA_CELLS_FILTER" and held.table == table


def _type(key: Key) -> str:
    if key.kind == "LF_TAG_POLICY":
        return f"LF_TAG_POLICY_{key.path[0]}"
    return "TABLE" if key.kind == "COLUMNS" else key.kind


def _check_principal(principal: str) -> None:
    if principal == ANYBODY or principal.endswith(":IAMPrincipals"):
        return
    if principal.isdigit() and len(principal) == 12:
        return
    if principal.startswith("arn:aws:organizations::"):
        return
    if not principal.startswith("arn:aws:iam::") or not principal_exists(principal):
        raise InvalidInputError(f"Invalid principal: {principal}")


def _check_exists(lake: Lake, caller: Caller, key: Key) -> None:
    if lake.exists(key):
        return
    if caller.account != key.catalog and not lake.shared(key.catalog, caller.account):
        raise AccessDeniedError(
            f"Resource does not exist or requester is not authorized: {'/'.join(key.path)}"
        )
    raise EntityNotFoundError(f"{key.kind.replace('_', ' ').title()} {'/'.join(key.path)} not found.")


def _check_not_open(lake: Lake, key: Key) -> None:
    """A resource open to all IAM principals can't be shared: revoke IAM_ALLOWED_PRINCIPALS first."""
    for guarded in {key, key.table if key.kind in ("COLUMNS", "DATA_CELLS_FILTER") else key}:
        if (key.catalog, ANYBODY, guarded) in lake.grants:
            raise AccessDeniedError(
                f"{'/'.join(guarded.path)} can't be shared with another account while IAM_ALLOWED_PRINCIPALS "
                "has permissions on it. Revoke them first."
            )
