"""What all models of the files share: unknown keys forbidden, names checked, one-word shorthands."""

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from meshwright.config import spelling

if TYPE_CHECKING:  # slow to import, and needed for the schemas alone
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

MAX_TEXT = 2000
"""Characters of a text that no service limits, and more than anybody reads of one."""
MAX_CATALOG_TEXT = 2048
"""Bytes: https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html"""
MAX_SCHEDULE = 256
"""https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
MAX_ARN = 2048
"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html"""
MAX_ENVIRONMENTS = 20
"""Each is a whole set of accounts, and what is checked is checked in each."""

AccountId = Annotated[
    str,
    StringConstraints(pattern=spelling.ACCOUNT),
    Field(description="AWS account id: 12 digits, in quotes.", examples=["222222222221"]),
]
"""Quoted, because YAML reads 012345678901 as a number and drops the zero."""

MeshName = Annotated[str, StringConstraints(pattern=spelling.MESH, max_length=20)]
DomainName = Annotated[str, StringConstraints(pattern=spelling.DOMAIN, max_length=30)]
StreamName = Annotated[str, StringConstraints(pattern=spelling.STREAM, max_length=60)]
GlueName = Annotated[str, StringConstraints(pattern=spelling.GLUE, max_length=128)]
"""Product, table and column names: lower case, as Athena and Glue store them."""
EnvironmentName = Annotated[str, StringConstraints(pattern=spelling.ENVIRONMENT, max_length=20)]
RoleKey = Annotated[str, StringConstraints(pattern=spelling.ROLE_KEY, max_length=30)]
Classification = Annotated[str, StringConstraints(pattern=spelling.CLASSIFICATION, max_length=50)]
ProductReference = Annotated[
    str,
    StringConstraints(pattern=spelling.PRODUCT, max_length=30 + 1 + 128),
    Field(description="A product of another domain, as `domain.product`.", examples=["customers.profiles"]),
]
StreamReference = Annotated[
    str,
    StringConstraints(pattern=spelling.STREAM_REFERENCE, max_length=30 + 1 + 60),
    Field(description="A stream of another domain, as `domain.stream`.", examples=["orders.order-events"]),
]
TableReference = Annotated[
    str,
    StringConstraints(pattern=spelling.TABLE_REFERENCE, max_length=128 + 1 + 128),
    Field(description="A table of this domain's products, as `product.table`.", examples=["sales.orders"]),
]
Schedule = Annotated[str, StringConstraints(pattern=spelling.SCHEDULE, max_length=MAX_SCHEDULE)]
"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Duration = Annotated[str, StringConstraints(pattern=spelling.DURATION)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, strip_whitespace=True)]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> Any:
    """A date written YYYY-MM-DD, and nothing else that pydantic would take for one."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("day", "{reason}", {"reason": str(error)}) from None
    raise PydanticCustomError("day", "{reason}", {"reason": "not YYYY-MM-DD"})


def _catalog_text(text: str) -> str:
    if (size := len(text.encode())) > MAX_CATALOG_TEXT:
        raise PydanticCustomError("too_many_bytes", "{size}", {"size": size, "max_bytes": MAX_CATALOG_TEXT})
    return text


CatalogText = Annotated[Text, AfterValidator(_catalog_text)]
"""A description that Glue keeps."""
Day = Annotated[date, BeforeValidator(_day)]
Access = Literal["read", "write"]
TableFormat = Literal["iceberg", "parquet", "json", "csv"]


class FileModel(BaseModel):
    """A mapping of a file. Frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    shorthand: ClassVar[str | None] = None
    """The field that a plain string stands for: `order_date: date` is `order_date: {type: date}`."""

    @model_validator(mode="before")
    @classmethod
    def _expand_shorthand(cls, value: Any) -> Any:
        if cls.shorthand is not None and isinstance(value, str):
            return {cls.shorthand: value}
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: "CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        schema = handler(core_schema)
        if cls.shorthand is None:
            return schema
        text = {"type": "string", "description": f"Short for `{{{cls.shorthand}: …}}`."}
        return {"anyOf": [text, schema]}


class Column(FileModel):
    """A column of a table, or a field of a stream's records."""

    shorthand: ClassVar[str | None] = "type"

    type: Text
    """Type as Glue and Athena know it: string, bigint, decimal(12,2), array<struct<a:int>> …"""
    description: Text | None = None
    """What the value means, with its unit."""
    pii: bool = False
    """Personal data: hidden from other domains unless both sides say `pii: true`."""
    optional: bool = False
    """It may be empty: not counted for a product's `completeness`."""
