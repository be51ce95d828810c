"""IAM: does a policy allow an action on a resource?

Evaluated as AWS documents it: an explicit deny in any policy wins; then something must allow
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). A condition on a
key whose value is not known cannot be evaluated: an Allow is then taken to hold and a Deny not to, so that
access is rather seen than overlooked, and the result says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from typing import Any

from meshwright.access.conditions import (
    ABSENT,
    Condition,
    Context,
    Value,
    conditions_hold,
    conditions_text,
    value_of,
)
from meshwright.access.named import Named, named_by
from meshwright.access.patterns import Patterns, patterns
from meshwright.access.variables import WITH_VARIABLES, anything, filled, has_variables, keys_in, literally


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
    conditions: tuple[Condition, ...] = ()
    sid: str = ""

    @cached_property
    def _matches_action(self) -> Patterns:
        return patterns(self.actions or self.not_actions, fold=True)

    @cached_property
    def _matches_resource(self) -> Patterns:
        return Patterns(self.resources or self.not_resources)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The condition keys that stand for a part of its resources, or of a value in its conditions."""
        values = [value for _, _, some in self.conditions for value in some]
        texts = (*self.resources, *self.not_resources, *values)
        return frozenset().union(*(keys_in(each) for each in texts))

    def filled(self, known: Mapping[str, str | None]) -> "tuple[Statement, ...]":
        """What it says once its variables have their values.

        What rests on a variable that is not known is under a condition that can't be told. No statement is
        left of one that speaks only of resources whose variables the request does not have.
        """

        def some(texts: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(text for text in (filled(each, known) for each in texts) if text is not None)

        conditions = tuple((operator, key, some(values)) for operator, key, values in self.conditions)
        resources, others = some(self.resources), some(self.not_resources)
        if self.not_resources:
            unsure = tuple(each for each in others if has_variables(each))
            if unsure:
                conditions = (*conditions, ("ArnNotLike", "resource", unsure))
            others = tuple(each for each in others if each not in unsure)
            resources = () if others else ("*",)
            return (replace(self, conditions=conditions, resources=resources, not_resources=others),)
        sure = tuple(each for each in resources if not has_variables(each))
        unsure = tuple(each for each in resources if each not in sure)
        found = [replace(self, conditions=conditions, resources=sure)] if sure or not self.resources else []
        if unsure:
            conditions = (*conditions, ("ArnLike", "resource", unsure))
            found.append(replace(self, conditions=conditions, resources=tuple(map(anything, unsure))))
        return tuple(found)

    def on_action(self, action: str) -> bool:
        """Whether it speaks of this action; one that names none speaks of none."""
        if not self.actions and not self.not_actions:
            return False
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
    _resources: dict[str, tuple[str, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _plain: dict[tuple[str, ...], tuple[Patterns, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _filled: "dict[tuple[Value | None, ...], Policy]" = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The condition keys that its variables name."""
        return tuple(sorted(frozenset[str]().union(*(each.variables for each in self.statements))))

    def for_request(self, context: Context) -> "Policy":
        """What it says with the values of its variables; itself without any."""
        if not self.variables:
            return self
        values = tuple(value_of(key, context) for key in self.variables)
        found = self._filled.get(values)
        if found is None:
            known = {
                key: None if value == ABSENT else value
                for key, value in zip(self.variables, values, strict=True)
                if isinstance(value, str)
            }
            statements = (each.filled(known) if each.variables else (each,) for each in self.statements)
            found = self._filled[values] = Policy(tuple(one for some in statements for one in some))
        return found

    def about(self, action: str, resource: str) -> list[Statement]:
        """The statements on this action and resource, whatever their principals and conditions."""
        return [each for _, each in self._on_action(action) if each.on_resource(resource)]

    def reach(self, action: str, resource: str) -> tuple[int, ...]:
        """Which of its statements, by their place, speak of this action and resource."""
        return tuple([place for place, each in self._on_action(action) if each.on_resource(resource)])

    def resources_on(self, action: str) -> tuple[str, ...]:
        """The patterns of resources in its statements on this action, with those that are left out."""
        found = self._resources.get(action)
        if found is None:
            listed = (
                name for _, each in self._on_action(action) for name in each.resources + each.not_resources
            )
            found = self._resources[action] = tuple(dict.fromkeys(listed))
        return found

    def let_in_to(self, action: str) -> frozenset[str]:
        """Whom some Allow on the action names."""
        about = [each for _, each in self._on_action(action) if each.allow]
        return frozenset(name for each in about for name in each.principals)

    def conditions_on(self, key: str) -> tuple[str, ...]:
        """The values with which its conditions compare that key, which is in lower case."""
        return tuple(
            value
            for each in self.statements
            for _, name, values in each.conditions
            if name.lower() == key
            for value in values
        )

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
        plain = (each for each in about if not each.conditions)
        return tuple(name for each in plain for name in each.resources if "${" not in name)

    @cached_property
    def lets_in(self) -> frozenset[str]:
        """The principals that some Allow names, accounts by their number."""
        allows = [each for each in self.statements if each.allow]
        named = {_account_or_itself(listed) for each in allows for listed in each.principals}
        return frozenset(named | ({"*"} if any(each.not_principals for each in allows) else set()))

    @cached_property
    def _accounts_of_sessions(self) -> frozenset[str]:
        return frozenset(each.split(":")[4] for each in self.lets_in if ":assumed-role/" in each)

    def may_let_in(self, principal: str, account: str) -> bool:
        """Whether some Allow names the principal, its account or a session of that: a quick first look."""
        named = self.lets_in
        return principal in named or account in named or "*" in named or account in self._accounts_of_sessions


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
    named: Named = Named.NOT
    """How the statement of a resource's policy names the principal."""
    assumed: tuple[str, ...] = ()
    """What could not be evaluated; of SILENT, that something else may be denied."""

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOWED

    @property
    def direct(self) -> bool:
        """The principal itself is let in, so that its own account's policies need not allow it too."""
        return self.allowed and self.named > Named.ACCOUNT


SILENT = Verdict(Effect.SILENT)


def identity_verdict(policy: Policy, action: str, resource: str, context: Context) -> Verdict:
    """What an identity policy (or boundary) says about its own principal."""
    about = policy.for_request(context).about(action, resource)
    return _verdict([(each, Named.NOT, ()) for each in about], context)


def resource_verdict(
    policy: Policy,
    action: str,
    resource: str,
    context: Context,
    *,
    principal: str,
    account: str,
    bounded: bool = False,
) -> Verdict:
    """What a resource's policy, or a trust policy, says about `principal` of `account`.

    `principal` is an ARN, an account id for anyone in it, or `service:<name>`; `bounded` says whether it has
    a permissions boundary, which no NotPrincipal spares.
    """
    about = policy.for_request(context).about(action, resource)
    by_whom = partial(named_by, principal=principal, account=account, bounded=bounded)
    named = [(each, *by_whom(each.principals, each.not_principals, allow=each.allow)) for each in about]
    return _verdict([each for each in named if each[1] or each[2]], context)


def _verdict(statements: Iterable[tuple[Statement, Named, tuple[str, ...]]], context: Context) -> Verdict:
    """Any Deny that holds; else the best Allow: to the principal itself, then resting on nothing unknown.

    Each statement comes with how it names the principal, and with what must be assumed for that.
    """
    found, best = SILENT, (False, False, Named.NOT)
    unsure: list[str] = []
    for statement, named, if_named in statements:
        holds = conditions_hold(statement.conditions, context) if statement.conditions else True
        if holds is False:
            continue
        sure = holds is True and not if_named
        if not statement.allow:
            if sure:
                return Verdict(Effect.DENIED, statement)
            met = () if holds else (f"not denied by {conditions_text(statement.conditions)}",)
            unsure += (*if_named, *met)
            continue
        rank = (named > Named.ACCOUNT, sure, named)
        if found is SILENT or rank > best:
            assumed = () if holds else (f"{conditions_text(statement.conditions)} holds",)
            found, best = Verdict(Effect.ALLOWED, statement, named, (*if_named, *assumed)), rank
    if unsure:
        return replace(found, assumed=(*found.assumed, *unsure))
    return found


def _account_or_itself(listed: str) -> str:
    root = listed.startswith("arn:") and listed.endswith(":root")
    return listed.split(":")[4] if root else listed


def parse_policy(document: Mapping[str, Any], *, text: str = "") -> Policy:
    """A policy document of IAM, S3 or KMS."""
    parsed = (_statement(each) for each in _list(document.get("Statement", [])))
    if document.get("Version") != WITH_VARIABLES:
        parsed = (_without_variables(each) for each in parsed)
    return Policy(tuple(parsed), document=text)


def _without_variables(statement: Statement) -> Statement:
    return replace(
        statement,
        resources=tuple(map(literally, statement.resources)),
        not_resources=tuple(map(literally, statement.not_resources)),
        conditions=tuple(
            (operator, key, tuple(map(literally, values))) for operator, key, values in statement.conditions
        ),
    )


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
