"""Data-cells filters: which columns and rows a subscription shows."""

from collections.abc import Iterator

from meshwright.access.cells import conditions, rows_text
from meshwright.access.changes import Rows
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, with_entry, without_entry
from meshwright.access.drift.wording import in_words
from meshwright.access.findings import FilterChange, Severity
from meshwright.access.repair import delete_filter, put_filter
from meshwright.access.resources import Resource
from meshwright.access.state import Filter
from meshwright.mesh.row_limits import hides_rows, values_between

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
            readers = _readers(comparison, resource)
            yield Deviation(
                code="filter-changed",
                account=account,
                subject=str(resource),
                what=f"{in_words(comparison, resource)} is not as agreed",
                floor=Severity.MEDIUM,
                phase=Phase.CATALOG,
                remedy="set its columns and rows as agreed",
                repair=(put_filter(account, resource, content, exists=True),),
                change=with_entry(account, "filters", resource, live[resource]),
                readers=readers,
                # Where it granted the filter to no role yet, the consumer's account may at any time.
                principals=frozenset() if readers else _account(comparison, resource),
                tables=comparison.tables_of(resource),
                filter_change=_changed(comparison, resource, content, live[resource]),
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


def _account(comparison: Comparison, resource: Resource) -> frozenset[str]:
    consumer = comparison.mesh.domains.get(resource.path[2])
    return frozenset({consumer.account}) if consumer else frozenset()


def _changed(comparison: Comparison, resource: Resource, declared: Filter, live: Filter) -> FilterChange:
    table = comparison.table(resource.path[0], resource.path[1])
    was, now = (_columns(table.columns, each) for each in (declared, live))
    before, after = (rows_text(conditions(each.rows)) for each in (declared, live))
    gained, lost = _rows_between(before, after)
    return FilterChange(
        consumer=resource.path[2],
        gained=tuple(each for each in now if each not in was),
        lost=tuple(each for each in was if each not in now),
        later_columns=live.columns is None and declared.columns is not None,
        rows=_rows(before, after),
        rows_before=before,
        rows_after=after,
        rows_gained=gained,
        rows_lost=lost,
    )


def _columns(columns: tuple[str, ...], shown: Filter) -> tuple[str, ...]:
    listed = columns if shown.columns is None else shown.columns
    return tuple(each for each in columns if each in listed and each not in shown.excluded)


def _rows(before: str | None, after: str | None) -> Rows:
    more, fewer = hides_rows(after, before), hides_rows(before, after)
    if more and fewer:
        return Rows.OTHER
    return Rows.MORE if more else Rows.FEWER if fewer else Rows.SAME


def _rows_between(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Conditions for what is shown besides, and no longer; None for nothing, and for what no list tells."""
    values = values_between(before, after) if before and after else None
    if values is None:
        return None, None
    return _listed(values.column, values.more), _listed(values.column, values.fewer)


def _listed(column: str, values: tuple[str, ...]) -> str | None:
    if len(values) < 2:
        return f"{column} = {values[0]}" if values else None
    return f"{column} IN ({', '.join(values)})"
