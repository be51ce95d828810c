"""Resources of the data plane as the files declare them: what a stack deploys, and what `plan` shows of it.

They are plain data, so that one function decides on both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Attribute:
    """Stands in `properties` for an attribute, or the `Ref`, of another resource of the same stack."""

    key: str
    """Of the other resource."""
    name: str = "Ref"


class AttributeText(str):
    """An Attribute where text is wanted, as in policies: in a template only as a whole value."""

    attribute: Attribute

    def __new__(cls, key: str, name: str) -> Self:
        """Of the resource `key`, an absolute one: `/Storage/Key/Key`."""
        made = super().__new__(cls, f"<{name} of {key}>")
        made.attribute = Attribute(key, name)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A resource of a stack."""

    key: str
    """What it is in its stack, or in its scope; it stays the same while the files call it the same."""
    type: str
    """As CloudFormation has it."""
    name: str
    """Its name in AWS, or for people where AWS gives it none. Another name is another resource."""
    properties: Mapping[str, Any]
    """As CloudFormation has them, in its spelling, without tags."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What the files decide of it, by a name for people."""
    after: tuple[str, ...] = ()
    """Keys of resources that must be there before it, where no attribute says so.

    As in an Attribute: of its own scope, or with a `/` before it of any, as `/Provider/Function`.
    """
    tags: str = "Tags"
    """The property that holds its tags: a list of keys and values; see `tag_map`. Empty: it can have none."""
    tag_map: bool = False
    """Its tags are a mapping, not a list."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Rules of cdk-nag that it does not keep, each with the reason."""
    keep: bool = False
    """It stays in the account when it leaves its stack."""
    scope: str = ""
    """What it is part of in its stack, as `Storage` or `Storage/Key`."""

    @property
    def path(self) -> str:
        """Its key in the whole stack."""
        return f"{self.scope}/{self.key}" if self.scope else self.key


def below(scope: str, resources: Iterable[Declared], *, after: Iterable[str] = ()) -> list[Declared]:
    """The resources as part of `scope`, each after those of `after` besides."""
    more = tuple(after)
    return [replace(each, scope=scope, after=(*each.after, *more)) for each in resources]
