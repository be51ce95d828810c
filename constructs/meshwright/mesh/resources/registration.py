"""The role with which Lake Formation reads and writes registered buckets, whosever account they are in."""

from meshwright.mesh.declared import Declared
from meshwright.mesh.place import Place
from meshwright.mesh.policies import REGISTRATION_POLICY, registration_role_trust
from meshwright.mesh.resources.roles import role
from meshwright.mesh.storage_policies import registered_locations


def registration_role(
    key: str,
    place: Place,
    *,
    name: str,
    bucket_name_pattern: str,
    organization: str | None,
    boundary_arn: str | None,
) -> Declared:
    """The role; see RegistrationRole."""
    return role(
        key,
        name=name,
        description="Lake Formation reads and writes the registered buckets of the domains with it.",
        trust=registration_role_trust(),
        policy=REGISTRATION_POLICY,
        allows=registered_locations(place, bucket_name_pattern, organization=organization),
        boundary_arn=boundary_arn,
    )
