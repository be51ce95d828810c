"""What all models of the files share: unknown keys forbidden, names checked, one-word shorthands."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

AccountId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{12}$"),
    Field(description="AWS account id: 12 digits, in quotes.", examples=["222222222221"]),
]
"""Quoted, because YAML reads 012345678901 as a number and drops the zero."""

MeshName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,19}$")]
DomainName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30)]
StreamName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_.-][a-z0-9]+)*$", max_length=60)]
GlueName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$", max_length=128)]
"""Product, table and column names: lower case, as Athena and Glue store them."""
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,19}$")]
RoleKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Classification = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
ProductReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z_][a-z0-9_]*$"),
    Field(description="A product of another domain, as `domain.product`.", examples=["customers.profiles"]),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Access = Literal["read", "write"]
TableFormat = Literal["iceberg", "parquet", "json", "csv"]


class FileModel(BaseModel):
    """A mapping of a file. Frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

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
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        if cls.shorthand is None:
            return schema
        text = {"type": "string", "description": f"Short for `{{{cls.shorthand}: …}}`."}
        return {"anyOf": [text, schema]}
