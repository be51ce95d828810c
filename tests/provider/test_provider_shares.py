"""Shares are accepted where they need it, and waited for until their databases can be seen."""

from typing import Any

import pytest
from tests.provider.lake_model import Model, client_error

from meshwright.provider.calls import Calls
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch
from meshwright.provider.request import Outcome

OWNER, OWN = "111111111111", "222222222221"


class Neighbour:
    """RAM and Glue of an account: invitations, and databases that appear `after` so many looks."""

    def __init__(
        self, invitations: list[dict[str, Any]], after: int = 0, missing: str = "EntityNotFoundException"
    ):
        self.invitations, self.after, self.missing = invitations, after, missing
        self.accepted: list[str] = []
        self.looks: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.store = Model().client("ssm")

    def get_resource_share_invitations(self, maxResults: int, nextToken: str = "0") -> dict[str, Any]:  # noqa: N803
        start = int(nextToken)
        more = {"nextToken": str(start + 1)} if start + 1 < len(self.invitations) else {}
        return {"resourceShareInvitations": self.invitations[start : start + 1], **more}

    def accept_resource_share_invitation(self, resourceShareInvitationArn: str) -> dict[str, Any]:  # noqa: N803
        self.accepted.append(resourceShareInvitationArn)
        for one in self.invitations:
            if one["resourceShareInvitationArn"] == resourceShareInvitationArn:
                one["status"] = "ACCEPTED"
        return {}

    def get_database(self, CatalogId: str, Name: str) -> dict[str, Any]:  # noqa: N803
        self.looks.append((CatalogId, Name))
        if len(self.looks) <= self.after:
            raise client_error(self.missing)
        return {"Database": {"Name": Name}}

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def invitation(
    arn: str, *, sender: str = OWNER, status: str = "PENDING", name: str = "LakeFormation-V4-1"
) -> dict[str, Any]:
    return {
        "resourceShareInvitationArn": arn,
        "senderAccountId": sender,
        "status": status,
        "resourceShareName": name,
    }


def run(aws: Neighbour, kind: str = "Create", **properties: Any) -> Outcome:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::LakeFormationShares",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{OWN}:stack/acme-orders-access/8b2f",
        "LogicalResourceId": "Shares",
        "RequestId": "1",
        "ResourceProperties": {"OwnerAccount": OWNER, "Databases": ["acme_customers_profiles"], **properties},
    }
    calls = Calls(
        client=lambda service: aws.store if service == "ssm" else aws,
        remaining=lambda: 800 - aws.seconds,
        sleep=aws.sleep,
        log=lambda _: None,
    )
    return dispatch(event, calls)


def test_only_pending_invitations_of_the_owners_lake_formation_shares_are_accepted() -> None:
    aws = Neighbour(
        [
            invitation("old", status="ACCEPTED"),
            invitation("stranger", sender="999999999999"),
            invitation("subnets", name="shared-subnets"),
            invitation("first"),
            invitation("second"),
        ]
    )
    assert run(aws) == Outcome(physical_id="acme-orders-access/Shares", data={"Accepted": "2"})
    assert aws.accepted == ["first", "second"]
    assert aws.looks == [(OWNER, "acme_customers_profiles")]


def test_inside_an_organization_there_is_no_invitation_and_the_database_is_waited_for() -> None:
    aws = Neighbour([], after=7, missing="AccessDeniedException")
    assert run(aws, Organization="o-a1b2c3d4e5").data == {"Accepted": "0"}
    assert len(aws.looks) == 8
    assert aws.seconds > 5


def test_what_never_becomes_visible_is_named_with_what_to_check() -> None:
    aws = Neighbour([], after=10**6)
    with pytest.raises(ProviderError) as caught:
        run(aws, TimeoutSeconds="20", Databases=["acme_customers_profiles", "acme_orders_sales"])
    assert str(caught.value) == (
        "Database acme_customers_profiles, acme_orders_sales of account 111111111111 did not become visible "
        "in 222222222221 within 20 s: check that 111111111111 grants DESCRIBE on it to 222222222221, and for "
        "a pending or rejected invitation of 111111111111 in RAM of account 222222222221"
    )
    assert 18 <= aws.seconds <= 24
    with pytest.raises(ProviderError, match="RAM sharing is enabled in organization o-a1b2c3d4e5"):
        run(Neighbour([], after=10**6), TimeoutSeconds="5000", Organization="o-a1b2c3d4e5")


def test_no_wait_is_longer_than_a_function_lives() -> None:
    aws = Neighbour([], after=10**9)
    aws.sleep = lambda seconds: None  # type: ignore[method-assign] # a clock that stands still
    with pytest.raises(ProviderError, match="did not become visible in 222222222221 within 900 s"):
        run(aws, TimeoutSeconds="1000000000")
    assert len(aws.looks) <= 3601


def test_a_delete_calls_nothing() -> None:
    aws = Neighbour([invitation("first")], after=10**6)
    run(aws, "Delete", Databases="malformed")
    assert (aws.accepted, aws.looks) == ([], [])


def test_another_error_of_glue_is_not_waited_out() -> None:
    with pytest.raises(
        ProviderError, match=r"Could not look for database acme_.* InvalidInputException: because"
    ):
        run(Neighbour([], after=1, missing="InvalidInputException"))
