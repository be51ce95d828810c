"""Whether the policy of an event bus lets another account put an event on it."""

from meshwright.access.conditions import ABSENT
from meshwright.access.iam import resource_verdict
from meshwright.local.events.event import Event
from meshwright.local.policies import policy_of


def may_put(
    policy: str | None,
    *,
    bus_arn: str,
    principal: str,
    event: Event,
    organization: bool,
    rule: str | None = None,
) -> bool:
    """As the bus's policy says; a condition on what isn't known here counts as met.

    `principal` is the ARN of the role that puts, `rule` of the rule that carries it, and `organization`
    whether all accounts are in one.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    if policy is None:
        return False
    account = principal.split(":")[4]
    context = {
        "events:source": str(event["source"]),
        "events:detail-type": str(event["detail-type"]),
        "events:eventbusinvocation": "true" if rule else "false",
        "aws:principalaccount": account,
        "aws:principalarn": principal,
        "aws:securetransport": "true",
        "aws:sourcearn": rule or ABSENT,
        "aws:sourceaccount": account if rule else ABSENT,
    }
    if not organization:
        context["aws:principalorgid"] = ABSENT
    verdict = resource_verdict(
        policy_of(policy),
        "events:PutEvents",
        bus_arn,
        context,
        principal=principal,
        account=account,
    )
    return verdict.allowed
