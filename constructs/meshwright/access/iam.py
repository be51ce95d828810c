"""IAM: does a policy allow an action on a resource?

Evaluated as AWS documents it: an explicit deny in any policy wins; then something must allow
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). A condition on a
key whose value is not known cannot be evaluated: an Allow is then taken to hold and a Deny not to, so that
access is rather seen than overlooked, and the result says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from meshwright.access.conditions import Context, conditions_hold, conditions_text
from meshwright.access.patterns import Patterns, patterns


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, with every list as a tuple."""

    allow: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    """ARNs, account ids, `*`, or `service:<name>`; empty in identity policies."""
    not_principals: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(operator, key, values)"""
    sid: str = ""

    @cached_property
    def _matches_action(self) -> Patterns:
        return patterns(self.actions or self.not_actions, fold=True)

    @cached_property
    def _matches_resource(self) -> Patterns:
        return Patterns(self.resources or self.not_resources)

    def on_action(self, action: str) -> bool:
        """Whether it speaks of this action."""
        return self._matches_action(action) == bool(self.actions)

    def on_resource(self, resource: str) -> bool:
        """Whether it speaks of this resource; a trust policy names none, and speaks of its role."""
        if not self.resources and not self.not_resources:
            return True
        return self._matches_resource(resource) != bool(self.not_resources)

    def covers(self, action: str, resource: str) -> bool:
        """Whether it speaks of this action on this resource."""
        return self.on_action(action) and self.on_resource(resource)


@dataclass(frozen=True)
class Policy:
    """The statements of one policy document, or of all that an identity has."""

    statements: tuple[Statement, ...] = ()
    document: str = field(default="", compare=False, repr=False)
    """The JSON that it came from, where there is one document."""
    _by_action: dict[str, tuple[tuple[int, Statement], ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _plain: dict[tuple[str, ...], tuple[Patterns, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def about(self, action: str, resource: str) -> list[Statement]:
        """The statements on this action and resource, whatever their principals and conditions."""
        return [each for _, each in self._on_action(action) if each.on_resource(resource)]

    def reach(self, action: str, resource: str) -> tuple[int, ...]:
        """Which of its statements, by their place, speak of this action and resource."""
        return tuple([place for place, each in self._on_action(action) if each.on_resource(resource)])

    def _on_action(self, action: str) -> tuple[tuple[int, Statement], ...]:
        found = self._by_action.get(action)
        if found is None:
            found = tuple(each for each in enumerate(self.statements) if each[1].on_action(action))
            self._by_action[action] = found
        return found

    def plainly_allows(self, actions: tuple[str, ...], resources: Iterable[str]) -> bool:
        """Whether Allows without conditions cover all actions on all resources, and no Deny speaks of any.

        That is what most policies say of most actions, and quickly told. False: it takes a closer look.
        """
        allowed = self._plain.get(actions)
        if allowed is None:
            listed = dict.fromkeys(self._plain_resources(action) for action in actions)
            allowed = self._plain[actions] = tuple(Patterns(each) for each in listed)
        return all(covers(resource) for covers in allowed for resource in resources)

    def _plain_resources(self, action: str) -> tuple[str, ...]:
        about = [each for _, each in self._on_action(action)]
        if not all(each.allow for each in about):
            return ()
        return tuple(name for each in about if not each.conditions for name in each.resources)

    @cached_property
    def lets_in(self) -> frozenset[str]:
        """The principals that some Allow names, accounts by their number."""
        allows = [each for each in self.statements if each.allow]
        named = {_account_or_itself(listed) for each in allows for listed in each.principals}
        return frozenset(named | ({"*"} if any(each.not_principals for each in allows) else set()))

    def may_let_in(self, principal: str, account: str) -> bool:
        """Whether some Allow names the principal or its account: a quick first look."""
        named = self.lets_in
        return principal in named or account in named or "*" in named


class Effect(StrEnum):
    """What policies say; SILENT is an implicit deny."""

    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The effect, the statement behind it, and whether a condition had to be assumed."""

    effect: Effect
    statement: Statement | None = None
    direct: bool = False
    """The principal itself is named, so that its own account's policies need not allow it too."""
    assumed: tuple[str, ...] = ()
    """Conditions that could not be evaluated."""

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOWED


SILENT = Verdict(Effect.SILENT)


def identity_verdict(policy: Policy, action: str, resource: str, context: Context) -> Verdict:
    """What an identity policy (or boundary) says about its own principal."""
    return _verdict([(each, True) for each in policy.about(action, resource)], context)


def resource_verdict(
    policy: Policy, action: str, resource: str, context: Context, *, principal: str, account: str
) -> Verdict:
    """What a resource's policy, or a trust policy, says about `principal` of `account`.

    `principal` is an ARN, an account id for anyone in it, or `service:<name>`.
    """
    about = [(each, _names(each, principal, account)) for each in policy.about(action, resource)]
    return _verdict([(each, how == "itself") for each, how in about if how], context)


def _verdict(statements: Iterable[tuple[Statement, bool]], context: Context) -> Verdict:
    """Any Deny that holds; else the best Allow: one that names the principal, rests on nothing unknown."""
    found, best = SILENT, (False, False)
    unsure: list[str] = []
    for statement, direct in statements:
        holds = conditions_hold(statement.conditions, context) if statement.conditions else True
        if holds is False:
            continue
        if not statement.allow:
            if holds:
                return Verdict(Effect.DENIED, statement)
            unsure.append(f"not denied by {conditions_text(statement.conditions)}")
            continue
        rank = (direct, holds is True)
        if found is SILENT or rank > best:
            assumed = () if holds else (f"{conditions_text(statement.conditions)} holds",)
            found, best = Verdict(Effect.ALLOWED, statement, direct, assumed), rank
    if unsure and found.allowed:
        return Verdict(found.effect, found.statement, found.direct, (*found.assumed, *unsure))
    return found


def _names(statement: Statement, principal: str, account: str) -> str:
    """How a resource's policy names the principal: `itself`, by its `account`, or, empty, not at all.

    An account in NotPrincipal does not exempt its roles
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
    """
    if statement.not_principals:
        listed = any(_is(each, principal, account) == "itself" for each in statement.not_principals)
        return "" if listed else "itself"
    found = ""
    for each in statement.principals:
        how = _is(each, principal, account)
        if how == "itself":
            return how
        found = found or how
    return found


def _is(listed: str, principal: str, account: str) -> str:
    if listed in ("*", principal):
        return "itself"
    if account and (listed == account or _is_root(listed, account)):
        return "itself" if principal == account else "account"
    return ""


def _is_root(listed: str, account: str) -> bool:
    return listed.endswith(f"::{account}:root") and listed.startswith("arn:")


def _account_or_itself(listed: str) -> str:
    root = listed.startswith("arn:") and listed.endswith(":root")
    return listed.split(":")[4] if root else listed


def parse_policy(document: Mapping[str, Any], *, text: str = "") -> Policy:
    """A policy document of IAM, S3 or KMS."""
    return Policy(tuple(_statement(each) for each in _list(document.get("Statement", []))), document=text)


def _statement(raw: Mapping[str, Any]) -> Statement:
    return Statement(
        allow=raw["Effect"] == "Allow",
        actions=_texts(raw.get("Action")),
        not_actions=_texts(raw.get("NotAction")),
        resources=_texts(raw.get("Resource")),
        not_resources=_texts(raw.get("NotResource")),
        principals=_principals(raw.get("Principal")),
        not_principals=_principals(raw.get("NotPrincipal")),
        conditions=tuple(
            (operator, key, _texts(values))
            for operator, keys in (raw.get("Condition") or {}).items()
            for key, values in keys.items()
        ),
        sid=raw.get("Sid", ""),
    )


def _principals(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    if isinstance(raw, str):
        return (raw,)
    listed = []
    for kind, values in raw.items():
        for value in _texts(values):
            listed.append(value if kind == "AWS" else f"{kind.lower()}:{value}")
    return tuple(listed)


def _texts(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, bool):
        return (str(raw).lower(),)
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in _list(raw))


def _list(raw: Any) -> list[Any]:
    if raw is None:
        return []
    return raw if isinstance(raw, list) else [raw]
