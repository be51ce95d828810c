"""The RAM share by which a grant to another account reaches it.

Lake Formation makes it with the first grant to an account, which accepts it unless both are in an
organization with sharing enabled
(https://docs.aws.amazon.com/lake-formation/latest/dg/accepting-ram-invite.html). A grant to the organization
as a whole needs no invitation
(https://docs.aws.amazon.com/lake-formation/latest/dg/viewing-shared-resources.html).
"""

from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.granted import Granted
from meshwright.access.policies import Use, known_context, resource_allows
from meshwright.access.resources import Kind
from meshwright.access.state import AccountState, LakeState, ShareState

ORGANIZATION = ":organizations:"
FAILED = "a share that failed gives no access"
NO_PRINCIPALS = "under cross-account version 1 or 2 a grant to a principal of another account has no effect"
DIRECT_VERSION = 3
"""From which on principals of other accounts can be granted directly
(https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html).
"""
SETTINGS = "lakeformation:GetDataLakeSettings"
CATALOG_POLICY = "glue:GetResourcePolicy"
TAGS_IN_RAM_VERSION = 3
"""From which on grants by LF-Tags go through RAM; before, Glue's resource policy of the catalog lets in
(https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html).
"""
BY_TAGS = "glue:evaluatedbylakeformationtags"
"""The key by which that policy says so, in lower case as in a Context
(https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-TBAC.html).
"""


def share_hop(
    state: LakeState, own: AccountState, owner: AccountState, granted: tuple[Granted, ...]
) -> tuple[tuple[Hop, ...], tuple[Granted, ...]]:
    """The hop of the share, and those of the grants to the account that reach it.

    No hop as long as nothing was granted and so nothing shared: what is missing then is the grant. An account
    without any Lake Formation administrator sees no share, as there is nobody to grant on what it holds
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html).
    """
    if own.complete and not own.settings.admins and not state.not_read(own.account, SETTINGS):
        hop = Hop(Step.SHARE, own.account, own.account, Fault.MISSING, ("no administrator",))
        return (hop,), granted
    found = owner.shares.get(own.account)
    if owner.settings.cross_account_version < TAGS_IN_RAM_VERSION:
        by_tags = tuple(each for each in granted if each.grant.resource.kind is Kind.TAG_POLICY)
        if by_tags and (found is not ShareState.ACTIVE or len(by_tags) == len(granted)):
            return (_catalog_policy_hop(state, own.account, owner),), by_tags
    if found is not ShareState.ACTIVE:
        at_once = tuple(each for each in granted if ORGANIZATION in each.grant.principal)
        if at_once:
            return (Hop(Step.SHARE, owner.account, own.account, evidence=("organization",)),), at_once
        if found is None and not granted and owner.complete:
            return (), granted
    return (_share(owner, own.account),), granted


def _catalog_policy_hop(state: LakeState, receiver: str, owner: AccountState) -> Hop:
    """That Glue's resource policy of the catalog lets the account in by LF-Tags, in place of a share."""
    if owner.catalog_policy is None and (not owner.complete or state.not_read(owner.account, CATALOG_POLICY)):
        assumed = (f"Glue's resource policy of {owner.account} lets {receiver} in: it was not read",)
        return Hop(Step.SHARE, owner.account, receiver, assumed=assumed)
    use = Use(
        action="glue:GetTable",
        resource=f"arn:{state.partition}:glue:{state.region}:{owner.account}:catalog",
        owner=owner.account,
        policy=owner.catalog_policy,
    )
    context = {**known_context(state, receiver, owner.account), BY_TAGS: "true"}
    found = resource_allows(use, receiver, None, context)
    return Hop(Step.SHARE, owner.account, receiver, found.fault, found.statements, use.action, found.assumed)


def direct_share_hop(owner: AccountState, receiver: str, *, granted: bool = True) -> tuple[Hop, ...]:
    """The hop of the share for what a principal of the account has; `granted`: it was granted that."""
    version = owner.settings.cross_account_version
    if granted and version < DIRECT_VERSION:
        evidence = (f"cross-account version {version}",)
        return (Hop(Step.SHARE, owner.account, receiver, Fault.MISSING, evidence, assumed=(NO_PRINCIPALS,)),)
    return (_share(owner, receiver),)


def _share(owner: AccountState, receiver: str) -> Hop:
    found = owner.shares.get(receiver)
    if found is None:
        if owner.complete:
            return Hop(Step.SHARE, owner.account, receiver, Fault.MISSING)
        return Hop(Step.SHARE, owner.account, receiver, assumed=(f"the share of {owner.account} is active",))
    if found is ShareState.ACTIVE:
        return Hop(Step.SHARE, owner.account, receiver, None, (found,))
    if found is ShareState.PENDING:
        return Hop(Step.SHARE, receiver, receiver, Fault.PENDING, (found,))
    assumed = (FAILED,) if found is ShareState.FAILED else ()
    return Hop(Step.SHARE, owner.account, receiver, Fault.FAILED, (found,), assumed=assumed)
