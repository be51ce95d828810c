"""What the governance account has for the mesh as a whole: event bus, dashboard, audit trail."""

from collections.abc import Iterator

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh


def bus(mesh: Mesh) -> Iterator[Declared]:
    """The bus on which pipelines tell that a product was refreshed, and who may put events on it."""
    return iter(())


def refresh_rules(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """Rules that carry the refreshes of this domain's products to the domains that asked for them."""
    return iter(())


def dashboard(mesh: Mesh) -> Iterator[Declared]:
    """The dashboard of the mesh."""
    return iter(())


def audit_trail(mesh: Mesh) -> Iterator[Declared]:
    """The trail, its bucket and its key."""
    return iter(())
