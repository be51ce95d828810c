"""Data-cells filters: which columns and rows a subscription shows."""

from collections.abc import Iterator

from meshwright.access.cells import conditions
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, with_entry, without_entry
from meshwright.access.drift.wording import in_words
from meshwright.access.findings import Severity
from meshwright.access.repair import delete_filter, put_filter
from meshwright.access.resources import Resource
from meshwright.access.state import Filter

NEEDS = ("lakeformation:ListDataCellsFilter",)


def filters(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of the filters in one account's catalog."""
    declared, live = (each.filters for each in comparison.both(account))
    for resource in sorted(declared, key=str):
        content = declared[resource]
        if resource not in live:
            yield Deviation(
                code="filter-missing",
                account=account,
                subject=str(resource),
                what=f"{in_words(comparison, resource)} is gone, and with it what it was granted for",
                floor=Severity.HIGH,
                phase=Phase.CATALOG,
                remedy="make the filter again",
                repair=(put_filter(account, resource, content, exists=False),),
                change=without_entry(account, "filters", resource),
                readers=_readers(comparison, resource),
                tables=comparison.tables_of(resource),
            )
        elif not _same(content, live[resource]):
            yield Deviation(
                code="filter-changed",
                account=account,
                subject=str(resource),
                what=f"{in_words(comparison, resource)} shows {_difference(content, live[resource])}",
                floor=Severity.MEDIUM,
                phase=Phase.CATALOG,
                remedy="set its columns and rows as agreed",
                repair=(put_filter(account, resource, content, exists=True),),
                change=with_entry(account, "filters", resource, live[resource]),
                readers=_readers(comparison, resource),
                tables=comparison.tables_of(resource),
            )
    for resource in sorted(live, key=str):
        if resource not in declared and comparison.of_mesh(resource):
            yield Deviation(
                code="filter-unexpected",
                account=account,
                subject=str(resource),
                what=f"no file declares {in_words(comparison, resource)}",
                floor=Severity.LOW,
                phase=Phase.LEFTOVERS,
                remedy="delete the filter; nobody can use it once nothing is granted on it",
                repair=(delete_filter(account, resource),),
            )


def _readers(comparison: Comparison, resource: Resource) -> frozenset[str]:
    """The roles of the consumer that the filter is named after, that read the table."""
    consumer = comparison.mesh.domains.get(resource.path[2])
    return comparison.readers_of(
        comparison.tables_of(resource), account=consumer.account if consumer else None
    )


def _same(one: Filter, other: Filter) -> bool:
    return (one.columns, one.excluded, conditions(one.rows)) == (
        other.columns,
        other.excluded,
        conditions(other.rows),
    )


def _difference(declared: Filter, live: Filter) -> str:
    parts = []
    if live.columns is None:
        parts.append(
            f"all columns but {', '.join(sorted(live.excluded))}" if live.excluded else "all columns"
        )
    elif declared.columns is not None:
        if more := sorted(live.columns - declared.columns):
            parts.append(f"{', '.join(more)} as well")
        if fewer := sorted(declared.columns - live.columns):
            parts.append(f"{', '.join(fewer)} no longer")
    if conditions(declared.rows) != conditions(live.rows):
        agreed = f"where {declared.rows}" if declared.rows else "all"
        parts.append(f"{f'rows where {live.rows}' if live.rows else 'all rows'} (agreed: {agreed})")
    return ", ".join(parts)
