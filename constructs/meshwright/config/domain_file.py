"""`domains/<domain>.yaml`: all that a domain team says about its domain."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

from meshwright.config import spelling
from meshwright.config.base import (
    MAX_ARN,
    MAX_ENVIRONMENTS,
    Access,
    AccountId,
    CatalogText,
    Classification,
    Column,
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
from meshwright.config.compute_file import Compute
from meshwright.config.operations_file import Budget, HttpsAddress, Monitoring
from meshwright.config.pipeline_file import Pipeline, PipelineName
from meshwright.config.quality_file import Quality, Slo
from meshwright.config.streams_file import Stream, StreamRequest

MAX_EMAIL, MAX_LOCAL_PART = 254, 64
"""Characters of an address, and of what is before its @: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
(a path has 256, two of which are its brackets)."""


def _local_part(address: str) -> str:
    if len(address.partition("@")[0]) > MAX_LOCAL_PART:
        raise PydanticCustomError("local_part", "{most}", {"most": MAX_LOCAL_PART})
    return address


EmailAddress = Annotated[
    str, StringConstraints(pattern=spelling.EMAIL, max_length=MAX_EMAIL), AfterValidator(_local_part)
]
PrincipalArn = Annotated[str, StringConstraints(pattern=spelling.PRINCIPAL, max_length=MAX_ARN)]
StorageClass = Literal["hot", "standard", "archive"]
RoleNameOrArn = Annotated[str, StringConstraints(pattern=spelling.ROLE, max_length=MAX_ARN)]


class Owner(FileModel):
    """Who answers for the domain and its products."""

    team: Text
    """Name of the team."""
    email: EmailAddress
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


class Table(FileModel):
    """A table of a data product."""

    description: CatalogText
    """What one row is."""
    format: TableFormat
    """How the data is stored: iceberg, parquet, json or csv."""
    columns: Annotated[dict[GlueName, Column], Field(min_length=1)]
    """The columns, in order: a type, or a mapping with `type`."""
    partition_by: list[GlueName] = []
    """Columns by whose values the data is laid out, coarsest first."""
    quality: Quality | None = None
    """Rules that its data must fulfil."""


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

    description: CatalogText
    """What the product holds and how fresh it is, for a reader from another domain."""
    classification: Classification
    """How sensitive it is: one of mesh.yaml's `classifications`."""
    owner: Owner | None = None
    """Who answers for this product, if not the domain's owner."""
    documentation: HttpsAddress | None = None
    """Address of its documentation (https)."""
    status: Literal["active", "deprecated"] = "active"
    """`deprecated` warns its consumers; it needs a `sunset`. Default: `active`."""
    sunset: Day | None = None
    """Last day on which consumers can count on a deprecated product (YYYY-MM-DD); then it may be removed."""
    tables: Annotated[dict[GlueName, Table], Field(min_length=1)]
    """The tables, by name."""
    storage: StorageClass = "standard"
    """How its data is used, which decides where S3 keeps it; queries read all of it at once. `hot`, read all
    the time: S3 Standard. `standard`: Intelligent-Tiering after 30 days. `archive`, read seldom:
    Intelligent-Tiering at once, Glacier Instant Retrieval after 90 days."""
    slo: Slo | None = None
    """Service levels that its consumers can count on."""
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


PRODUCT_REQUEST, STREAM_REQUEST = "product request", "stream request"


def _kind_of_request(value: Any) -> str:
    is_stream = isinstance(value, StreamRequest) or (isinstance(value, dict) and "stream" in value)
    return STREAM_REQUEST if is_stream else PRODUCT_REQUEST


AnyRequest = Annotated[
    Annotated[Request, Tag(PRODUCT_REQUEST)] | Annotated[StreamRequest, Tag(STREAM_REQUEST)],
    Discriminator(_kind_of_request),
]


class DomainFile(FileModel):
    """A domain: its owner, accounts, roles, streams, products, what it consumes, and how it works on them."""

    domain: DomainName
    """Name of the domain; the file is called `<domain>.yaml`."""
    description: Text
    """What the domain is about."""
    owner: Owner
    """Who answers for it."""
    accounts: Annotated[dict[EnvironmentName, AccountId], Field(min_length=1, max_length=MAX_ENVIRONMENTS)]
    """Its AWS account in each environment; 12 digits, in quotes."""
    roles: dict[RoleKey, Role] = {}
    """IAM roles of this domain, by what they do: a name or ARN of an existing role, or a mapping."""
    streams: dict[StreamName, Stream] = {}
    """Kinesis data streams, by name."""
    products: dict[GlueName, Product] = {}
    """Data products, by name."""
    consumes: list[AnyRequest] = []
    """Products and streams of other domains that this domain reads."""
    compute: Compute | None = None
    """Engines of the domain's own: Spark, SQL."""
    pipelines: dict[PipelineName, Pipeline] = {}
    """Pipelines that make its products, by name."""
    budget: Budget | None = None
    """What the domain's account may cost."""
    monitoring: Monitoring | None = None
    """Dashboard and alarms."""

    def product_requests(self) -> Iterator[tuple[int, Request]]:
        """The requests for products, each with its place in `consumes`."""
        return ((index, each) for index, each in enumerate(self.consumes) if isinstance(each, Request))

    def stream_requests(self) -> Iterator[tuple[int, StreamRequest]]:
        """The requests for streams, each with its place in `consumes`."""
        return ((index, each) for index, each in enumerate(self.consumes) if isinstance(each, StreamRequest))
