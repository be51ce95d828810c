"""Repairs that have to wait: for a stack to be deployed, or for what only somebody's hand brings back.

A call on something that does not exist fails, and so does a deployment that finds what it is to make. So such
calls are left out, and the finding says what comes first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deploying import foundation, gone, share
from meshwright.access.drift.deviation import Deviation
from meshwright.access.findings import Call

Thing = tuple[str, ...]
"""Kind, account and names of what a call needs."""
TAKES_AWAY = ("revoke", "delete", "remove", "detach", "deregister")
"""How operations begin that need nothing: what is gone has lost it with itself."""
NAMING = ("Policy", "AssumeRolePolicyDocument")
"""Parameters with a policy whose principals must exist
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)."""


def in_order(comparison: Comparison, deviations: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """The deviations, without the calls that would fail, or make a deployment fail."""
    left = [_by_deploying(comparison, each) for each in deviations]
    absent = {
        thing: words for each in left for thing, words in _absent(comparison, each) if not _comes(each, thing)
    }
    return tuple(_waiting(each, absent) for each in left)


def _by_deploying(comparison: Comparison, deviation: Deviation) -> Deviation:
    """What a stack makes that is not there is left to its deployment."""
    stack = _stack(comparison, deviation)
    if stack is None or not gone(comparison, deviation.account, stack):
        return deviation
    return replace(
        deviation, repair=(), remedy=f"deploy the stack {stack}, which does not exist: it makes this too"
    )


def _stack(comparison: Comparison, deviation: Deviation) -> str | None:
    account, subject = deviation.account, deviation.subject
    domain = comparison.domain_of_account.get(account)
    match deviation.code:
        case "database-missing" | "table-missing":
            return share(comparison, subject.partition(".")[0])
        case "location-missing":
            owner = comparison.declared.bucket_owners[subject.partition("/")[0]]
            return comparison.mesh.names.stack(comparison.domain_of_account[owner].name, "share")
        case "link-missing" if domain:
            return comparison.mesh.names.stack(domain.name, "access")
        case "role-missing" if _made_by_mesh(comparison, account, subject):
            return foundation(comparison, account)
        case "bucket-missing" | "bucket-policy-changed" | "key-missing" | "stream-missing":
            return foundation(comparison, account)
    return None


def _made_by_mesh(comparison: Comparison, account: str, role: str) -> bool:
    wanted = comparison.declared.account(account).identities.get(role)
    provider = comparison.mesh.names.provider_role_arn(account)
    return role == provider or (wanted is not None and wanted.policy is not None)


def _absent(comparison: Comparison, deviation: Deviation) -> Iterator[tuple[Thing, str]]:
    """What does not exist because of it, in words."""
    account, subject = deviation.account, deviation.subject
    match deviation.code:
        case "database-missing":
            yield ("database", account, subject), f"the database {subject}"
        case "table-missing":
            yield ("table", account, *subject.split(".", 1)), f"the table {subject}"
        case "link-missing":
            yield ("database", account, subject), f"the link {subject}"
        case "location-missing":
            yield ("location", account, subject), f"the location {subject}"
        case "key-missing":
            yield ("key", account), f"the key {subject}"
        case "role-missing":
            yield ("role", subject), comparison.who(subject)
            settings = comparison.live.account(account).settings
            if subject in settings.admins | settings.read_only_admins:
                yield ("administrators", account), comparison.who(subject)


def _comes(deviation: Deviation, thing: Thing) -> bool:
    """Whether its own calls make it, before what needs it. Settings are written before roles are made, and
    policies that name a key are worked out before it has its alias.
    """
    return bool(deviation.repair) and thing[0] not in ("administrators", "key")


def _waiting(deviation: Deviation, absent: Mapping[Thing, str]) -> Deviation:
    needed = {
        absent[thing]: None for call in deviation.repair for thing in _needs(call, absent) if thing in absent
    }
    if not needed:
        return deviation
    first = " and ".join(needed)
    verb = "are" if len(needed) > 1 else "is"
    return replace(deviation, repair=(), remedy=f"{deviation.remedy}, once {first} {verb} there")


def _needs(call: Call, absent: Mapping[Thing, str]) -> Iterator[Thing]:
    """What a call needs to exist."""
    if call.operation.startswith(TAKES_AWAY):
        return
    given: Mapping[str, Any] = call.parameters
    if call.operation == "put_data_lake_settings":
        yield "administrators", call.account
    if "KeyAlias" in given:
        yield "key", call.account
    if "Principal" in given:
        yield "role", given["Principal"]["DataLakePrincipalIdentifier"]
    for shape in (given.get("Resource"), given.get("DatabaseInput")):
        yield from _of_resource(shape or {})
    if "TableData" in given:
        yield from _table(given["TableData"], catalog="TableCatalogId", name="TableName")
    for name in NAMING:
        yield from (
            thing for thing in absent if thing[0] == "role" and f'"{thing[1]}"' in given.get(name, "")
        )
    for name in (*NAMING, "PolicyDocument"):
        yield from _keys_in(given.get(name, ""), absent)


def _keys_in(policy: str, absent: Mapping[Thing, str]) -> Iterator[Thing]:
    """Keys whose id is not known, and that the policy would name by what stands for it."""
    for thing, words in absent.items():
        if thing[0] == "key" and f":{thing[1]}:key/{words.removeprefix('the key ')}" in policy:
            yield thing


def _of_resource(shape: Mapping[str, Any]) -> Iterator[Thing]:
    """Of Lake Formation's shapes of a resource, or Glue's of a link."""
    if "Database" in shape:
        yield "database", shape["Database"]["CatalogId"], shape["Database"]["Name"]
    if "TargetDatabase" in shape:
        yield "database", shape["TargetDatabase"]["CatalogId"], shape["TargetDatabase"]["DatabaseName"]
    if "DataLocation" in shape:
        location = shape["DataLocation"]
        yield "location", location["CatalogId"], location["ResourceArn"].rpartition(":")[2]
    for kind in ("Table", "TableWithColumns"):
        if kind in shape:
            yield from _table(shape[kind], catalog="CatalogId", name="Name")
    if "DataCellsFilter" in shape:
        yield from _table(shape["DataCellsFilter"], catalog="TableCatalogId", name="TableName")


def _table(shape: Mapping[str, Any], *, catalog: str, name: str) -> Iterator[Thing]:
    yield "database", shape[catalog], shape["DatabaseName"]
    if name in shape:
        yield "table", shape[catalog], shape["DatabaseName"], shape[name]
