"""Whom a finding affects, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from meshwright.access.cells import Cells
from meshwright.access.changes import Rows
from meshwright.access.decision import TableName
from meshwright.access.drift.reach import ANYBODY_IN_AWS
from meshwright.access.findings import Effect, FilterChange, OneMore, Severity, StreamEffect, WithinReach
from meshwright.access.principals import ELSEWHERE, principal_of
from meshwright.access.rows import TableOf, tables_of
from meshwright.access.stream_rows import streams_of
from meshwright.access.stream_state import StreamName
from meshwright.commands.access_wording import all_or, for_example, rows_of
from meshwright.mesh.model import Mesh
from meshwright.mesh.rows.conditions import PlainRow

HEADINGS = {
    Severity.CRITICAL: "someone can read or change what nobody agreed to",
    Severity.HIGH: "someone who was agreed cannot read, or one more call opens what nobody agreed to",
    Severity.MEDIUM: "a safeguard is weaker than declared, or a later deployment will fail",
    Severity.LOW: "left over",
}
VERBS = {"SELECT": "read", "INSERT": "insert into", "DELETE": "delete from", "ALTER": "alter", "DROP": "drop"}


BY = {
    OneMore.GRANT: "granting it",
    OneMore.OTHERS: "passing on what it was granted",
    OneMore.TABLE: "a table over its files",
    OneMore.ROLE: "a role of that name",
    OneMore.SERVICE: "passing the role to the service",
    OneMore.POLICY: "a change of one policy",
}
"""The call that is missing."""
MOST_TABLES = 3
"""Tables of one sentence that are named."""


@dataclass(frozen=True)
class Words:
    """The words of one mesh."""

    mesh: Mesh

    @cached_property
    def _tables(self) -> dict[tuple[str, str], TableOf]:
        return {
            (table.name.database, table.name.table): table
            for tables in tables_of(self.mesh).values()
            for table in tables
        }

    @cached_property
    def _roles(self) -> dict[str, str]:
        return {
            role.arn: f"{domain.name}.{role.key} ({role.name})"
            for domain in self.mesh.domains.values()
            for role in domain.roles.values()
        }

    @cached_property
    def _holders(self) -> dict[str, str]:
        domains = {domain.account: domain.name for domain in self.mesh.domains.values()}
        return {**domains, self.mesh.governance_account: "governance"}

    def account(self, number: str) -> str:
        """`111111111111 (governance)`"""
        return f"{number} ({self._holders[number]})" if number in self._holders else number

    def principal(self, principal: str) -> str:
        """A role of the mesh by its key, any other by its ARN, an account as whomever it lets."""
        if principal == ANYBODY_IN_AWS:
            return "anybody with an AWS account"
        named = principal_of(principal)
        account = named.account
        if principal == account:
            return f"anybody whom account {self.account(principal)} lets"
        if principal == f"{account}:IAMPrincipals" and account is not None:
            return f"every role and user of account {self.account(account)}"
        if named.is_group:
            return f"all members of {named}"
        if named.kind in ELSEWHERE:
            return str(named)
        return self._roles.get(principal, principal)

    def effects(self, effects: Sequence[Effect]) -> Iterator[str]:
        """One sentence for each principal, table and direction."""
        for each in effects:
            who = self.principal(each.principal)
            if each.gained:
                yield f"{who} can {self._what(each, each.gained, each.gained_row)}"
            if each.lost:
                yield f"{who} can no longer {self._what(each, each.lost, each.lost_row)}"

    def stream_effects(self, effects: Sequence[StreamEffect]) -> Iterator[str]:
        """One sentence for each principal and stream."""
        for each in effects:
            stream = self._streams.get(each.stream, each.stream.name)
            if each.gained:
                yield f"{self.principal(each.principal)} is let in to the stream {stream}"
            else:
                yield f"{self.principal(each.principal)} can no longer read the stream {stream}"

    def within_reach(self, within: Sequence[WithinReach]) -> Iterator[str]:
        """One sentence for each principal and call: `… could reach orders.sales.orders by granting it`."""
        for each in within:
            names = [self._table(name) for name in each.tables]
            shown = ", ".join(names[:MOST_TABLES])
            more = f" and {len(names) - MOST_TABLES} more tables" if len(names) > MOST_TABLES else ""
            yield f"{self.principal(each.principal)} could reach {shown}{more} by {BY[each.by]}"

    def filter_change(self, change: FilterChange) -> Iterator[str]:
        """What the consumer gained and lost: columns, then rows in the words of the conditions."""
        for verb, columns in (("gains", change.gained), ("loses", change.lost)):
            if columns:
                noun = "column" if len(columns) == 1 else "columns"
                yield f"{change.consumer} {verb} {noun} {', '.join(columns)}"
        if change.later_columns:
            yield f"{change.consumer} sees each column that is added later"
        yield from (f"{change.consumer} {said}" for said in _rows(change))

    @cached_property
    def _streams(self) -> dict[StreamName, str]:
        return {each.name: each.reference for each in streams_of(self.mesh)}

    def _what(self, effect: Effect, cells: tuple[Cells, ...], row: PlainRow | None) -> str:
        table = self._tables.get((effect.table.database, effect.table.table))
        if table is None:
            columns = ", ".join(sorted(frozenset[str]().union(*(piece.columns for piece in cells))))
            return f"{VERBS[effect.action]} {effect.table} (in no file): {columns}"
        named = f"{VERBS[effect.action]} {table.reference} ({table.classification})"
        if effect.action != "SELECT":
            return named
        shown = frozenset[str]().union(*(piece.columns for piece in cells))
        shown_columns = all_or([each for each in table.columns if each in shown], table)
        rows = rows_of(cells, table)
        return f"{named}: {shown_columns}" + (f"; {rows}" if rows else "") + for_example(row or ())

    def _table(self, name: TableName) -> str:
        known = self._tables.get((name.database, name.table))
        return known.reference if known else str(name)


def _rows(change: FilterChange) -> Iterator[str]:
    before, after = change.rows_before, change.rows_after
    if change.rows is Rows.SAME:
        return
    if change.rows_gained or change.rows_lost:
        if change.rows_gained:
            yield f"sees rows of `{change.rows_gained}` besides"
        if change.rows_lost:
            yield f"no longer sees rows of `{change.rows_lost}`"
    elif after is None:
        yield f"sees all rows, not only those of `{before}`"
    elif before is None:
        yield f"no longer sees all rows, only those of `{after}`"
    else:
        yield f"sees rows of `{after}`, where `{before}` was agreed"
