"""Whom a finding affects, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from meshwright.access.cells import Cells
from meshwright.access.drift.storage import ANYBODY_IN_AWS
from meshwright.access.findings import Effect, Severity, StreamEffect
from meshwright.access.rows import TableOf, tables_of
from meshwright.access.state import account_of
from meshwright.access.stream_rows import streams_of
from meshwright.access.stream_state import StreamName
from meshwright.commands.access_wording import all_or, for_example, rows_of
from meshwright.mesh.model import Mesh
from meshwright.mesh.rows.conditions import PlainRow

HEADINGS = {
    Severity.CRITICAL: "someone can read or change what nobody agreed to",
    Severity.HIGH: "someone who was agreed cannot read",
    Severity.MEDIUM: "a safeguard is weaker than declared, or a later deployment will fail",
    Severity.LOW: "left over",
}
VERBS = {"SELECT": "read", "INSERT": "insert into", "DELETE": "delete from", "ALTER": "alter", "DROP": "drop"}


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
        account = account_of(principal)
        if principal == account:
            return f"anybody whom account {self.account(principal)} lets"
        if principal == f"{account}:IAMPrincipals" and account is not None:
            return f"every role and user of account {self.account(account)}"
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

    @cached_property
    def _streams(self) -> dict[StreamName, str]:
        return {each.name: each.reference for each in streams_of(self.mesh)}

    def _what(self, effect: Effect, cells: tuple[Cells, ...], row: PlainRow | None) -> str:
        table = self._tables[effect.table.database, effect.table.table]
        named = f"{VERBS[effect.action]} {table.reference} ({table.classification})"
        if effect.action != "SELECT":
            return named
        shown = frozenset[str]().union(*(piece.columns for piece in cells))
        columns = all_or([each for each in table.columns if each in shown], table)
        rows = rows_of(cells, table)
        return f"{named}: {columns}" + (f"; {rows}" if rows else "") + for_example(row or ())
