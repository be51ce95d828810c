"""Who is let in by a changed policy as far as that policy goes, and what a role may edit to let itself in.

Data is behind several policies: of the reader's role, of the bucket, of its key. Who is let in by one of
them is kept out by the others alone, so the next edit decides. And whoever may edit one of them needs no
other's edit (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from meshwright.access.decision import TableName
from meshwright.access.drift.administrators import granted_to
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.same_policy import ROOT, beyond
from meshwright.access.iam import Policy, Statement, resource_verdict
from meshwright.access.policies import known_context
from meshwright.access.principals import account_of

ANYBODY_IN_AWS: Final = "000000000000"
"""Stands for any account of AWS."""
ON_OBJECTS: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
ON_BUCKET: Final = ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl")
ON_KEY: Final = ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:PutKeyPolicy")
EDITS: Final = (
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "kinesis:PutResourcePolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lakeformation:PutDataLakeSettings",
    "lakeformation:RegisterResource",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "sts:AssumeRole",
)
"""What a role may do to come by more than it was given, or to give it to others."""


def newly_let(
    comparison: Comparison,
    account: str,
    wanted: Policy | None,
    found: Policy | None,
    on: Mapping[str, tuple[str, ...]],
) -> frozenset[str]:
    """Whom the policy found lets do one of the actions and the one wanted does not: ARNs, account ids.

    `on` has the actions by the resource that they are on. Services and federated users are not among them
    (see `lets_others`), nor are the roles of the mesh's platform.
    """
    named = {_plain(who) for each in beyond(found, wanted) if each.allow for who in _principals(each)}
    named |= {_plain(who) for each in beyond(wanted, found) if not each.allow for who in _principals(each)}
    return frozenset(
        who
        for who in named - comparison.platform
        if ":" not in who or who.startswith("arn:")
        if _allowed(comparison, account, found, who, on) - _allowed(comparison, account, wanted, who, on)
    )


def lets_others(wanted: Policy | None, found: Policy | None, actions: Iterable[str]) -> bool:
    """Whether it newly lets in a service, federated users or another account's canonical user."""
    listed = tuple(actions)
    return any(
        each.allow
        and any(each.on_action(action) for action in listed)
        and any(who.startswith(("service:", "federated:", "canonicaluser:")) for who in each.principals)
        for each in beyond(found, wanted)
    )


def edits(wanted: Policy | None, found: Policy | None) -> bool:
    """Whether a role may newly do one of EDITS, by a statement that it was not given."""
    more = [each for each in beyond(found, wanted) if each.allow]
    return any(each.on_action(action) for each in more for action in EDITS)


def tables_near(comparison: Comparison, account: str, principal: str) -> tuple[TableName, ...]:
    """The tables that lie in the account, or that it was granted; in the catalog's account all of the mesh.

    Without those of which the principal sees everything already.
    """
    if account == comparison.catalog:
        names = [name for tables in comparison.tables_in.values() for name in tables]
    else:
        buckets = comparison.declared.account(account).buckets
        own = (name for bucket in buckets for name in comparison.tables_at.get(bucket, ()))
        names = [*own, *granted_to(comparison, account)]
    return tuple(name for name in dict.fromkeys(names) if not _sees_all(comparison, principal, name))


def _sees_all(comparison: Comparison, principal: str, name: TableName) -> bool:
    columns = frozenset(comparison.table(name.database, name.table).columns)
    cells = comparison.decisions.decide(principal, name).cells if principal.startswith("arn:") else ()
    return any(piece.columns >= columns and not piece.rows for piece in cells)


def _allowed(
    comparison: Comparison,
    account: str,
    policy: Policy | None,
    principal: str,
    on: Mapping[str, tuple[str, ...]],
) -> frozenset[tuple[str, str]]:
    if policy is None:
        return frozenset()
    context = known_context(comparison.live, principal, account)
    holder = account_of(principal) or ""
    return frozenset(
        (resource, action)
        for resource, actions in on.items()
        for action in actions
        if resource_verdict(policy, action, resource, context, principal=principal, account=holder).allowed
    )


def _principals(statement: Statement) -> tuple[str, ...]:
    return ("*",) if statement.not_principals else statement.principals


def _plain(principal: str) -> str:
    root = ROOT.fullmatch(principal)
    return root[1] if root else ANYBODY_IN_AWS if principal == "*" else principal
