"""Random requests and policies of every form, small enough that they often speak of each other.

No key has an empty list of values: AWS does not say whether `Null` and `IfExists` count it as there.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tests.second_opinion.case import Case, Document

A, B = "111111111111", "222222222222"
PRINCIPALS = (
    f"arn:aws:iam::{A}:role/Reader",
    f"arn:aws:iam::{A}:user/Reader",
    f"arn:aws:iam::{A}:role/team/Reader",
)
ACTIONS = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "kms:Decrypt")
ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "S3:get*", "s3:Get?bject", "kms:*", "s3:*Object", "kms:decrypt")
RESOURCES = (
    "arn:aws:s3:::lake/sales/a",
    "arn:aws:s3:::lake/sales/[b]",
    "arn:aws:s3:::lake/hr/a",
    "arn:aws:s3:::lake/*",
)
RESOURCE_PATTERNS = (
    *RESOURCES,
    "*",
    "arn:aws:s3:::lake/sales/*",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::lake/*/?",
    "arn:aws:s3:::LAKE/*",
    "arn:aws:s3:::lake/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::lake/${*}",
)
NAMES = (
    *PRINCIPALS,
    "*",
    A,
    B,
    f"arn:aws:iam::{A}:root",
    f"arn:aws:iam::{B}:root",
    f"arn:aws:iam::{B}:role/Reader",
)
TEAM, PATHS, AGE, ISSUED = (
    "aws:PrincipalTag/team",
    "aws:PrincipalOrgPaths",
    "aws:MultiFactorAuthAge",
    "aws:TokenIssueTime",
)
MFA, ADDRESS, SOURCE = "aws:MultiFactorAuthPresent", "aws:VpcSourceIp", "aws:SourceArn"
TEXTS = ("sales", "Sales", "hr", "s*", "?ales", "", "${aws:PrincipalTag/team}")
GIVEN: dict[str, tuple[str | list[str] | None, ...]] = {
    TEAM: (None, "sales", "hr", "Sales", "*"),
    PATHS: (None, ["sales"], ["sales", "hr"], ["hr", "hr"]),
    AGE: (None, "1", "10", "9.5", "old"),
    ISSUED: (None, "2026-01-01T00:00:00Z", "2026-01-02T12:00:00+02:00", "1767225600"),
    MFA: (None, "true", "false"),
    ADDRESS: (None, "10.0.0.1", "192.0.2.7", "2001:db8::1"),
    SOURCE: (
        None,
        "arn:aws:s3:::lake",
        "arn:aws:iam::111111111111:role/a/b",
        "arn:aws:logs:eu-west-1:111111111111:group:x",
    ),
}
STRINGS = tuple(
    f"String{each}"
    for each in ("Equals", "NotEquals", "Like", "NotLike", "EqualsIgnoreCase", "NotEqualsIgnoreCase")
)
ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
WANTED: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    TEAM: (STRINGS, TEXTS),
    PATHS: (STRINGS, TEXTS),
    AGE: (tuple(f"Numeric{each}" for each in ORDERS), ("1", "9.5", "10", "1.0", "young")),
    ISSUED: (
        tuple(f"Date{each}" for each in ORDERS),
        ("2026-01-01", "2026-01-02T10:00:00Z", "1767225600", "soon"),
    ),
    MFA: (("Bool",), ("true", "false", True, False, "True")),
    ADDRESS: (("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "here")),
    SOURCE: (
        ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"),
        (
            "*",
            "arn:aws:s3:::*",
            "arn:aws:*:*:role/*",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111111111111:role/a/?",
            "arn:aws:*:111111111111:group:x",
        ),
    ),
}

Choose = Callable[[Sequence[Any]], Any]
"""One of some values: at random, or as hypothesis wants it."""


def random_case(choose: Choose) -> Case:
    """A request, and the policies that speak of it or not."""
    principal = choose(PRINCIPALS)
    rarely = (False, False, True)
    with_session = ":role/" in principal and choose(rarely)
    return Case(
        principal=principal,
        action=choose(ACTIONS),
        resource=choose(RESOURCES),
        owner=choose((A, A, B)),
        identity=[_document(choose) for _ in range(choose((0, 1, 1, 2)))],
        boundary=_document(choose) if choose(rarely) else None,
        session=_document(choose) if with_session else None,
        of_resource=None if choose(rarely) else _document(choose, named=True),
        context={key.lower(): choose(some) for key, some in GIVEN.items()},
    )


def _document(choose: Choose, *, named: bool = False) -> Document:
    some = [_statement(choose, named) for _ in range(choose((1, 2, 3)))]
    version = choose(({"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {}))
    return {**version, "Statement": some if len(some) > 1 else some[0]}


def _statement(choose: Choose, named: bool) -> Document:
    effect = choose(("Allow", "Allow", "Allow", "Deny"))
    statement: Document = {
        "Effect": effect,
        choose(("Action", "Action", "Action", "NotAction")): _few(choose, ACTION_PATTERNS),
        choose(("Resource", "Resource", "Resource", "NotResource")): _few(choose, RESOURCE_PATTERNS),
    }
    if named:
        key = "NotPrincipal" if effect == "Deny" and choose((True, False)) else "Principal"
        everybody = key == "Principal" and choose((True, False, False, False))
        statement[key] = "*" if everybody else {"AWS": _few(choose, NAMES)}
    condition: Document = {}
    for _ in range(choose((0, 0, 1, 1, 2))):
        condition.update(_condition(choose))
    return {**statement, "Condition": condition} if condition else statement


def _condition(choose: Choose) -> Document:
    key = choose(sorted(WANTED))
    if choose((False, False, False, True)):
        return {"Null": {key: choose(("true", "false", True, ["true", "false"]))}}
    names, values = WANTED[key]
    sets = ("ForAllValues:", "ForAnyValue:")
    qualifier = choose(sets if key == PATHS else ("", "", "", *sets))
    return {f"{qualifier}{choose(names)}{choose(('', '', 'IfExists'))}": {key: _few(choose, values)}}


def _few(choose: Choose, values: Sequence[Any]) -> Any:
    return choose(values) if choose((True, False)) else [choose(values) for _ in range(choose((1, 2)))]
