"""Row filters (`where`): the conditions that Lake Formation takes, and where in the text a mistake is.

Lake Formation takes a small part of PartiQL: a column compared with constants, and such comparisons joined by
AND, OR and NOT; no functions, no subqueries, no column compared with another
(https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html). sqlglot reads the text; of what
it accepts only that part is let through. What is deployed is the text as written, so the tokens are checked
too: nothing may stand in it that sqlglot reads, drops or normalises in a way of its own.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from meshwright.config.partiql import KEYWORDS
from meshwright.texts import said

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

MAX_LENGTH = 2048
MAX_DEPTH = 20

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


_EXAMPLE = "Write conditions as: country = 'DE' AND total >= 10"
_OPERATORS = {"EQ": "=", "NEQ": "<>", "LT": "<", "GT": ">", "LTE": "<=", "GTE": ">=", "LIKE": "LIKE"}
_SIGNS = frozenset({"(", ")", ",", ".", "-", "=", "<>", "!=", "<", ">", "<=", ">="})
_PARTS = frozenset({"this", "expression", "expressions", "low", "high", "negate"})
"""Of a comparison. What has others is not for Lake Formation, such as the `field` of `a IN b`."""
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL", "TRUE", "FALSE"})


def parse_filter(text: str) -> tuple[Comparison, ...]:
    """The comparisons of a row filter, in order. Raises RowFilterError."""
    # Here, because a mesh without row filters need not wait for it.
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    if len(text) > MAX_LENGTH:
        what = f"the condition has {len(text)} characters"
        raise RowFilterError(0, "where-too-long", what, f"Lake Formation takes {MAX_LENGTH}.")
    try:
        tokens = sqlglot.tokenize(text, read="trino")
    except TokenError:
        at = len(re.sub(r"""((?:'(?:[^']|'')*+'|"[^"]*"|[^'"])*).*""", r"\1", text, flags=re.DOTALL))
        fix = f"Close it with {text[at : at + 1]}."
        raise RowFilterError(at, "where-syntax", "a quote is not closed", fix) from None
    _check_tokens(text, tokens)
    if not tokens:
        raise _syntax(0, "the condition is empty")
    try:
        tree = sqlglot.parse_one(text, read="trino")
    except ParseError as mistake:
        raise _unparsed(text, tokens, mistake) from None
    found = tuple(sorted(_comparisons(tree), key=lambda each: each.offset))
    # What sqlglot passed over, such as the comma of `(1,)`, is missing in what it writes,
    written = Counter(each.token_type for each in sqlglot.tokenize(tree.sql("trino"), read="trino"))
    for token in tokens:
        written[token.token_type] -= 1
        if written[token.token_type] < 0:
            raise _syntax(token.start, f"`{said(text[token.start : token.end + 1])}` does not belong here")
    if written.total():
        raise _syntax(0, "a word is missing, such as the IS of IS NOT NULL")
    return found


def _check_tokens(text: str, tokens: "list[Token]") -> None:
    """Nothing may be in the text but what a condition is made of."""
    at = depth = prefixes = 0
    last = ""
    for index, token in enumerate(tokens):
        raw = text[token.start : token.end + 1]
        _check_gap(text, at, token.start)
        at = token.end + 1
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        depth += {"(": 1, ")": -1}.get(raw, 0)
        prefixes = prefixes + 1 if raw in ("-", ".") or last == "." or raw.upper() == "NOT" else 0
        last = raw
        if depth + prefixes > MAX_DEPTH:
            raise RowFilterError(token.start, "where-syntax", "it is nested too deeply", "Write it flatter.")
        if raw.upper() == "SELECT":
            raise RowFilterError(token.start, "where-unsupported", "a subquery is not supported", _EXAMPLE)
        if following == "(" and _is_name(raw) and raw.upper() not in _WORDS:
            what = f"the function `{said(raw)}` is not supported: Lake Formation takes none in row filters"
            raise RowFilterError(token.start, "where-unsupported", what, "Compare the column itself.")
        _check_token(token, raw)
    _check_gap(text, at, len(text))


def _check_gap(text: str, start: int, end: int) -> None:
    """Between tokens there is nothing but space; what else sqlglot skips is a comment."""
    rest = text[start:end].lstrip(" \t\r\n")
    offset = end - len(rest)
    if rest and not rest.startswith(("--", "/*")):
        raise _syntax(offset, f"`{rest[0]}` is not used in conditions")
    if rest:
        what, fix = "a comment is not allowed here", "Put it behind a # of YAML."
        raise RowFilterError(offset, "where-syntax", what, fix)


def _check_token(token: "Token", raw: str) -> None:
    if raw in _SIGNS or raw.upper() in _WORDS or re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", raw):
        return
    kind = token.token_type.name
    if kind == "STRING" and raw == "'" + token.text.replace("'", "''") + "'":
        if "\\" in raw:  # for Spark, unlike PartiQL, it takes away the meaning of a quote
            raise _syntax(token.start, "text with a backslash is not supported")
        return
    if kind == "IDENTIFIER" and raw == f'"{token.text}"' and _is_name(token.text):
        return
    if raw == "==":
        raise RowFilterError(token.start, "where-syntax", "`==` is not a comparison", "Use a single =.")
    if _is_name(raw):
        if kind == "VAR" and raw.lower() not in KEYWORDS:
            return
        what, fix = f"`{raw}` is a reserved word", f'As the name of a column, write it as "{raw.lower()}".'
        raise RowFilterError(token.start, "where-syntax", what, fix)
    raise _syntax(token.start, f"`{raw[:20]}` is not used in conditions")


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _syntax(offset: int, what: str) -> RowFilterError:
    return RowFilterError(offset, "where-syntax", what, _EXAMPLE)


def _unparsed(text: str, tokens: "list[Token]", mistake: Exception) -> RowFilterError:
    near = getattr(mistake, "errors", [{}])[0]
    found = [each for each in tokens if (each.line, each.col) == (near.get("line"), near.get("col"))]
    if not found:
        return _syntax(len(text), "it is not a complete condition")
    return _syntax(found[0].start, f"it is not a condition at `{text[found[0].start : found[0].start + 20]}`")


def _comparisons(tree: "exp.Expr") -> Iterator[Comparison]:
    from sqlglot import exp

    waiting = [tree]  # not recursion: a long chain of AND is a deep tree
    while waiting:
        node = waiting.pop()
        if isinstance(node, (exp.And, exp.Or)):
            waiting += [node.this, node.expression]
        elif isinstance(node, (exp.Not, exp.Paren)):
            waiting.append(node.this)
        else:
            yield _comparison(node)


def _comparison(node: "exp.Expr") -> Comparison:
    from sqlglot import exp

    constants: list[exp.Expr]
    if isinstance(node, exp.Between):
        operator, constants = "BETWEEN", [node.args["low"], node.args["high"]]
    elif isinstance(node, exp.In):
        operator, constants = "IN", node.expressions
        if not constants:
            raise _syntax(_start(node), "IN needs a list in parentheses")
    elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        operator, constants = "IS NULL", []
    elif (name := type(node).__name__.upper()) in _OPERATORS:
        operator, constants = _OPERATORS[name], [node.expression]
    elif isinstance(node, exp.Alias):
        raise _syntax(_start(node.args["alias"]), f"the condition is complete before `{said(node.alias)}`")
    else:
        what = "a comparison is missing (=, <>, <, >, <=, >=, IN, LIKE, BETWEEN or IS NULL)"
        raise _syntax(_start(node), what)
    if not {name for name, value in node.args.items() if value} <= _PARTS:
        raise _syntax(_start(node), "it is not a comparison of a column with constants")
    column, offset = _column(node.this)
    return Comparison(column, offset, operator, tuple(_constant(each, offset) for each in constants))


def _column(node: "exp.Expr") -> tuple[tuple[str, ...], int]:
    from sqlglot import exp

    parts = node.parts if isinstance(node, (exp.Column, exp.Dot)) else []
    if not parts or not all(isinstance(part, exp.Identifier) for part in parts):
        what = "a condition begins with the name of a column"
        raise RowFilterError(_start(node), "where-unsupported", what, _EXAMPLE)
    for part in parts:
        if part.args["quoted"] and part.name != part.name.lower():  # PartiQL distinguishes capitals there
            raise _syntax(
                _start(part), f'"{said(part.name)}" has capitals, which no column in the catalog has'
            )
    return tuple(part.name.lower() for part in parts), _start(parts[0])


def _constant(node: "exp.Expr", offset: int) -> Constant:
    from sqlglot import exp

    value = node.this if isinstance(node, exp.Neg) else node
    if isinstance(value, exp.Literal) and not (value.is_string and value is not node):
        return "text" if value.is_string else "number"
    if isinstance(node, exp.Boolean):
        return "boolean"
    if isinstance(node, exp.Null):
        raise RowFilterError(offset, "where-unsupported", "nothing equals NULL", "Write IS NULL instead.")
    start = _start(node) or offset
    if isinstance(node, exp.Column):
        if node.this.args.get("quoted"):
            fix = f"Text goes in single quotes ('{said(node.name)}'), a column's name in none."
            raise RowFilterError(start, "where-syntax", f'"{said(node.name)}" is in the wrong quotes', fix)
        what = f"`{said(node.sql())}` is not a constant: Lake Formation compares columns with constants only"
        raise RowFilterError(start, "where-unsupported", what, "Text goes in single quotes: 'DE'.")
    what = "a constant is expected ('text', a number, TRUE or FALSE)"
    raise RowFilterError(start, "where-unsupported", what, _EXAMPLE)


def _start(node: "exp.Expr") -> int:
    """Where the first name inside `node` begins; 0 if there is none, for sqlglot places only names."""
    from sqlglot import exp

    return min(
        (each.meta["start"] for each in node.find_all(exp.Identifier) if "start" in each.meta), default=0
    )
