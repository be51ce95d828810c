"""Who administers Lake Formation: the mesh's own who are missing, those who are gone, those nobody declared.

An administrator of an account has what others granted to the account, data included, and may grant whatever
the account holds (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html). A read-only one sees
metadata and grants alone (https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html).
While one of them does not exist Lake Formation refuses to write the settings
(https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html).
"""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import (
    ACTIONS,
    Change,
    Deviation,
    Phase,
    on_account,
    unchanged,
    with_entry,
)
from meshwright.access.drift.settings import merged, setting
from meshwright.access.findings import OneMore, Severity, WithinReach
from meshwright.access.principals import IN_IAM, account_of, principal_of

INSTEAD = "or name it under `administrators` in mesh.yaml"


def administrators(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of one account's administrators and read-only administrators."""
    declared, live = (each.settings for each in comparison.both(account))
    dead = _dead(comparison, account)
    # The mesh's own stay: that such a role is missing is said elsewhere, and it is to come back.
    strangers = dead - declared.admins - declared.read_only_admins
    yield from _gone(comparison, account, strangers)  # first: no settings can be written that name one
    for admin in sorted(declared.admins - live.admins):
        missing = setting(
            account,
            "admin-missing",
            admin,
            f"{comparison.who(admin)} is no longer an administrator of Lake Formation",
            "make it an administrator again; until then deployments of the mesh fail here",
            {"DataLakeAdmins": {"add": [admin]}},
        )
        yield _after_its_role(comparison, account, missing)
    for reader in sorted(declared.read_only_admins - live.read_only_admins - live.admins):
        missing = setting(
            account,
            "reader-missing",
            reader,
            f"{comparison.who(reader)} is no longer a read-only administrator of Lake Formation",
            "make it a read-only administrator again; until then an audit with that role overlooks grants",
            {"ReadOnlyAdmins": {"add": [reader]}},
        )
        yield _after_its_role(comparison, account, missing)
    for admin in sorted(live.admins - declared.admins - dead):
        if not _named(comparison, account, admin):
            yield _undeclared(comparison, account, admin)
    for reader in sorted(live.read_only_admins - declared.read_only_admins - declared.admins - dead):
        if not _named(comparison, account, reader):
            yield _undeclared_reader(comparison, account, reader)


def _dead(comparison: Comparison, account: str) -> frozenset[str]:
    """Those that do not exist, as far as that is known."""
    settings = comparison.live.account(account).settings
    members = settings.admins | settings.read_only_admins
    return frozenset(each for each in members if _does_not_exist(comparison, account, each))


def _does_not_exist(comparison: Comparison, account: str, principal: str) -> bool:
    known = comparison.read(account, "iam:GetRole") and account_of(principal) == account
    known = known and principal_of(principal).kind in IN_IAM
    return known and principal not in comparison.live.account(account).identities


def _after_its_role(comparison: Comparison, account: str, missing: Deviation) -> Deviation:
    """Without a call while there is no such role: Lake Formation would refuse it."""
    if not _does_not_exist(comparison, account, missing.subject):
        return missing
    return replace(missing, repair=(), remedy=f"{missing.remedy}. The role must exist first")


def _gone(comparison: Comparison, account: str, dead: frozenset[str]) -> Iterator[Deviation]:
    live = comparison.live.account(account).settings
    members = {"DataLakeAdmins": live.admins & dead, "ReadOnlyAdmins": live.read_only_admins & dead}
    # All at once, for the same reason; a second such call finds nothing left to change.
    call = merged(account, {field: {"remove": sorted(some)} for field, some in members.items() if some})
    for member in sorted(dead):
        tables = _in_its_hands(comparison, account) if member in live.admins else ()
        yield Deviation(
            code="admin-dead",
            account=account,
            subject=member,
            what=f"{member} administers Lake Formation and does not exist: whoever makes a role of that "
            "name would",
            floor=Severity.MEDIUM,
            phase=Phase.SETTINGS,
            remedy="take it off the administrators",
            repair=(call,),
            within_reach=(WithinReach(member, OneMore.ROLE, tables),),
        )


def _named(comparison: Comparison, account: str, principal: str) -> bool:
    """Whether mesh.yaml lists it: by its ARN, or a role of this account by its name."""
    listed = comparison.mesh.file.administrators
    own_role = account_of(principal) == account and ":role/" in principal
    return principal in listed or (own_role and principal.rpartition("/")[2] in listed)


def _undeclared(comparison: Comparison, account: str, admin: str) -> Deviation:
    if account == comparison.catalog:
        floor, can = Severity.CRITICAL, "it can grant anything in the catalog, to itself and to others"
    else:
        floor, can = Severity.MEDIUM, "it has whatever is granted to the account, and can grant it there"
    within_reach = WithinReach(admin, OneMore.GRANT, _in_its_hands(comparison, account))
    edit: dict[str, object] = {"DataLakeAdmins": {"remove": [admin]}}
    if admin in comparison.declared.account(account).settings.read_only_admins:
        edit["ReadOnlyAdmins"] = {"add": [admin]}
    return Deviation(
        code="admin-undeclared",
        account=account,
        subject=admin,
        what=f"{comparison.who(admin)} administers Lake Formation, and no file says so: {can}",
        floor=floor,
        phase=Phase.ADMINISTRATORS,
        remedy=f"take it off the administrators, {INSTEAD}",
        repair=(merged(account, edit),),
        change=_with_admin(account, admin),
        given=_as_it_is(comparison, account, admin),
        principals=frozenset({admin}),
        tables=granted_to(comparison, account),
        actions=ACTIONS,
        within_reach=(within_reach,),
    )


def _undeclared_reader(comparison: Comparison, account: str, reader: str) -> Deviation:
    return Deviation(
        code="reader-undeclared",
        account=account,
        subject=reader,
        what=f"{comparison.who(reader)} is a read-only administrator of Lake Formation, and no file says so: "
        "it sees the whole catalog and all grants, and no data",
        floor=Severity.MEDIUM,
        phase=Phase.ADMINISTRATORS,
        remedy=f"take it off the read-only administrators, {INSTEAD}",
        repair=(merged(account, {"ReadOnlyAdmins": {"remove": [reader]}}),),
    )


def _with_admin(account: str, admin: str) -> Change:
    return on_account(
        account,
        lambda state: replace(
            state, settings=replace(state.settings, admins=state.settings.admins | {admin})
        ),
    )


def _as_it_is(comparison: Comparison, account: str, admin: str) -> Change:
    """With the policies that it has, whether or not a file names it."""
    found = comparison.live.account(account).identities.get(admin)
    return unchanged if found is None else with_entry(account, "identities", admin, found)


def _in_its_hands(comparison: Comparison, account: str) -> tuple[TableName, ...]:
    """The tables that an administrator of the account may grant."""
    if account != comparison.catalog:
        return granted_to(comparison, account)
    return tuple(name for tables in comparison.tables_in.values() for name in tables)


def granted_to(comparison: Comparison, account: str) -> tuple[TableName, ...]:
    """The tables of which the account was granted something: none where the catalog is, for there being an
    administrator gives metadata, and no data
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
    """
    held = comparison.declared.account(comparison.catalog).held.get(account, {})
    resources = dict.fromkeys(grant.resource for grants in held.values() for grant in grants)
    tables = (name for each in resources if each.table for name in comparison.tables_of(each))
    return tuple(dict.fromkeys(tables))
