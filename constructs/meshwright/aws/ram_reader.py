"""The RAM shares by which grants reach other accounts: made by Lake Formation, accepted by the receiver.

https://docs.aws.amazon.com/lake-formation/latest/dg/accepting-ram-invite.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.access.principals import account_of
from meshwright.access.state import ShareState
from meshwright.aws.calls import Calls

NAME = re.compile(r"LakeFormation|\d{12}-\d{12}-")
"""How the names of Lake Formation's shares begin; the second kind is that of cross-account version 1."""
GOING = ("DISASSOCIATING", "DISASSOCIATED", "DELETING", "DELETED")
STATES = {
    "ASSOCIATED": ShareState.ACTIVE,
    "ASSOCIATING": ShareState.PENDING,
    "RESTORING": ShareState.PENDING,
}
INVITATIONS = {
    "PENDING": ShareState.PENDING,
    "REJECTED": ShareState.REJECTED,
    "EXPIRED": ShareState.REJECTED,
}
"""An invitation that is accepted leaves the state to the share."""
WORST_FIRST = (ShareState.REJECTED, ShareState.FAILED, ShareState.PENDING, ShareState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A share as its owner sees it."""

    arn: str
    receiver: str
    state: ShareState


def read_sent(calls: Calls) -> tuple[Sent, ...]:
    """Lake Formation's shares of this account, one entry for each account that receives one."""
    shares = {
        each["resourceShareArn"]: each.get("status")
        for each in calls.listing("ram", "get_resource_shares", "resourceShares", resourceOwner="SELF")
        if NAME.match(each["name"]) and each.get("status") not in GOING
    }
    if not shares:
        return ()
    listed = calls.listing(
        "ram", "get_resource_share_associations", "resourceShareAssociations", associationType="PRINCIPAL"
    )
    return tuple(sent for each in listed if (sent := _sent(each, shares)) is not None)


def _sent(association: Mapping[str, Any], shares: Mapping[str, str | None]) -> Sent | None:
    arn, status = association["resourceShareArn"], association["status"]
    receiver = account_of(association["associatedEntity"])
    if arn not in shares or receiver is None or status in GOING:
        return None
    state = STATES.get(status, ShareState.FAILED)
    if shares[arn] == "FAILED":
        state = ShareState.FAILED
    return Sent(arn, receiver, state)


def read_invitations(calls: Calls) -> dict[str, ShareState]:
    """What stands in the way of a share to this account, by the ARN of the share, if anything does."""
    listed = calls.listing("ram", "get_resource_share_invitations", "resourceShareInvitations")
    latest = {
        each["resourceShareArn"]: each["status"]
        for each in sorted(listed, key=lambda each: str(each.get("invitationTimestamp")))
    }
    return {arn: INVITATIONS[status] for arn, status in latest.items() if status in INVITATIONS}


def shares_of(
    sent: Iterable[Sent], invitations: Mapping[str, Mapping[str, ShareState]]
) -> dict[str, ShareState]:
    """The state by receiving account, of `invitations` by account; of several shares to one, the worst."""
    found: dict[str, ShareState] = {}
    for share in sent:
        state = invitations.get(share.receiver, {}).get(share.arn, share.state)
        held = found.get(share.receiver, state)
        found[share.receiver] = min(held, state, key=WORST_FIRST.index)
    return found
