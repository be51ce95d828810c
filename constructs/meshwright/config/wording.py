"""Turns pydantic's errors into sentences for people who know neither pydantic nor AWS."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from meshwright.config.base import FileModel
from meshwright.config.nodes import Node
from meshwright.config.problems import Fix, Path
from meshwright.config.scalars import MOST_DIGITS
from meshwright.config.spelling import GLUE, SPELLINGS
from meshwright.config.suggest import did_you_mean, listed
from meshwright.texts import Later, said


class Wording(NamedTuple):
    """A pydantic error in our words."""

    code: str
    what: str
    fix: Fix


_EXPECTED = {
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "number_type": "a number",
    "scalar_type": "text, a number, `true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "string_type": "text",
}
_HOW = {
    "bool_type": "Write `true` or `false`, without quotes.",
    "int_type": "Write digits only, without quotes.",
    "number_type": "Write a number such as 12 or 0.5, without quotes.",
    "scalar_type": "Write one value.",
    "list_type": "Write [one, two], or one line with `- ` per item.",
    "dict_type": "Write `key: value` lines, indented below it.",
    "model_type": "Write `key: value` lines, indented below it.",
    "string_type": "Write text.",
}


_NUMBERS = frozenset({"int_type", "number_type", "scalar_type"})
_WHOLE = re.compile(r"[-+]?[1-9][0-9]*")


def reword(
    error: ErrorDetails,
    path: Path,
    node: Node,
    model: type[FileModel] | None,
    *,
    required: bool = False,
    pattern: str | None = None,
) -> Wording:
    """The error at `path`. `node` is what stands there, or the mapping in which it is missing.

    `required`: the key can't be left out; `pattern`: of a text that is wanted there.
    """
    kind, context = error["type"], error.get("ctx", {})
    name = said(str(path[-1])) if path else "file"
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), model, node)
    if kind == "missing":
        field = model.model_fields[name] if model and name in model.model_fields else None
        about = (field.description or "").splitlines()[0] if field else ""
        return Wording(
            "missing-key",
            f"the key `{name}` is missing",
            f"Add it: {_lowered(about)}" if about else "Add it.",
        )
    if kind in _EXPECTED:
        return _wrong_type(kind, name, node, model, pattern)
    return _wrong_value(kind, name, node, context, "" if required else ", or remove the key")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _unknown_key(name: str, model: type[FileModel] | None, node: Node) -> Wording:
    keys, present = (model.model_fields if model else {}), node.items or {}

    def fix() -> str:
        guess = did_you_mean(name, [key for key in keys if key not in present])
        return guess or f"Remove it. The keys here are {listed(keys)}."

    return Wording("unknown-key", f"unknown key `{said(name)}`", Later(fix))


def _wrong_type(
    kind: str, name: str, node: Node, model: type[FileModel] | None, pattern: str | None
) -> Wording:
    if node.text is not None and node.data is None:
        return Wording("empty-value", "this item has no value", "Give it one, or remove it.")
    if kind == "string_type" and node.text is not None:
        if pattern is not None and re.search(pattern, node.text) is None:
            return _misspelt(said(node.text), pattern)
        return _unquoted(node)
    if kind in _NUMBERS and node.plain and node.kind == "a number" and _WHOLE.fullmatch(node.text or ""):
        # Whole, and yet not taken: scalars.py reads no longer one.
        what = f"{said(node.text or '')} has more than {MOST_DIGITS} digits"
        return Wording("out-of-range", what, f"Write a number of at most {MOST_DIGITS} digits.")
    if kind == "scalar_type" and node.text is not None:
        return _unquoted(node)
    expected, how = _EXPECTED[kind], _HOW[kind]
    if kind == "model_type" and model is not None and model.shorthand is not None:
        expected, how = (
            "text or a mapping",
            f"Write its {model.shorthand} alone, or a mapping with `{model.shorthand}`.",
        )
    elif kind == "model_type" and model is not None and _all_optional(model):
        how = f"Write `{name}: {{}}` for its defaults, or `key: value` lines, indented below it."
    if node.text is None:
        found = node.kind
    else:
        quoted = "" if node.plain else " in quotes"
        found = f"`{said(node.text)}`{quoted}"
    return Wording("wrong-type", f"expected {expected}, found {found}", how)


def _all_optional(model: type[FileModel]) -> bool:
    return not any(field.is_required() for field in model.model_fields.values())


def _unquoted(node: Node) -> Wording:
    return Wording(
        "unquoted",
        f"{said(node.text or '')} without quotes is {node.kind}, which YAML does not keep as written",
        f'Put it in quotes: "{said(node.text or "")}".',
    )


def _misspelt(value: str, pattern: str) -> Wording:
    spelling = SPELLINGS[pattern]
    first = value[:1].isdigit() and re.search(pattern, f"a{value}") is not None
    start = "Begin it with a letter. " if first and "begins with" not in spelling.rule else ""
    alone = value.rpartition(".")[2]
    if pattern == GLUE and "." in value and re.search(pattern, alone) is not None:
        return Wording(spelling.code, f"`{value}` is not {spelling.rule}", f"Write the name alone: {alone}")
    return Wording(
        spelling.code, f"`{value}` is not {spelling.rule}", f"{start}For example: {spelling.example}"
    )


def _wrong_value(kind: str, name: str, node: Node, context: Mapping[str, Any], otherwise: str) -> Wording:
    """`otherwise`: what can be done instead of giving a value."""
    value = said(name if node.text is None else node.text)
    match kind:
        case "string_pattern_mismatch":
            return _misspelt(value, context["pattern"])
        case "day":
            return Wording(
                "bad-date",
                f"`{value}` is not a date ({context['reason']})",
                "Write year-month-day: 2027-12-31",
            )
        case "literal_error":
            known = [each.strip("'") for each in context["expected"].replace(" or ", ", ").split(", ")]
            guess = did_you_mean(value, known)
            return Wording(
                "unknown-value", f"`{value}` is not one of {listed(known)}", guess or "Choose one of them."
            )
        case "string_too_short":
            return Wording("empty-value", f"`{name}` has no text", f"Write some{otherwise}.")
        case "string_too_long":
            limit = context["max_length"]
            return Wording("too-long", f"`{value}` has more than {limit} characters", "Shorten it.")
        case "too_many_bytes":
            what = (
                f"`{value}` has {context['size']:,} bytes in UTF-8, and Glue takes {context['max_bytes']:,}"
            )
            return Wording("too-long", what, "Shorten it.")
        case "local_part":
            what = f"`{value}` has more than {context['most']} characters before the @"
            return Wording("too-long", what, "Shorten it.")
        case "too_short":
            return Wording("empty-value", f"`{name}` is empty", f"Put at least one into it{otherwise}.")
        case "too_long":
            limit = context["max_length"]
            return Wording(
                "too-long", f"`{name}` has more than {limit} items", f"Keep {limit} of them at most."
            )
        case "greater_than_equal" | "less_than_equal":
            limit, side = (context["ge"], "less") if kind == "greater_than_equal" else (context["le"], "more")
            return Wording(
                "out-of-range", f"{value} is {side} than {limit}, the limit", "Choose a number within it."
            )
    return Wording("invalid", f"`{value}` is not accepted here ({kind})", "Correct it.")
