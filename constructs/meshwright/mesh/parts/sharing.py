"""Streams shared with other domains: the owner's side of it."""

from collections.abc import Iterator

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Resource policies of streams, and registered consumers."""
    return iter(())
