"""Whom two policies of a stream, or of its consumer, let in differently."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from meshwright.access.conditions import Context
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.reach import ANYBODY_IN_AWS
from meshwright.access.drift.same_policy import ROOT
from meshwright.access.drift.wording import listed as listed_names
from meshwright.access.findings import Severity
from meshwright.access.iam import Policy, Statement, resource_verdict
from meshwright.access.policies import known_context
from meshwright.access.principals import account_of

ACTIONS: Final = tuple(
    f"kinesis:{name}"
    for name in (
        "DescribeStreamConsumer",
        "DescribeStreamSummary",
        "GetRecords",
        "GetShardIterator",
        "ListShards",
        "PutRecord",
        "PutRecords",
        "SubscribeToShard",
    )
)
"""What can be shared: https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html"""
CALLER: Final = "aws:principalarn"


@dataclass(frozen=True, slots=True)
class Let:
    """Principals that may do more or less than declared: ARNs, account ids, ANYBODY_IN_AWS."""

    gained: tuple[str, ...]
    gained_text: str
    lost: tuple[str, ...]
    missing_text: str
    """Who cannot read without it."""

    @property
    def severity(self) -> Severity:
        """Letting somebody in is critical although the key may still keep it out: one more edit decides."""
        if self.gained:
            return Severity.CRITICAL
        return Severity.HIGH if self.lost else Severity.MEDIUM


def differently_let(
    comparison: Comparison, wanted: Policy | None, found: Policy | None, resource: str
) -> Let:
    """Compare by what each principal that one of them names may do; nobody of the platform counts."""
    owner = resource.split(":")[4]
    named = {each for policy in (wanted, found) for each in _named(policy)} - comparison.platform - {owner}
    gained, lost = [], []
    for principal in sorted(named):
        was, now = (_may(comparison, policy, principal, resource) for policy in (wanted, found))
        gained += [principal] if now - was else []
        lost += [principal] if was - now else []

    def who(principals: list[str]) -> str:
        return listed_names([_who(comparison, each) for each in principals])

    missing = f"{who(lost)} cannot read it" if lost else "nobody reads it by that"
    return Let(tuple(gained), who(gained), tuple(lost), missing)


def re_addressed(policy: Policy | None, declared: str, live: str) -> Policy | None:
    """The declared policy of a consumer with the ARN that it got when it was registered."""
    if policy is None or declared == live:
        return policy
    statements = tuple(
        replace(each, resources=tuple(live if arn == declared else arn for arn in each.resources))
        for each in policy.statements
    )
    return Policy(statements, document=policy.document.replace(declared, live))


def _named(policy: Policy | None) -> Iterator[str]:
    """Those that the conditions on the caller list, or else the principals."""
    for statement in policy.statements if policy else ():
        if statement.allow:
            callers = list(_callers(statement))
            listed = statement.principals if not statement.not_principals else ("*",)
            yield from callers or (_plain(each) for each in listed if not each.startswith("service:"))


def _callers(statement: Statement) -> Iterator[str]:
    for operator, key, values in statement.conditions:
        if key.lower() == CALLER and "Not" not in operator and "IfExists" not in operator:
            yield from values


def _plain(principal: str) -> str:
    root = ROOT.fullmatch(principal)
    return root[1] if root else ANYBODY_IN_AWS if principal == "*" else principal


def _may(comparison: Comparison, policy: Policy | None, principal: str, resource: str) -> frozenset[str]:
    if policy is None:
        return frozenset()
    account = account_of(principal) or ""
    context: Context = known_context(comparison.live, principal, resource.split(":")[4])
    if principal in (ANYBODY_IN_AWS, account):
        # Of an account as a whole it is not known who calls: a condition on that lets only those it lists.
        context = {**context, CALLER: f"arn:{comparison.live.partition}:iam::{principal}:role/anybody else"}
    return frozenset(
        action
        for action in ACTIONS
        if resource_verdict(policy, action, resource, context, principal=principal, account=account).allowed
    )


def _who(comparison: Comparison, principal: str) -> str:
    return "anybody with an AWS account" if principal == ANYBODY_IN_AWS else comparison.who(principal)
