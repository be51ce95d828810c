"""Whether two policies say the same: statements as a set, whatever their order, ids and spelling."""

import re
from collections.abc import Iterable
from dataclasses import replace

from meshwright.access.iam import Policy, Statement

ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")


def same(one: Policy | None, other: Policy | None) -> bool:
    """Whether they have the same statements; no policy says as much as one without statements."""
    return statements(one) == statements(other)


def beyond(one: Policy | None, other: Policy | None) -> tuple[Statement, ...]:
    """The statements of `one` that `other` does not have, in their order."""
    others = statements(other)
    return tuple(each for each in (one.statements if one else ()) if plain(each) not in others)


def statements(policy: Policy | None) -> frozenset[Statement]:
    """The policy's statements, each in one spelling."""
    return frozenset(plain(each) for each in policy.statements) if policy else frozenset()


def plain(statement: Statement) -> Statement:
    """The statement without its id, every list sorted, an account by its number.

    Actions and condition keys are in lower case, since AWS does not tell cases apart in them.
    """
    return replace(
        statement,
        sid="",
        actions=_sorted(each.lower() for each in statement.actions),
        not_actions=_sorted(each.lower() for each in statement.not_actions),
        resources=_sorted(statement.resources),
        not_resources=_sorted(statement.not_resources),
        principals=_sorted(_principal(each) for each in statement.principals),
        not_principals=_sorted(_principal(each) for each in statement.not_principals),
        conditions=tuple(
            sorted((operator, key.lower(), _sorted(values)) for operator, key, values in statement.conditions)
        ),
    )


def in_words(statement: Statement) -> str:
    """`allows 999999999999 s3:GetObject`, `denies all s3:*`: enough to recognise it."""
    actions = ", ".join(statement.actions) or f"all but {', '.join(statement.not_actions)}"
    named = [_short(each) for each in statement.principals or statement.not_principals]
    who = ", ".join("anybody" if each == "*" else each for each in named)
    if statement.not_principals:
        who = f"all but {who}"
    keys = ", ".join(key for _, key, _ in statement.conditions)
    condition = f" where {keys} fits" if keys else ""
    verb = "allows" if statement.allow else "denies"
    return f"{verb} {who + ' ' if who else ''}{actions}{condition}"


def _principal(listed: str) -> str:
    root = ROOT.fullmatch(listed)
    return root[1] if root else listed


def _short(principal: str) -> str:
    """A role's name with its account, an account's number, a service."""
    if principal.startswith("arn:") and not ROOT.fullmatch(principal):
        parts = principal.split(":", 5)
        return f"{parts[5]} of {parts[4]}"
    return _principal(principal.removeprefix("service:"))


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
