"""Lake Formation's settings: administrators, the defaults that open new databases and tables, the version.

Other administrators than the mesh's are an account's own affair, unless they no longer exist: Lake Formation
then refuses to write the settings
(https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html).
"""

from collections.abc import Iterator

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase
from meshwright.access.drift.wording import listed
from meshwright.access.findings import Call, Severity
from meshwright.access.state import Settings, account_of

NEEDS = ("lakeformation:GetDataLakeSettings",)


def settings(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of one account's settings."""
    declared, live = (each.settings for each in comparison.both(account))
    if comparison.read(account, "iam:GetRole"):
        yield from _dead(comparison, account, live)  # first: no settings can be written that name one
    for admin in sorted(declared.admins - live.admins):
        yield _setting(
            account,
            "admin-missing",
            admin,
            f"{comparison.who(admin)} is no longer an administrator of Lake Formation",
            "make it an administrator again; until then deployments of the mesh fail here",
            {"DataLakeAdmins": {"add": [admin]}},
        )
    for reader in sorted(declared.read_only_admins - live.read_only_admins - live.admins):
        yield _setting(
            account,
            "reader-missing",
            reader,
            f"{comparison.who(reader)} is no longer a read-only administrator of Lake Formation",
            "make it a read-only administrator again; until then an audit with that role overlooks grants",
            {"ReadOnlyAdmins": {"add": [reader]}},
        )
    for field, kind in (("database_defaults", "Database"), ("table_defaults", "Table")):
        opened: frozenset[str] = getattr(live, field)
        if opened:
            name = f"Create{kind}DefaultPermissions"
            yield _setting(
                account,
                "defaults-open",
                name,
                f"each new {kind.lower()} would be open to {listed(opened)}: to whomever IAM lets in",
                "clear the default",
                {name: {"set": []}},
            )
    if live.cross_account_version < declared.cross_account_version:
        yield _setting(
            account,
            "version-lowered",
            "CROSS_ACCOUNT_VERSION",
            f"the version of cross-account sharing is {live.cross_account_version}, "
            f"and declared is at least {declared.cross_account_version}",
            "raise it again",
            {"Parameters": {"add": {"CROSS_ACCOUNT_VERSION": str(declared.cross_account_version)}}},
        )


def _dead(comparison: Comparison, account: str, live: Settings) -> Iterator[Deviation]:
    known = comparison.live.account(account).identities
    dead = {
        field: sorted(each for each in members if account_of(each) == account and each not in known)
        for field, members in (("DataLakeAdmins", live.admins), ("ReadOnlyAdmins", live.read_only_admins))
    }
    # All at once, for the same reason; a second such call finds nothing left to change.
    call = _merged(account, {field: {"remove": members} for field, members in dead.items() if members})
    for member in sorted({each for members in dead.values() for each in members}):
        yield Deviation(
            code="admin-dead",
            account=account,
            subject=member,
            what=f"{member} administers Lake Formation and does not exist: whoever makes a role of that "
            "name would",
            floor=Severity.LOW,
            phase=Phase.SETTINGS,
            remedy="take it off the administrators",
            repair=(call,),
        )


def _setting(
    account: str,
    code: str,
    subject: str,
    what: str,
    remedy: str,
    edit: dict[str, object],
) -> Deviation:
    return Deviation(
        code=code,
        account=account,
        subject=subject,
        what=what,
        floor=Severity.MEDIUM,
        phase=Phase.SETTINGS,
        remedy=remedy,
        repair=(_merged(account, edit),),
    )


def _merged(account: str, edit: dict[str, object]) -> Call:
    return Call(account, "lakeformation", "put_data_lake_settings", edit, merge=True)
