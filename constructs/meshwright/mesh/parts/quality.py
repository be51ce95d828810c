"""Quality rules and service levels."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.statements import Allow


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Rulesets and their schedules."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Rules and service levels that are not met."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Quality."""
    return iter(())


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What an evaluation may do besides reading products."""
    return iter(())
