"""A share stack that would not fit into a template is refused before it is deployed."""

import re
from pathlib import Path

import pytest

from meshwright.checks import share_sizes
from meshwright.project import load_both
from tests.config.small_mesh import MESH, MESH_FILE, TODAY, said_about, write_mesh

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
    """Each of 75 readers has a list of 399 names of 33 characters, and a comma and a space for each."""
    (line,) = said_about(mesh(tmp_path, 75, alike=False))
    found = re.fullmatch(
        r"domains/orders.yaml:1:9: domain: its stack acme-orders-share would have about "
        r"([0-9,]+) bytes in dev\. A template takes 1,000,000: divide the domain, or let more consumers see "
        r"the same columns and rows\.",
        line,
    )
    assert found is not None
    assert int(found[1].replace(",", "")) == pytest.approx(75 * 399 * 35, rel=0.05)


def test_the_quick_bound_is_no_less_than_the_size(tmp_path: Path) -> None:
    example, described = Path(__file__).parents[2], mesh(tmp_path / "b", 1, alike=True)
    personal = described / "domains/orders.yaml"
    text = personal.read_text().replace(
        ": string", f': {{type: string, pii: true, description: "{"ü" * 300}"}}'
    )
    personal.write_text(text.replace("Wide.", '"' + '\\n\\"ü' * 300 + '"'))
    for root in (example, described, mesh(tmp_path / "a", 5, alike=False)):
        files, resolved = load_both(root, environment=None, today=TODAY)
        bounds = share_sizes.at_most(files)
        for name, domain in resolved.domains.items():
            assert bounds[name] >= share_sizes.template_size(resolved, domain) > 0, name
