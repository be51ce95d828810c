"""Custom::LakeFormationSettings: merges into an account's Lake Formation settings, never replaces them.

PutDataLakeSettings writes the whole document, so it is read, merged, written and read again: a concurrent
writer who put back what it had read is then seen, and the merge repeated. The call is authorised by IAM, so
this works before the provider is an administrator. Which administrators it added itself is recorded (see
`ledger`) before the call; only those are ever removed, on delete or when they are no longer declared.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from .calls import Calls
from .errors import ProviderError, code, reason
from .ledger import Ledger
from .request import DELETE, Outcome, Request, number, only_keys, texts
from .tag_keys import ensure_keys

NAME = "Custom::LakeFormationSettings"
MOST_ADMINS = 30
TRIES = 8
DEFAULTS = ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions")
VERSION = "CROSS_ACCOUNT_VERSION"
ADMIN = "admin\t"  # prefix in the record


def handle(request: Request, calls: Calls) -> Outcome:
    ledger = Ledger(calls, stack=request.stack, logical_id=request.logical_id)
    before = {item.removeprefix(ADMIN) for item in ledger.record.items}
    if request.kind == DELETE:
        _apply(
            calls, request.account, add=(), remove=frozenset(before), version=None, own=set(), ledger=ledger
        )
        ledger.delete()
        return Outcome(physical_id=request.stable_id)
    only_keys(request.properties, ("Admins", "CrossAccountVersion", "TagKeys"), NAME)
    admins = texts(request.properties, "Admins", NAME)
    version = number(request.properties, "CrossAccountVersion", NAME, 1)
    remove = frozenset(before - set(admins))
    written = _apply(
        calls, request.account, add=admins, remove=remove, version=version, own=before - remove, ledger=ledger
    )
    keys = request.properties.get("TagKeys") or {}
    if not isinstance(keys, Mapping):
        raise ProviderError(f"{NAME} needs TagKeys as an object of lists, got {keys!r}")
    ensure_keys(calls, request.account, {key: texts(keys, key, f"{NAME} TagKeys") for key in keys})
    data = {"CrossAccountVersion": str(written["Parameters"][VERSION])}
    return Outcome(physical_id=request.stable_id, data=data)


def merge(
    settings: Mapping[str, Any],
    *,
    add: tuple[str, ...],
    remove: frozenset[str],
    dead: frozenset[str],
    version: int | None,
) -> dict[str, Any]:
    """The settings to write. Pure. `version` None (a delete) leaves defaults and version alone."""
    merged = dict(settings)
    admins = [one for one in _admins(settings) if one not in remove | dead]
    admins += [one for one in dict.fromkeys(add) if one not in admins]
    if len(admins) > MOST_ADMINS:
        raise ProviderError(
            f"Lake Formation allows {MOST_ADMINS} administrators and {len(admins)} would be needed: "
            f"remove some of the {len(_admins(settings))} that the account has"
        )
    merged["DataLakeAdmins"] = [{"DataLakePrincipalIdentifier": one} for one in admins]
    if version is not None:
        merged.update({name: [] for name in DEFAULTS})
        parameters = dict(settings.get("Parameters") or {})
        parameters[VERSION] = str(max(version, _version(parameters)))
        merged["Parameters"] = parameters
    return merged


def holds(settings: Mapping[str, Any], wanted: Mapping[str, Any], removed: frozenset[str]) -> bool:
    """Whether what was read back has at least what was `wanted`, and none that was `removed`."""
    admins = set(_admins(settings))
    return (
        admins >= set(_admins(wanted))
        and not admins & removed
        and all(not settings.get(name) or wanted.get(name) for name in DEFAULTS)
        and _version(settings.get("Parameters") or {}) >= _version(wanted.get("Parameters") or {})
    )


def _apply(
    calls: Calls,
    account: str,
    *,
    add: tuple[str, ...],
    remove: frozenset[str],
    version: int | None,
    own: set[str],
    ledger: Ledger,
) -> Mapping[str, Any]:
    claimed = set(own) | set(remove)
    for attempt in range(TRIES):
        dead = frozenset[str]()
        if version is not None:
            dead = _dead(calls, account, set(_admins(_read(calls, account))) - set(add))
        # Read last, since what another writer adds between this and the write is lost.
        settings = _read(calls, account)
        present = set(_admins(settings))
        wanted = merge(settings, add=add, remove=remove, dead=dead, version=version)
        if holds(settings, wanted, remove | dead):
            ledger.write(ADMIN + one for one in claimed - remove)
            return settings
        claimed |= set(add) - present
        ledger.write(ADMIN + one for one in claimed)
        try:
            calls("lakeformation", "put_data_lake_settings", CatalogId=account, DataLakeSettings=wanted)
        except ClientError as error:
            raise ProviderError(
                f"Could not write the Lake Formation settings of account {account} with administrators "
                f"{', '.join(_admins(wanted))}: {reason(error)}"
            ) from error
        if attempt:
            calls.pause(attempt, "another writer changed the Lake Formation settings")
    raise ProviderError(
        f"The Lake Formation settings of account {account} did not keep what was written in {TRIES} tries: "
        "another program is changing them, stop it and deploy again"
    )


def _read(calls: Calls, account: str) -> Mapping[str, Any]:
    answer = calls("lakeformation", "get_data_lake_settings", CatalogId=account)
    settings: Mapping[str, Any] = answer["DataLakeSettings"]
    return settings


def _admins(settings: Mapping[str, Any]) -> list[str]:
    return [one["DataLakePrincipalIdentifier"] for one in settings.get("DataLakeAdmins") or []]


def _version(parameters: Mapping[str, Any]) -> int:
    value = str(parameters.get(VERSION, ""))
    return int(value) if value.isdigit() else 0


def _dead(calls: Calls, account: str, admins: set[str]) -> frozenset[str]:
    """Those whose IAM role or user is known not to exist; an administrator that cannot be checked is kept."""
    return frozenset(one for one in sorted(admins) if _is_dead(calls, account, one))


def _is_dead(calls: Calls, account: str, arn: str) -> bool:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "iam" or parts[4] != account:
        return False
    kind, _, path = parts[5].partition("/")
    if kind not in ("role", "user"):
        return False
    name = path.rsplit("/", 1)[-1]
    try:
        calls("iam", f"get_{kind}", **{f"{kind.capitalize()}Name": name})
    except ClientError as error:
        return code(error) == "NoSuchEntity"
    return False
