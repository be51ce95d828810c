"""The state of RAM shares, of what owner and receiver say."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from meshwright.access.state import ShareState
from meshwright.aws.accounts import Account
from meshwright.aws.calls import Calls
from meshwright.aws.ram_reader import Sent, read_invitations, read_sent, shares_of

RECEIVER = "222222222222"
ACTIVE, PENDING, FAILED, REJECTED = (
    ShareState.ACTIVE,
    ShareState.PENDING,
    ShareState.FAILED,
    ShareState.REJECTED,
)


@pytest.mark.parametrize(
    ("sent", "invited", "expected"),
    [
        ([ACTIVE], {}, ACTIVE),
        ([PENDING], {}, PENDING),
        ([PENDING], {"0": PENDING}, PENDING),
        ([FAILED], {"0": REJECTED}, REJECTED),
        # Of several shares to one account (databases, tables) one that does not work is a gap.
        ([ACTIVE, PENDING], {}, PENDING),
        ([PENDING, FAILED], {}, FAILED),
        ([ACTIVE, ACTIVE], {"1": PENDING}, PENDING),
        # An invitation to a share that is no more.
        ([ACTIVE], {"7": REJECTED}, ACTIVE),
    ],
)
def test_the_worst_of_the_shares_to_an_account(
    sent: list[ShareState], invited: dict[str, ShareState], expected: ShareState
) -> None:
    shares = [Sent(str(number), RECEIVER, state) for number, state in enumerate(sent)]
    assert shares_of(shares, {RECEIVER: invited}) == {RECEIVER: expected}


def test_accounts_are_kept_apart() -> None:
    shares = [Sent("a", RECEIVER, ACTIVE), Sent("b", "333333333333", ACTIVE)]
    invitations = {"333333333333": {"b": PENDING}}
    assert shares_of(shares, invitations) == {RECEIVER: ACTIVE, "333333333333": PENDING}


@pytest.fixture
def ram() -> Iterator[tuple[Calls, Stubber]]:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
    account = Account(account="111111111111", region="eu-west-1", environment=keys)
    with ThreadPoolExecutor(1) as executor, Stubber(account.client("ram")) as stub:
        yield Calls(account, executor), stub


def test_only_lake_formations_shares_to_accounts_count(ram: tuple[Calls, Stubber]) -> None:
    calls, stub = ram
    names = {
        "v4": "LakeFormation-V4-ABC",
        "v1": "111111111111-222222222222-uswuU",
        "own": "network",
        "failed": "LakeFormation-V4-DEF",
        "gone": "LakeFormation-V4-GHI",
    }
    statuses = {"failed": "FAILED", "gone": "DELETED"}
    shares = [
        {"resourceShareArn": arn, "name": name, "status": statuses.get(arn, "ACTIVE")}
        for arn, name in names.items()
    ]
    pairs = [
        ("v4", RECEIVER, "ASSOCIATED"),
        ("v4", "333333333333", "ASSOCIATING"),
        ("v4", "444444444444", "FAILED"),
        ("v4", "555555555555", "DISASSOCIATED"),
        ("v4", "arn:aws:organizations::999999999999:organization/o-abc", "ASSOCIATED"),
        ("v4", "arn:aws:iam::666666666666:role/Reader", "ASSOCIATED"),
        ("v1", RECEIVER, "SUSPENDED"),
        ("own", RECEIVER, "ASSOCIATED"),
        ("failed", RECEIVER, "ASSOCIATED"),
        ("gone", RECEIVER, "ASSOCIATED"),
    ]
    associations: list[dict[str, Any]] = [
        {"resourceShareArn": arn, "associatedEntity": entity, "status": status}
        for arn, entity, status in pairs
    ]
    stub.add_response("get_resource_shares", {"resourceShares": shares}, {"resourceOwner": "SELF"})
    stub.add_response(
        "get_resource_share_associations",
        {"resourceShareAssociations": associations},
        {"associationType": "PRINCIPAL"},
    )
    assert read_sent(calls) == (
        Sent("v4", RECEIVER, ACTIVE),
        Sent("v4", "333333333333", PENDING),
        Sent("v4", "444444444444", FAILED),
        Sent("v4", "666666666666", ACTIVE),
        Sent("v1", RECEIVER, FAILED),
        Sent("failed", RECEIVER, FAILED),
    )


def test_the_latest_invitation_to_a_share_counts(ram: tuple[Calls, Stubber]) -> None:
    calls, stub = ram
    sent = [
        ("a", 2, "PENDING"),
        ("a", 1, "REJECTED"),
        ("b", 1, "EXPIRED"),
        ("c", 1, "REJECTED"),
        ("c", 2, "ACCEPTED"),
    ]
    invitations = [
        {"resourceShareArn": arn, "invitationTimestamp": datetime(2027, 1, day), "status": status}
        for arn, day, status in sent
    ]
    stub.add_response("get_resource_share_invitations", {"resourceShareInvitations": invitations}, {})
    assert read_invitations(calls) == {"a": PENDING, "b": REJECTED}
