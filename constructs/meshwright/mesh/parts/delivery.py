"""From a stream to a table: Amazon Data Firehose."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.statements import Allow


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Delivery streams."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Deliveries that fail."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Ingest and delivery."""
    return iter(())


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What the delivery role may do besides looking up tables."""
    return iter(())
