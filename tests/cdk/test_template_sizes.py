"""What the checks say of the size of a template is what the CDK writes."""

from pathlib import Path

from meshwright.checks.share_sizes import ROOM, template_size
from meshwright.mesh.model import Mesh


def test_share_stacks(mesh: Mesh, assembly: Path) -> None:
    files = {path.name.split(".")[0]: path.stat().st_size for path in assembly.rglob("*.template.json")}
    producers = [domain for domain in mesh.domains.values() if domain.file.products]
    assert len(producers) > 1
    for domain in producers:
        estimate = template_size(mesh, domain)
        written = files[mesh.names.stack(domain.name, "share")]
        assert estimate <= written <= estimate + ROOM, domain.name
