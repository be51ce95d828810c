"""One synthesis of the example mesh for all tests: Node and the first synthesis take seconds."""

from pathlib import Path

import pytest

from meshwright.cdk import build
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, mesh_of, raw_files, synthesize, templates_in


@pytest.fixture(scope="session")
def mesh() -> Mesh:
    return mesh_of(raw_files())


@pytest.fixture(scope="session")
def assembly(mesh: Mesh) -> Path:
    """The output folder of the whole example mesh."""
    return synthesize(lambda app: build(app, mesh))


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, Template]:
    found = templates_in(assembly)
    assert len(found) == 16
    return found
