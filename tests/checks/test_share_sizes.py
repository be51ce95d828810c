"""A share stack that would not fit into a template is refused before it is deployed."""

from pathlib import Path

import pytest

from tests.config.small_mesh import MESH, MESH_FILE, said_about, write_mesh

COLUMNS = [f"column_with_quite_a_long_name_{number:03d}" for number in range(400)]


def mesh(root: Path, consumers: int, *, alike: bool) -> Path:
    """One product of a wide table, and consumers that see all of it but for one column: each another one."""
    columns = "".join(f"          {name}: string\n" for name in COLUMNS)
    approved = "".join(f"      - {{domain: c{number}}}\n" for number in range(consumers))
    files = {
        MESH_FILE: MESH,
        "domains/orders.yaml": (
            "domain: orders\ndescription: Orders.\nowner: {team: o, email: o@acme.example}\n"
            'accounts: {dev: "222222222221"}\n'
            "products:\n  sales:\n    description: Sales.\n    classification: internal\n    tables:\n"
            f"      wide:\n        description: Wide.\n        format: parquet\n        columns:\n{columns}"
            f"    shared_with:\n{approved}"
        ),
    }
    for number in range(consumers):
        left_out = COLUMNS[0 if alike else number]
        files[f"domains/c{number}.yaml"] = (
            f"domain: c{number}\ndescription: Reads.\nowner: {{team: c, email: c@acme.example}}\n"
            f'accounts: {{dev: "{333_000_000_000 + number}"}}\nroles: {{analysts: {{create: true}}}}\n'
            "consumes:\n  - product: orders.sales\n    purpose: To read.\n    roles: [analysts]\n"
            f"    exclude: [{left_out}]\n"
        )
    return write_mesh(root, files)


@pytest.mark.parametrize(("consumers", "alike"), [(5, False), (70, True)])
def test_what_fits(tmp_path: Path, consumers: int, alike: bool) -> None:
    assert said_about(mesh(tmp_path, consumers, alike=alike)) == ()


def test_what_does_not_fit(tmp_path: Path) -> None:
    """Each of 70 readers has a list of 399 names of 33 characters: 977 KB with commas, besides the table."""
    (line,) = said_about(mesh(tmp_path, 70, alike=False))
    assert line.startswith(
        "domains/orders.yaml:1:9: domain: its stack acme-orders-share would have about 1,0"
    )
    assert line.endswith(
        "KB in dev. A template takes 1,000 KB: divide the domain, or let more consumers see the same columns "
        "and rows."
    )
