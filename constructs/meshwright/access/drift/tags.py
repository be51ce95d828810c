"""LF-Tags on the mesh's databases and columns, and the keys that these need."""

from collections.abc import Iterator

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import ACTIONS, Deviation, Phase, all_of, with_entry
from meshwright.access.drift.unexpected_grants import holders_of, with_its_part_done
from meshwright.access.drift.wording import listed
from meshwright.access.findings import Call, Severity
from meshwright.access.repair import tag
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import AccountState

NEEDS = ("lakeformation:GetResourceLFTags",)
KEYS_NEED = ("lakeformation:ListLFTags",)


def tags(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the tags in one account's catalog.

    A tag matters to those who were granted something by tags, whether or not a file says so.
    """
    declared, live = comparison.both(account)
    by_tags = [
        grant
        for grant in live.grants
        if grant.resource.kind is Kind.TAG_POLICY and grant.principal not in comparison.platform
    ]
    holders = frozenset[str]().union(*(holders_of(comparison, account, each.principal) for each in by_tags))
    matters = bool(by_tags) or _tag_grants(comparison, account)
    given = all_of(with_its_part_done(comparison, each) for each in by_tags)
    present = {*declared.tags, *(each for each in live.tags if comparison.of_mesh(each))}
    for resource in sorted(present, key=_order):
        wanted, found = declared.tags.get(resource, {}), live.tags.get(resource, {})
        if not _exists(live, resource):
            continue  # that it is gone is said elsewhere
        change = with_entry(account, "tags", resource, found)
        for key in sorted({*wanted, *found}):
            if wanted.get(key) == found.get(key):
                continue
            if key not in wanted:
                what, remedy = (
                    f"has the LF-Tag {key}={found[key]}, which no file declares",
                    "take the tag off",
                )
                call = tag(resource, {key: found[key]}, region=comparison.mesh.region, remove=True)
            elif key not in found:
                what, remedy = f"has lost the LF-Tag {key}={wanted[key]}", "put the tag on again"
                call = tag(resource, {key: wanted[key]}, region=comparison.mesh.region)
            else:
                what = f"has the LF-Tag {key}={found[key]} instead of {wanted[key]}"
                remedy = f"set it to {wanted[key]}"
                call = tag(resource, {key: wanted[key]}, region=comparison.mesh.region)
            yield Deviation(
                code="tag-missing"
                if key not in found
                else "tag-changed"
                if key in wanted
                else "tag-unexpected",
                account=account,
                subject=f"{_name(resource)} {key}",
                what=f"{_name(resource)} {what}",
                floor=Severity.MEDIUM,
                phase=Phase.REMOVALS if key not in wanted else Phase.CATALOG,
                remedy=remedy,
                repair=(call,),
                change=change,
                given=given,
                readers=comparison.readers_of(comparison.tables_of(resource)),
                principals=holders,
                tables=comparison.tables_of(resource) if matters else (),
                actions=ACTIONS,
            )


def tag_keys(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """LF-Tag keys of the mesh that are gone, or lack values that are declared."""
    declared, live = (each.tag_keys for each in comparison.both(account))
    for key in sorted(declared):
        missing = declared[key] - live.get(key, frozenset())
        if not missing:
            continue
        where: dict[str, object] = {"CatalogId": account, "TagKey": key}
        if key in live:
            values = {"TagValuesToAdd": sorted(missing)}
            call = Call(account, "lakeformation", "update_lf_tag", where | values)
        else:
            values = {"TagValues": sorted(missing)}
            call = Call(account, "lakeformation", "create_lf_tag", where | values)
        yield Deviation(
            code="tag-key-missing",
            account=account,
            subject=key,
            what=f"the LF-Tag {key} {'lacks ' + listed(missing) if key in live else 'is gone'}",
            floor=Severity.MEDIUM,
            phase=Phase.SETTINGS,
            remedy="add the values" if key in live else "make it again, with its values",
            repair=(call,),
        )


def _tag_grants(comparison: Comparison, account: str) -> bool:
    """Without a grant on tags, no tag decides on access."""
    return any(
        grant.resource.kind is Kind.TAG_POLICY for grant in comparison.declared.account(account).grants
    )


def _exists(live: AccountState, resource: Resource) -> bool:
    database = live.databases.get(resource.path[0])
    if database is None or resource.kind is Kind.DATABASE:
        return database is not None
    table = database.tables.get(resource.path[1])
    if table is None or resource.included is None:
        return table is not None
    return resource.included <= frozenset(table.columns)


def _name(resource: Resource) -> str:
    column = f".{next(iter(resource.included))}" if resource.included else ""
    return ".".join(resource.path) + column


def _order(resource: Resource) -> tuple[str, str]:
    return _name(resource), resource.kind
