"""Who may assume a role by a changed trust policy that could not by the declared one.

Whoever assumes a role has its permissions in place of its own
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html), so it reads what the role reads. A
service acts for those who may pass the role to it, and they are of the role's own account
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html): it is told apart.
"""

from meshwright.access.drift.reach import ANYBODY_IN_AWS
from meshwright.access.drift.same_policy import ROOT
from meshwright.access.iam import Policy, Statement, resource_verdict
from meshwright.access.principals import account_of

ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


def newly_trusted(declared: Policy | None, found: Policy | None) -> frozenset[str]:
    """ARNs, account ids, `federated:…`, and ANYBODY_IN_AWS for everyone.

    They are those whom a statement names, unless a Deny speaks of them too, and who were not let before, or
    only under a condition.
    """
    named = {each for statement in (found.statements if found else ()) for each in _named(statement)}
    return frozenset(each for each in named if _lets(found, each) > _lets(declared, each))


def newly_trusted_services(declared: Policy | None, found: Policy | None) -> frozenset[str]:
    """Services (`service:glue.amazonaws.com`) that may assume the role, and could not as declared."""
    named = {
        each
        for statement in (found.statements if found else ())
        if statement.allow
        for each in statement.principals
        if each.startswith("service:")
    }
    return frozenset(each for each in named if _lets(found, each) > _lets(declared, each))


def _named(statement: Statement) -> set[str]:
    if not statement.allow:
        return set()
    listed = ("*",) if statement.not_principals else statement.principals
    return {_plain(each) for each in listed if not each.startswith("service:")}


def _plain(principal: str) -> str:
    root = ROOT.fullmatch(principal)
    return root[1] if root else ANYBODY_IN_AWS if principal == "*" else principal


def _lets(trust: Policy | None, principal: str) -> int:
    """0: no; 1: perhaps, under a condition; 2: yes."""
    if trust is None:
        return 0
    account = account_of(principal) or ""
    verdicts = [
        resource_verdict(trust, action, "", {}, principal=principal, account=account) for action in ASSUMING
    ]
    return max((0 if not each.allowed else 1 if each.assumed else 2) for each in verdicts)
