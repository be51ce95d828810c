"""A decision: may a principal do something with a table, what of it, and through which hops.

Values only; how they are worded is up to whoever shows them.
"""

from enum import StrEnum
from typing import NamedTuple

from meshwright.access.cells import Cells, covered
from meshwright.access.iam import Statement
from meshwright.access.state import Grant, Link, ShareState


class TableName(NamedTuple):
    """A table where it really is; not a resource link to it."""

    catalog: str
    """The account whose catalog it is in."""
    database: str
    table: str

    def __str__(self) -> str:
        return f"{self.database}.{self.table}"


class Step(StrEnum):
    """What must hold, one after the other, for a principal to read a table."""

    TABLE = "table"
    """The table exists."""
    PRINCIPAL = "principal"
    """The principal exists."""
    IAM = "iam"
    """IAM lets the principal ask Lake Formation for data, and look the table up in Glue."""
    LINK = "link"
    """A resource link in the principal's account points to the table's database."""
    LINK_GRANT = "link-grant"
    """The principal may use that link (DESCRIBE)."""
    SHARE = "share"
    """The RAM share from the catalog's account to the principal's is active."""
    ACCOUNT_GRANT = "account-grant"
    """The catalog's account granted it to the principal's account (or organization)."""
    PRINCIPAL_GRANT = "principal-grant"
    """It was granted to the principal: in its own account, or directly by the catalog's account."""
    DATA_LOCATION = "data-location"
    """To change what a table is and where it lies: DATA_LOCATION_ACCESS on its registered location."""
    LOCATION = "location"
    """The table's data is at a location registered with Lake Formation."""
    REGISTRATION_ROLE = "registration-role"
    """The role that Lake Formation uses there exists, trusts it, and may read the data and use its key."""
    BUCKET = "bucket"
    """The bucket exists and its policy lets that role in."""
    KEY = "key"
    """The key of the bucket exists and its policy lets that role use it."""
    STORAGE = "storage"
    """IAM lets the principal itself read the files, past Lake Formation."""


class StreamStep(StrEnum):
    """What must hold besides PRINCIPAL, IAM and KEY for a principal to read a stream."""

    STREAM = "stream"
    """The stream exists."""
    STREAM_POLICY = "stream-policy"
    """Its resource policy lets the principal in."""
    CONSUMER = "consumer"
    """The enhanced fan-out consumer is registered."""
    CONSUMER_POLICY = "consumer-policy"
    """Its resource policy lets the principal in."""


class Fault(StrEnum):
    """Why a hop does not hold."""

    MISSING = "missing"
    """There is nothing that allows it."""
    DENIED = "denied"
    """A policy denies it explicitly."""
    PENDING = "pending"
    """A share waits to be accepted."""
    FAILED = "failed"
    """A share failed or was rejected, or a key is disabled."""
    EMPTY = "empty"
    """It is granted, but what remains after all limits is no column."""
    DANGLING = "dangling"
    """A link whose target is gone."""
    HYBRID = "hybrid"
    """The location is in hybrid access mode, and the principal has not opted in to Lake Formation."""


Evidence = Grant | Statement | Link | ShareState | str


class Hop(NamedTuple):
    """One step of a path, and what shows that it holds or does not."""

    step: Step | StreamStep
    account: str
    """The account in which it is to be mended."""
    subject: str
    """What the step is about: an ARN, a resource, a bucket."""
    fault: Fault | None = None
    evidence: tuple[Evidence, ...] = ()
    action: str = ""
    """The IAM action or Lake Formation permission that is needed."""
    assumed: tuple[str, ...] = ()
    """What was taken for granted: not in the state, or not documented by AWS."""

    @property
    def holds(self) -> bool:
        return self.fault is None


class Way(StrEnum):
    """By whose rules the data is reached."""

    SHARED = "shared"
    """Lake Formation, in two steps: to the account, and in it to the principal."""
    DIRECT = "direct"
    """Lake Formation, granted by the catalog's account to the principal itself."""
    OPEN = "open"
    """IAM alone, for the table is open to IAM_ALLOWED_PRINCIPALS."""
    STORAGE = "storage"
    """IAM alone, past the catalog: the principal may read the files themselves."""
    VIEW = "view"
    """A view over the table, with the rights of its definer."""


class Path(NamedTuple):
    """One way to the data, with every hop of it, and what it shows if all of them hold."""

    way: Way
    hops: tuple[Hop, ...]
    cells: tuple[Cells, ...] = ()

    @property
    def holds(self) -> bool:
        return not [hop for hop in self.hops if hop.fault is not None]

    @property
    def broken(self) -> Hop | None:
        """The first hop that does not hold."""
        return next((hop for hop in self.hops if not hop.holds), None)


class Decision(NamedTuple):
    """What a principal may do with a table by all ways together."""

    principal: str
    table: TableName
    action: str
    """A Lake Formation permission on tables: SELECT, DESCRIBE, INSERT, DELETE, ALTER or DROP."""
    cells: tuple[Cells, ...]
    """Of the ways that hold. For actions other than SELECT, all columns without conditions."""
    columns: tuple[str, ...]
    """All columns in `cells`, in the table's order."""
    paths: tuple[Path, ...]
    """Those that hold; if none does, the one that would be mended."""

    @property
    def allowed(self) -> bool:
        return bool(self.cells)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Of the first path."""
        return self.paths[0].hops

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the decision rests on that is not known.

        A yes does not rest on what only widens a path beside others that show as much without it, nor a no on
        anything if a hop certainly does not hold.
        """
        unsure = [hop for path in self.paths for hop in path.hops if hop.assumed]
        if not unsure:
            return ()
        if self.allowed:
            sure = [path for path in self.paths if not any(hop.assumed for hop in path.hops)]
            certain = [piece for path in sure for piece in path.cells]
            if certain and covered(self.cells, certain):
                return ()
        else:
            unsure = [hop for path in self.paths for hop in path.hops if not hop.holds]
            if not all(hop.assumed for hop in unsure):
                return ()
        return tuple(dict.fromkeys(text for hop in unsure for text in hop.assumed))
