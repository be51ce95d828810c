"""What an audit finds: where accounts differ from what the files declare, whom it affects, what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from meshwright.access.cells import Cells
from meshwright.access.changes import Rows
from meshwright.access.decision import TableName
from meshwright.access.state import Unread
from meshwright.access.stream_state import StreamName
from meshwright.mesh.rows.conditions import PlainRow


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    """Someone can read (or change) what nobody agreed to."""
    HIGH = "high"
    """Someone who was agreed cannot read, or one more call would open what nobody agreed to."""
    MEDIUM = "medium"
    """A safeguard is weaker than declared, or a later deployment will fail."""
    LOW = "low"
    """Something is left over."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS API in one account, with boto3's names."""

    account: str
    service: str
    operation: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    merge: bool = False
    """The API takes a whole document, or an id that only the account knows, and the parameters are what to
    change in it. What is there is read first, so that nobody else's part is lost (see aws/repairs.py).
    """


@dataclass(frozen=True, slots=True)
class Effect:
    """What one principal gains and loses of one table because of one deviation."""

    principal: str
    """An ARN; an account id, for whomever that account lets; `<account>:IAMPrincipals` for all of them;
    whom a trust policy names (see drift/trust.py).
    """
    table: TableName
    action: str = "SELECT"
    gained: tuple[Cells, ...] = ()
    lost: tuple[Cells, ...] = ()
    gained_row: PlainRow | None = field(default=None, compare=False)
    """Where it sees more rows of a column than before: one of these."""
    lost_row: PlainRow | None = field(default=None, compare=False)


class StreamEffect(NamedTuple):
    """That one principal can, or can no longer, read a stream because of one deviation."""

    principal: str
    """An ARN; an account id, for whomever that account lets."""
    stream: StreamName
    gained: bool
    """It is let in, whether or not the stream's key lets it decrypt; else it cannot read any more."""


class OneMore(StrEnum):
    """The one call that is missing for access."""

    GRANT = "grant"
    """It grants them to itself, or to others, with Lake Formation."""
    OTHERS = "pass-on"
    """It passes on to others what it was granted."""
    TABLE = "table"
    """It makes a table over the same files, or points one of its own to them."""
    ROLE = "role"
    """Whoever makes a role of that name in its account has what the name was given."""
    SERVICE = "pass-role"
    """Whoever may pass the role to the service acts with it."""
    POLICY = "policy"
    """It edits a policy, or another policy that keeps it out is edited: of a role, a bucket or a key."""


@dataclass(frozen=True, slots=True)
class WithinReach:
    """Tables that a principal does not reach by a deviation yet, and reaches with one more call."""

    principal: str
    """See `Effect.principal`."""
    by: OneMore
    tables: tuple[TableName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChange:
    """What a data-cells filter shows more or less than agreed."""

    consumer: str
    """The domain that it is for, or the filter's name where it is none's."""
    gained: tuple[str, ...]
    """Columns, in the table's order."""
    lost: tuple[str, ...]
    later_columns: bool
    """Columns that the table gets later are shown too, which was not agreed."""
    rows: Rows
    rows_before: str | None
    """The condition that was agreed; None: all rows."""
    rows_after: str | None
    rows_gained: str | None
    """A condition for the rows that are shown besides, where there is a simple one."""
    rows_lost: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One deviation of what is live from what is declared."""

    code: str
    """Stable, for programs: `grant-missing`."""
    severity: Severity
    account: str
    subject: str
    """The resource, role or bucket that it is about; with the code and account it identifies the finding."""
    what: str
    """One sentence, without full stop."""
    affected: tuple[Effect, ...] = ()
    on_streams: tuple[StreamEffect, ...] = ()
    within_reach: tuple[WithinReach, ...] = ()
    """Who is one call away from more than is in `affected`."""
    filter_change: FilterChange | None = None
    """Of a filter that shows something else than agreed."""
    repair: tuple[Call, ...] = ()
    """In the order to make them. Empty where no call is the right remedy."""
    remedy: str
    """The repair in words; without full stop."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Declared against live, in every account."""

    findings: tuple[Finding, ...]
    """In the order in which to repair them: what others need first, what takes something away last."""
    unread: tuple[Unread, ...] = ()
    """What was not compared, because it could not be read."""
    unchecked: tuple[Unread, ...] = ()
    """What could not be read and could only take access away."""

    @property
    def clean(self) -> bool:
        """Everything was read, and nothing differs."""
        return not self.findings and not self.unread
