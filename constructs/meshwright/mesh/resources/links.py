"""The links by which a consumer's account sees what another account's catalog shares with it."""

from collections.abc import Sequence
from typing import Any, Final

from meshwright.mesh.declared import Declared
from meshwright.mesh.place import Place
from meshwright.mesh.resources.custom import provider_resource

SHARES: Final = "Shares"


def links(
    place: Place,
    *,
    provider_arn: str,
    owner_account: str,
    databases: Sequence[str],
    organization: str | None,
    timeout_seconds: int = 300,
) -> list[Declared]:
    """What accepts the shares and waits for them, and then a link to each database, of its name."""
    properties: dict[str, Any] = {
        "OwnerAccount": owner_account,
        "Databases": sorted(databases),
        "TimeoutSeconds": str(timeout_seconds),
    }
    if organization:
        properties["Organization"] = organization
    return [
        provider_resource(
            SHARES, kind="LakeFormationShares", provider_arn=provider_arn, properties=properties
        ),
        *(_link(place, name, owner_account) for name in databases),
    ]


def _link(place: Place, name: str, owner_account: str) -> Declared:
    target = {"CatalogId": owner_account, "DatabaseName": name, "Region": place.region}
    return Declared(
        key=name,
        type="AWS::Glue::Database",
        name=name,
        properties={
            "CatalogId": place.account,
            "DatabaseInput": {"Name": name, "TargetDatabase": target},
        },
        after=(SHARES,),
        tags="",
    )
