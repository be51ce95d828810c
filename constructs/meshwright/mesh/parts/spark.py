"""Spark on EMR Serverless."""

from collections.abc import Iterator

from meshwright.mesh.alarms import Alarm, Widget
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.statements import Allow


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """The application."""
    return iter(())


def alarms(mesh: Mesh, domain: Domain) -> Iterator[Alarm]:
    """Jobs that fail."""
    return iter(())


def widgets(mesh: Mesh, domain: Domain) -> Iterator[Widget]:
    """Jobs."""
    return iter(())


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What a job may do besides reading and writing products."""
    return iter(())
