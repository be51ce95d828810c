"""What an audit finds: where accounts differ from what the files declare, whom it affects, what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from meshwright.access.cells import Cells
from meshwright.access.decision import TableName
from meshwright.access.state import Unread
from meshwright.access.stream_state import StreamName
from meshwright.mesh.rows.conditions import PlainRow


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    """Someone can read (or change) what nobody agreed to."""
    HIGH = "high"
    """Someone who was agreed cannot read."""
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

    @property
    def clean(self) -> bool:
        """Everything was read, and nothing differs."""
        return not self.findings and not self.unread
