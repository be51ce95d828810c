"""Parser of DQDL rules, for the place of every mistake.

The grammar is AWS's (https://docs.aws.amazon.com/glue/latest/dg/dqdl.html and, where that is vague,
https://github.com/awslabs/dqdl); variables, analyzers and document sections can't stand in a single rule.
"""

from typing import Final

from meshwright.config.suggest import did_you_mean
from meshwright.mesh.quality.conditions import condition
from meshwright.mesh.quality.reader import Reader
from meshwright.mesh.quality.rule_types import RULE_TYPES, RuleType, Takes
from meshwright.mesh.quality.rules import AnyRule, Composite, Condition, DqdlRule, Parameter
from meshwright.mesh.quality.tokens import DqdlError, Token, unescaped
from meshwright.texts import said

MAX_DEPTH: Final = 20
_AFTER_PARAMETERS: Final = frozenset({"between", "in", "not", "matches", "where", "labels", "with"})
_JOINS: Final = {"and": "and", "AND": "and", "or": "or", "OR": "or"}
_SECTIONS: Final = ("Rules", "Analyzers", "DataSources", "Metadata", "DefaultLabels")


def parse_rule(text: str) -> AnyRule:
    """One rule, taken apart. Raises DqdlError."""
    reader = Reader(text)
    if reader.next.kind == "word" and reader.next.text in _SECTIONS:
        raise DqdlError(
            reader.next.offset,
            f"`{said(reader.next.text)}` begins a document",
            "Write one rule, without `Rules = [ ]`.",
        )
    rule = _joined(reader, 0)
    left = reader.next
    if left.text == "," and left.kind == "sign":
        raise DqdlError(left.offset, "a second rule follows", "Write each rule as an entry of its own.")
    if left.kind != "end":
        raise DqdlError(left.offset, f"{left.shown} is left over", _hint(left))
    return rule


def _hint(left: Token) -> str:
    if left.text in _JOINS:
        return 'Put each rule that is joined in parentheses: (IsComplete "a") and (IsUnique "a").'
    return "Take it out."


def _joined(reader: Reader, depth: int) -> AnyRule:
    """Rules joined by `or`, of rules joined by `and`."""
    rules = [_both(reader, depth)]
    while _JOINS.get(reader.next.text) == "or" and reader.next.kind == "word":
        _in_parentheses(reader)
        rules.append(_both(reader, depth))
    return rules[0] if len(rules) == 1 else Composite("or", tuple(rules))


def _both(reader: Reader, depth: int) -> AnyRule:
    rules = [_operand(reader, depth)]
    while _JOINS.get(reader.next.text) == "and" and reader.next.kind == "word":
        _in_parentheses(reader)
        rules.append(_operand(reader, depth))
    return rules[0] if len(rules) == 1 else Composite("and", tuple(rules))


def _in_parentheses(reader: Reader) -> None:
    """Past `and` or `or`, which stand between parentheses."""
    before, join = reader.last, reader.take()
    for each in (before, reader.next):
        if each is None or each.kind != "sign" or each.text not in "()":
            raise DqdlError(join.offset, f"`{join.text}` joins rules in parentheses", _hint(join))


def _operand(reader: Reader, depth: int) -> AnyRule:
    if not reader.is_sign("("):
        return _rule(reader)
    opened = reader.take()
    if depth == MAX_DEPTH:
        raise DqdlError(
            opened.offset, f"more than {MAX_DEPTH} parentheses inside each other", "Write less of them."
        )
    rule = _joined(reader, depth + 1)
    reader.expect(")", "Close the parenthesis.")
    _labels(reader)
    return rule


def _rule(reader: Reader) -> DqdlRule:
    named = reader.next
    if named.kind != "word":
        raise DqdlError(
            named.offset, f"expected a rule, found {named.shown}", 'For example: IsComplete "order_id".'
        )
    definition = RULE_TYPES.get(named.text)
    if definition is None:
        raise DqdlError(
            named.offset,
            f"DQDL has no rule type `{said(named.text)}`",
            did_you_mean(named.text, RULE_TYPES) or f"Known: {', '.join(RULE_TYPES)}.",
        )
    reader.take()
    parameters = _parameters(reader, named, definition)
    return DqdlRule(
        type=named.text,
        parameters=parameters,
        condition=_condition(reader, named, definition),
        where=_where(reader, named, definition),
        threshold=_tags(reader, named, definition),
        offset=named.offset,
    )


def _parameters(reader: Reader, named: Token, definition: RuleType) -> tuple[Parameter, ...]:
    given: list[Token] = []
    while True:
        if reader.next.text in ("of", "OF", "and", "AND") and reader.after.kind == "text":
            reader.take()
        token = reader.next
        if token.text == "$" and token.kind == "sign":
            raise DqdlError(token.offset, "variables can't be declared here", "Write the value itself.")
        is_word = token.kind == "word" and token.text not in _AFTER_PARAMETERS | _JOINS.keys()
        if is_word and token.text.lower() in _AFTER_PARAMETERS:
            lower = token.text.lower()
            raise DqdlError(
                token.offset, f"DQDL has no `{said(token.text)}`", f"Write it in lower case: `{lower}`."
            )
        if token.kind != "text" and not is_word:
            break
        given.append(reader.take())
    takes = _taken(definition, len(given))
    if takes is None:
        raise DqdlError(
            given[-1].offset if given else named.offset,
            f"`{named.text}` has {len(given) or 'no'} parameter{'' if len(given) == 1 else 's'}",
            f"It takes {_expected(definition)}.",
        )
    return tuple(
        Parameter(what, unescaped(token.text), token.offset + (token.kind == "text"))
        for what, token in zip(takes, given, strict=True)
    )


def _taken(definition: RuleType, number: int) -> tuple[Takes, ...] | None:
    for way in definition.takes:
        if len(way) == number:
            return way
        if definition.repeats and number > len(way):
            return way + way[-1:] * (number - len(way))
    return None


def _expected(definition: RuleType) -> str:
    numbers = sorted(len(way) for way in definition.takes)
    if definition.repeats:
        return f"{numbers[0]} or more"
    return " or ".join(str(number) if number else "none" for number in numbers)


def _condition(reader: Reader, named: Token, definition: RuleType) -> Condition | None:
    start = reader.next
    found = condition(reader)
    if found is None:
        if definition.compares and definition.may_compare:
            raise DqdlError(
                start.offset,
                f"`{named.text}` needs a condition behind it, found {start.shown}",
                _example(definition),
            )
        return None
    if not definition.compares:
        raise DqdlError(
            start.offset, f"`{named.text}` takes no condition", f"Take `{said(start.text)} …` out."
        )
    if not found.kinds <= set(definition.compares):
        kind = next(iter(found.kinds - set(definition.compares)))
        raise DqdlError(start.offset, f"`{named.text}` can't be compared with a {kind}", _example(definition))
    return found


def _example(definition: RuleType) -> str:
    examples = {
        "number": "= 2 or between 0.9 and 1",
        "text": '= "INTEGER"',
        "date": '> "2026-01-31"',
        "duration": "<= 24 hours",
        "size": "> 10 MB",
    }
    return f"For example: {examples[definition.compares[0]]}."


def _where(reader: Reader, named: Token, definition: RuleType) -> str | None:
    if not reader.is_word("where"):
        return None
    start = reader.take()
    if not definition.where:
        raise DqdlError(start.offset, f"`{named.text}` takes no `where`", "Take it out.")
    clause = reader.text("the condition of `where`", 'Write it as text: where "total > 0".')
    if not clause.text.strip():
        raise DqdlError(clause.offset, "the condition of `where` is empty", 'For example: where "total > 0".')
    _labels(reader)
    return clause.text


def _labels(reader: Reader) -> None:
    """`labels=["team"="orders"]`, which only Glue's results show."""
    if not reader.is_word("labels"):
        return
    reader.take()
    example = 'For example: labels=["team"="orders"].'
    reader.expect("=", example)
    reader.expect("[", example)
    while not reader.is_sign("]"):
        reader.text("a label", example)
        reader.expect("=", example)
        reader.text("the label's value", example)
        if not reader.is_sign("]"):
            reader.expect(",", example)
    reader.take()


def _tags(reader: Reader, named: Token, definition: RuleType) -> Condition | None:
    """`with threshold > 0.9`, which is returned, and tags such as `with timeZone = "UTC"`."""
    _labels(reader)
    threshold = None
    while reader.is_word("with"):
        reader.take()
        tag = reader.next
        if tag.kind != "word":
            raise DqdlError(
                tag.offset,
                f"expected a name behind `with`, found {tag.shown}",
                "For example: with threshold > 0.9.",
            )
        reader.take()
        start = reader.next
        found = condition(reader)
        if found is None:
            raise DqdlError(
                start.offset,
                f"`with {said(tag.text)}` needs a condition",
                "For example: with threshold > 0.9.",
            )
        if tag.text.lower() != "threshold":
            if found.operator != "=":
                raise DqdlError(start.offset, f"`with {said(tag.text)}` takes `=` alone", "Write one value.")
            continue
        if not definition.threshold:
            raise DqdlError(tag.offset, f"`{named.text}` takes no threshold", "Take it out.")
        if found.kinds != {"number"} or threshold is not None:
            raise DqdlError(
                start.offset,
                "a threshold is one comparison with numbers",
                "For example: with threshold > 0.9.",
            )
        threshold = found
    return threshold
