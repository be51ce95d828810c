"""Row filters (`where`): the conditions that Lake Formation takes, and where in the text a mistake is.

Lake Formation takes a small part of PartiQL: a column compared with constants, and such comparisons joined by
AND, OR and NOT; no functions, no subqueries, no column compared with another
(https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html). A parser for all of SQL would
accept more than can be deployed, and takes longer to import than everything else here takes to run.
"""

import re
from dataclasses import dataclass
from typing import Literal

MAX_LENGTH = 2048
MAX_DEPTH = 40

Constant = Literal["text", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column compared with constants."""

    column: tuple[str, ...]
    """The column's name, then the fields inside it, in lower case."""
    offset: int
    operator: str
    """=, <>, <, >, <=, >=, BETWEEN, IN, LIKE or IS NULL."""
    constants: tuple[Constant, ...]


class RowFilterError(Exception):
    """The text is no row filter. `offset` counts characters from its beginning."""

    def __init__(self, offset: int, code: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.offset, self.code, self.what, self.fix = offset, code, what, fix


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "name" else ""


_TOKENS = re.compile(
    r"(?P<space>\s+)|(?P<comment>--|/\*)|(?P<text>'(?:[^']|'')*')|(?P<number>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<operator><=|>=|<>|!=|==|=|<|>)|(?P<sign>[().,])"
    r"|(?P<quoted>\"[^\"]*\"|`[^`]*`)"
)
_OPERATORS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL", "TRUE", "FALSE"})
_EXAMPLE = "Write conditions as: country = 'DE' AND total >= 10"


def parse_filter(text: str) -> tuple[Comparison, ...]:
    """The comparisons of a row filter, in order. Raises RowFilterError."""
    if len(text) > MAX_LENGTH:
        raise RowFilterError(
            0,
            "where-too-long",
            f"the condition has {len(text)} characters",
            f"Lake Formation takes {MAX_LENGTH}.",
        )
    parser = _Parser(_tokens(text))
    parser.either()
    if parser.now.kind != "end":
        raise parser.unexpected("the condition is complete before it")
    return tuple(parser.found)


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            if text[at] == "'":
                raise RowFilterError(at, "where-syntax", "a quote is not closed", "Close it with '.")
            raise RowFilterError(at, "where-syntax", f"`{text[at]}` is not used in conditions", _EXAMPLE)
        kind = str(found.lastgroup)
        if kind == "comment":
            raise RowFilterError(
                at, "where-syntax", "a comment is not allowed here", "Put it behind a # of YAML."
            )
        if kind == "quoted":
            inside = found[0][1:-1]
            what = f"{found[0]} is in the wrong quotes"
            raise RowFilterError(
                at, "where-syntax", what, f"Text goes in single quotes ('{inside}'), a column's name in none."
            )
        if found[0] == "==":
            raise RowFilterError(at, "where-syntax", "`==` is not a comparison", "Use a single =.")
        if kind != "space":
            tokens.append(_Token(kind, found[0], at))
        at = found.end()
    return [*tokens, _Token("end", "", len(text))]


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.found: list[Comparison] = []

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    @property
    def next(self) -> _Token:
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def take(self, *words: str) -> bool:
        """Step over the next token if it is one of these words or signs."""
        if self.now.word in words or (self.now.kind == "sign" and self.now.text in words):
            self.at += 1
            return True
        return False

    def unexpected(self, expected: str) -> RowFilterError:
        shown = f"`{self.now.text}`" if self.now.kind != "end" else "the end"
        return RowFilterError(self.now.offset, "where-syntax", f"found {shown}, but {expected}", _EXAMPLE)

    def either(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RowFilterError(self.now.offset, "where-syntax", "too many parentheses", "Write it flatter.")
        self.both()
        while self.take("OR"):
            self.both()
        self.depth -= 1

    def both(self) -> None:
        self.condition()
        while self.take("AND"):
            self.condition()

    def condition(self) -> None:
        while self.take("NOT"):
            pass
        if self.now.text == "(" and self.next.word == "SELECT":
            raise RowFilterError(
                self.now.offset, "where-unsupported", "a subquery is not supported", _EXAMPLE
            )
        if self.take("("):
            self.either()
            if not self.take(")"):
                raise self.unexpected("a `)` is missing")
        else:
            self.comparison()

    def comparison(self) -> None:
        column, offset = self.column()
        negated = self.take("NOT")
        if self.take("IS"):
            if negated:
                raise self.unexpected("NOT belongs behind IS")
            self.take("NOT")
            if not self.take("NULL"):
                raise self.unexpected("only NULL or NOT NULL can follow IS")
            self.found.append(Comparison(column, offset, "IS NULL", ()))
        elif self.take("BETWEEN"):
            low = self.constant()
            if not self.take("AND"):
                raise self.unexpected("BETWEEN needs an AND")
            self.found.append(Comparison(column, offset, "BETWEEN", (low, self.constant())))
        elif self.take("IN"):
            self.found.append(Comparison(column, offset, "IN", self.constants()))
        elif self.take("LIKE"):
            self.found.append(Comparison(column, offset, "LIKE", (self.constant(),)))
        elif self.now.kind == "operator" and not negated:
            operator = "<>" if self.now.text == "!=" else self.now.text
            self.at += 1
            self.found.append(Comparison(column, offset, operator, (self.constant(),)))
        else:
            raise self.unexpected(
                "a comparison is missing (=, <>, <, >, <=, >=, IN, LIKE, BETWEEN or IS NULL)"
            )

    def column(self) -> tuple[tuple[str, ...], int]:
        token = self.now
        if token.kind in ("text", "number") or token.word in ("TRUE", "FALSE", "NULL"):
            raise RowFilterError(
                token.offset,
                "where-unsupported",
                f"a condition begins with a column, not with {token.text}",
                _EXAMPLE,
            )
        if token.kind != "name" or token.word in _KEYWORDS:
            raise self.unexpected("a column is expected here")
        if self.next.text == "(":
            what = f"the function `{token.text}` is not supported: Lake Formation takes none in row filters"
            raise RowFilterError(token.offset, "where-unsupported", what, "Compare the column itself.")
        names = [token.text.lower()]
        self.at += 1
        while self.take("."):
            if self.now.kind != "name":
                raise self.unexpected("the name of a field is expected")
            names.append(self.now.text.lower())
            self.at += 1
        return tuple(names), token.offset

    def constants(self) -> tuple[Constant, ...]:
        if not self.take("("):
            raise self.unexpected("IN needs a list in parentheses")
        found = [self.constant()]
        while self.take(","):
            found.append(self.constant())
        if not self.take(")"):
            raise self.unexpected("a `)` is missing")
        return tuple(found)

    def constant(self) -> Constant:
        token = self.now
        if token.word == "SELECT" or (token.text == "(" and self.next.word == "SELECT"):
            raise RowFilterError(token.offset, "where-unsupported", "a subquery is not supported", _EXAMPLE)
        if token.kind == "name" and token.word in ("TRUE", "FALSE"):
            kind: Constant = "boolean"
        elif token.kind == "text":
            kind = "text"
        elif token.kind == "number":
            kind = "number"
        elif token.word == "NULL":
            raise RowFilterError(
                token.offset, "where-unsupported", "nothing equals NULL", "Write IS NULL instead."
            )
        elif token.kind == "name" and token.word not in _KEYWORDS:
            what = f"`{token.text}` is not a constant: Lake Formation compares columns with constants only"
            raise RowFilterError(token.offset, "where-unsupported", what, "Text goes in single quotes: 'DE'.")
        else:
            raise self.unexpected("a constant is expected ('text', a number, TRUE or FALSE)")
        self.at += 1
        return kind
