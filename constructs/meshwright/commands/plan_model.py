"""What a change of the files does, in every environment: access, safeguards, resources, data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from meshwright.access.changes import AccessChange, Kind, access_changes
from meshwright.access.compiled import compile_state
from meshwright.access.rows import DeployedAccess, TableOf, access_rows
from meshwright.access.safeguards import Safeguard, safeguard_changes
from meshwright.access.state import LakeState
from meshwright.access.stream_changes import StreamChange, stream_changes
from meshwright.access.stream_rows import StreamOf, stream_rows
from meshwright.comparison import Comparison
from meshwright.config.problems import Problem
from meshwright.cost.changes import CostChange, cost_changes
from meshwright.mesh.data_risks import HARMLESS, DataRisk, data_risks
from meshwright.mesh.inventory import inventory
from meshwright.mesh.model import Mesh
from meshwright.mesh.resource_changes import Effect, StackChange, resource_changes


class Reason(StrEnum):
    """Why a change needs a review."""

    WIDENED = "widened"
    """Access is added, or covers more, or lasts longer; or a safeguard is loosened."""
    PII = "pii"
    """PII columns are newly readable, or in more rows; or a column is no longer marked."""
    REMOVED = "removed"
    """Access ends or covers less; or data is at risk."""
    ANY = "any"
    """Anything changes."""


DEFAULT_REASONS = (Reason.WIDENED, Reason.REMOVED, Reason.PII)


@dataclass(frozen=True, slots=True)
class EnvironmentPlan:
    """What changes in one environment."""

    before: Mesh
    after: Mesh
    access: tuple[AccessChange, ...]
    streams: tuple[StreamChange, ...]
    safeguards: tuple[Safeguard, ...]
    stacks: tuple[StackChange, ...]
    risks: tuple[DataRisk, ...]
    costs: tuple[CostChange, ...] = ()
    """It follows from the resources, so it is no change of its own."""

    @property
    def _all_access(self) -> tuple[AccessChange | StreamChange, ...]:
        return (*self.access, *self.streams)

    @property
    def name(self) -> str:
        return self.after.environment

    @property
    def changes(self) -> int:
        return sum(map(len, (self.access, self.streams, self.safeguards, self.stacks, self.risks)))

    @property
    def empty(self) -> bool:
        return not self.changes

    @property
    def widened(self) -> int:
        """How many roles gain access to a table or stream, or more of it."""
        return _true(each.widens for each in self._all_access)

    @property
    def loosened(self) -> int:
        """How much that access rests on is loosened; PII marks are counted as PII."""
        return _true(each.loosens and not each.pii for each in self.safeguards)

    @property
    def personal(self) -> int:
        """How many roles can newly read PII, and how many columns are no longer marked."""
        readable = _true(bool(each.pii) for each in self._all_access)
        return readable + _true(each.pii for each in self.safeguards)

    @property
    def narrowed(self) -> int:
        """How many roles lose access to a table or stream, or a part of it."""
        return _true(each.narrows for each in self._all_access)

    @property
    def at_risk(self) -> int:
        """How much data is at risk."""
        return _true(each.risk not in HARMLESS for each in self.risks)

    def lingers(self, change: AccessChange) -> bool:
        """Whether access that the files end stays until stacks are deleted.

        What neither stack revokes, since no file leads to either any more, no deployment touches.
        """
        left = {(each.domain, each.name) for each in self.stacks if each.effect is Effect.LEFT}
        names, access = self.before.names, change.access
        return (
            change.kind is Kind.REMOVED
            and {
                (access.domain, names.stack(access.domain, "access")),
                (access.table.domain, names.stack(access.table.domain, "share")),
            }
            <= left
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change does."""

    base: str
    environments: tuple[EnvironmentPlan, ...]
    refused: tuple[Problem, ...]
    """What it would take from live consumers."""
    notices: tuple[Problem, ...]
    """Pending, expired and the like, as far as they are new."""
    access_alone: bool = False
    """Resources and data were not compared."""

    @property
    def empty(self) -> bool:
        """Nothing changes; there may still be notices."""
        return not self.refused and all(each.empty for each in self.environments)

    def reasons(self) -> dict[Reason, int]:
        """How much there is of each reason, counted in the environment that has most of it."""
        found = {reason: max(_count(each, reason) for each in self.environments) for reason in Reason}
        return {reason: number for reason, number in found.items() if number}


def _count(plan: EnvironmentPlan, reason: Reason) -> int:
    match reason:
        case Reason.WIDENED:
            return plan.widened + plan.loosened
        case Reason.PII:
            return plan.personal
        case Reason.REMOVED:
            return plan.narrowed + plan.at_risk
        case Reason.ANY:
            return plan.changes


def _true(values: Iterable[bool]) -> int:
    return sum(1 for value in values if value)


def plan_of(comparison: Comparison, *, environments: Iterable[str], refused: tuple[Problem, ...]) -> Plan:
    """What the change does. The files must be without errors."""
    known = {_identity(problem) for problem in comparison.before.notices}
    return Plan(
        base=comparison.base,
        environments=tuple(_environment(comparison, each) for each in environments),
        refused=refused,
        notices=tuple(each for each in comparison.after.notices if _identity(each) not in known),
    )


def plan_against_deployed(mesh: Mesh, live: LakeState, refused: tuple[Problem, ...]) -> Plan:
    """What deploying the files does to access as it is now; `cdk diff` tells what it does to resources."""
    rows = (list(access_rows(mesh, live)), list(DeployedAccess(mesh).rows()))
    streams = stream_changes(stream_rows(mesh, live), stream_rows(mesh, compile_state(mesh)))
    environment = EnvironmentPlan(
        before=mesh,
        after=mesh,
        access=access_changes(*rows),
        streams=streams,
        safeguards=(),
        stacks=(),
        risks=(),
    )
    return Plan("what is deployed", (environment,), refused, notices=(), access_alone=True)


def _identity(notice: Problem) -> tuple[str, str, str]:
    """A notice wherever its line has moved to."""
    return notice.file, notice.code, notice.what


def _environment(comparison: Comparison, environment: str) -> EnvironmentPlan:
    before, after = comparison.meshes(environment)
    changed = comparison.changed

    def concerned(reader: str, role: str, table: TableOf) -> bool:
        return changed is None or reader in changed or table.domain in changed

    def concerned_stream(reader: str, role: str, stream: StreamOf) -> bool:
        return changed is None or reader in changed or stream.domain in changed

    states = compile_state(before), compile_state(after)
    old, new = (
        list(access_rows(mesh, state, wanted=concerned))
        for mesh, state in zip((before, after), states, strict=True)
    )
    return EnvironmentPlan(
        before=before,
        after=after,
        access=access_changes(old, new),
        streams=stream_changes(
            stream_rows(before, states[0], wanted=concerned_stream),
            stream_rows(after, states[1], wanted=concerned_stream),
        ),
        safeguards=safeguard_changes(before, after, states),
        stacks=resource_changes(
            inventory(before) if comparison.before_has(environment) else {},
            inventory(after) if comparison.after_has(environment) else {},
            partial=comparison.stacks_unknown,
        ),
        risks=data_risks(before, after),
        costs=cost_changes(before, after, partial=comparison.partial),
    )
