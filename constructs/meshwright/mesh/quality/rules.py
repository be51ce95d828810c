"""A DQDL rule taken apart, and what it names: columns of its table, columns of other tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from meshwright.mesh.quality.rule_types import RULE_TYPES, Compares, RuleType, Takes

Operator = Literal[
    "between", "not between", ">", ">=", "<", "<=", "=", "!=", "in", "not in", "matches", "not matches"
]
OperandKind = Literal[
    "number", "expression", "dynamic", "text", "keyword", "null", "date", "duration", "size"
]
KIND_OF: Final[Mapping[OperandKind, Compares | None]] = {
    "number": "number",
    "expression": "number",
    "dynamic": "number",
    "text": "text",
    "keyword": "text",
    "null": None,
    "date": "date",
    "duration": "duration",
    "size": "size",
}
"""With what an operand can be compared; NULL with anything."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A value to compare with. `dynamic` ones come from the results of earlier runs: avg(last(5))."""

    kind: OperandKind
    text: str
    """The value: of a string without quotes and escapes, of the rest as written."""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """`between 0 and 1`, `in ["a", NULL]`, …"""

    operator: Operator
    operands: tuple[Operand, ...]

    @property
    def kinds(self) -> frozenset[Compares]:
        """What it compares: one kind if it is sound, none if with NULL alone."""
        kinds = (KIND_OF[each.kind] for each in self.operands)
        return frozenset(kind for kind in kinds if kind is not None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter and what it is."""

    takes: Takes
    text: str
    offset: int
    """Of its first character, behind the quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DqdlRule:
    """One rule."""

    type: str
    parameters: tuple[Parameter, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    """Rows that it is about, as SQL."""
    threshold: Condition | None = None
    """The share of rows that must pass. None: all."""
    offset: int = 0

    @property
    def definition(self) -> RuleType:
        return RULE_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Composite:
    """Rules joined by `and` or `or`: each is judged on the whole table, then the results are combined.

    https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-composite-rules
    """

    operator: Literal["and", "or"]
    rules: tuple["DqdlRule | Composite", ...]


AnyRule = DqdlRule | Composite


class NamedColumn(NamedTuple):
    """A column that a rule names."""

    dataset: str | None
    """Alias of the other dataset; None: the table itself."""
    name: str
    rule: DqdlRule
    offset: int


def single_rules(rule: AnyRule) -> Iterator[DqdlRule]:
    """The rules that a rule is made of."""
    if isinstance(rule, DqdlRule):
        yield rule
        return
    for each in rule.rules:
        yield from single_rules(each)


_WORD: Final = re.compile(r"[^,{}]+")
_OTHER: Final = re.compile(r"(?P<alias>.+)\.(?:\{(?P<many>.+)\}|(?P<one>[^.{}]+))")
_AGGREGATE: Final = re.compile(r"\w+\(\s*(?:(?P<alias>\w+)\.)?(?P<column>\w+)\s*\)")


def named_columns(rule: DqdlRule) -> Iterator[NamedColumn]:
    """The columns that the parameters name; those in SQL and in `where` are not looked for."""
    for each in rule.parameters:
        match each.takes:
            case "column":
                yield NamedColumn(None, each.text, rule, each.offset)
            case "columns":
                yield from _listed(rule, None, each.text, each.offset)
            case "references":
                if found := _OTHER.fullmatch(each.text):
                    group = "many" if found["many"] else "one"
                    yield from _listed(rule, found["alias"], found[group], each.offset + found.start(group))
            case "keys" | "matches":
                # `id->order_id`: the first is the table's own, the second the other dataset's.
                other = rule.parameters[0].text
                for word in _WORD.finditer(each.text):
                    own, arrow, theirs = word[0].partition("->")
                    yield from _listed(rule, None, own, each.offset + word.start())
                    yield NamedColumn(other, theirs.strip() if arrow else own.strip(), rule, each.offset)
            case "aggregate":
                if found := _AGGREGATE.fullmatch(each.text.strip()):
                    yield NamedColumn(found["alias"], found["column"], rule, each.offset)


def _listed(rule: DqdlRule, dataset: str | None, text: str, offset: int) -> Iterator[NamedColumn]:
    for word in _WORD.finditer(text):
        name = word[0].strip()
        yield NamedColumn(dataset, name, rule, offset + word.start() + word[0].index(name))


def named_datasets(rule: DqdlRule) -> Iterator[Parameter]:
    """The parameters that are the alias of another dataset, or begin with one; those in SQL are left out."""
    for each in rule.parameters:
        if each.takes == "dataset":
            yield each
            continue
        patterns = {"references": _OTHER, "aggregate": _AGGREGATE}
        found = patterns[each.takes].fullmatch(each.text.strip()) if each.takes in patterns else None
        if found is not None and found["alias"]:
            yield Parameter("dataset", found["alias"], each.offset)
