"""Lake Formation's settings: the defaults that open new databases and tables, the version of sharing.

Who administers it is in administrators.py.
"""

from collections.abc import Iterator

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase
from meshwright.access.drift.wording import listed
from meshwright.access.findings import Call, Severity

NEEDS = ("lakeformation:GetDataLakeSettings",)


def settings(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of one account's settings."""
    declared, live = (each.settings for each in comparison.both(account))
    for field, kind in (("database_defaults", "Database"), ("table_defaults", "Table")):
        opened: frozenset[str] = getattr(live, field)
        if opened:
            name = f"Create{kind}DefaultPermissions"
            yield setting(
                account,
                "defaults-open",
                name,
                f"each new {kind.lower()} would be open to {listed(opened)}: to whomever IAM lets in",
                "clear the default",
                {name: {"set": []}},
                floor=Severity.HIGH,
            )
    engines = live.external_engines - declared.external_engines
    if engines:
        yield setting(
            account,
            "engines-filter",
            "AllowExternalDataFiltering",
            f"engines of {listed(engines)} get data whole, and filter rows and columns by themselves",
            "end that",
            {"AllowExternalDataFiltering": {"set": False}, "ExternalDataFilteringAllowList": {"set": []}},
        )
    if live.full_tables and not declared.full_tables:
        yield setting(
            account,
            "full-tables",
            "AllowFullTableExternalDataAccess",
            "engines get whole tables without telling Lake Formation for whom, where the caller may read all",
            "end that",
            {"AllowFullTableExternalDataAccess": {"set": False}},
        )
    if live.cross_account_version < declared.cross_account_version:
        yield setting(
            account,
            "version-lowered",
            "CROSS_ACCOUNT_VERSION",
            f"the version of cross-account sharing is {live.cross_account_version}, "
            f"and declared is at least {declared.cross_account_version}",
            "raise it again",
            {"Parameters": {"add": {"CROSS_ACCOUNT_VERSION": str(declared.cross_account_version)}}},
        )


def setting(
    account: str,
    code: str,
    subject: str,
    what: str,
    remedy: str,
    edit: dict[str, object],
    *,
    floor: Severity = Severity.MEDIUM,
) -> Deviation:
    """One that a call changes as `edit` says (see merged)."""
    return Deviation(
        code=code,
        account=account,
        subject=subject,
        what=what,
        floor=floor,
        phase=Phase.SETTINGS,
        remedy=remedy,
        repair=(merged(account, edit),),
    )


def merged(account: str, edit: dict[str, object]) -> Call:
    """A change of the settings: by member of DataLakeSettings what to add, remove or set. The rest stays."""
    return Call(account, "lakeformation", "put_data_lake_settings", edit, merge=True)
