"""Conditions of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from meshwright.access.patterns import as_text, patterns
from meshwright.access.variables import has_variables

Value = str | tuple[str, ...]
"""Of a key with one value, or of one with several."""
Context = Mapping[str, Value]
"""Values of condition keys, with the keys in lower case. A key that is not in it is not known."""

ABSENT = "\0absent"
"""In a Context: the key is known to be missing from the request."""

Condition = tuple[str, str, tuple[str, ...]]
"""Operator, key, values."""

PRINCIPAL_TAG = "aws:principaltag/"
"""In a Context, with ABSENT: all tags of the principal are known."""

T = TypeVar("T")
FOR_ALL, FOR_ANY = "ForAllValues", "ForAnyValue"
ARN_PARTS = 6


def value_of(key: str, context: Context) -> Value | None:
    """What the request has for a key; None if that is not known."""
    name = key.lower()
    found = context.get(name)
    return context.get(PRINCIPAL_TAG) if found is None and name.startswith(PRINCIPAL_TAG) else found


def conditions_hold(conditions: tuple[Condition, ...], context: Context) -> bool | None:
    """Whether all hold; None if none of them fails, but one can't be told."""
    return _all(condition_holds(each, value_of(key, context), values) for each, key, values in conditions)


def condition_holds(name: str, value: Value | None, values: tuple[str, ...]) -> bool | None:
    """Whether the condition holds for `value`; None if that can't be told.

    That is so of an unknown value or operator, of a variable among `values` that is not known, and of a key
    with several values where the operator does not say whether it is for any or for all of them.

    Values are alternatives. A key that is absent fails a condition, unless the operator is negated, ends in
    IfExists or is for all values, of which there are none
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
    """
    if value is None:
        return None
    qualifier, _, name = name.rpartition(":")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if name == "Null":
        return ("true" if value == ABSENT else "false") in {each.lower() for each in values}
    negated, compares = "Not" in name, COMPARISONS.get(name.replace("Not", ""))
    if compares is None or qualifier not in ("", FOR_ALL, FOR_ANY):
        return None
    given = (value,) if isinstance(value, str) else value
    if value == ABSENT or not given:
        return if_exists or qualifier == FOR_ALL or (negated and qualifier != FOR_ANY)
    fixed, open_ = tuple(each for each in values if not has_variables(each)), any(map(has_variables, values))
    matched = (True if compares(each, fixed) else None if open_ else False for each in given)
    holds = [None if each is None else each != negated for each in matched]
    if qualifier == FOR_ANY:
        return None if None in holds and True not in holds else True in holds
    return _all(holds) if qualifier or len(given) == 1 else None


def conditions_text(conditions: tuple[Condition, ...]) -> str:
    """`StringEquals aws:SourceVpce vpce-1 and Bool aws:ViaAWSService true`"""
    return " and ".join(f"{each} {key} {', '.join(values)}" for each, key, values in conditions)


def _all(answers: Iterable[bool | None]) -> bool | None:
    all_hold: bool | None = True
    for each in answers:
        if each is False:
            return False
        all_hold = all_hold and each
    return all_hold


def _equal(value: str, values: tuple[str, ...]) -> bool:
    return value in map(as_text, values)


def _equal_in_any_case(value: str, values: tuple[str, ...]) -> bool:
    return value.lower() in {as_text(each).lower() for each in values}


def _like(value: str, values: tuple[str, ...]) -> bool:
    return patterns(values)(value)


def _arn_like(value: str, values: tuple[str, ...]) -> bool:
    """Each of the six parts of an ARN by itself, so that no `*` reaches into the next one."""
    parts = value.split(":", ARN_PARTS - 1)
    return any(_parts_match(parts, value, each) for each in values)


def _parts_match(parts: list[str], value: str, pattern: str) -> bool:
    wanted = pattern.split(":", ARN_PARTS - 1)
    if len(wanted) < ARN_PARTS:  # such as `*` alone
        return patterns((pattern,))(value)
    return len(parts) == ARN_PARTS and all(
        patterns((one,))(part) for one, part in zip(wanted, parts, strict=True)
    )


def _converted(
    convert: Callable[[str], T], holds: Callable[[T, T], bool]
) -> Callable[[str, tuple[str, ...]], bool]:
    """A comparison of what the texts stand for; one that stands for nothing matches nothing."""

    def compares(value: str, values: tuple[str, ...]) -> bool:
        for each in values:
            try:
                if holds(convert(value), convert(each)):
                    return True
            except (ValueError, OverflowError):
                continue
        return False

    return compares


@cache
def _date(text: str) -> datetime:
    """ISO 8601, or seconds since 1970."""
    if text.lstrip("-").isdigit() and len(text) > 4:
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_network(value: str, values: tuple[str, ...]) -> bool:
    def within(each: str) -> bool:
        try:
            return ip_address(value) in ip_network(each, strict=False)
        except ValueError:
            return False

    return any(map(within, values))


ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
}
COMPARISONS: Mapping[str, Callable[[str, tuple[str, ...]], bool]] = {
    "ArnEquals": _arn_like,  # the two are the same, as the page above says
    "ArnLike": _arn_like,
    "BinaryEquals": _equal,
    "Bool": _equal_in_any_case,
    "IpAddress": _in_network,
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": _like,
    **{f"Date{name}": _converted(_date, holds) for name, holds in ORDERS.items()},
    **{f"Numeric{name}": _converted(float, holds) for name, holds in ORDERS.items()},
}
"""By operator, without its `Not`: whether a value is, or is like, one of the others."""
