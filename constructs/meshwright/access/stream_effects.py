"""Who can no longer read a stream because of a deviation: decisions without and with it alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, unchanged
from meshwright.access.findings import StreamEffect
from meshwright.access.principals import account_of
from meshwright.access.state import LakeState
from meshwright.access.stream_path import StreamDecision, StreamWay, decide_stream
from meshwright.access.stream_rows import StreamAccess, stream_rows
from meshwright.access.stream_state import StreamName

PHASES = frozenset({Phase.ROLES, Phase.STORAGE, Phase.REMOVALS})
"""Deviations of roles, keys and streams; grants and the catalog have nothing to do with streams."""


@dataclass(frozen=True)
class StreamEffects:
    """The effects of deviations from the declared state of a comparison."""

    comparison: Comparison

    def of(self, deviation: Deviation) -> tuple[StreamEffect, ...]:
        """Whom it lets in, and whom it keeps from what was agreed."""
        if deviation.change is unchanged or deviation.phase not in PHASES:
            return deviation.on_streams
        return (*deviation.on_streams, *self._gained_at_home(deviation), *self._lost(deviation))

    def _gained_at_home(self, deviation: Deviation) -> Iterator[StreamEffect]:
        """A role whose policies changed reads the streams of its own account if these alone let it."""
        declared, number = self.comparison.declared, deviation.account
        if deviation.phase is not Phase.ROLES or number not in declared.accounts:
            return
        part = replace(declared, accounts={number: declared.accounts[number]})
        changed, who = deviation.change(part), deviation.subject
        for name in declared.accounts[number].streams:
            stream = StreamName(number, name)
            was, now = (
                decide_stream(state, who, stream, agreed=StreamWay.SHARED, consumer="").allowed
                for state in (part, changed)
            )
            if now and not was:
                yield StreamEffect(who, stream, gained=True)

    def _lost(self, deviation: Deviation) -> Iterator[StreamEffect]:
        declared = self.comparison.declared
        for row in self._readers.get(deviation.account, ()):
            numbers = {deviation.account, row.stream.name.account, account_of(row.principal) or ""}
            accounts = {each: declared.accounts[each] for each in numbers if each in declared.accounts}
            part = replace(declared, accounts=accounts)
            if not _decided(deviation.change(part), row).allowed:
                yield StreamEffect(row.principal, row.stream.name, gained=False)

    @cached_property
    def _readers(self) -> Mapping[str, list[StreamAccess]]:
        """What is declared to be read, by each of the two accounts that have a say in it."""
        found: dict[str, list[StreamAccess]] = {}
        for row in stream_rows(self.comparison.mesh, self.comparison.declared):
            for account in {row.stream.name.account, account_of(row.principal) or ""}:
                found.setdefault(account, []).append(row)
        return found


def _decided(state: LakeState, row: StreamAccess) -> StreamDecision:
    consumer = row.consumers[0] if row.consumers else ""
    way = StreamWay.FAN_OUT if consumer else StreamWay.SHARED
    return decide_stream(state, row.principal, row.stream.name, agreed=way, consumer=consumer)
