"""Whether the policies of a principal and of a thing together let the one use the other.

In one account either policy is enough, except that a KMS key's own policy must allow it or leave it to IAM;
across accounts both must allow; an explicit deny in any of them wins
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html).
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from meshwright.access.conditions import ABSENT, PRINCIPAL_TAG, Context, Value
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
from meshwright.access.named import Named
from meshwright.access.principals import account_of
from meshwright.access.state import AccountState, Identity, LakeState

OF_SERVICES: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:principalservicename")
"""Condition keys of requests that a service makes by itself."""
THROUGH = "{} does not ask through the VPC endpoint {}, whose policy does not let it"
MUST_LET_IN: Final = ("kms:", "sts:AssumeRole")
"""Actions on things whose own policy must let in also within an account: keys, and roles by their trust
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html).
"""
SERVICE_ROLE: Final = ":role/aws-service-role/"
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
    control: Policy | None = None
    """The resource control policies of its account, if they have a say in things of its kind."""


def known_context(state: LakeState, principal: str, owner: str = "") -> dict[str, Value]:
    """What is known of a request of a principal to something inside the mesh: it is made over TLS, there, and
    by the principal itself, not by a service. `owner` is the account of the thing that it is about.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    account = account_of(principal) or ""
    context: dict[str, Value] = {
        "aws:securetransport": "true",
        "aws:requestedregion": state.region,
        "aws:principalaccount": account,
        "aws:principalisawsservice": "false",
        **dict.fromkeys(OF_SERVICES, ABSENT),
    }
    if principal != account:
        context["aws:principalarn"] = principal
        context |= _of_principal(state, account, principal)
    if owner:
        context["aws:resourceaccount"] = owner
    if state.organization and account in state.accounts:
        context["aws:principalorgid"] = state.organization
    if state.organization and owner in state.accounts:
        context["aws:resourceorgid"] = state.organization
    return context


def _of_principal(state: LakeState, account: str, principal: str) -> dict[str, Value]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable"""
    kind, _, name = principal.rpartition(":")[2].partition("/")
    context: dict[str, Value] = {}
    if kind == "user":
        context |= {"aws:principaltype": "User", "aws:username": name.rpartition("/")[2]}
    elif kind == "role":
        context |= {"aws:principaltype": "AssumedRole", "aws:username": ABSENT}
    identity = state.account(account).identities.get(principal)
    if identity is not None and identity.tags is not None:
        context[PRINCIPAL_TAG] = ABSENT
        context |= {f"{PRINCIPAL_TAG}{key.lower()}": value for key, value in identity.tags.items()}
    return context


def by_endpoints(
    account: AccountState, principal: str, action: str, resource: str, context: Context
) -> tuple[str, ...]:
    """That the principal does not ask through an endpoint of its account which does not let it.

    An endpoint's policy limits what goes through it, and which way a request goes is not known
    (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html).
    """
    service = action.partition(":")[0]
    return tuple(
        THROUGH.format(principal, each.id)
        for each in account.endpoints
        if each.service == service
        and not resource_verdict(
            each.policy, action, resource, context, principal=principal, account=account.account
        ).allowed
    )


def about(use: Use, context: Context) -> Context:
    """What is known of the request for this very thing: a bucket's key may be of another account."""
    if context.get("aws:resourceaccount", use.owner) == use.owner:
        return context
    return {**context, "aws:resourceaccount": use.owner}


def identity_allows(
    principal: str, identity: Identity, action: str, resource: str, context: Context
) -> Allowed:
    """Whether the principal's own policies and its boundary allow it. Unknown policies are assumed to."""
    found = _allowed(_own_verdict(identity, action, resource, context))
    if identity.policy is not None or found.fault:
        return found
    unknown = f"the policies of {principal} allow {action}: they are not known"
    return replace(found, assumed=(unknown, *found.assumed))


def resource_allows(use: Use, principal: str, identity: Identity | None, context: Context) -> Allowed:
    """Whether the thing's policy lets in a role whose own policies allow it.

    A role of another account must be let in; one of the same account must not be kept out of a bucket, and be
    let in to a key.
    """
    account = account_of(principal) or ""
    at_home = account == use.owner and not use.action.startswith(MUST_LET_IN)
    if use.policy is None and use.control is None:
        return Allowed(None if at_home else Fault.MISSING)
    found = _of_thing(use, principal, identity, about(use, context))
    if at_home and found.effect is Effect.SILENT:
        return Allowed(None, assumed=found.assumed)
    return _allowed(found)


def lets_in_alone(use: Use, principal: str, identity: Identity, context: Context) -> Allowed:
    """Whether the policy of a thing in the principal's own account is enough, though no policy of the
    principal allows it. What is assumed is of the principal's limits; `resource_allows` has the rest.

    It is where it names the principal; a role, not a user or a session, within its boundary
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
    """
    account = account_of(principal) or ""
    if use.policy is None or account != use.owner:
        return Allowed(Fault.MISSING)
    context = about(use, context)
    found = _of_thing(use, principal, identity, context)
    return (
        _within_limits(found, principal, identity, use, context) if found.direct else Allowed(Fault.MISSING)
    )


def thing_allows(use: Use, principal: str, identity: Identity | None, context: Context) -> Allowed:
    """Whether the policy of the thing, by itself, lets the principal or its account in."""
    return _allowed(_of_thing(use, principal, identity, about(use, context)))


def both_allow(use: Use, principal: str, identity: Identity | None, context: Context) -> Allowed:
    """Whether the principal may do it, by its own policies and the thing's together.

    What the policies of an unknown identity allow is not taken for granted. An account as a whole stands for
    identities that it gives the permission.
    """
    account = account_of(principal) or ""
    whole, at_home = principal == account, account == use.owner
    if not at_home and (use.policy is None or not use.policy.may_let_in(principal, account)):
        return Allowed(Fault.MISSING)
    context = about(use, context)
    by_policy = SILENT
    if use.policy is not None or use.control is not None:
        by_policy = _of_thing(use, principal, identity, context)
    by_identity = SILENT
    if identity is not None and identity.policy is not None:
        by_identity = _own_verdict(identity, use.action, use.resource, context)
    verdicts = (by_policy, by_identity)
    alone = Allowed(Fault.MISSING)
    if at_home and by_policy.direct:
        alone = _within_limits(by_policy, principal, identity or Identity(), use, context)
    if Effect.DENIED in (by_policy.effect, by_identity.effect):
        fault: Fault | None = Fault.DENIED
    elif alone.fault is None:
        fault = None
    else:
        needs_policy = not at_home or use.action.startswith(MUST_LET_IN)
        holds = (by_identity.allowed or (whole and by_policy.allowed)) and (
            by_policy.allowed or not needs_policy
        )
        fault = None if holds else Fault.MISSING
    statements = tuple(each.statement for each in verdicts if each.statement)
    assumed = dict.fromkeys(text for each in (*verdicts, alone) for text in each.assumed)
    return Allowed(fault, statements, () if fault else tuple(assumed))


def _of_thing(use: Use, principal: str, identity: Identity | None, context: Context) -> Verdict:
    """What its policy says, and what the control policies of its account deny. These do not concern roles of
    services (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html).
    """
    about_whom = partial(
        resource_verdict,
        action=use.action,
        resource=use.resource,
        context=context,
        principal=principal,
        account=account_of(principal) or "",
        bounded=bool(identity and identity.boundary_name),
    )
    found = about_whom(use.policy or Policy())
    if use.control is None or SERVICE_ROLE in principal:
        return found
    control = about_whom(use.control)
    if control.effect is Effect.DENIED:
        return control
    return replace(found, assumed=(*found.assumed, *control.assumed)) if control.assumed else found


def _within_limits(
    by_thing: Verdict, principal: str, identity: Identity, use: Use, context: Context
) -> Allowed:
    """Whether the principal's boundary and session policy leave it what a thing's policy gives it."""
    limits = replace(identity, policy=None)
    if by_thing.named is Named.SESSION:
        limits = Identity(limits=identity.limits)
    elif ":user/" in principal:
        limits = replace(limits, boundary=None, boundary_name="")
    return _allowed(_own_verdict(limits, use.action, use.resource, context))


def _own_verdict(identity: Identity, action: str, resource: str, context: Context) -> Verdict:
    """Policies, boundary, session policy and those of the organization must all allow; each may deny
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session).
    """
    own = (identity.policy, identity.boundary, identity.session, *identity.limits)
    policies = [each for each in own if each is not None]
    verdicts = [identity_verdict(each, action, resource, context) for each in policies]
    for effect in (Effect.DENIED, Effect.SILENT):
        for found in verdicts:
            if found.effect is effect:
                return found
    assumed = [text for found in verdicts for text in found.assumed]
    if identity.boundary_name and identity.boundary is None:
        assumed.append(
            f"the permissions boundary {identity.boundary_name} allows it: what it allows is not known"
        )
    return replace(verdicts[0] if verdicts else Verdict(Effect.ALLOWED), assumed=tuple(assumed))


def _allowed(verdict: Verdict) -> Allowed:
    statements = (verdict.statement,) if verdict.statement else ()
    fault = FAULTS[verdict.effect]
    return Allowed(fault, statements, () if fault else verdict.assumed)
