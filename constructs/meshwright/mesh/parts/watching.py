"""Topic, alarms and dashboard of a domain."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Topic, alarms, dashboard."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Streams whose readers fall behind."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Streams and storage."""
    return iter(())
