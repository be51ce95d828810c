"""Whether the policies of a principal and of a thing together let the one use the other.

In one account either policy is enough, except that a KMS key's own policy must allow it or leave it to IAM;
across accounts both must allow; an explicit deny in any of them wins
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html).
"""

from dataclasses import dataclass
from typing import NamedTuple

from meshwright.access.conditions import Context
from meshwright.access.decision import Fault
from meshwright.access.iam import (
    SILENT,
    Effect,
    Policy,
    Statement,
    Verdict,
    identity_verdict,
    resource_verdict,
)
from meshwright.access.state import Identity, LakeState, account_of

FAULTS = {Effect.ALLOWED: None, Effect.DENIED: Fault.DENIED, Effect.SILENT: Fault.MISSING}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether policies allow one thing, the statements behind it, and why not."""

    fault: Fault | None
    statements: tuple[Statement, ...] = ()
    assumed: tuple[str, ...] = ()


class Use(NamedTuple):
    """One action on one thing that has a policy of its own."""

    action: str
    resource: str
    """An ARN."""
    owner: str
    """The account of the thing."""
    policy: Policy | None
    """None: it has none."""


def known_context(state: LakeState, principal: str) -> dict[str, str]:
    """What is known of every request of a principal to something inside the mesh: it is made over TLS, there.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    account = account_of(principal) or ""
    context = {
        "aws:securetransport": "true",
        "aws:requestedregion": state.region,
        "aws:principalaccount": account,
    }
    if principal != account:
        context["aws:principalarn"] = principal
    if state.organization:
        context["aws:resourceorgid"] = state.organization
        if account in state.accounts:
            context["aws:principalorgid"] = state.organization
    return context


def identity_allows(
    principal: str, identity: Identity, action: str, resource: str, context: Context
) -> Allowed:
    """Whether the principal's own policies and its boundary allow it. Unknown policies are assumed to."""
    if identity.policy is None:
        return Allowed(None, assumed=(f"the policies of {principal} allow {action}: they are not known",))
    return _allowed(_own_verdict(identity, action, resource, context))


def resource_allows(use: Use, principal: str, context: Context) -> Allowed:
    """Whether the thing's policy lets in a role whose own policies allow it.

    A role of another account must be let in; one of the same account must not be kept out of a bucket, and be
    let in to a key.
    """
    account = account_of(principal) or ""
    at_home = account == use.owner and not use.action.startswith("kms:")
    if use.policy is None:
        return Allowed(None if at_home else Fault.MISSING)
    found = resource_verdict(
        use.policy, use.action, use.resource, context, principal=principal, account=account
    )
    if at_home and found.effect is Effect.SILENT:
        return Allowed(None, assumed=found.assumed)
    return _allowed(found)


def names_directly(use: Use, principal: str, context: Context) -> bool:
    """Whether the policy of a thing in the principal's own account allows it to the principal by name.

    The principal's own policies then need not.
    """
    account = account_of(principal) or ""
    if use.policy is None or account != use.owner:
        return False
    found = resource_verdict(
        use.policy, use.action, use.resource, context, principal=principal, account=account
    )
    return found.allowed and found.direct


def both_allow(use: Use, principal: str, identity: Identity | None, context: Context) -> Allowed:
    """Whether the principal may do it, by its own policies and the thing's together.

    What the policies of an unknown identity allow is not taken for granted. An account as a whole stands for
    identities that it gives the permission.
    """
    account = account_of(principal) or ""
    whole, at_home = principal == account, account == use.owner
    if not at_home and (use.policy is None or not use.policy.may_let_in(principal, account)):
        return Allowed(Fault.MISSING)
    by_policy = SILENT
    if use.policy is not None:
        by_policy = resource_verdict(
            use.policy, use.action, use.resource, context, principal=principal, account=account
        )
    by_identity = SILENT
    if identity is not None and identity.policy is not None:
        by_identity = _own_verdict(identity, use.action, use.resource, context)
    verdicts = (by_policy, by_identity)
    if Effect.DENIED in (by_policy.effect, by_identity.effect):
        fault: Fault | None = Fault.DENIED
    elif at_home and by_policy.allowed and by_policy.direct:
        fault = None
    else:
        needs_policy = not at_home or use.action.startswith("kms:")
        holds = (by_identity.allowed or (whole and by_policy.allowed)) and (
            by_policy.allowed or not needs_policy
        )
        fault = None if holds else Fault.MISSING
    return Allowed(
        fault,
        tuple(each.statement for each in verdicts if each.statement),
        tuple(text for each in verdicts for text in each.assumed),
    )


def _own_verdict(identity: Identity, action: str, resource: str, context: Context) -> Verdict:
    """Policies and boundary must both allow
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
    """
    if identity.policy is None:
        return SILENT
    own = identity_verdict(identity.policy, action, resource, context)
    if not own.allowed or not identity.boundary_name:
        return own
    if identity.boundary is None:
        text = f"the permissions boundary {identity.boundary_name} allows it: what it allows is not known"
        return Verdict(own.effect, own.statement, own.direct, (*own.assumed, text))
    bound = identity_verdict(identity.boundary, action, resource, context)
    if not bound.allowed:
        return bound
    return Verdict(own.effect, own.statement, own.direct, own.assumed + bound.assumed)


def _allowed(verdict: Verdict) -> Allowed:
    statements = (verdict.statement,) if verdict.statement else ()
    return Allowed(FAULTS[verdict.effect], statements, verdict.assumed)
