"""Streams of a domain file: what is in them, where they land, and who of other domains reads them."""

import warnings
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from meshwright.config.base import (
    Column,
    Day,
    DomainName,
    FileModel,
    GlueName,
    RoleKey,
    StreamReference,
    TableReference,
    Text,
)

PartitionsBy = Literal["arrival", "record"]


class Delivery(FileModel):
    """Delivers a stream's records into a table of the domain, through Amazon Data Firehose."""

    shorthand: ClassVar[str | None] = "table"

    table: TableReference
    """The table, as `product.table`; parquet or iceberg."""
    partitions: PartitionsBy = "arrival"
    """What decides on the partition of a record in a parquet table: the time of its `arrival`, or the
    partition column in the `record` itself."""
    buffer_seconds: Annotated[int, Field(ge=60, le=900)] = 300
    """Records are delivered after so many seconds at the latest (60 to 900)."""
    buffer_mb: Annotated[int, Field(ge=64, le=128)] = 128
    """Records are delivered once there are so many MiB (64 to 128)."""


class StreamApproval(FileModel):
    """The producer's key: lets one domain read this stream."""

    domain: DomainName
    """The consumer domain."""
    until: Day | None = None
    """Last day of the approval (YYYY-MM-DD). Left out: until withdrawn."""
    pii: bool = False
    """Approve its PII fields too. A stream whose `schema` has any is read only if the consumer says
    `pii: true` as well, for it is read whole."""
    fan_out: bool = False
    """Let it have an enhanced fan-out consumer of its own, if it asks for one; this domain pays for it."""


with warnings.catch_warnings():
    # `schema` is what everybody calls it; pydantic has a deprecated method of that name, used by nobody here.
    warnings.simplefilter("ignore", UserWarning)

    class Stream(FileModel):
        """A Kinesis data stream that the domain writes its events to."""

        description: Text
        """What one record is."""
        retention_hours: Annotated[int, Field(ge=24, le=8760)] = 24
        """How long records can be read again, in hours (24 to 8760)."""
        shards: Annotated[int, Field(ge=1, le=10000)] | None = None
        """Number of provisioned shards. Left out: on demand, which scales by itself."""
        schema: Annotated[dict[GlueName, Column], Field(min_length=1)] | None = None  # type: ignore[assignment]
        """The fields of a record, which is a JSON object: a type each, as of columns."""
        lands_in: Delivery | None = None
        """The table that its records are delivered to: `product.table`, or a mapping with `table`."""
        shared_with: list[StreamApproval] = []
        """Domains that may read it."""


class StreamRequest(FileModel):
    """The consumer's key: asks to read a stream of another domain."""

    stream: StreamReference
    """The stream, as `domain.stream`."""
    purpose: Text
    """What it is needed for; the producer decides on it."""
    roles: Annotated[list[RoleKey], Field(min_length=1)]
    """Roles of this domain that will read it."""
    until: Day | None = None
    """Last day it is needed (YYYY-MM-DD). Left out: no end."""
    pii: bool = False
    """Ask for its PII fields too. A stream whose `schema` has any is read only if the producer says
    `pii: true` as well, for it is read whole."""
    fan_out: bool = False
    """Ask for an enhanced fan-out consumer: 2 MB/s for each shard that no other reader shares."""
