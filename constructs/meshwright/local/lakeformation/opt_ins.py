"""Opt-ins: for whom Lake Formation decides on a resource at a location in hybrid access mode."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from meshwright.local.identity import principal_exists
from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.errors import EntityNotFoundError, InvalidInputError
from meshwright.local.lakeformation.keys import Key, key_of, resource_of
from meshwright.local.lakeformation.lake import Lake

KINDS = ("CATALOG", "DATABASE", "TABLE")


def create(lake: Lake, caller: Caller, catalog: str, given: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a principal that does not exist, EntityNotFound for such a resource."""
    principal, key = _subject(given, catalog)
    if principal.startswith("arn:aws:iam::") and not principal_exists(principal):
        raise InvalidInputError(f"Invalid principal: {principal}")
    if not lake.exists(key):
        raise EntityNotFoundError(f"{key.kind.title()} {'/'.join(key.path)} not found.")
    lake.opt_ins[caller.account, principal, key] = {
        "Principal": {"DataLakePrincipalIdentifier": principal},
        "Resource": resource_of(key),
        "LastModified": datetime.now(UTC).timestamp(),
        "LastUpdatedBy": caller.principal,
    }


def delete(lake: Lake, caller: Caller, catalog: str, given: Mapping[str, Any]) -> None:
    principal, key = _subject(given, catalog)
    if lake.opt_ins.pop((caller.account, principal, key), None) is None:
        raise EntityNotFoundError("The principal has not opted in to Lake Formation on the resource.")


def listed(lake: Lake, caller: Caller, catalog: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of the caller's account, or of them the ones of a principal or on a resource."""
    principal = (given.get("Principal") or {}).get("DataLakePrincipalIdentifier")
    key = key_of(given["Resource"], catalog) if given.get("Resource") else None
    return [
        row
        for (account, who, what), row in sorted(lake.opt_ins.items(), key=lambda each: each[0])
        if account == caller.account and principal in (None, who) and key in (None, what)
    ]


def _subject(given: Mapping[str, Any], catalog: str) -> tuple[str, Key]:
    principal = (given.get("Principal") or {}).get("DataLakePrincipalIdentifier")
    if not principal or not given.get("Resource"):
        raise InvalidInputError("Principal and Resource are mandatory.")
    key = key_of(given["Resource"], catalog)
    if key.kind not in KINDS:
        raise InvalidInputError("An opt-in is for a catalog, a database or a table.")
    return principal, key
