"""What all custom resources of the mesh share."""

from collections.abc import Mapping, Sequence
from typing import Any

from meshwright.mesh.declared import Declared

GRANTS = "LakeFormationGrants"
TIMEOUT_SECONDS = 1800
"""CloudFormation's own patience; the function takes 15 minutes at most, and Lambda may deliver twice."""


def provider_resource(
    key: str, *, kind: str, provider_arn: str, properties: Mapping[str, Any], after: tuple[str, ...] = ()
) -> Declared:
    """A resource of type `Custom::<kind>` that the LakeFormationProvider of `provider_arn` applies."""
    return Declared(
        key=key,
        type=f"Custom::{kind}",
        name=key,
        properties={"ServiceToken": provider_arn, "ServiceTimeout": TIMEOUT_SECONDS, **properties},
        after=after,
        tags="",
    )


def settings(
    key: str,
    *,
    provider_arn: str,
    admins: Sequence[str],
    read_only_admins: Sequence[str] = (),
    cross_account_version: int = 4,
    tag_keys: Mapping[str, Sequence[str]] | None = None,
    after: tuple[str, ...] = (),
) -> Declared:
    """Lake Formation's settings in an account."""
    properties: dict[str, Any] = {"Admins": list(admins), "CrossAccountVersion": str(cross_account_version)}
    if read_only_admins:
        properties["ReadOnlyAdmins"] = list(read_only_admins)
    if tag_keys is not None:
        properties["TagKeys"] = {key: list(values) for key, values in tag_keys.items()}
    return provider_resource(
        key, kind="LakeFormationSettings", provider_arn=provider_arn, properties=properties, after=after
    )
