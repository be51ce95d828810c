"""RAM shares by which the catalog account's grants reach the domains' accounts.

Lake Formation makes them itself. One that was rejected or failed comes back when everything granted to that
account is revoked, which ends the share, and granted anew
(https://docs.aws.amazon.com/lake-formation/latest/dg/accepting-ram-invite.html).
"""

from collections.abc import Iterator

from meshwright.access.decision import TableName
from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, with_entry, without_entry
from meshwright.access.findings import Call, Severity
from meshwright.access.repair import grant, revoke
from meshwright.access.resources import Kind
from meshwright.access.state import ShareState

NEEDS = ("ram:GetResourceShares", "ram:GetResourceShareAssociations")
INVITATIONS_NEED = ("ram:GetResourceShareInvitations",)
ANEW = "revoke what the account is granted and grant it again, then accept the share that this makes"
THROUGH_RAM = (Kind.DATABASE, Kind.TABLE, Kind.COLUMNS, Kind.FILTER)
KINDS = {
    ShareState.PENDING: ("share-pending", "waits to be accepted"),
    ShareState.FAILED: ("share-failed", "failed"),
    ShareState.REJECTED: ("share-rejected", "was rejected, or not accepted in time"),
    None: ("share-missing", "does not exist"),
}
"""Code and words for each state, none included."""


def shares(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Deviations of what one account shares."""
    declared, live = (each.shares for each in comparison.both(account))
    for receiver in sorted(declared):
        found = live.get(receiver)
        if found is ShareState.ACTIVE:
            continue
        tables = _shared_with(comparison, account, receiver)
        pending = found is ShareState.PENDING
        code, words = KINDS[found]
        owner, to = comparison.holder(account), comparison.holder(receiver)
        yield Deviation(
            code=code,
            account=account,
            subject=receiver,
            what=f"the share of {owner} with {to} {words}",
            floor=Severity.MEDIUM,
            phase=Phase.SHARES,
            remedy=f"accept it in account {receiver}" if pending else ANEW,
            repair=(
                *(() if pending else _anew(comparison, account, receiver)),
                Call(
                    receiver,
                    "ram",
                    "accept_resource_share_invitation",
                    {"senderAccountId": account},
                    merge=True,
                ),
            ),
            change=with_entry(account, "shares", receiver, found)
            if found
            else without_entry(account, "shares", receiver),
            readers=comparison.readers_of(tables, account=receiver),
            tables=tables,
        )


def _shared_with(comparison: Comparison, account: str, receiver: str) -> tuple[TableName, ...]:
    held = comparison.declared.account(account).held.get(receiver, {})
    return tuple(
        dict.fromkeys(
            name
            for grants in held.values()
            for grant in grants
            if grant.resource.table is not None
            for name in comparison.tables_of(grant.resource)
        )
    )


def _anew(comparison: Comparison, account: str, receiver: str) -> Iterator[Call]:
    declared, live = comparison.both(account)
    region = comparison.mesh.region
    held = [each for each in live.grants if each.principal == receiver and each.resource.kind in THROUGH_RAM]
    wanted = [
        each for each in declared.grants if each.principal == receiver and each.resource.kind in THROUGH_RAM
    ]
    for each in held:
        yield revoke(account, each, each.permissions, each.grantable, region=region)
    for each in wanted:
        yield grant(account, receiver, each.resource, each.permissions, each.grantable, region=region)
