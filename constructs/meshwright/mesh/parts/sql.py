"""SQL on Athena."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Workgroup and named queries."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Queries that are stopped at the limit."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Queries."""
    return iter(())
