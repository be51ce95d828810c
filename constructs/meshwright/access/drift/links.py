"""Resource links in the domains' accounts."""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, with_entry, without_entry
from meshwright.access.findings import Call, Severity
from meshwright.access.state import Link

NEEDS = ("glue:GetDatabases",)


def links(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the links in one domain's account."""
    if account == comparison.catalog:
        return
    declared, live = (each.databases for each in comparison.both(account))
    for name in sorted(declared):
        wanted, found = declared[name].link, live.get(name)
        if wanted is None or (found is not None and found.link == wanted):
            continue
        tables = comparison.tables_in.get(wanted.database, ())
        readers = comparison.readers_of(tables, account=account)
        definition = _input(name, wanted, comparison)
        if found is None:
            yield Deviation(
                code="link-missing",
                account=account,
                subject=name,
                what=f"{comparison.holder(account)} has lost its resource link to {wanted.database}",
                floor=Severity.HIGH,
                phase=Phase.LOCAL,
                remedy="make the link again; the grants on it follow",
                repair=(Call(account, "glue", "create_database", {"DatabaseInput": definition}),),
                change=without_entry(account, "databases", name),
                readers=readers,
                tables=tables,
            )
        elif found.link is None:
            yield Deviation(
                code="link-replaced",
                account=account,
                subject=name,
                what=f"{name} is a database of its own in place of the link to {wanted.catalog}",
                floor=Severity.HIGH,
                phase=Phase.LOCAL,
                remedy="rename or delete that database, whose tables would be lost, then deploy "
                f"{comparison.mesh.names.stack(comparison.holder(account), 'access')}",
                change=with_entry(account, "databases", name, replace(found, tables={})),
                readers=readers,
                tables=tables,
            )
        else:
            yield Deviation(
                code="link-elsewhere",
                account=account,
                subject=name,
                what=f"the link {name} points to {found.link.catalog}:{found.link.database}"
                + (f" in {found.link.region}" if found.link.region else ""),
                floor=Severity.HIGH,
                phase=Phase.LOCAL,
                remedy=f"point it to {wanted.catalog}:{wanted.database}",
                repair=(
                    Call(account, "glue", "update_database", {"Name": name, "DatabaseInput": definition}),
                ),
                change=with_entry(account, "databases", name, found),
                readers=readers,
                tables=tables,
            )
    yield from _undeclared(comparison, account)


def _undeclared(comparison: Comparison, account: str) -> Iterator[Deviation]:
    known, present = (each.databases for each in comparison.both(account))
    for name in sorted(present):
        link = present[name].link
        if name in known or link is None:
            continue
        to_mesh = link.catalog == comparison.catalog and link.database.startswith(comparison.prefix)
        if not to_mesh and not name.startswith(comparison.prefix):
            continue
        target = comparison.live.account(link.catalog)
        gone = comparison.read(link.catalog, *NEEDS) and link.database not in target.databases
        yield Deviation(
            code="link-dangling" if gone else "link-unexpected",
            account=account,
            subject=name,
            what=f"the link {name} points to {link.catalog}:{link.database}, "
            f"{'which does not exist' if gone else 'and no file asks for it'}",
            floor=Severity.LOW,
            phase=Phase.LEFTOVERS,
            remedy="delete the link; what it points to stays",
            repair=(Call(account, "glue", "delete_database", {"Name": name}),),
        )


def _input(name: str, link: Link, comparison: Comparison) -> dict[str, object]:
    target = {"CatalogId": link.catalog, "DatabaseName": link.database, "Region": comparison.mesh.region}
    return {"Name": name, "TargetDatabase": target}
