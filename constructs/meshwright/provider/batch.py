"""Grants and revokes atoms in batches, with the failures of single entries retried, forgiven or named."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from .calls import ATTEMPTS, RETRYABLE, Calls
from .document import GRANT_OPTION, Grant
from .errors import ProviderError, code, message
from .resources import from_api, to_api

SIZE = 20  # entries in one call, the limit of BatchGrantPermissions and BatchRevokePermissions
# What Lake Formation says when there is nothing left to revoke: the grant, its principal or its resource is
# gone.
NOTHING_TO_REVOKE = (
    "no permissions revoked",
    "has no permissions",
    "does not have permission",
    "invalid principal",
    "not exist",
    "not found",
)

Entry = dict[str, Any]


def grant(calls: Calls, atoms: Iterable[Grant]) -> None:
    """ProviderError names the grant that is refused."""
    for entries in _batches(entries_of(atoms, with_permission=True)):
        _send(calls, "batch_grant_permissions", entries)


def revoke(calls: Calls, atoms: Iterable[Grant]) -> None:
    """What is no longer there to be revoked counts as revoked."""
    for entries in _batches(entries_of(atoms, with_permission=False)):
        _send(calls, "batch_revoke_permissions", entries)


def entries_of(atoms: Iterable[Grant], *, with_permission: bool) -> list[Entry]:
    """One entry per principal and resource.

    `with_permission`: a grant option is granted together with its permission, of which it must be a subset.
    It is revoked alone, since naming the permission too would take that away.
    """
    grouped: dict[tuple[Any, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for atom in atoms:
        plain, option = grouped[atom.resource, atom.principal]
        if atom.grantable:
            option.add(atom.permission)
        if not atom.grantable or with_permission:
            plain.add(atom.permission)
    return [
        {
            "Id": str(number),
            "Principal": {"DataLakePrincipalIdentifier": principal},
            "Resource": to_api(resource),
            "Permissions": sorted(plain),
            "PermissionsWithGrantOption": sorted(option),
        }
        for number, ((resource, principal), (plain, option)) in enumerate(sorted(grouped.items()))
    ]


def describe(entry: Mapping[str, Any]) -> str:
    """`SELECT with grant option on 111111111111:table/db/orders to 333333333331`"""
    names = ", ".join(entry["Permissions"] or entry["PermissionsWithGrantOption"])
    option = GRANT_OPTION if entry["PermissionsWithGrantOption"] else ""
    resource = from_api(entry["Resource"], own="")
    return f"{names}{option} on {resource} to {entry['Principal']['DataLakePrincipalIdentifier']}"


def _batches(entries: list[Entry]) -> Iterable[list[Entry]]:
    return (entries[start : start + SIZE] for start in range(0, len(entries), SIZE))


def _send(calls: Calls, operation: str, entries: list[Entry]) -> None:
    pending = entries
    for attempt in range(ATTEMPTS):
        failures = _call(calls, operation, pending)
        again = []
        for entry in pending:
            error_code, text = failures.get(entry["Id"], ("", ""))
            if error_code in RETRYABLE:
                again.append(entry)
            elif error_code and not _forgiven(operation, error_code, text):
                raise _refusal(operation, entry, error_code, text)
        if not again:
            return
        pending = again
        if attempt < ATTEMPTS - 1:
            calls.pause(attempt, ": ".join(failures[again[0]["Id"]]))
    raise _refusal(operation, pending[0], *failures[pending[0]["Id"]])


def _call(calls: Calls, operation: str, entries: list[Entry]) -> dict[str, tuple[str, str]]:
    """The failure of each entry by its id.

    A call refused as a whole is repeated entry by entry, to find the culprit.
    """
    try:
        answer = calls("lakeformation", operation, Entries=entries)
    except ClientError as error:
        if len(entries) == 1:
            return {entries[0]["Id"]: (code(error), message(error))}
        return {key: why for entry in entries for key, why in _call(calls, operation, [entry]).items()}
    return {
        failure["RequestEntry"]["Id"]: (
            failure.get("Error", {}).get("ErrorCode", "Unknown"),
            failure.get("Error", {}).get("ErrorMessage", "no message"),
        )
        for failure in answer.get("Failures", [])
    }


def _forgiven(operation: str, error_code: str, text: str) -> bool:
    if operation == "batch_grant_permissions":
        return error_code == "AlreadyExistsException"
    missing = error_code == "InvalidInputException" and any(
        part in text.lower() for part in NOTHING_TO_REVOKE
    )
    return missing or error_code == "EntityNotFoundException"


def _refusal(operation: str, entry: Entry, error_code: str, text: str) -> ProviderError:
    verb = "grant" if operation == "batch_grant_permissions" else "revoke"
    return ProviderError(f"Could not {verb} {describe(entry)}: {error_code}: {text}")
