"""The RAM share by which a grant to another account reaches it.

Lake Formation makes it with the first grant to an account, which accepts it unless both are in an
organization with sharing enabled
(https://docs.aws.amazon.com/lake-formation/latest/dg/accepting-ram-invite.html). A grant to the organization
as a whole needs no invitation
(https://docs.aws.amazon.com/lake-formation/latest/dg/viewing-shared-resources.html).
"""

from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.granted import Granted
from meshwright.access.state import AccountState, LakeState, ShareState

ORGANIZATION = ":organizations:"
FAILED = "a share that failed gives no access"
NO_PRINCIPALS = "under cross-account version 1 or 2 a grant to a principal of another account has no effect"
DIRECT_VERSION = 3
"""From which on principals of other accounts can be granted directly
(https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html).
"""
SETTINGS = "GetDataLakeSettings"


def share_hop(
    state: LakeState, own: AccountState, owner: AccountState, granted: tuple[Granted, ...]
) -> tuple[tuple[Hop, ...], tuple[Granted, ...]]:
    """The hop of the share, and those of the grants to the account that reach it.

    No hop as long as nothing was granted and so nothing shared: what is missing then is the grant. An account
    without any Lake Formation administrator sees no share, as there is nobody to grant on what it holds
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html).
    """
    if own.complete and not own.settings.admins and not _settings_unread(state, own.account):
        hop = Hop(Step.SHARE, own.account, own.account, Fault.MISSING, ("no administrator",))
        return (hop,), granted
    found = owner.shares.get(own.account)
    if found is not ShareState.ACTIVE:
        at_once = tuple(each for each in granted if ORGANIZATION in each.grant.principal)
        if at_once:
            return (Hop(Step.SHARE, owner.account, own.account, evidence=("organization",)),), at_once
        if found is None and not granted and owner.complete:
            return (), granted
    return (_share(owner, own.account),), granted


def direct_share_hop(owner: AccountState, receiver: str) -> tuple[Hop, ...]:
    """The hop of the share for a grant to a principal of the account."""
    version = owner.settings.cross_account_version
    if version < DIRECT_VERSION:
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


def _settings_unread(state: LakeState, account: str) -> bool:
    return any(each.account == account and each.call.endswith(SETTINGS) for each in state.unread)
