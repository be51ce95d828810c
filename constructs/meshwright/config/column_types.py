"""The types of columns as Glue and Athena write them, with the place of a mistake inside the text.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

import re
from dataclasses import dataclass

from meshwright.config.suggest import did_you_mean
from meshwright.texts import said

MAX_DEPTH = 20
SIMPLE = frozenset(
    {
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "string",
        "binary",
        "date",
        "timestamp",
    }
)
SIZED = frozenset({"decimal", "char", "varchar"})
NESTED = frozenset({"array", "map", "struct"})
_KNOWN = sorted(SIMPLE | SIZED | NESTED)
_OTHER_NAMES = {
    "integer": "int",
    "text": "string",
    "str": "string",
    "uuid": "string",
    "json": "string",
    "datetime": "timestamp",
    "time": "string",
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "bool": "boolean",
    "real": "float",
    "number": "decimal(12,2)",
    "numeric": "decimal(12,2)",
    "money": "decimal(12,2)",
    "list": "array",
    "object": "struct",
    "record": "struct",
    "row": "struct",
    "bytes": "binary",
    "timestamptz": "timestamp",
}
"""Names of other systems, and what they are called here."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type, taken apart."""

    name: str
    sizes: tuple[int, ...] = ()
    """Of decimal, char and varchar."""
    inner: tuple[tuple[str, "ColumnType"], ...] = ()
    """The types inside an array (`item`), a map (`key`, `value`) or a struct (by field)."""
    offset: int = 0
    """Where it begins in the text."""


class ColumnTypeError(Exception):
    """The text is no type. `offset` counts characters from its beginning."""

    def __init__(self, offset: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.offset, self.what, self.fix = offset, what, fix


def parse_type(text: str) -> ColumnType:
    """`array<struct<a:int>>` taken apart. Raises ColumnTypeError."""
    if (space := re.search(r"\s", text)) is not None:
        raise ColumnTypeError(
            space.start(),
            f"the type `{said(text)}` has a space in it",
            f"Leave it out: {said(''.join(text.split()))}",
        )
    parser = _Parser(text)
    parsed = parser.type()
    if parser.at < len(text):
        raise parser.mistake("unexpected")
    return parsed


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def type(self) -> ColumnType:
        start = self.at
        if (found := _NAME.match(self.text, self.at)) is None:
            raise self.mistake("expected a type")
        name = found[0]
        if name not in SIMPLE | SIZED | NESTED:
            raise ColumnTypeError(start, f"Glue knows no type `{said(name)}`", _meant(name))
        self.at = found.end()
        if name in SIMPLE:
            return ColumnType(name, offset=start)
        if name in SIZED:
            return ColumnType(name, sizes=self._sizes(name, start), offset=start)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ColumnTypeError(
                start, f"more than {MAX_DEPTH} types inside each other", "Use a flatter type."
            )
        self._take("<")
        inner = self._inner(name)
        self._take(">")
        self.depth -= 1
        return ColumnType(name, inner=inner, offset=start)

    def _inner(self, name: str) -> tuple[tuple[str, ColumnType], ...]:
        if name == "array":
            return (("item", self.type()),)
        if name == "map":
            key = self.type()
            if key.name in NESTED:
                raise ColumnTypeError(
                    key.offset, f"a map's key can't be {_a(key.name)}", "Use string, for instance."
                )
            self._take(",")
            return (("key", key), ("value", self.type()))
        fields: dict[str, ColumnType] = {}
        lower: set[str] = set()
        while True:
            start = self.at
            if (found := _NAME.match(self.text, self.at)) is None:
                raise self.mistake("expected a field's name")
            if found[0].lower() in lower:
                raise ColumnTypeError(start, f"the struct has two fields `{said(found[0])}`", "Rename one.")
            lower.add(found[0].lower())
            self.at = found.end()
            self._take(":")
            fields[found[0]] = self.type()
            if self.text[self.at : self.at + 1] != ",":
                return tuple(fields.items())
            self.at += 1

    def _sizes(self, name: str, start: int) -> tuple[int, ...]:
        example = "decimal(12,2)" if name == "decimal" else f"{name}(20)"
        if self.text[self.at : self.at + 1] != "(":
            raise ColumnTypeError(start, f"`{name}` needs its size", f"Write it as {example}.")
        end = self.text.find(")", self.at)
        inside = self.text[self.at + 1 : end] if end > 0 else ""
        parts = inside.split(",")
        if len(parts) != (2 if name == "decimal" else 1) or not all(
            _NUMBER.fullmatch(part) for part in parts
        ):
            raise ColumnTypeError(
                self.at, f"the size of `{name}` is not understood", f"Write it as {example}."
            )
        sizes = tuple(int(part) for part in parts)
        limit = {"decimal": 38, "char": 255, "varchar": 65535}[name]
        if not 1 <= sizes[0] <= limit:
            raise ColumnTypeError(
                self.at + 1, f"the size of `{name}` goes from 1 to {limit}", "Choose one within it."
            )
        if name == "decimal" and sizes[1] > sizes[0]:
            what = f"{sizes[1]} digits behind the point are more than all {sizes[0]} digits"
            raise ColumnTypeError(self.at + 1, what, "In decimal(12,2), 12 is the number of all digits.")
        self.at = end + 1
        return sizes

    def _take(self, sign: str) -> None:
        if self.text[self.at : self.at + 1] != sign:
            raise self.mistake(f"expected `{sign}`")
        self.at += 1

    def mistake(self, what: str) -> ColumnTypeError:
        rest = self.text[self.at :]
        found = f"found `{rest[:20]}`" if rest else "found the end"
        return ColumnTypeError(
            self.at,
            f"`{said(self.text)}` is not a type: {what}, {found}" if what != "unexpected"
            else f"`{said(self.text)}` is not a type: `{rest[:20]}` is left over",
            "Nested types are written array<T>, map<K,V> or struct<a:T,b:T>.",
        )  # fmt: skip


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aei" else f"a {name}"


def _meant(name: str) -> str:
    lower = name.lower()
    if lower in _OTHER_NAMES:
        return f"Use `{_OTHER_NAMES[lower]}`."
    if lower in _KNOWN:
        return f"Write it in lower case: `{lower}`."
    return did_you_mean(lower, _KNOWN) or f"Known: {', '.join(_KNOWN)}."


def walk(kind: ColumnType) -> list[ColumnType]:
    """The type and all types inside it."""
    return [kind, *(deeper for _, inner in kind.inner for deeper in walk(inner))]
