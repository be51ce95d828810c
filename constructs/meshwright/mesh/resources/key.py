"""The customer-managed key of a domain."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.place import Place
from meshwright.mesh.storage_policies import data_key_policy

KEY: Final = "Key"


def domain_key(
    place: Place,
    *,
    alias: str,
    registration_role_arn: str,
    bucket_names: Sequence[str],
    other_users: Sequence[Mapping[str, Any]],
) -> list[Declared]:
    """The key and its alias. `other_users`: statements of the key's policy for whoever else uses it."""
    policy = data_key_policy(
        place,
        registration_role_arn=registration_role_arn,
        bucket_names=bucket_names,
        others=other_users,
    )
    return [
        Declared(
            key=KEY,
            type="AWS::KMS::Key",
            name=alias,
            properties={
                "Description": f"Data of {alias.removeprefix('alias/')}",
                "EnableKeyRotation": True,
                "KeyPolicy": policy,
            },
            keep=True,
        ),
        Declared(
            key="Alias",
            type="AWS::KMS::Alias",
            name=alias,
            properties={"AliasName": alias, "TargetKeyId": Attribute(KEY, "Arn")},
            tags="",
        ),
    ]
