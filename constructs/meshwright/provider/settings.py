"""Custom::LakeFormationSettings: merges into an account's Lake Formation settings, never replaces them.

PutDataLakeSettings writes the whole document, so it is read, merged, written and read again: a concurrent
writer who put back what it had read is then seen, and the merge repeated. The call is authorised by IAM, so
this works before the provider is an administrator. Which administrators, and read-only administrators, it
added itself is recorded (see `ledger`) before the call; only those are ever removed, on delete or when they
are no longer declared, and not while another resource of the account, as that of a second mesh, has them too.

A principal that is an administrator already is not made a read-only one besides: it sees everything as it is,
and AWS does not say whether it takes one that is in both lists.
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
MOST = 30  # in each list, https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html
TRIES = 8
DEFAULTS = ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions")
VERSION = "CROSS_ACCOUNT_VERSION"
ADMIN, READER = "admin\t", "reader\t"  # before the ARN, in the record and in every set of members below
LISTS = {ADMIN: "DataLakeAdmins", READER: "ReadOnlyAdmins"}
WORDS = {ADMIN: "administrators", READER: "read-only administrators"}


def handle(request: Request, calls: Calls) -> Outcome:
    ledger = Ledger(calls, stack=request.stack, logical_id=request.logical_id)
    if request.kind == DELETE:
        _apply(calls, request.account, add=(), version=None, ledger=ledger)
        return Outcome(physical_id=request.stable_id, done_with=ledger.record.names)
    only_keys(request.properties, ("Admins", "ReadOnlyAdmins", "CrossAccountVersion", "TagKeys"), NAME)
    admins = texts(request.properties, "Admins", NAME)
    readers = [one for one in texts(request.properties, "ReadOnlyAdmins", NAME) if one not in admins]
    add = (*(ADMIN + one for one in admins), *(READER + one for one in readers))
    version = number(request.properties, "CrossAccountVersion", NAME, 1)
    written = _apply(calls, request.account, add=add, version=version, ledger=ledger)
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
    version: int | None,
) -> dict[str, Any]:
    """The settings to write. Pure. `version` None (a delete) leaves defaults and version alone."""
    merged = dict(settings)
    present = _members(settings)
    members = [one for one in present if one not in remove]
    for one in dict.fromkeys(add):
        if one not in members and ADMIN + _arn(one) not in members:
            members.append(one)
    for kind, name in LISTS.items():
        arns = [_arn(one) for one in members if one.startswith(kind)]
        if len(arns) > MOST:
            raise ProviderError(
                f"Lake Formation allows {MOST} {WORDS[kind]} and {len(arns)} would be needed: remove some "
                f"of the {sum(one.startswith(kind) for one in present)} that the account has"
            )
        merged[name] = [{"DataLakePrincipalIdentifier": arn} for arn in arns]
    if version is not None:
        merged.update({name: [] for name in DEFAULTS})
        parameters = dict(settings.get("Parameters") or {})
        parameters[VERSION] = str(max(version, _version(parameters)))
        merged["Parameters"] = parameters
    return merged


def holds(settings: Mapping[str, Any], wanted: Mapping[str, Any], removed: frozenset[str]) -> bool:
    """Whether what was read back has at least what was `wanted`, and none that was `removed`."""
    members = set(_members(settings))
    return (
        members >= set(_members(wanted))
        and not members & removed
        and all(not settings.get(name) or wanted.get(name) for name in DEFAULTS)
        and _version(settings.get("Parameters") or {}) >= _version(wanted.get("Parameters") or {})
    )


def _apply(
    calls: Calls, account: str, *, add: tuple[str, ...], version: int | None, ledger: Ledger
) -> Mapping[str, Any]:
    """`version` None is a delete. The record says what may be removed, and others' records what may not."""
    claimed = ledger.record.items
    others = ledger.others() if claimed != frozenset(add) else frozenset()
    remove = claimed - set(add) - others
    for attempt in range(TRIES):
        gone = remove
        if version is not None:
            gone |= _dead(calls, account, set(_members(_read(calls, account))) - set(add))
        # Read last, since what another writer adds between this and the write is lost.
        settings = _read(calls, account)
        wanted = merge(settings, add=add, remove=gone, version=version)
        if holds(settings, wanted, gone):
            ledger.write((claimed | others & set(_members(settings))) & set(add))
            return settings
        claimed |= set(_members(wanted)) - set(_members(settings))
        ledger.write(claimed)
        try:
            calls("lakeformation", "put_data_lake_settings", CatalogId=account, DataLakeSettings=wanted)
        except ClientError as error:
            raise ProviderError(
                f"Could not write the Lake Formation settings of account {account} with {_spelled(wanted)}: "
                f"{reason(error)}"
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


def _members(settings: Mapping[str, Any]) -> list[str]:
    """Administrators and read-only administrators, each as in the record."""
    return [
        kind + one["DataLakePrincipalIdentifier"]
        for kind, name in LISTS.items()
        for one in settings.get(name) or []
    ]


def _arn(member: str) -> str:
    return member.partition("\t")[2]


def _spelled(settings: Mapping[str, Any]) -> str:
    lists = {kind: [_arn(one) for one in _members(settings) if one.startswith(kind)] for kind in LISTS}
    return " and ".join(f"{WORDS[kind]} {', '.join(arns)}" for kind, arns in lists.items() if arns)


def _version(parameters: Mapping[str, Any]) -> int:
    value = str(parameters.get(VERSION, ""))
    return int(value) if value.isdigit() else 0


def _dead(calls: Calls, account: str, members: set[str]) -> frozenset[str]:
    """Those whose IAM role or user is known not to exist; one that cannot be checked is kept."""
    return frozenset(one for one in sorted(members) if _is_dead(calls, account, _arn(one)))


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
