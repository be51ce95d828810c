"""Pipelines: Step Functions, their schedules and triggers."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.statements import Allow


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """State machines, schedules, triggers."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Runs that fail."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Runs."""
    return iter(())


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What a pipeline may do besides reading and writing products."""
    return iter(())
