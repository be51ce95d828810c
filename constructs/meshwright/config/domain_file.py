"""`domains/<domain>.yaml`: all that a domain team says about its domain."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from meshwright.config import spelling
from meshwright.config.base import (
    Access,
    AccountId,
    Classification,
    Day,
    DomainName,
    EnvironmentName,
    FileModel,
    GlueName,
    ProductReference,
    RoleKey,
    StreamName,
    TableFormat,
    Text,
)

PrincipalArn = Annotated[str, StringConstraints(pattern=spelling.PRINCIPAL)]
RoleNameOrArn = Annotated[str, StringConstraints(pattern=spelling.ROLE)]


class Owner(FileModel):
    """Who answers for the domain and its products."""

    team: Text
    """Name of the team."""
    email: Annotated[str, StringConstraints(pattern=spelling.EMAIL)]
    """Address for questions and alarms."""


class Role(FileModel):
    """An IAM role of the domain, used by people or jobs: one that exists, or one to create."""

    shorthand: ClassVar[str | None] = "name"

    name: RoleNameOrArn | None = None
    """Name or ARN of the IAM role. May be left out with `create`: then `<mesh>-<domain>-<key>`."""
    create: bool = False
    """Create the role, with least privilege. Otherwise it must exist in the domain's account."""
    access: Access | None = None
    """What it does with the domain's own products. Default: `write` for the role `engineers`, else `read`."""
    trusted_by: list[PrincipalArn] = []
    """ARNs that may assume a created role. Default: whoever the account's own IAM policies allow."""


class Stream(FileModel):
    """A Kinesis data stream that the domain writes its events to."""

    description: Text
    """What one record is."""
    retention_hours: Annotated[int, Field(ge=24, le=8760)] = 24
    """How long records can be read again, in hours (24 to 8760)."""
    shards: Annotated[int, Field(ge=1, le=10000)] | None = None
    """Number of provisioned shards. Left out: on demand, which scales by itself."""


class Column(FileModel):
    """A column of a table."""

    shorthand: ClassVar[str | None] = "type"

    type: Text
    """Type as Glue and Athena know it: string, bigint, decimal(12,2), array<struct<a:int>> …"""
    description: Text | None = None
    """What the value means, with its unit."""
    pii: bool = False
    """Personal data: hidden from other domains unless both sides say `pii: true`."""


class Table(FileModel):
    """A table of a data product."""

    description: Text
    """What one row is."""
    format: TableFormat
    """How the data is stored: iceberg, parquet, json or csv."""
    columns: Annotated[dict[GlueName, Column], Field(min_length=1)]
    """The columns, in order: a type, or a mapping with `type`."""
    partition_by: list[GlueName] = []
    """Columns by whose values the data is laid out, coarsest first."""


class Approval(FileModel):
    """The producer's key: lets one domain read this product."""

    domain: DomainName
    """The consumer domain."""
    until: Day | None = None
    """Last day of the approval (YYYY-MM-DD). Left out: until withdrawn."""
    tables: Annotated[list[GlueName], Field(min_length=1)] | None = None
    """Tables that may be read. Left out: all."""
    exclude: list[GlueName] = []
    """Columns that stay hidden."""
    where: Text | None = None
    """Rows that may be read, as an SQL condition on the table's columns."""
    pii: bool = False
    """Let the consumer see PII columns, if it asks for them too."""


class Product(FileModel):
    """A data product: one catalog database of tables, with an owner and a classification."""

    description: Text
    """What the product holds and how fresh it is, for a reader from another domain."""
    classification: Classification
    """How sensitive it is: one of mesh.yaml's `classifications`."""
    owner: Owner | None = None
    """Who answers for this product, if not the domain's owner."""
    documentation: Annotated[str, StringConstraints(pattern=spelling.HTTPS)] | None = None
    """Address of its documentation (https)."""
    status: Literal["active", "deprecated"] = "active"
    """`deprecated` warns its consumers; it needs a `sunset`. Default: `active`."""
    sunset: Day | None = None
    """Last day on which consumers can count on a deprecated product (YYYY-MM-DD); then it may be removed."""
    tables: Annotated[dict[GlueName, Table], Field(min_length=1)]
    """The tables, by name."""
    shared_with: list[Approval] = []
    """Domains that may read it."""


class Request(FileModel):
    """The consumer's key: asks to read a product of another domain."""

    product: ProductReference
    """The product, as `domain.product`."""
    purpose: Text
    """What it is needed for; the producer decides on it."""
    roles: Annotated[list[RoleKey], Field(min_length=1)]
    """Roles of this domain that will read it."""
    until: Day | None = None
    """Last day it is needed (YYYY-MM-DD). Left out: no end."""
    tables: Annotated[list[GlueName], Field(min_length=1)] | None = None
    """Tables wanted. Left out: all."""
    exclude: list[GlueName] = []
    """Columns not wanted."""
    where: Text | None = None
    """Rows wanted, as an SQL condition on the columns of every table asked for."""
    pii: bool = False
    """Ask for PII columns too; they are shown only if the producer says `pii: true` as well."""


class DomainFile(FileModel):
    """A domain: its owner, accounts, roles, streams, products, and what it consumes."""

    domain: DomainName
    """Name of the domain; the file is called `<domain>.yaml`."""
    description: Text
    """What the domain is about."""
    owner: Owner
    """Who answers for it."""
    accounts: Annotated[dict[EnvironmentName, AccountId], Field(min_length=1)]
    """Its AWS account in each environment; 12 digits, in quotes."""
    roles: dict[RoleKey, Role] = {}
    """IAM roles of this domain, by what they do: a name or ARN of an existing role, or a mapping."""
    streams: dict[StreamName, Stream] = {}
    """Kinesis data streams, by name."""
    products: dict[GlueName, Product] = {}
    """Data products, by name."""
    consumes: list[Request] = []
    """Products of other domains that this domain reads."""
