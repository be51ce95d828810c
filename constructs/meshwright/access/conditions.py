"""Conditions of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Mapping

from meshwright.access.patterns import patterns

Context = Mapping[str, str]
"""Values of condition keys, with the keys in lower case. A key that is not in it is not known."""

ABSENT = "\0absent"
"""In a Context: the key is known to be missing from the request."""

Condition = tuple[str, str, tuple[str, ...]]
"""Operator, key, values."""

LITERAL = frozenset({"StringEquals", "Bool", "StringEqualsIgnoreCase"})
WITH_PATTERNS = frozenset({"StringLike", "ArnEquals", "ArnLike"})
ANY_CASE = frozenset({"Bool", "StringEqualsIgnoreCase"})


def conditions_hold(conditions: tuple[Condition, ...], context: Context) -> bool | None:
    """Whether all hold; None if none of them fails, but one can't be told."""
    answer: bool | None = True
    for operator, key, values in conditions:
        holds = condition_holds(operator, context.get(key.lower()), values)
        if holds is False:
            return False
        if holds is None:
            answer = None
    return answer


def condition_holds(operator: str, value: str | None, values: tuple[str, ...]) -> bool | None:
    """Whether the condition holds for `value`; None if that can't be told: an unknown value or operator.

    Values are alternatives. A key that is absent fails a condition, unless the operator is negated, ends in
    IfExists or is for all values, of which there are none.
    """
    if value is None:
        return None
    qualifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    plain = name.replace("Not", "")
    if plain == "Null":
        return ("true" if value == ABSENT else "false") in {each.lower() for each in values}
    if value == ABSENT:
        return if_exists or negated or qualifier == "ForAllValues"
    if plain not in LITERAL and plain not in WITH_PATTERNS:
        return None
    if plain in ANY_CASE:
        value, values = value.lower(), tuple(each.lower() for each in values)
    matched = value in values if plain in LITERAL else patterns(values)(value)
    return matched != negated


def conditions_text(conditions: tuple[Condition, ...]) -> str:
    """`StringEquals aws:SourceVpce vpce-1 and Bool aws:ViaAWSService true`"""
    return " and ".join(f"{operator} {key} {', '.join(values)}" for operator, key, values in conditions)
