"""The conditions of DQDL rules: operators and what follows them.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

import re
from datetime import date
from typing import Final

from meshwright.mesh.quality.reader import Reader
from meshwright.mesh.quality.rules import Condition, Operand, Operator
from meshwright.mesh.quality.tokens import DqdlError, Token, unescaped

DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2} (AM|PM)|[0-9]{2}:[0-9]{2}")
_SIGNS: Final[dict[str, Operator]] = {">": ">", ">=": ">=", "<": "<", "<=": "<=", "=": "=", "!=": "!="}
_WORDS: Final[dict[str, Operator]] = {"between": "between", "in": "in", "matches": "matches"}
_NOT: Final[dict[str, Operator]] = {
    "between": "not between",
    "in": "not in",
    "matches": "not matches",
}
_NULL: Final = ("NULL", "null")
_KEYWORDS: Final = ("EMPTY", "empty", "WHITESPACES_ONLY", "whitespaces_only")
_DURATIONS: Final = ("days", "hours", "minutes")
_SIZES: Final = ("B", "KB", "MB", "GB", "TB")
_FIX: Final = 'Write a number, text in double quotes, a date such as "2026-01-31", or NULL.'


def is_date(text: str) -> bool:
    """Whether it is YYYY-MM-DD, and a day of the calendar."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def condition(reader: Reader) -> Condition | None:
    """The condition to come; None if there is none. Raises DqdlError."""
    operator = _operator(reader)
    if operator is None:
        return None
    if operator in ("between", "not between"):
        low = _operand(reader)
        if not reader.is_word("and", "AND"):
            found = reader.next
            raise DqdlError(
                found.offset, f"expected `and`, found {found.shown}", "For example: between 0 and 10."
            )
        reader.take()
        return _sound(operator, (low, _operand(reader)))
    if operator in ("in", "not in"):
        return _sound(operator, _list(reader))
    if operator in ("matches", "not matches"):
        pattern = reader.text("a pattern", 'For example: matches "[A-Z]{2}".')
        return Condition(operator, (Operand("text", unescaped(pattern.text), pattern.offset),))
    return _sound(operator, (_operand(reader),))


def _operator(reader: Reader) -> Operator | None:
    token = reader.next
    if token.kind == "sign" and token.text in _SIGNS:
        reader.take()
        return _SIGNS[token.text]
    if token.kind != "word":
        return None
    if token.text == "not":
        reader.take()
        if (found := _NOT.get(reader.next.text)) is None:
            raise DqdlError(
                reader.next.offset,
                f"`not` stands before `in`, `between` or `matches`, found {reader.next.shown}",
                "Use `!=` for one value.",
            )
        reader.take()
        return found
    if token.text in _WORDS:
        reader.take()
        return _WORDS[token.text]
    return None


def _sound(operator: Operator, operands: tuple[Operand, ...]) -> Condition:
    """The condition, if its values are of one kind."""
    found = Condition(operator, operands)
    if len(found.kinds) > 1:
        first = next(each for each in operands if each.kind != "null")
        other = next(
            each
            for each in operands
            if each.kind != "null" and Condition("=", (each,)).kinds != Condition("=", (first,)).kinds
        )
        raise DqdlError(
            other.offset,
            f"the values are of different kinds: a {_kind(first)} and a {_kind(other)}",
            "Text that looks like a date is one to Glue."
            if {_kind(first), _kind(other)} == {"date", "text"}
            else "Use one kind.",
        )
    return found


def _kind(operand: Operand) -> str:
    return next(iter(Condition("=", (operand,)).kinds))


def _list(reader: Reader) -> tuple[Operand, ...]:
    example = 'For example: in ["a", "b"].'
    reader.expect("[", example)
    operands = [_operand(reader)]
    while not reader.is_sign("]"):
        reader.expect(",", example)
        operands.append(_operand(reader))
    reader.take()
    return tuple(operands)


def _operand(reader: Reader) -> Operand:
    token = reader.next
    if token.kind == "text":
        reader.take()
        is_date = DATE.fullmatch(token.text) or TIME.fullmatch(token.text)
        return Operand("date" if is_date else "text", unescaped(token.text), token.offset)
    if reader.is_word(*_NULL):
        return Operand("null", "NULL", reader.take().offset)
    if reader.is_word(*_KEYWORDS):
        return Operand("keyword", reader.take().text.upper(), token.offset)
    if reader.is_word("now") or (reader.is_sign("(") and reader.after.text == "now"):
        return _now(reader)
    if reader.is_sign("$"):
        raise DqdlError(token.offset, "variables can't be declared here", "Write the value itself.")
    return _number(reader)


def _now(reader: Reader) -> Operand:
    """`now()`, or `(now() - 3 days)`."""
    example = "For example: (now() - 3 days)."
    start = reader.next
    inside = reader.is_sign("(")
    if inside:
        reader.take()
    reader.take()
    reader.expect("(", example)
    reader.expect(")", example)
    if not inside:
        return Operand("date", "now()", start.offset)
    if not (reader.is_sign("-") or reader.is_sign("+")):
        raise DqdlError(reader.next.offset, f"expected `-` or `+`, found {reader.next.shown}", example)
    sign, number = reader.take().text, reader.take()
    if number.kind != "number" or not reader.is_word(*_DURATIONS):
        raise DqdlError(number.offset, "expected a number of days, hours or minutes", example)
    unit = reader.take().text
    reader.expect(")", example)
    return Operand("date", f"(now() {sign} {number.text} {unit})", start.offset)


def _number(reader: Reader) -> Operand:
    """A number, or an expression of numbers or of earlier results; with a unit, a duration or a size."""
    start = reader.next
    words: list[str] = []
    dynamic = _sum(reader, words, 0)
    text = "".join(words)
    if len(words) == 1 and not dynamic:
        if reader.is_word(*_DURATIONS):
            return Operand("duration", f"{text} {reader.take().text}", start.offset)
        if reader.is_word(*_SIZES):
            return Operand("size", f"{text} {reader.take().text}", start.offset)
    plain = len(words) == 1 or (len(words) == 2 and words[0] == "-")
    return Operand("dynamic" if dynamic else "number" if plain else "expression", text, start.offset)


def _sum(reader: Reader, words: list[str], depth: int) -> bool:
    dynamic = _term(reader, words, depth)
    while reader.next.kind == "sign" and reader.next.text in "+-*/":
        words.append(f" {reader.take().text} ")
        dynamic |= _term(reader, words, depth)
    return dynamic


def _term(reader: Reader, words: list[str], depth: int) -> bool:
    """Adds the words of a term; whether it depends on earlier runs."""
    token = reader.next
    if depth > 20:
        raise DqdlError(token.offset, "more than 20 parentheses inside each other", "Write less of them.")
    if reader.is_sign("("):
        words.append(reader.take().text)
        dynamic = _sum(reader, words, depth + 1)
        words.append(reader.expect(")", "Close the parenthesis.").text)
        return dynamic
    if reader.is_sign("-"):
        words.append(reader.take().text)
        token = reader.next
        if token.kind != "number":
            raise _no_value(token)
    if token.kind == "number":
        words.append(reader.take().text)
        return False
    if token.kind == "word" and reader.after.text == "(":
        return _function(reader, words, depth)
    raise _no_value(token)


def _function(reader: Reader, words: list[str], depth: int) -> bool:
    words.append(reader.take().text)
    words.append(reader.take().text)
    while not reader.is_sign(")"):
        _sum(reader, words, depth + 1)
        if not reader.is_sign(")"):
            words.append(reader.expect(",", "Separate values by commas.").text)
    words.append(reader.take().text)
    return True


def _no_value(token: Token) -> DqdlError:
    return DqdlError(token.offset, f"expected a value, found {token.shown}", _FIX)
