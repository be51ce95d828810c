"""RAM's API for the shares that Lake Formation makes; moto's for those that users make."""

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.ram.responses import ResourceAccessManagerResponse

from meshwright.local.lakeformation.keys import ALL_TABLES, Key
from meshwright.local.lakeformation.lake import SHARED, Lake, Share, account_of
from meshwright.local.paging import start_of


class RamResponse(ResourceAccessManagerResponse):
    lakes: ClassVar[Callable[[str], Lake]]

    @property
    def lake(self) -> Lake:
        return type(self).lakes(self.region)

    @property
    def given(self) -> dict[str, Any]:
        parameters: dict[str, Any] = json.loads(self.body or "{}")
        return parameters

    def get_resource_share_invitations(self) -> str:
        """Those that the caller's account received."""
        given = self.given
        arns, shares = given.get("resourceShareInvitationArns"), given.get("resourceShareArns")
        rows = [
            _invitation(share)
            for share in self._received()
            if not self.lake.organization
            and (not arns or share.invitation in arns)
            and (not shares or share.arn in shares)
        ]
        return self._page("resourceShareInvitations", rows)

    def accept_resource_share_invitation(self) -> str:
        return self._answer("ACCEPTED", "ResourceShareInvitationAlreadyAcceptedException")

    def reject_resource_share_invitation(self) -> str:
        return self._answer("REJECTED", "ResourceShareInvitationAlreadyRejectedException")

    def get_resource_shares(self) -> str:
        own = self.given.get("resourceOwner") == "SELF"
        theirs = json.loads(super().get_resource_shares())["resourceShares"] if own else []
        shares = self._sent() if own else [s for s in self._received() if s.status == "ACCEPTED"]
        name, arns = self.given.get("name"), self.given.get("resourceShareArns")
        rows = [_share(s) for s in shares if name in (None, s.name) and (not arns or s.arn in arns)]
        return self._page("resourceShares", [*theirs, *rows])

    def list_resources(self) -> str:
        own, arns = self.given.get("resourceOwner") == "SELF", self.given.get("resourceShareArns")
        shares = self._sent() if own else [s for s in self._received() if s.status == "ACCEPTED"]
        return self._page(
            "resources", [r for s in shares if not arns or s.arn in arns for r in self._resources(s)]
        )

    def list_pending_invitation_resources(self) -> str:
        share = self._invited()
        return self._page("resources", self._resources(share))

    def get_resource_share_associations(self) -> str:
        given = self.given
        kind, arns = given["associationType"], given.get("resourceShareArns")
        rows = []
        for share in self._sent():
            entities = [share.receiver] if kind == "PRINCIPAL" else [r["arn"] for r in self._resources(share)]
            if not arns or share.arn in arns:
                rows += [_association(share, kind, entity) for entity in entities]
        return self._page("resourceShareAssociations", rows)

    def _answer(self, status: str, already: str) -> str:
        share = self._invited()
        if share.status == status:
            raise JsonRESTError(already, f"Invitation {share.invitation} has been answered already.")
        if share.status != "PENDING":
            raise JsonRESTError(
                "ResourceShareInvitationAlreadyRejectedException", f"{share.invitation}: {share.status}"
            )
        share.status = status
        return json.dumps({"resourceShareInvitation": _invitation(share)})

    def _invited(self) -> Share:
        arn = self.given.get("resourceShareInvitationArn")
        for share in self._received():
            if share.invitation == arn:
                return self.lake.shares[share.owner, share.receiver]
        raise JsonRESTError(
            "ResourceShareInvitationArnNotFoundException", f"Invitation {arn} could not be found."
        )

    def _received(self) -> list[Share]:
        return [s for s in self.lake.shares.values() if s.receiver == self.current_account]

    def _sent(self) -> list[Share]:
        return [s for s in self.lake.shares.values() if s.owner == self.current_account]

    def _resources(self, share: Share) -> list[dict[str, Any]]:
        keys = {
            key
            for grant in self.lake.grants.values()
            if grant.grantor == grant.key.catalog == share.owner
            and account_of(grant.principal) == share.receiver
            and grant.key.kind in SHARED
            for key in ({grant.key.database} | ({grant.key.table} if grant.key.kind != "DATABASE" else set()))
        }
        status = "AVAILABLE" if share.status == "ACCEPTED" else "PENDING"
        catalog = f"arn:aws:glue:{self.region}:{share.owner}:"
        rows = [_resource(share, catalog + "catalog", "glue:Catalog", status)]
        return rows + [
            _resource(share, catalog + _path(key), f"glue:{key.kind.title()}", status) for key in sorted(keys)
        ]

    def _page(self, name: str, rows: Sequence[Any]) -> str:
        start, size = start_of(self.given.get("nextToken")), int(self.given.get("maxResults") or 50)
        answer: dict[str, Any] = {name: list(rows[start : start + size])}
        if start + size < len(rows):
            answer["nextToken"] = str(start + size)
        return json.dumps(answer)


def _path(key: Key) -> str:
    names = ["*" if name == ALL_TABLES else name for name in key.path]
    return f"{key.kind.lower()}/{'/'.join(names)}"


def _invitation(share: Share) -> dict[str, Any]:
    return {
        "resourceShareInvitationArn": share.invitation,
        "resourceShareName": share.name,
        "resourceShareArn": share.arn,
        "senderAccountId": share.owner,
        "receiverAccountId": share.receiver,
        "invitationTimestamp": share.created.timestamp(),
        "status": share.status,
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "resourceShareArn": share.arn,
        "name": share.name,
        "owningAccountId": share.owner,
        "allowExternalPrincipals": True,
        "status": "ACTIVE",
        "creationTime": share.created.timestamp(),
        "lastUpdatedTime": share.created.timestamp(),
        "featureSet": "STANDARD",
    }


def _resource(share: Share, arn: str, kind: str, status: str) -> dict[str, Any]:
    stamp = share.created.timestamp()
    return {
        "arn": arn,
        "type": kind,
        "resourceShareArn": share.arn,
        "status": status,
        "creationTime": stamp,
        "lastUpdatedTime": stamp,
    }


def _association(share: Share, kind: str, entity: str) -> dict[str, Any]:
    stamp = share.created.timestamp()
    return {
        "resourceShareArn": share.arn,
        "resourceShareName": share.name,
        "associatedEntity": entity,
        "associationType": kind,
        "status": "ASSOCIATED" if share.status == "ACCEPTED" else "ASSOCIATING",
        "creationTime": stamp,
        "lastUpdatedTime": stamp,
        "external": True,
    }


PATHS = (
    "acceptresourceshareinvitation",
    "getresourceshareinvitations",
    "listpendinginvitationresources",
    "listresources",
    "rejectresourceshareinvitation",
)
"""Beside those that moto routes already."""
