"""Whether the resource policy of a stream lets a caller of another account in."""

from meshwright.access.iam import resource_verdict
from meshwright.local.policies import policy_of


def lets_in(policy: str | None, action: str, resource: str, *, caller: str, account: str) -> bool:
    """What rests on a condition that is not known here counts as not allowed."""
    if not policy:
        return False
    context = {
        "aws:principalarn": caller,
        "aws:principalaccount": account,
        "aws:resourceaccount": resource.split(":")[4],
        "aws:securetransport": "true",
        "aws:requestedregion": resource.split(":")[3],
    }
    found = resource_verdict(policy_of(policy), action, resource, context, principal=caller, account=account)
    return found.allowed and not found.assumed
